"""A delivery that stands by: it goes at its own time, unless another delivery of the same message arrived first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from nnmkb.ledger import events, outbox
from nnmkb.ledger.models import Event, Outgoing

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def line() -> Event:
    return events.record("feed:1", "offer.created", actor="system", at=NOW, payload={})


def standing_by(message: Event) -> Outgoing:
    return outbox.enqueue(message, "mail.offer", "offer:1", at=NOW, due_at=NOW + HOUR, unless=message)


@pytest.mark.parametrize("state", ["pending", "dead", "bounced"])
def test_what_stands_by_is_needless_once_the_message_arrived(state: str) -> None:
    message = line()
    row = standing_by(message)
    Outgoing.objects.filter(pk=row.pk).update(state=state)
    assert outbox.spare(message.pk, NOW) == 1
    row.refresh_from_db()
    assert (row.state, row.last_error, row.done_at) == ("done", outbox.ARRIVED_OTHERWISE, NOW)
    assert not outbox.claimable(NOW + 2 * HOUR).exists()


@pytest.mark.parametrize("state", ["leased", "done"])
def test_what_is_going_or_went_out_is_left_alone(state: str) -> None:
    message = line()
    row = standing_by(message)
    Outgoing.objects.filter(pk=row.pk).update(state=state)
    assert outbox.spare(message.pk, NOW) == 0


def test_what_stands_by_for_another_message_still_goes_at_its_own_time() -> None:
    row = standing_by(line())
    assert outbox.spare(line().pk, NOW) == 0
    assert not outbox.claimable(NOW + HOUR - timedelta(seconds=1)).exists()
    assert list(outbox.claimable(NOW + HOUR)) == [row]


def test_who_heard_another_way_has_heard() -> None:
    message = line()
    standing_by(message)
    outbox.spare(message.pk, NOW)
    assert not outbox.none_went_out("offer:1", ("mail.offer",))


def test_a_delivery_that_is_put_off_has_not_been_tried() -> None:
    row = standing_by(line())
    claimed = outbox.claim(row.pk, NOW + HOUR)
    assert claimed is not None
    assert outbox.postpone(claimed, NOW + 3 * HOUR)
    row.refresh_from_db()
    assert (row.state, row.attempts, row.due_at, row.lease) == ("pending", 0, NOW + 3 * HOUR, None)
    assert not outbox.postpone(claimed, NOW + 4 * HOUR)


def test_who_lost_the_lease_puts_nothing_off() -> None:
    row = standing_by(line())
    late = outbox.claim(row.pk, NOW + HOUR)
    second = outbox.claim(row.pk, NOW + 2 * HOUR)
    assert late is not None
    assert second is not None
    assert not outbox.postpone(late, NOW + 9 * HOUR)
    row.refresh_from_db()
    assert (row.state, row.lease, row.attempts) == ("leased", second.lease, 2)
    assert outbox.finish(second, NOW + 2 * HOUR)
    assert not outbox.postpone(second, NOW + 9 * HOUR)
    row.refresh_from_db()
    assert row.state == "done"
