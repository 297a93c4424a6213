"""The history: appended in the transaction of the change, chained, and closed to later hands."""

from __future__ import annotations

import threading

import pytest
from django.db import DatabaseError, connection, transaction

from nnmkb.ledger import events
from nnmkb.ledger.models import Event
from tests.conftest import put_guards
from tests.ledger.rows import NOW, event

pytestmark = pytest.mark.django_db

INSERT_OR_REPLACE = {
    "sqlite": "INSERT OR REPLACE INTO ledger_event SELECT * FROM ledger_event WHERE id = %s",
    "postgresql": "INSERT INTO ledger_event SELECT * FROM ledger_event WHERE id = %s "
    "ON CONFLICT (id) DO UPDATE SET kind = 'forged'",
}


def forge(sql: str, *values: object) -> None:
    """Change the history behind the back of the guards."""
    put_guards(on=False)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
    put_guards(on=True)


def test_history_counts_per_subject():
    assert [event("intake:1").seq, event("intake:2").seq, event("intake:1").seq] == [1, 1, 2]
    assert [found.seq for found in events.history("intake:1")] == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_event_outside_a_transaction_is_refused():
    with pytest.raises(AssertionError):
        events.record("intake:1", "intake_started", actor="system", at=NOW)


def test_used_key_is_refused_and_leads_to_its_event():
    with transaction.atomic():
        first = events.record("intake:1", "sent", actor="system", at=NOW, idempotency_key="k")
    with pytest.raises(events.KeyUsed), transaction.atomic():
        events.record("intake:1", "sent", actor="system", at=NOW, idempotency_key="k")
    assert events.done_before("k") == first
    assert events.done_before("other") is None
    assert events.done_before(None) is None


@pytest.mark.parametrize(
    "sql",
    ["UPDATE ledger_event SET kind = 'forged' WHERE id = %s", "DELETE FROM ledger_event WHERE id = %s", "replace"],
)
def test_guard_refuses_to_change_history(sql):
    happened = event()
    sql = INSERT_OR_REPLACE[connection.vendor] if sql == "replace" else sql
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, [happened.pk])
    assert Event.objects.get().kind == "intake_started"


@pytest.mark.postgres
def test_guard_refuses_to_empty_history_at_once():
    event()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE ledger_event CASCADE")


def test_whole_chain_is_accepted():
    for number in range(5):
        event(number=number)
    event("referral:1", text="Fryslân")
    assert events.broken_chains() == []


def test_chain_notices_a_forged_event():
    event()
    forged = event(to="partner:1")
    event()
    forge("UPDATE ledger_event SET actor = 'partner:9' WHERE id = %s", forged.pk)
    assert events.broken_chains() == ["intake:1 2"]


def test_chain_notices_a_deleted_event():
    event()
    lost = event()
    event()
    forge("DELETE FROM ledger_event WHERE id = %s", lost.pk)
    assert events.broken_chains() == ["intake:1 3"]


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_leave_one_unbroken_chain():
    start = threading.Barrier(4)
    lost: list[BaseException] = []

    def write() -> None:
        try:
            start.wait()
            event()
        except events.LostRace as error:
            lost.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Event.objects.count() + len(lost) == 4
    assert Event.objects.count() >= 1
    assert events.broken_chains() == []
