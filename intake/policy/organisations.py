"""Organisations in time: who fills a party from when until when, and what became of whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

KVK = "kvk"


class Became(Enum):
    """What became of an organisation; the value is the word of the policy files."""

    MERGED = "fusie"
    ABSORBED = "opgegaan"
    RENAMED = "hernoemd"
    SPLIT = "splitsing"
    ENDED = "opgeheven"


class Precision(Enum):
    """How precisely a day is known; of a month or a year the first day counts."""

    DAY = "dag"
    MONTH = "maand"
    YEAR = "jaar"


@dataclass(frozen=True, slots=True)
class Scope:
    """About which companies is asked; None leaves that filter out of account, an empty set fits no filter at all."""

    provinces: frozenset[str] | None = None
    sectors: frozenset[str] | None = None
    themes: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """For which companies something counts; an empty filter means all of them, several filters hold together."""

    provinces: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()

    @property
    def limited(self) -> bool:
        return bool(self.provinces or self.sectors or self.themes)

    def fits(self, scope: Scope) -> bool:
        """Say whether some company of the scope is within reach."""
        return (
            _meet(self.provinces, scope.provinces)
            and _meet(self.sectors, scope.sectors)
            and _meet(self.themes, scope.themes)
        )

    def overlaps(self, other: Reach) -> bool:
        """Say whether one company with one theme can be within both."""
        return all(
            not mine or not theirs or not set(mine).isdisjoint(theirs)
            for mine, theirs in (
                (self.provinces, other.provinces),
                (self.sectors, other.sectors),
                (self.themes, other.themes),
            )
        )


def _meet(wanted: tuple[str, ...], asked: frozenset[str] | None) -> bool:
    return not wanted or asked is None or not asked.isdisjoint(wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated(Reach):
    """What counts from its first day until its last, which itself is outside; None is open."""

    valid_from: date | None = None
    valid_until: date | None = None

    def valid_on(self, on: date) -> bool:
        """Say whether it counts on that day."""
        starts = self.valid_from is None or self.valid_from <= on
        return starts and (self.valid_until is None or on < self.valid_until)

    def meets(self, other: Dated) -> bool:
        """Say whether there is a day that is in both."""
        return not _before(self.valid_until, other.valid_from) and not _before(other.valid_until, self.valid_from)


def _before(end: date | None, start: date | None) -> bool:
    return end is not None and start is not None and end <= start


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation(Dated):
    """An organisation as it was or is; another name is another organisation, joined to this one by succession.

    `phrase` is how the name reads inside a sentence. `evidence` says in our own words on what the entry rests.
    """

    code: str
    name: str
    phrase: str
    aliases: tuple[str, ...]
    kind: str
    line: str
    certainty: str
    evidence: str
    checked_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fulfilment(Dated):
    """That an organisation, or whoever succeeds it, fills a party; the lowest priority leads, None comes last."""

    organisation: str
    priority: int | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """A role of the table of 2013: the literal labels, and who fills it."""

    code: str
    name: str
    labels: tuple[str, ...]
    fulfilments: tuple[Fulfilment, ...]

    @property
    def organisations(self) -> tuple[str, ...]:
        """Return who is named for the party, whenever that was, before any succession."""
        return tuple(dict.fromkeys(item.organisation for item in self.fulfilments))


@dataclass(frozen=True, slots=True, kw_only=True)
class Succession(Reach):
    """What became of an organisation on a day; no successor means that it ended. Only a split has filters."""

    predecessor: str
    successor: str | None
    kind: Became
    on: date
    precision: Precision
    certainty: str
    gist: str
    evidence: str
