"""The feed speaks of an offer in the order in which things happened, also when two happen at once."""

from __future__ import annotations

import threading
from functools import partial
from typing import Any

import pytest

from nnmkb.ledger import events
from nnmkb.ledger.models import Event, Outgoing
from referrals.services import answering, closing, feed, feed_reading
from tests.referrals.services import cast
from tests.referrals.services.test_races import CROWD, together
from tests.referrals.webhooks.making import NOW, deliver


@pytest.mark.django_db(transaction=True)
def test_no_reminder_follows_the_end_of_its_offer(monkeypatch: pytest.MonkeyPatch) -> None:
    partner = cast.partner(channel="api", connected_at=NOW)
    found = cast.case("offered")
    row = Outgoing.objects.get(kind="mail.offer_reminder")
    looked, withdrawn = threading.Event(), threading.Event()
    tell = feed.tell

    def slowly(*args: Any, **given: Any) -> Event | None:
        if given["actor"] == "timer":
            looked.set()
            # Long enough for a withdrawal that would not wait for this reminder.
            withdrawn.wait(timeout=1)
        return tell(*args, **given)

    def withdraw() -> None:
        looked.wait(timeout=20)
        closing.withdraw(found.intake.pk, actor="entrepreneur", key=cast.key(), now=row.due_at)
        withdrawn.set()

    monkeypatch.setattr(feed, "tell", slowly)
    results = together([lambda: deliver(row, row.due_at), withdraw])
    assert not [one for one in results if isinstance(one, Exception)], results
    lines = [line.kind for line in events.history(f"feed:{partner.pk}")]
    assert lines == ["offer.created", "offer.reminder", "consent.withdrawn"]


@pytest.mark.django_db(transaction=True)
def test_eight_changes_for_one_partner_at_one_moment_all_stand_in_its_feed() -> None:
    partner = cast.partner(channel="api", connected_at=NOW, capacity=2 * CROWD)
    cases = [cast.case("offered") for _ in range(CROWD)]
    accept = [
        partial(
            answering.accept, one.fresh_offer().pk, actor=one.actor, contact_person="Carla", key=cast.key(), now=NOW
        )
        for one in cases
    ]
    results = together(accept)
    assert not [one for one in results if isinstance(one, Exception)], results
    lines = feed_reading.after(partner.pk, CROWD, 2 * CROWD)
    assert [line.seq for line in lines] == list(range(CROWD + 1, 2 * CROWD + 1))
    assert {line.payload["offer"] for line in lines} == {one.fresh_offer().pk for one in cases}
    assert feed_reading.latest(partner.pk) == 2 * CROWD
