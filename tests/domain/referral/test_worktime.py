"""Deadlines fall on working days of the Algemene termijnenwet, at 17:00 in Amsterdam."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.domain.worktime import (
    AMSTERDAM,
    Calendar,
    days_late,
    days_left,
    deadline,
    end_of,
    local_date,
    read_calendar,
    start_of,
)

CALENDAR = read_calendar()
DAYS = st.dates(date(2024, 1, 1), date(2036, 6, 30))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


@pytest.mark.parametrize(
    ("sent", "days", "expected"),
    [
        ("2026-12-24T10:00", 2, "2026-12-29"),
        ("2026-04-24T10:00", 1, "2026-04-28"),
        ("2026-04-02T10:00", 3, "2026-04-09"),
        ("2026-05-04T10:00", 1, "2026-05-06"),
        ("2026-05-13T10:00", 1, "2026-05-15"),
        ("2026-11-20T23:59", 1, "2026-11-23"),
        ("2026-11-21T00:00", 1, "2026-11-23"),
        ("2026-11-22T12:00", 5, "2026-11-27"),
        ("2026-11-23T16:59", 1, "2026-11-24"),
        ("2026-12-31T10:00", 1, "2027-01-04"),
    ],
)
def test_deadline_counts_working_days_after_the_day_of_sending(sent: str, days: int, expected: str) -> None:
    assert deadline(at(sent), days, CALENDAR) == at(f"{expected}T17:00")


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        # The clock went forward on 29 March 2026 and back on 25 October 2026, both Sundays.
        ("2026-03-27T16:30", datetime(2026, 3, 30, 15, 0, tzinfo=UTC)),
        ("2026-03-29T01:30", datetime(2026, 3, 30, 15, 0, tzinfo=UTC)),
        ("2026-03-29T03:30", datetime(2026, 3, 30, 15, 0, tzinfo=UTC)),
        ("2026-10-23T16:30", datetime(2026, 10, 26, 16, 0, tzinfo=UTC)),
        ("2026-10-25T02:30", datetime(2026, 10, 26, 16, 0, tzinfo=UTC)),
    ],
)
def test_deadline_is_17_hours_on_the_wall_on_both_sides_of_a_clock_change(sent: str, expected: datetime) -> None:
    assert deadline(at(sent), 1, CALENDAR) == expected


def test_the_day_of_sending_is_the_day_in_amsterdam_and_not_in_utc() -> None:
    just_after_midnight = datetime(2026, 6, 8, 22, 30, tzinfo=UTC)
    assert local_date(just_after_midnight) == date(2026, 6, 9)
    assert deadline(just_after_midnight, 1, CALENDAR) == at("2026-06-10T17:00")


def test_a_moment_without_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without time zone"):
        deadline(datetime(2026, 6, 9, 12, 0), 1, CALENDAR)


@pytest.mark.parametrize("days", [0, -1])
def test_a_term_of_no_days_is_refused(days: int) -> None:
    with pytest.raises(ValueError, match="at least one working day"):
        deadline(at("2026-06-09T12:00"), days, CALENDAR)


@pytest.mark.parametrize("year", range(2024, 2037))
def test_the_fifth_of_may_counts_every_year_and_easter_sunday_never(year: int) -> None:
    assert date(year, 5, 5) in CALENDAR.holidays
    assert not [day for day in CALENDAR.holidays if day.year == year and day.month in (3, 4) and day.isoweekday() == 7]
    assert len([day for day in CALENDAR.holidays if day.year == year]) == 9


def test_king_s_day_moves_to_saturday_when_it_falls_on_sunday() -> None:
    assert date(2025, 4, 26) in CALENDAR.holidays
    assert date(2025, 4, 27) not in CALENDAR.holidays


def test_only_the_days_that_the_law_counts_are_read(tmp_path: Path) -> None:
    table = tmp_path / "days.csv"
    table.write_text("datum,naam_nl,naam_en,termijnenwet\n2026-06-01,a,a,1\n2026-06-02,b,b,0\n", encoding="utf-8")
    assert read_calendar(table).holidays == {date(2026, 6, 1)}


@pytest.mark.parametrize(
    ("today", "short"),
    [("2034-12-30", False), ("2034-12-31", False), ("2035-01-01", True), ("2036-02-29", True), ("2040-01-01", True)],
)
def test_the_calendar_warns_when_fewer_than_two_years_are_left(today: str, short: bool) -> None:
    assert CALENDAR.known_until == date(2036, 12, 31)
    assert CALENDAR.runs_out(date.fromisoformat(today)) is short


def test_the_warning_works_on_a_leap_day() -> None:
    assert not CALENDAR.runs_out(date(2028, 2, 29))


def test_an_empty_calendar_has_always_run_out() -> None:
    assert Calendar([]).runs_out(date(2026, 1, 1))


@given(DAYS, st.integers(1, 40))
def test_a_deadline_is_a_working_day_exactly_that_many_working_days_later(day: date, days: int) -> None:
    due = deadline(start_of(day), days, CALENDAR)
    assert CALENDAR.is_working_day(due.date())
    assert CALENDAR.working_days_between(day, due.date()) == days


@given(DAYS, st.integers(0, 400))
def test_counting_by_arithmetic_equals_counting_day_by_day(day: date, length: int) -> None:
    counted = sum(CALENDAR.is_working_day(day + timedelta(days=n)) for n in range(1, length + 1))
    assert CALENDAR.working_days_between(day, day + timedelta(days=length)) == counted


@given(DAYS, DAYS)
def test_days_left_and_days_late_are_never_both_positive(now: date, due: date) -> None:
    moment = start_of(now) + timedelta(hours=12)
    left, late = days_left(moment, end_of(due), CALENDAR), days_late(moment, end_of(due), CALENDAR)
    assert min(left, late) == 0
    assert (late > 0) == (moment > end_of(due))


@pytest.mark.parametrize(
    ("now", "left", "late"),
    [
        ("2026-12-22T09:00", 3, 0),
        ("2026-12-24T09:00", 1, 0),
        ("2026-12-27T09:00", 1, 0),
        ("2026-12-28T09:00", 0, 0),
        ("2026-12-28T17:00", 0, 0),
        ("2026-12-28T17:01", 0, 1),
        ("2026-12-29T09:00", 0, 1),
        ("2026-12-30T09:00", 0, 2),
        ("2027-01-03T09:00", 0, 3),
    ],
)
def test_the_workbench_counts_in_working_days(now: str, left: int, late: int) -> None:
    due = at("2026-12-28T17:00")
    assert (days_left(at(now), due, CALENDAR), days_late(at(now), due, CALENDAR)) == (left, late)


def test_calendars_with_the_same_days_are_equal() -> None:
    assert Calendar([date(2026, 6, 1)]) == Calendar({date(2026, 6, 1)})
