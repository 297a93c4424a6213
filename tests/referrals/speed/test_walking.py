"""Walking through a list page by page while others work in it: nothing lost, nothing twice."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import DjangoDbBlocker

from intake.models import Intake
from referrals.domain.lifecycle import State
from referrals.models import Referral
from referrals.population.populating import populate
from referrals.queues import Filters, Order, View, Walk
from tests.referrals.desk import making
from tests.sharing import kept

pytestmark = pytest.mark.django_db
END = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
NOW = END + timedelta(hours=1)
# So that enough is left that nobody touches.
MOST = 40
MOST_MET = 5000
WALKS = {
    "due first": Filters(view=View.ALL),
    "newest first": Filters(view=View.ALL, order=Order.NEWEST),
    "oldest first": Filters(view=View.ALL, order=Order.OLDEST),
    "changed last": Filters(view=View.ALL, order=Order.CHANGED),
    "closed": Filters(view=View.ALL, states=("gesloten",)),
    "of one province": Filters(view=View.ALL, province="groningen"),
    "two states": Filters(view=View.ALL, states=("queued", "offered")),
}


class Others:
    """Colleagues and companies who change the list between two pages, and remember what they touched."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.touched: set[int] = set()
        self.cases = list(Intake.objects.order_by("id")[:40])

    def work(self) -> None:
        """Put rows in, close some and change others, anywhere in the list."""
        rng = self.rng
        if len(self.touched) >= MOST:
            return
        for _ in range(2):
            due, ago = timedelta(minutes=rng.randint(-20_000, 20_000)), timedelta(minutes=rng.randint(0, 90_000))
            made = making.referral(f"new {rng.random()}", due=due, created_at=NOW - ago, entered_at=NOW - ago)
            self.touched.add(made.pk)
        rows = list(Referral.objects.filter(closed_at__isnull=True).exclude(pk__in=self.touched).order_by("id"))
        for row in rng.sample(rows, 3):
            self.touched.add(row.pk)
            close = rng.random() < 0.5
            Referral.objects.filter(pk=row.pk).update(
                **(
                    {"state": State.CANCELLED, "closed_at": NOW, "outcome": "cancelled"}
                    if close
                    else {"next_due_at": NOW + timedelta(minutes=rng.randint(-20_000, 20_000)), "entered_at": NOW}
                )
            )


@pytest.fixture(scope="module")
def population(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[int]:
    """So many rows, made from a seed, for all tests that ask for the same; the seed."""
    number, seed = request.param
    with kept(django_db_blocker):
        populate(number, seed=seed, end=END)
        yield seed


def populated(number: int, *seeds: int) -> pytest.MarkDecorator:
    """Return a mark that runs a test on a population of each of these seeds."""
    return pytest.mark.parametrize("population", [(number, seed) for seed in seeds], indirect=True, ids=repr)


def test_the_pages_of_every_list_come_together_to_that_list() -> None:
    populate(700, seed=21, end=END)
    for name, filters in WALKS.items():
        assert walked(filters, size=7) == walked(filters, size=10_000), name


@populated(900, 0, 1)
@pytest.mark.parametrize("name", WALKS)
def test_what_nobody_touches_is_met_exactly_once_while_others_work(name: str, population: int) -> None:
    filters = WALKS[name]
    before = walked(filters, size=10_000)
    others = Others(random.Random(population))
    met = walked(filters, size=5, between=others)
    quiet = [pk for pk in before if pk not in others.touched]
    assert len(quiet) >= 5
    assert [pk for pk in met if pk not in others.touched] == quiet
    # What was moved past the reader comes by once more, and what was closed meanwhile no longer.
    assert max(met.count(pk) for pk in others.touched) <= 2


@populated(500, 5)
@pytest.mark.parametrize("name", WALKS)
@pytest.mark.usefixtures("population")
def test_walking_back_meets_the_same_in_reverse_while_others_work(name: str) -> None:
    filters = WALKS[name]
    walk = Walk(filters, user_id=1, now=NOW, size=6)
    page = walk.page()
    there = [row.pk for row in page.rows]
    while page.following:
        page = walk.page(page.following)
        there += [row.pk for row in page.rows]
        assert len(there) < MOST_MET, "the walk goes round"
    others = Others(random.Random(5))
    back = [row.pk for row in reversed(page.rows)]
    while page.preceding:
        others.work()
        page = walk.page(page.preceding)
        assert len(back) < MOST_MET, "the walk goes round"
        if page.preceding or not {row.pk for row in page.rows} & set(back):
            back += [row.pk for row in reversed(page.rows)]
        else:
            # The first page is filled up from what was met already.
            back += [row.pk for row in reversed(page.rows) if row.pk not in back]
    assert [pk for pk in back if pk not in others.touched] == [pk for pk in there[::-1] if pk not in others.touched]


def walked(filters: Filters, *, size: int, between: Others | None = None) -> list[int]:
    """Return the keys that a walk from the first page to the last meets."""
    walk = Walk(filters, user_id=1, now=NOW, size=size)
    page = walk.page()
    met = [row.pk for row in page.rows]
    while page.following:
        if between:
            between.work()
        page = walk.page(page.following)
        assert not page.refused
        met += [row.pk for row in page.rows]
        assert len(met) < MOST_MET, "the walk goes round"
    return met
