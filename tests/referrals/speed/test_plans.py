"""Which way the database goes for each list: by an index, and never through all referrals."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Count
from django.test.utils import CaptureQueriesContext

from intake.policies import policy
from referrals import queues, team
from referrals.models import Offer
from referrals.population.populating import populate
from referrals.queues import Filters, Order, View, Walk, partner_inbox
from referrals.queues.partner_inbox import Group
from referrals.services import door
from tests.referrals.speed.lists import LISTS

pytestmark = pytest.mark.django_db
END = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
NOW = END + timedelta(hours=1)
REFERRALS = "referrals_referral"
# The lists that lean on one index, which must stay good for them.
BY = {
    "view mijn": "referral_owner_due",
    "view terug": "referral_state_due",
    "view partner": "referral_with_partner",
    "view alles": "referral_due",
    "order termijn": "referral_due",
    "order nieuwste": "referral_came_in",
    "order oudste": "referral_came_in",
    "order gewijzigd": "referral_changed",
    "state needs_info": "referral_state_due",
    "state on_hold": "referral_state_due",
    "state completed": "referral_newest",
    "filter province": "referral_due",
    "filter step": "referral_due",
    "filter way": "referral_due",
    "filter partner": "referral_partner_due",
    "filter reason": "referral_state_due",
    "filter second attempt": "referral_again",
    "filter number": "referrals_referral_number",
    "filter closed": "referral_newest",
    "inbox afgelopen": "offer_partner_ended",
}


def tasks() -> dict[str, Callable[[], object]]:
    """Return everything that looks for referrals."""
    lists = {name: walked(filters) for name, filters in LISTS.items()}
    middle = Walk(Filters(view=View.ALL), user_id=1, now=NOW).page().following
    closed = Filters(view=View.ALL, states=("gesloten",), order=Order.NEWEST)
    return lists | {
        "second page": lambda: Walk(Filters(view=View.ALL), user_id=1, now=NOW).page(middle),
        "second page of closed": lambda: walked(closed)(),
        "counters": lambda: queues.counters(user_id=1, now=NOW, activities=policy().activities),
        "open work of the team": lambda: team.open_groups(NOW, door.calendar()),
        "often back": team.often_back,
        **{f"inbox {group}": inbox(group) for group in Group},
        "inbox counts": lambda: partner_inbox.counts(busiest()),
    }


def inbox(group: Group) -> Callable[[], object]:
    return lambda: partner_inbox.page(group, busiest())


def busiest() -> int:
    """Return the partner with the most offers."""
    found: int = Offer.objects.values_list("partner").annotate(count=Count("id")).order_by("-count")[0][0]
    return found


def walked(filters: Filters) -> Callable[[], object]:
    return lambda: Walk(filters, user_id=1, now=NOW).page()


def questions(task: Callable[[], object]) -> list[str]:
    """Return the questions of a task that are about referrals."""
    queues.forget(1)
    with CaptureQueriesContext(connection) as found:
        task()
    return [one["sql"] for one in found if REFERRALS in one["sql"]]


def test_every_list_goes_by_an_index_and_none_reads_all_referrals() -> None:
    postgres = connection.vendor == "postgresql"
    # With few rows PostgreSQL rightly reads them all.
    populate(20_000 if postgres else 1500, seed=31, end=END)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    read, other = {}, {}
    for name, task in tasks().items():
        used: set[str] = set()
        for sql in questions(task):
            indexes, reads_all = (on_postgres if postgres else on_sqlite)(sql)
            used |= indexes
            if reads_all:
                read[name] = sql
        if postgres and name in BY and not any(index.startswith(BY[name]) for index in used):
            other[name] = used
    assert (read, other) == ({}, {})


def on_sqlite(sql: str) -> tuple[set[str], bool]:
    """Return which indexes a question uses, and whether it goes through all referrals."""
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + sql.replace("%", "%%"), [])
        told = [str(row[3]) for row in cursor.fetchall()]
    return set(), any(line.startswith(f"SCAN {REFERRALS}") and " INDEX " not in line for line in told)


def on_postgres(sql: str) -> tuple[set[str], bool]:
    """Return which indexes a question uses, and whether it goes through all referrals."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}".replace("%", "%%"), [])
        found = cursor.fetchone()[0]
    steps = list(nodes((json.loads(found) if isinstance(found, str) else found)[0]["Plan"]))
    scans = [step for step in steps if step["Node Type"].endswith("Seq Scan")]
    indexes = {step["Index Name"] for step in steps if "Index Name" in step}
    return indexes, any(step["Relation Name"] == REFERRALS for step in scans)


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield all steps of a plan."""
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)
