"""The typed tree of a condition, and its three-valued truth.

Every node is plain and closed, so that another module can compile the same tree to bit masks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

Value = str | int | tuple[str, ...] | Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Always:
    """Holds whatever was answered: the last row of an ordered table."""


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Condition


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least `number` of the parts hold."""

    number: int
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class FactHolds:
    fact: str


@dataclass(frozen=True, slots=True)
class DerivedIs:
    derived: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OutcomeIs:
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unanswered:
    """The question has no answer: never unknown, the one way to let a missing answer count."""

    question: str


@dataclass(frozen=True, slots=True)
class ChoiceIs:
    question: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HasAny:
    question: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HasAll:
    question: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HasOnly:
    """Something was chosen, and nothing outside the values."""

    question: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NumberIn:
    """The number lies between both bounds, bounds included."""

    question: str
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class RowIn:
    """The score of one row of a matrix lies between both bounds, bounds included."""

    question: str
    row: str
    low: int
    high: int


# As a tuple too: most nodes are leaves, and one quick look tells them apart.
_LEAVES = (ChoiceIs, HasAny, HasOnly, NumberIn, RowIn, Unanswered, HasAll)
Leaf = Unanswered | ChoiceIs | HasAny | HasAll | HasOnly | NumberIn | RowIn
Condition = Always | All | AnyOf | Not | AtLeast | FactHolds | DerivedIs | OutcomeIs | Leaf


class World(Protocol):
    """What a condition is asked about."""

    def answer(self, question: str) -> Value | None: ...

    def fact(self, name: str) -> bool | None: ...

    def derived(self, key: str) -> str: ...

    def outcome_code(self) -> str: ...


def truth(condition: Condition, world: World) -> bool | None:
    """Return True, False, or None when the answers given do not decide it (Kleene)."""
    if isinstance(condition, _LEAVES):
        return leaf_truth(condition, world.answer(condition.question))
    match condition:
        case All(parts):
            return _all(truth(part, world) for part in parts)
        case AnyOf(parts):
            return _any(truth(part, world) for part in parts)
        case Not(part):
            inner = truth(part, world)
            return None if inner is None else not inner
        case AtLeast(number, parts):
            return _at_least(number, [truth(part, world) for part in parts])
        case FactHolds(fact):
            return world.fact(fact)
        case DerivedIs(derived, values):
            return world.derived(derived) in values
        case OutcomeIs(codes):
            return world.outcome_code() in codes
        case Always():
            return True


def leaf_truth(leaf: Leaf, answer: Value | None) -> bool | None:
    """Return the truth of one question's condition; None when the answer is missing."""
    if isinstance(leaf, Unanswered):
        return answer is None
    if answer is None:
        return None
    if isinstance(leaf, ChoiceIs):
        return answer in leaf.values
    match leaf:
        case NumberIn(_, low, high):
            return isinstance(answer, int) and low <= answer <= high
        case RowIn(_, row, low, high):
            score = answer.get(row) if isinstance(answer, Mapping) else None
            return None if score is None else low <= score <= high
        case _:
            return _chosen(leaf, frozenset(answer) if isinstance(answer, tuple) else frozenset())


def _chosen(leaf: HasAny | HasAll | HasOnly, chosen: frozenset[str]) -> bool:
    match leaf:
        case HasAny(_, values):
            return not chosen.isdisjoint(values)
        case HasAll(_, values):
            return chosen.issuperset(values)
        case HasOnly(_, values):
            return bool(chosen) and chosen.issubset(values)


def _all(parts: Iterable[bool | None]) -> bool | None:
    unknown = False
    for part in parts:
        if part is False:
            return False
        unknown = unknown or part is None
    return None if unknown else True


def _any(parts: Iterable[bool | None]) -> bool | None:
    unknown = False
    for part in parts:
        if part:
            return True
        unknown = unknown or part is None
    return None if unknown else False


def _at_least(number: int, parts: list[bool | None]) -> bool | None:
    certain = parts.count(True)
    if certain >= number:
        return True
    return None if certain + parts.count(None) >= number else False


def walk(condition: Condition) -> Iterator[Condition]:
    """Yield the condition and everything below it; facts and tables are not entered."""
    yield condition
    match condition:
        case All(parts) | AnyOf(parts) | AtLeast(_, parts):
            for part in parts:
                yield from walk(part)
        case Not(part):
            yield from walk(part)
        case _:
            return
