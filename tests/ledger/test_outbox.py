"""The outbox: a promise is claimed by one, settled once, tried again, and never forgotten."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from nnmkb.ledger import outbox
from nnmkb.ledger.models import Outgoing
from tests.ledger.rows import NOW, SOON, delivery, event, state

pytestmark = pytest.mark.django_db


def after_lease(settings) -> object:
    return NOW + timedelta(seconds=settings.OUTGOING_LEASE_S + 1)


def test_same_promise_cannot_be_made_twice():
    happened = event()
    outbox.enqueue(happened, "mail.receipt", "intake:1", at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        outbox.enqueue(happened, "mail.receipt", "intake:1", at=NOW)
    assert Outgoing.objects.count() == 1


def test_claimed_row_is_not_there_for_another():
    row = delivery()
    assert outbox.claim(row.pk, SOON)
    assert outbox.claim(row.pk, SOON) is None


def test_finished_row_is_not_claimed_again():
    row = delivery()
    assert outbox.finish(outbox.claim(row.pk, SOON), SOON)
    assert outbox.claim(row.pk, SOON) is None
    assert state(row) == "done"


def test_row_before_its_time_is_not_claimed():
    row = delivery()
    assert outbox.claim(row.pk, NOW - timedelta(seconds=1)) is None


def test_expired_lease_is_taken_over_and_late_worker_loses(settings):
    row = delivery()
    late = outbox.claim(row.pk, SOON)
    second = outbox.claim(row.pk, after_lease(settings))
    assert second is not None
    assert second.outgoing.attempts == 2
    assert not outbox.finish(late, after_lease(settings))
    assert outbox.fail(late, after_lease(settings), "TooLate") is None
    assert outbox.finish(second, after_lease(settings))


def test_failed_row_waits_longer_each_time_up_to_a_day():
    row = delivery()
    outbox.fail(outbox.claim(row.pk, SOON), SOON, "TimeoutError")
    row.refresh_from_db()
    assert (row.state, row.last_error, row.attempts) == ("pending", "TimeoutError", 1)
    assert timedelta(seconds=54) <= row.due_at - SOON <= timedelta(seconds=66)
    waits = [outbox.wait_after("mail.offer", attempts) for attempts in range(1, 7)]
    assert waits == sorted(waits)
    assert timedelta(hours=21) < outbox.wait_after("mail.offer", 12) <= 1.1 * timedelta(hours=24)


def test_two_rows_that_failed_together_are_not_tried_together_again():
    assert len({outbox.wait_after("mail.offer", 3) for _ in range(20)}) > 1


@pytest.mark.parametrize(("kind", "attempts"), [("mail.offer", 7), ("dossier.render", 7), ("webhook.event", 10)])
def test_each_kind_has_its_own_number_of_attempts(kind, attempts):
    row = outbox.enqueue(event(), kind, "partner:1", at=NOW)
    assert row.attempts_allowed == attempts


def test_webhook_is_tried_for_three_days():
    waits = [outbox.wait_after("webhook.event", attempts).total_seconds() for attempts in range(1, 10)]
    assert 4.5 <= waits[0] <= 5.5
    assert 64 * 3600 < sum(waits) < 85 * 3600


def test_last_attempt_that_fails_is_dead(settings):
    settings.OUTGOING_MAX_ATTEMPTS = 2
    settings.OUTGOING_BACKOFF_SCALE = 0
    row = delivery()
    assert outbox.fail(outbox.claim(row.pk, SOON), SOON, "X") == "pending"
    assert outbox.fail(outbox.claim(row.pk, SOON), SOON, "X") == "dead"
    assert outbox.claim(row.pk, SOON) is None


def test_permanent_failure_is_dead_at_once():
    row = delivery()
    assert outbox.fail(outbox.claim(row.pk, SOON), SOON, "Refused", permanent=True) == "dead"


def test_row_whose_worker_died_without_a_word_is_buried_after_the_last_attempt(settings):
    settings.OUTGOING_MAX_ATTEMPTS = 1
    row = delivery()
    outbox.claim(row.pk, SOON)
    assert outbox.bury(SOON) == 0
    assert outbox.bury(after_lease(settings)) == 1
    assert state(row) == "dead"


def test_row_with_attempts_left_is_not_buried(settings):
    row = delivery()
    outbox.claim(row.pk, SOON)
    assert outbox.bury(after_lease(settings)) == 0


def test_retry_gives_a_dead_row_all_its_attempts_back():
    row = delivery()
    outbox.fail(outbox.claim(row.pk, SOON), SOON, "Refused", permanent=True)
    assert outbox.retry(row.pk, SOON)
    row.refresh_from_db()
    assert (row.state, row.attempts, row.last_error) == ("pending", 0, "")


def test_retry_leaves_a_row_alone_that_is_not_dead():
    row = delivery()
    assert not outbox.retry(row.pk, SOON)


def test_row_waits_for_the_one_it_comes_after():
    first = delivery("dossier:1")
    second = delivery("offer:1", after=first)
    assert outbox.claim(second.pk, SOON) is None
    outbox.finish(outbox.claim(first.pk, SOON), SOON)
    assert outbox.claim(second.pk, SOON)


def test_row_goes_when_the_one_before_it_is_dead():
    first = delivery("dossier:1")
    second = delivery("offer:1", after=first)
    outbox.fail(outbox.claim(first.pk, SOON), SOON, "X", permanent=True)
    assert outbox.claim(second.pk, SOON)


def test_row_does_not_wait_a_day_for_one_that_keeps_failing():
    first = delivery("dossier:1")
    second = delivery("offer:1", after=first)
    now = SOON
    for _ in range(outbox.PATIENCE - 1):
        assert outbox.fail(outbox.claim(first.pk, now), now, "X") == "pending"
        assert outbox.claim(second.pk, now) is None
        now = Outgoing.objects.get(pk=first.pk).due_at
    assert timedelta(minutes=30) < now - SOON < timedelta(hours=1)
    assert outbox.claim(second.pk, now) is None
    assert outbox.claim(first.pk, now)
    assert outbox.claim(second.pk, now)


def test_oldest_goes_first():
    rows = [delivery(f"intake:{number}") for number in (1, 2, 3)]
    Outgoing.objects.filter(pk=rows[2].pk).update(due_at=NOW - timedelta(hours=1))
    assert [row.pk for row in outbox.claimable(SOON)] == [rows[2].pk, rows[0].pk, rows[1].pk]


def test_freed_lease_can_be_claimed_at_once():
    row = delivery()
    outbox.claim(row.pk, SOON)
    assert outbox.free_all_leases(SOON) == 1
    assert outbox.claim(row.pk, SOON)


def test_revoked_mail_does_not_go_and_a_leased_one_is_left_to_its_worker():
    waiting, going = delivery("offer:1"), delivery("offer:2")
    outbox.claim(going.pk, SOON)
    assert outbox.revoke("offer:1", ("mail.receipt",), SOON, "recalled") == 1
    assert outbox.revoke("offer:2", ("mail.receipt",), SOON, "recalled") == 0
    assert outbox.claim(waiting.pk, SOON) is None
    assert state(going) == "leased"


def test_promise_of_a_change_that_failed_is_gone():
    with transaction.atomic():
        delivery()
        transaction.set_rollback(True)
    assert Outgoing.objects.count() == 0


def test_claim_puts_its_conditions_on_the_row_itself():
    row = delivery()
    with CaptureQueriesContext(connection) as captured:
        outbox.claim(row.pk, SOON)
    update = next(query["sql"] for query in captured if query["sql"].startswith("UPDATE"))
    conditions = update.partition(" WHERE ")[2]
    assert " IN (SELECT" not in conditions
    assert '"ledger_outgoing"."due_at" <=' in conditions


@pytest.mark.django_db(transaction=True)
def test_of_eight_workers_at_once_one_gets_the_row():
    row = delivery()
    start = threading.Barrier(8)
    claims: list[object] = []

    def work() -> None:
        try:
            start.wait()
            claims.append(outbox.claim(row.pk, SOON))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claims) == 8
    assert sum(claim is not None for claim in claims) == 1
    row.refresh_from_db()
    assert row.attempts == 1
