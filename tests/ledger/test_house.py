"""The work of the house: one row a term, whoever plans it how often; what was missed is caught up once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from nnmkb.ledger import events, house, outbox
from nnmkb.ledger.house import Work, hourly, nightly, quarterly
from nnmkb.ledger.models import Event, Outgoing
from tests.ledger.forging import broken

pytestmark = pytest.mark.django_db
# Three o'clock in the night in Amsterdam.
NOW = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WORKS = {"tidy": Work(hourly, lambda now: None), "prove": Work(nightly, lambda now: None)}


def kinds() -> list[str]:
    return sorted(Outgoing.objects.values_list("kind", flat=True))


def close(kind: str, at: datetime, state: str = "done") -> None:
    Outgoing.objects.filter(kind=kind, state="pending").update(state=state, done_at=at)


def test_each_work_gets_one_row_a_term_and_all_rows_of_a_day_one_event():
    for minutes in (0, 1, 59):
        house.plan(WORKS, NOW + timedelta(minutes=minutes))
    assert kinds() == ["work.prove", "work.tidy"]
    close("work.tidy", NOW)
    assert house.plan(WORKS, NOW + HOUR) == 1
    assert kinds() == ["work.prove", "work.tidy", "work.tidy"]
    assert [(found.kind, found.payload) for found in events.history("house")] == [("day_begun", {"day": "2026-11-28"})]
    assert broken() == []


def test_row_is_due_at_once_and_gets_the_attempts_of_work():
    house.plan(WORKS, NOW)
    assert set(Outgoing.objects.values_list("due_at", "attempts_allowed", "recipient")) == {
        (NOW, 4, "house:tidy"),
        (NOW, 4, "house:prove"),
    }


def test_what_still_waits_is_not_planned_twice():
    house.plan(WORKS, NOW)
    assert house.plan(WORKS, NOW + HOUR) == 0
    outbox.claim(Outgoing.objects.get(kind="work.tidy").pk, NOW + HOUR)
    assert house.plan(WORKS, NOW + 2 * HOUR) == 0


def test_nights_that_were_missed_are_caught_up_once():
    house.plan(WORKS, NOW)
    close("work.prove", NOW)
    late = NOW + 3 * DAY + 8 * HOUR
    house.plan(WORKS, late)
    house.plan(WORKS, late + HOUR)
    assert kinds().count("work.prove") == 2


def test_night_has_not_begun_in_the_evening():
    house.plan(WORKS, datetime(2026, 11, 27, 23, 30, tzinfo=UTC))
    assert kinds() == ["work.tidy"]


@pytest.mark.parametrize(
    ("term", "moment", "name"),
    [
        (hourly, "2026-10-25T02:59:00+02:00", "2026-10-25T00"),
        # The same hour of the clock once more, when summer time ends.
        (hourly, "2026-10-25T02:00:00+01:00", "2026-10-25T01"),
        (quarterly, "2026-11-28T10:14:59+00:00", "2026-11-28T10:00"),
        (quarterly, "2026-11-28T10:45:00+00:00", "2026-11-28T10:45"),
        (nightly, "2026-11-28T01:00:00+00:00", "2026-11-28"),
        (nightly, "2026-11-28T00:59:00+00:00", None),
    ],
)
def test_terms(term: Callable[[datetime], str | None], moment: str, name: str | None):
    assert term(datetime.fromisoformat(moment)) == name


def test_clock_that_was_wrong_for_a_while_loses_nothing():
    house.plan(WORKS, NOW + 400 * DAY)
    close("work.tidy", NOW)
    house.plan(WORKS, NOW)
    assert kinds().count("work.tidy") == 2
    assert broken() == []


def test_work_that_was_done_closes_what_was_given_up_before():
    house.plan(WORKS, NOW)
    close("work.tidy", NOW, state="dead")
    house.plan(WORKS, NOW + HOUR)
    assert house.caught_up("tidy", NOW + HOUR) == 1
    assert Outgoing.objects.get(state="done").last_error == house.CAUGHT_UP
    assert Outgoing.objects.filter(state="pending").count() == 2


def test_old_rows_go_and_the_days_stay():
    house.plan(WORKS, NOW)
    close("work.tidy", NOW)
    close("work.prove", NOW, state="dead")
    assert house.forget(WORKS, NOW + 7 * DAY) == 0
    assert house.forget(WORKS, NOW + 8 * DAY) == 1
    assert kinds() == ["work.prove"]
    assert Event.objects.filter(stream="house").exists()


@pytest.mark.django_db(transaction=True)
def test_relays_that_plan_at_the_same_moment_make_one_row_each_work():
    start = threading.Barrier(4)
    wrong: list[Exception] = []

    def plan() -> None:
        try:
            start.wait()
            house.plan(WORKS, NOW)
        except Exception as error:
            wrong.append(error)
        finally:
            connection.close()

    relays = [threading.Thread(target=plan) for _ in range(4)]
    for relay in relays:
        relay.start()
    for relay in relays:
        relay.join()
    house.plan(WORKS, NOW)
    assert wrong == []
    assert kinds() == ["work.prove", "work.tidy"]
    assert Event.objects.filter(stream="house").count() == 1
