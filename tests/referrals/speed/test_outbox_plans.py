"""Which way the database goes to the deliveries: what relay, health and workbench ask reads no table whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from nnmkb import health
from nnmkb.ledger import house, outbox
from nnmkb.ledger.models import Outgoing
from nnmkb.ledger.relay import Relay
from referrals import housework, team
from referrals.population.populating import populate
from referrals.queues import Filters, View, Walk
from referrals.services import bouncing
from tests.referrals.speed.test_plans import nodes

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
END = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
NOW = END + timedelta(hours=1)
TABLE = "ledger_outgoing"
TASKS: dict[str, Callable[[], object]] = {
    "relay": lambda: Relay(start=lambda pk, kind: None, inline=False).due(),
    "bury": lambda: outbox.bury(NOW),
    "impossible leases": lambda: outbox.free_impossible_leases(NOW),
    "health": lambda: health.queue(RequestFactory().get("/")),
    "planning": lambda: housework.plan(NOW),
    "planning again": lambda: housework.plan(NOW),
    "forgetting": lambda: house.forget(housework.WORKS, NOW),
    "offers to end": bouncing.undelivered,
    "list of failures": lambda: Walk(Filters(view=View.FAILED), user_id=1, now=NOW).page(),
    "failures by kind": team.failed_deliveries,
    "late by kind": lambda: team.waiting_deliveries(NOW),
}


def test_nothing_that_is_asked_each_minute_reads_all_deliveries() -> None:
    populate(20_000, seed=31, end=END)
    some = list(Outgoing.objects.order_by("pk").values_list("pk", flat=True)[:40])
    Outgoing.objects.filter(pk__in=some).update(state="bounced", bounced_at=END)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    read = {name: sql for name, task in TASKS.items() for sql in questions(task) if reads_all(sql)}
    assert read == {}


def questions(task: Callable[[], object]) -> list[str]:
    with CaptureQueriesContext(connection) as found:
        task()
    return [one["sql"] for one in found if TABLE in one["sql"] and not one["sql"].startswith("INSERT")]


def reads_all(sql: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}".replace("%", "%%"), [])
        found = cursor.fetchone()[0]
    steps = list(nodes((json.loads(found) if isinstance(found, str) else found)[0]["Plan"]))
    return any(step["Node Type"].endswith("Seq Scan") and step["Relation Name"] == TABLE for step in steps)
