"""How partners answer: after how many working days, how often in time. A median of few answers says nothing."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from statistics import median

from referrals.domain.worktime import Calendar

# Fewer answers are no pattern, and would be read as one.
ENOUGH = 5


class Ending(StrEnum):
    """How an offer went that is no longer unanswered."""

    IN_TIME = "in_time"
    LATE = "late"
    EXPIRED = "expired"
    UNDELIVERABLE = "undeliverable"


@dataclass(frozen=True, slots=True)
class Settled:
    """A number of offers to one partner, offered on one day and settled in one way on one day."""

    partner: int
    offered: date
    # None when there was no answer.
    answered: date | None
    ending: Ending
    count: int = 1


@dataclass(slots=True)
class Responses:
    """What one partner did with its offers."""

    days: Counter[int] = field(default_factory=Counter)
    endings: Counter[Ending] = field(default_factory=Counter)

    @property
    def answers(self) -> int:
        """Return how many offers were answered, with yes or no."""
        return self.endings[Ending.IN_TIME] + self.endings[Ending.LATE]

    @property
    def median_days(self) -> float | None:
        """Return the median of the working days until the answer; None for too few answers."""
        return float(median(self.days.elements())) if self.answers >= ENOUGH else None

    @property
    def percent_in_time(self) -> int | None:
        """Return how many of a hundred offers that arrived were answered in time; None for too few of them."""
        arrived = self.answers + self.endings[Ending.EXPIRED]
        # Rounded down: 199 of 200 is not all.
        return self.endings[Ending.IN_TIME] * 100 // arrived if arrived >= ENOUGH else None


def by_partner(rows: Iterable[Settled], calendar: Calendar) -> dict[int, Responses]:
    """Return the answers of each partner. The day of the offer does not count, as with a deadline."""
    found: dict[int, Responses] = {}
    known: dict[tuple[date, date], int] = {}
    for row in rows:
        mine = found.setdefault(row.partner, Responses())
        mine.endings[row.ending] += row.count
        if row.answered is not None:
            span = (row.offered, row.answered)
            if span not in known:
                known[span] = calendar.working_days_between(*span)
            mine.days[known[span]] += row.count
    return found
