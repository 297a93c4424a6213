"""How many questions each page of the workbench asks: a fixed number, however much there is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from referrals.domain.lifecycle import State
from referrals.models import Referral
from referrals.population.populating import populate
from referrals.queues import Filters, View
from referrals.queues.filters import OPEN_AND_CLOSED
from tests.referrals.desk import making
from tests.referrals.speed.lists import LISTS

pytestmark = pytest.mark.django_db
END = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LIST, DETAIL = 6, 12
# What a search adds: who has the company, and that somebody searched by contact data.
SEARCH = 3


def asked(client: Client, address: str) -> list[str]:
    """Return what a page asks while the cache has its counters and names.

    The clock of the cache cannot be held still; of three pages in a row one at most finds it run out.
    """
    return sorted((once(client, address) for _ in range(3)), key=len)[0]


def once(client: Client, address: str) -> list[str]:
    """Return what a page asks."""
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return [query["sql"][:120] for query in found]


@pytest.fixture
def anke(monkeypatch: pytest.MonkeyPatch) -> User:
    monkeypatch.setattr(timezone, "now", lambda: END + timedelta(hours=1))
    cache.clear()
    return making.staff()


@pytest.fixture
def desk(client: Client, anke: User) -> Client:
    client.force_login(anke)
    return client


def test_list_asks_six_questions_whatever_it_shows(desk: Client) -> None:
    populate(1500, seed=11, end=END)
    many = {}
    for name, filters in LISTS.items():
        questions = asked(desk, f"/werkbak/?{filters.query()}")
        if len(questions) > LIST + (
            SEARCH if filters.search else filters.view in OPEN_AND_CLOSED or bool(filters.delivery)
        ):
            many[name] = questions
    assert many == {}


def test_list_asks_as_much_for_a_full_page_as_for_one_row(desk: Client) -> None:
    making.referral("one")
    address = f"/werkbak/?{Filters(view=View.ALL).query()}"
    first = asked(desk, address)
    for number in range(24):
        making.referral(f"c{number}")
    assert len(asked(desk, address)) == len(first) <= LIST


def test_first_page_counts_everything_in_a_few_questions_more(desk: Client) -> None:
    populate(300, seed=12, end=END)
    cache.clear()
    with CaptureQueriesContext(connection) as found:
        desk.get("/werkbak/?lijst=alles")
    # Five for the counters, four for the names in the filters.
    assert len(found) <= LIST + 9


def test_a_referral_is_shown_in_twelve_questions_in_every_state(desk: Client, anke: User) -> None:
    populate(2000, seed=13, end=END)
    # Of somebody else and of this advisor: the acts ask different things.
    mine = Referral.objects.filter(closed_at__isnull=True, owner__isnull=False).order_by("id")
    Referral.objects.filter(pk__in=list(mine.values_list("pk", flat=True)[::2])).update(owner=anke)
    many = {}
    for state in State:
        rows = Referral.objects.filter(state=state).order_by("-attempts", "-id")
        for row in {*rows[:2], *rows.filter(owner=anke)[:1]}:
            if len(questions := asked(desk, f"/werkbak/{row.number}/")) > DETAIL:
                many[f"{state} {row.number}"] = questions
    assert many == {}
