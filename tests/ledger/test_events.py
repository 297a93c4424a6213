"""The history: appended in the transaction of the change, chained, and closed to later hands."""

from __future__ import annotations

import threading
from importlib import import_module

import pytest
from django.db import DatabaseError, connection, transaction

from nnmkb.ledger import events, guards
from nnmkb.ledger.models import Anchor, Event, Tip
from tests.ledger.forging import broken
from tests.ledger.rows import NOW, event

pytestmark = pytest.mark.django_db

REPLACE = {
    "sqlite": "INSERT OR REPLACE INTO {table} SELECT * FROM {table} WHERE id = %s",
    "postgresql": "INSERT INTO {table} SELECT * FROM {table} WHERE id = %s "
    "ON CONFLICT (id) DO UPDATE SET {column} = EXCLUDED.{column}",
}


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
    assert Tip.objects.get().digest == first.digest


def test_tip_that_was_moved_in_between_is_a_lost_race(monkeypatch):
    event()
    digest_of = events.digest_of

    def overtaken(made: Event) -> str:
        Tip.objects.update(seq=2, digest="f" * 64)
        return digest_of(made)

    monkeypatch.setattr(events, "digest_of", overtaken)
    with pytest.raises(events.LostRace), transaction.atomic():
        event()
    assert Tip.objects.get().seq == Event.objects.count() == 1


@pytest.fixture(params=["ledger_event", "ledger_anchor"])
def kept(request: pytest.FixtureRequest) -> tuple[str, str, int]:
    """Return a table, one of its columns, and the key of a row in it."""
    happened = event()
    anchor = Anchor.objects.create(at=NOW, last_event=happened.pk, streams=1, root="a" * 64)
    found = {"ledger_event": ("kind", happened.pk), "ledger_anchor": ("root", anchor.pk)}
    return request.param, *found[request.param]


@pytest.mark.parametrize(
    "sql",
    ["UPDATE {table} SET {column} = 'forged' WHERE id = %s", "DELETE FROM {table} WHERE id = %s", "replace"],
)
def test_guard_refuses_to_change_history(kept, sql):
    table, column, pk = kept
    sql = (REPLACE[connection.vendor] if sql == "replace" else sql).format(table=table, column=column)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, [pk])
    assert Event.objects.get().kind == "intake_started"
    assert Anchor.objects.get().root == "a" * 64


@pytest.mark.postgres
@pytest.mark.parametrize("table", guards.APPEND_ONLY)
def test_guard_refuses_to_empty_history_at_once(table):
    event()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table} CASCADE")


def test_history_from_before_the_tips_gets_them():
    event()
    event()
    event("intake:2")
    known = list(Tip.objects.order_by("stream").values_list())
    Tip.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(import_module("nnmkb.ledger.migrations.0004_proof").TIPS)
    assert list(Tip.objects.order_by("stream").values_list()) == known
    event()
    assert broken() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("begun", [False, True], ids=["new history", "history that was begun"])
def test_eight_writers_at_once_leave_one_history_without_gap_or_double(begun):
    if begun:
        event()
    start = threading.Barrier(8)
    lost: list[str] = []
    failed: list[BaseException] = []

    def write() -> None:
        try:
            start.wait()
            for _ in range(5):
                while True:
                    try:
                        event()
                        break
                    except events.LostRace as error:
                        lost.append(str(error))
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert [row.seq for row in events.history("intake:1")] == list(range(1, 41 + begun))
    assert broken() == []
