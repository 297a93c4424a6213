"""How the open work is counted: ages in working days, who has it, what is late."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.domain import workload
from referrals.domain.lifecycle import lead_decides
from referrals.domain.states import OPEN_STATES, State
from referrals.domain.workload import AGE_BANDS, Load, OpenGroup
from referrals.domain.worktime import AMSTERDAM, Calendar, local_date, read_calendar

CALENDAR = read_calendar()
DAYS = st.dates(date(2024, 3, 1), date(2036, 6, 30))
DUE = datetime(2026, 11, 20, 16, tzinfo=UTC)


def band_of(made: datetime, today: date) -> int:
    """Return the band that a moment falls in by the borders."""
    starts = workload.band_starts(today, CALENDAR)
    return next((number for number, start in enumerate(starts) if made >= start), len(starts))


def test_bands_are_told_in_words() -> None:
    assert workload.band_labels()[0] == "0 tot en met 2 werkdagen"
    assert workload.band_labels()[1] == "3 tot en met 5 werkdagen"
    assert workload.band_ranges() == ("0–2", "3–5", "6–10", "11–20", "> 20")
    assert workload.band_labels()[-1] == "meer dan 20 werkdagen"


@given(today=DAYS, back=st.integers(0, 60))
def test_band_is_the_one_of_the_age_in_working_days(today: date, back: int) -> None:
    made = datetime.combine(today - timedelta(days=back), datetime.min.time(), AMSTERDAM)
    age = CALENDAR.working_days_between(local_date(made), today)
    assert band_of(made, today) == sum(age > last for last in AGE_BANDS)


@given(today=DAYS)
def test_days_of_the_bands_follow_on_each_other_and_begin_where_the_bands_do(today: date) -> None:
    days = workload.band_days(today, CALENDAR)
    assert (days[0][1], days[-1][0]) == (None, None)
    for (first, _), (_, last) in pairwise(days):
        assert first is not None
        assert last == first - timedelta(days=1)
    assert [local_date(start) for start in workload.band_starts(today, CALENDAR)] == [first for first, _ in days[:-1]]


@pytest.mark.parametrize(
    ("today", "first"),
    [
        # A weekend counts for nothing: on Sunday, Thursday is one working day ago.
        (date(2026, 11, 29), date(2026, 11, 25)),
        # Both days of Christmas and a weekend lie between.
        (date(2026, 12, 28), date(2026, 12, 23)),
        # The night in which the clock goes back.
        (date(2026, 10, 26), date(2026, 10, 22)),
    ],
)
def test_first_band_reaches_over_free_days(today: date, first: date) -> None:
    assert CALENDAR.working_days_between(first, today) == 2
    assert CALENDAR.working_days_between(first - timedelta(days=1), today) == 3
    assert workload.band_days(today, CALENDAR)[0][0] == first


@pytest.mark.parametrize("today", [date(2026, 3, 30), date(2026, 10, 26)])
def test_border_is_midnight_in_amsterdam_on_both_sides_of_a_change_of_the_clock(today: date) -> None:
    for start in workload.band_starts(today, CALENDAR):
        assert start.astimezone(AMSTERDAM).hour == 0
        just_before = start.astimezone(UTC) - timedelta(seconds=1)
        assert band_of(just_before, today) == band_of(start, today) + 1


def test_calendar_without_a_working_day_is_no_reason_to_hang() -> None:
    assert workload.band_days(date(2026, 11, 24), Calendar(()))[0][0] == date(2026, 11, 20)


def test_numbers_at_most_so_old_become_numbers_per_band() -> None:
    assert workload.bands(10, (2, 5, 5, 9)) == (2, 3, 0, 4, 1)


def group(state: State, partner: int | None, owner: int | None, total: int, late: int = 0, **more: object) -> OpenGroup:
    due = more.get("due", DUE) if late else None
    assert due is None or isinstance(due, datetime)
    return OpenGroup(state, partner, owner, total, late, due, (total, 0, 0, 0, 0))


GROUPS = [
    group(State.QUEUED, None, None, 4, 1),
    group(State.OFFERED, 1, 7, 3, 2),
    group(State.IN_REVIEW, None, 7, 5, 1, due=DUE - timedelta(days=3)),
    group(State.IN_PROGRESS, 1, 8, 2),
    group(State.IN_PROGRESS, 2, 8, 1, 1),
]


def test_load_of_an_advisor_tells_turn_and_lateness_apart() -> None:
    assert workload.by_owner(GROUPS) == {
        None: Load(4, 4, 1, DUE),
        7: Load(8, 5, 3, DUE - timedelta(days=3)),
        8: Load(3, 0, 1, DUE),
    }


def test_load_of_a_partner_is_what_it_has() -> None:
    assert workload.by_partner(GROUPS) == {1: Load(5, 0, 2, DUE), 2: Load(1, 0, 1, DUE)}


def test_ages_name_every_open_state_also_without_work() -> None:
    by_state = workload.ages_by_state(GROUPS)
    assert tuple(by_state) == OPEN_STATES
    assert by_state[State.IN_PROGRESS] == (3, 0, 0, 0, 0)
    assert by_state[State.ON_HOLD] == (0, 0, 0, 0, 0)
    assert workload.all_ages(by_state) == (15, 0, 0, 0, 0)


def test_no_work_at_all() -> None:
    assert workload.all_ages(workload.ages_by_state([])) == (0, 0, 0, 0, 0)
    assert workload.by_owner([]) == {}


@pytest.mark.parametrize(
    ("attempts", "state", "times", "lead"),
    [
        (1, State.RETURNED, 2, False),
        # Three attempts came to nothing: the fourth is for the team lead.
        (2, State.RETURNED, 3, True),
        (3, State.IN_REVIEW, 3, False),
        (3, State.RETURNED, 4, True),
        (0, State.RETURNED, 1, False),
    ],
)
def test_how_often_it_came_back_and_who_decides(attempts: int, state: State, times: int, lead: bool) -> None:
    assert workload.times_back(attempts, state) == times
    assert lead_decides(state, attempts) is lead
