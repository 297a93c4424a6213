"""The sweep: everything once, the longest waiting first, in batches and slices; what is broken stops nobody else."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from pytest_django import DjangoAssertNumQueries

from intake.models import Intake
from nnmkb.ledger import events
from nnmkb.ledger.models import Event, Heartbeat
from referrals.domain.lifecycle import State
from referrals.models import Referral, TimerFailure
from referrals.services import expiring, notes, queue, timing
from referrals.services.errors import Stale
from referrals.services.timing import Swept
from tests.referrals.clocks.making import case_in, run_out
from tests.referrals.services import cast

pytestmark = pytest.mark.django_db
START = cast.NOW
LATER = START + timedelta(days=30)
A_MINUTE = timedelta(minutes=1)


def many(number: int, *, apart: timedelta = timedelta(seconds=1)) -> list[Referral]:
    """Return so many referrals in the queue, due so long after one another, without their history."""
    intake = Intake.objects.first() or cast.submitted()
    Referral.objects.all().update(sweep_at=LATER + timedelta(days=900))
    last = Referral.objects.count()
    rows = [
        Referral(
            intake=intake,
            number=f"N-{last + count}",
            activity=f"t{last + count:03d}"[:4],
            step="U",
            intensity="licht",
            entered_at=START,
            next_due_at=START + count * apart,
            sweep_at=START + count * apart,
            due_kind="claim",
            created_at=START,
        )
        for count in range(number)
    ]
    return Referral.objects.bulk_create(rows)


@pytest.fixture
def poisoned(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """Return a set: the referrals in it cannot be carried out."""
    broken: set[int] = set()
    stay = expiring._stay

    def break_off(referral: Referral, now: datetime, key: str | None) -> Event:
        event = stay(referral, now, key)
        if referral.pk in broken:
            raise ZeroDivisionError("Anna Zilverwiek")
        return event

    monkeypatch.setattr(expiring, "_stay", break_off)
    return broken


def slices_of(size: int) -> Callable[[], bool]:
    """Return an `enough` that ends a slice after so many."""
    left = [size]

    def enough() -> bool:
        left[0] -= 1
        return left[0] == 0

    return enough


def test_a_sweep_twice_does_everything_once() -> None:
    found = case_in(State.IN_REVIEW)
    moment = run_out(found)
    first, second = timing.sweep(moment), timing.sweep(moment)
    assert (first.moved, second.total) == (1, 0)
    assert [event.kind for event in events.history(found.referral.stream)].count("claim_expired") == 1


def test_what_is_not_due_or_closed_is_left_alone() -> None:
    for state in (State.QUEUED, State.OFFERED, State.ON_HOLD):
        case_in(state)
    closed = cast.case("completed")
    assert timing.sweep(START).total == 0
    version = closed.fresh().version
    timing.sweep(START + timedelta(days=400))
    assert closed.fresh().version == version


def test_the_longest_waiting_goes_first_and_all_batches_are_taken() -> None:
    rows = many(timing.BATCH * 2 + 7)
    assert timing.sweep(LATER).missed == len(rows)
    handled = Event.objects.filter(kind="deadline_missed").order_by("id").values_list("stream", flat=True)
    assert list(handled) == [row.stream for row in rows]


def test_all_that_are_due_at_the_stroke_of_five_are_taken_each_once() -> None:
    rows = many(timing.BATCH * 2 + 7, apart=timedelta(0))
    swept = timing.sweep(LATER, enough=slices_of(150))
    swept = timing.sweep(LATER, since=swept, enough=slices_of(150))
    assert (swept.missed, swept.place) == (len(rows), None)
    assert set(Referral.objects.filter(pk__in=[row.pk for row in rows]).values_list("misses", flat=True)) == {1}


def test_one_poisoned_row_stops_nobody_and_leaves_no_trace_in_its_history(
    poisoned: set[int], caplog: pytest.LogCaptureFixture
) -> None:
    rows = many(3)
    poisoned.add(rows[1].pk)
    with caplog.at_level(logging.INFO):
        swept = timing.sweep(LATER)
    assert (swept.missed, swept.failed) == (2, 1)
    failure = TimerFailure.objects.get()
    assert (failure.referral_id, failure.error, failure.count) == (rows[1].pk, "ZeroDivisionError", 1)
    assert events.history(rows[1].stream) == []
    assert Referral.objects.get(pk=rows[1].pk).version == 1
    assert "ZeroDivisionError" in caplog.text
    assert "Anna" not in caplog.text


def test_150_poisoned_rows_in_front_do_not_hide_the_good_one_behind_them(poisoned: set[int]) -> None:
    rows = many(151)
    poisoned.update(row.pk for row in rows[:150])
    swept = timing.sweep(LATER)
    assert (swept.missed, swept.failed) == (1, 150)
    assert Referral.objects.get(pk=rows[150].pk).misses == 1
    assert TimerFailure.objects.count() == 150


def test_slices_go_on_past_poisoned_rows_until_the_pass_is_complete(poisoned: set[int]) -> None:
    rows = many(11)
    poisoned.update(row.pk for row in rows[:8])
    swept, slices = timing.sweep(LATER, enough=slices_of(3)), 1
    while swept.place:
        swept, slices = timing.sweep(LATER + slices * A_MINUTE, since=swept, enough=slices_of(3)), slices + 1
    assert (swept.missed, swept.failed) == (3, 8)
    assert slices == 4
    assert TimerFailure.objects.filter(count=1).count() == 8


def test_a_failure_is_counted_and_forgotten_once_the_clock_is_carried_out(poisoned: set[int]) -> None:
    [row] = many(1)
    poisoned.add(row.pk)
    for minute in range(3):
        timing.sweep(LATER + minute * A_MINUTE)
    failure = TimerFailure.objects.get()
    assert (failure.count, failure.first_at, failure.last_at) == (3, LATER, LATER + 2 * A_MINUTE)
    poisoned.clear()
    timing.sweep(LATER + 3 * A_MINUTE)
    assert not TimerFailure.objects.exists()
    assert Referral.objects.get(pk=row.pk).misses == 1


def test_a_failure_is_forgotten_too_when_a_person_carried_on_by_hand(poisoned: set[int]) -> None:
    found = case_in(State.QUEUED)
    poisoned.add(found.referral.pk)
    moment = run_out(found)
    timing.sweep(moment)
    assert TimerFailure.objects.filter(pk=found.referral.pk).exists()
    queue.claim(found.referral.pk, advisor=found.advisor, version=1, key=cast.key(), now=moment)
    timing.sweep(moment + A_MINUTE)
    assert not TimerFailure.objects.exists()


def test_rows_that_do_not_fit_together_are_a_failure_and_not_a_lost_race() -> None:
    found = case_in(State.OFFERED)
    found.fresh().offers.update(ended_at=START)
    swept = timing.sweep(run_out(found))
    assert (swept.failed, swept.passed_by) == (1, 0)
    assert TimerFailure.objects.get(pk=found.referral.pk).error == "Refused"


def test_who_changed_the_referral_between_looking_and_acting_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    found = case_in(State.QUEUED)
    moment = run_out(found)
    run = expiring.run_out

    def claim_first(due: expiring.Due, now: datetime) -> Event | None:
        if due.referral_id == found.referral.pk:
            queue.claim(found.referral.pk, advisor=found.advisor, version=1, key=cast.key(), now=now)
        return run(due, now)

    monkeypatch.setattr(expiring, "run_out", claim_first)
    swept = timing.sweep(moment)
    assert (swept.passed_by, swept.failed) == (1, 0)
    assert (found.fresh().state, found.fresh().misses) == ("in_review", 0)
    assert not TimerFailure.objects.exists()


def test_a_clock_seen_by_two_sweeps_is_carried_out_by_one() -> None:
    [row] = many(1)
    seen = expiring.Due(row.pk, row.intake_id, 1, State.QUEUED, "claim", START)
    assert expiring.run_out(seen, LATER) is not None
    assert expiring.run_out(seen, LATER) is None
    with pytest.raises(Stale):
        expiring.run_out(expiring.Due(row.pk, row.intake_id, 1, State.QUEUED, "other", START), LATER)


def test_a_note_does_not_stop_the_clock() -> None:
    found = case_in(State.IN_REVIEW)
    notes.add(found.referral.pk, author=found.advisor, text="Belde.", key=cast.key(), now=START)
    timing.sweep(run_out(found))
    assert found.fresh().state == "queued"


def test_a_database_that_is_away_ends_the_sweep_without_a_sign_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    many(2)

    def away(*_: object) -> None:
        raise OperationalError

    monkeypatch.setattr(expiring, "run_out", away)
    monkeypatch.setattr(timing, "_note_failure", away)
    with pytest.raises(OperationalError):
        timing.sweep(LATER)
    assert not Heartbeat.objects.exists()


def test_each_slice_gives_a_sign_of_life() -> None:
    many(2)
    first = timing.sweep(LATER, enough=slices_of(1))
    assert first.place is not None
    assert Heartbeat.objects.get(name="sweep").at == LATER
    timing.sweep(LATER + A_MINUTE, since=first)
    assert Heartbeat.objects.get(name="sweep").at == LATER + A_MINUTE


def test_a_quiet_minute_costs_seven_questions(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    case_in(State.QUEUED)
    timing.sweep(START)
    with django_assert_max_num_queries(7):
        timing.sweep(START + A_MINUTE)


def test_the_command_makes_one_whole_pass_and_says_what_it_did(time_machine_at: Callable[[datetime], None]) -> None:
    many(3)
    time_machine_at(LATER)
    said = io.StringIO()
    call_command("sweep", stdout=said)
    assert "0 moved on, 3 stayed" in said.getvalue()
    assert Heartbeat.objects.get(name="sweep").at == LATER


def test_the_command_fails_when_something_could_not_be_carried_out(
    poisoned: set[int], time_machine_at: Callable[[datetime], None]
) -> None:
    [row] = many(1)
    poisoned.add(row.pk)
    time_machine_at(LATER)
    with pytest.raises(CommandError, match="1 failed"):
        call_command("sweep")


@pytest.fixture
def time_machine_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Return a way to put the clock of the commands at a moment."""

    def put(at: datetime) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: at)

    return put


def test_counts_add_up() -> None:
    assert Swept(START, moved=1, missed=2, bounced=3, passed_by=4, failed=5).total == 15
