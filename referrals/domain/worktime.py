"""Working days and deadlines by the Algemene termijnenwet."""

import csv
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
END_OF_DAY = time(17, 0)
HOLIDAYS = Path(__file__).resolve().parent.parent.parent / "fixtures" / "reference" / "feestdagen_nl.csv"

_ONE_DAY = timedelta(days=1)
_FRIDAY = 5


@dataclass(frozen=True)
class Calendar:
    """The days on which nobody is expected to work, besides Saturday and Sunday.

    After the last year in the table only weekends are free days. `runs_out` warns long before that.
    """

    holidays: frozenset[date]
    _free_weekdays: list[date] = field(init=False, repr=False, compare=False)

    def __init__(self, holidays: Iterable[date]) -> None:
        object.__setattr__(self, "holidays", frozenset(holidays))
        object.__setattr__(self, "_free_weekdays", sorted(d for d in self.holidays if d.isoweekday() <= _FRIDAY))

    @property
    def known_until(self) -> date:
        """Return the last day of the last year in the table; an empty table ends in the year 1."""
        return date(max(self.holidays, default=date.min).year, 12, 31)

    def runs_out(self, today: date, years: int = 2) -> bool:
        """Tell whether fewer than `years` years of holidays are left in the table."""
        # 29 February has no namesake in most years; 28 February is close enough for a warning.
        day = 28 if (today.month, today.day) == (2, 29) else today.day
        return self.known_until < today.replace(year=today.year + years, day=day)

    def is_working_day(self, day: date) -> bool:
        """Tell whether the day is neither in a weekend nor a holiday."""
        return day.isoweekday() <= _FRIDAY and day not in self.holidays

    def working_days_between(self, after: date, until: date) -> int:
        """Count the working days later than `after`, up to and including `until`; never negative."""
        if until <= after:
            return 0
        weekdays = _weekdays_through(until) - _weekdays_through(after)
        return weekdays - bisect_right(self._free_weekdays, until) + bisect_left(self._free_weekdays, after + _ONE_DAY)


def read_calendar(path: Path = HOLIDAYS) -> Calendar:
    """Return the calendar of the days that the Algemene termijnenwet counts."""
    with path.open(encoding="utf-8", newline="") as file:
        # Article 3 counts 5 May every year; column termijnenwet follows the law, not the custom.
        return Calendar(date.fromisoformat(r["datum"]) for r in csv.DictReader(file) if r["termijnenwet"] == "1")


def deadline(start: datetime, days: int, calendar: Calendar) -> datetime:
    """Return 17:00 in Amsterdam on working day number `days`; the day of `start` does not count."""
    if days < 1:
        raise ValueError("a term is at least one working day")
    day = local_date(start)
    while days:
        day += _ONE_DAY
        days -= calendar.is_working_day(day)
    return end_of(day)


def days_left(now: datetime, due: datetime, calendar: Calendar) -> int:
    """Return the working days after today up to the deadline: 0 when it is today or past."""
    return calendar.working_days_between(local_date(now), local_date(due))


def days_late(now: datetime, due: datetime, calendar: Calendar) -> int:
    """Return the working days since the deadline: 0 when on time, at least 1 once it has passed."""
    if now <= due:
        return 0
    return max(1, calendar.working_days_between(local_date(due), local_date(now)))


def local_date(moment: datetime) -> date:
    """Return the date on the wall in Amsterdam; a moment without time zone is refused."""
    if moment.tzinfo is None:
        raise ValueError("a moment without time zone cannot carry a deadline")
    return moment.astimezone(AMSTERDAM).date()


def end_of(day: date) -> datetime:
    """Return 17:00 in Amsterdam on the day."""
    return datetime.combine(day, END_OF_DAY, AMSTERDAM)


def start_of(day: date) -> datetime:
    """Return midnight in Amsterdam at the beginning of the day."""
    return datetime.combine(day, time(0, 0), AMSTERDAM)


def _weekdays_through(day: date) -> int:
    weeks, rest = divmod(day.toordinal(), 7)
    # Day 1 of the proleptic calendar is a Monday.
    return weeks * _FRIDAY + min(rest, _FRIDAY)
