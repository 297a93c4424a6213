"""How the open work lies: how old it is, at whom, and how much of it is late. Counts in, counts out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from referrals.domain.states import OPEN_STATES, STATES, Actor, State
from referrals.domain.worktime import Calendar, start_of

# Last working day of each band; what is older falls in one more.
AGE_BANDS = (2, 5, 10, 20)
# Came back more than twice.
OFTEN = 3

_ONE_DAY = timedelta(days=1)


def band_labels() -> tuple[str, ...]:
    """Return the bands in words, the youngest first."""
    firsts = (0, *(last + 1 for last in AGE_BANDS))
    closed = [f"{first} tot en met {last} werkdagen" for first, last in zip(firsts, AGE_BANDS, strict=False)]
    return (*closed, f"meer dan {AGE_BANDS[-1]} werkdagen")


def band_ranges() -> tuple[str, ...]:
    """Return the bands as they stand above a narrow column."""
    firsts = (0, *(last + 1 for last in AGE_BANDS))
    return (*(f"{first}–{last}" for first, last in zip(firsts, AGE_BANDS, strict=False)), f"> {AGE_BANDS[-1]}")


def band_days(today: date, calendar: Calendar) -> tuple[tuple[date | None, date | None], ...]:
    """Return the first and last day of each band; the youngest has no last day, the oldest no first."""
    firsts = [_earliest(today, last, calendar) for last in AGE_BANDS]
    lasts = [first - _ONE_DAY for first in firsts]
    return tuple(zip((*firsts, None), (None, *lasts), strict=True))


def band_starts(today: date, calendar: Calendar) -> tuple[datetime, ...]:
    """Return from which moment on a thing falls in each band or a younger one; the last band has no beginning."""
    return tuple(start_of(_earliest(today, last, calendar)) for last in AGE_BANDS)


def _earliest(today: date, age: int, calendar: Calendar) -> date:
    """Return the first day that lies at most `age` working days before today."""
    day, passed = today, int(calendar.is_working_day(today))
    while passed <= age:
        day -= _ONE_DAY
        passed += calendar.is_working_day(day)
    return day


def bands(total: int, within: Iterable[int]) -> tuple[int, ...]:
    """Return the number in each band, from the numbers that are at most so old."""
    bounds = (0, *within, total)
    return tuple(upper - lower for lower, upper in pairwise(bounds))


@dataclass(frozen=True, slots=True)
class OpenGroup:
    """The open referrals with one state, one partner and one owner."""

    state: State
    partner: int | None
    owner: int | None
    total: int
    late: int
    # The deadline that passed first, None when nothing is late.
    oldest_due: datetime | None
    # One number a band.
    ages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Load:
    """What lies at somebody."""

    total: int = 0
    # Of these, how many wait for the KvK to act; the others wait for the partner or the entrepreneur.
    own_turn: int = 0
    late: int = 0
    oldest_due: datetime | None = None

    def plus(self, group: OpenGroup) -> "Load":
        """Return this with one group more."""
        dues = [at for at in (self.oldest_due, group.oldest_due) if at]
        ours = STATES[group.state].next_actor is Actor.ADVISOR
        return Load(
            self.total + group.total,
            self.own_turn + (group.total if ours else 0),
            self.late + group.late,
            min(dues, default=None),
        )


def ages_by_state(groups: Iterable[OpenGroup]) -> dict[State, tuple[int, ...]]:
    """Return the number per band for every open state, in the order of a referral's life."""
    found = {state: (0,) * (len(AGE_BANDS) + 1) for state in OPEN_STATES}
    for group in groups:
        found[group.state] = _added(found[group.state], group.ages)
    return found


def all_ages(by_state: Mapping[State, tuple[int, ...]]) -> tuple[int, ...]:
    """Return the number per band, whatever the state."""
    return tuple(sum(column) for column in zip(*by_state.values(), strict=True))


def by_owner(groups: Iterable[OpenGroup]) -> dict[int | None, Load]:
    """Return what lies at each advisor, and under None what nobody took."""
    found: dict[int | None, Load] = {}
    for group in groups:
        found[group.owner] = found.get(group.owner, Load()).plus(group)
    return found


def by_partner(groups: Iterable[OpenGroup]) -> dict[int, Load]:
    """Return what lies at each partner."""
    found: dict[int, Load] = {}
    for group in groups:
        if group.partner is not None:
            found[group.partner] = found.get(group.partner, Load()).plus(group)
    return found


def times_back(attempts: int, state: State) -> int:
    """Return how often a referral came back; the last return only counts as an attempt once somebody goes on."""
    return attempts + (state is State.RETURNED)


def _added(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(left + right for left, right in zip(one, other, strict=True))
