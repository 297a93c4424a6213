"""The typed tree of a condition, and its three-valued truth.

What holds is decided by masks that the engine makes of the tree. The truth of a part is for those who ask about parts:
the explanation, the soft checks, and the engine about one answer at a time.
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
LEAVES = (ChoiceIs, HasAny, HasOnly, NumberIn, RowIn, Unanswered, HasAll)
Leaf = Unanswered | ChoiceIs | HasAny | HasAll | HasOnly | NumberIn | RowIn
Condition = Always | All | AnyOf | Not | AtLeast | FactHolds | DerivedIs | OutcomeIs | Leaf


class World(Protocol):
    """What a condition is asked about."""

    def answer(self, question: str) -> Value | None: ...

    def fact(self, name: str) -> bool | None: ...

    def derived(self, key: str) -> str | None: ...

    def outcome_code(self) -> str | None: ...


def truth(condition: Condition, world: World) -> bool | None:
    """Return True, False, or None when the answers given do not decide it (Kleene)."""
    if isinstance(condition, LEAVES):
        return leaf_truth(condition, world.answer(condition.question))
    if isinstance(condition, FactHolds):
        return world.fact(condition.fact)
    if isinstance(condition, DerivedIs):
        return _among(world.derived(condition.derived), condition.values)
    if isinstance(condition, All):
        return _all(condition.parts, world)
    if isinstance(condition, AnyOf):
        return _any(condition.parts, world)
    if isinstance(condition, Not):
        inner = truth(condition.part, world)
        return None if inner is None else not inner
    if isinstance(condition, AtLeast):
        return _at_least(condition.number, [truth(part, world) for part in condition.parts])
    return _among(world.outcome_code(), condition.codes) if isinstance(condition, OutcomeIs) else True


def _among(value: str | None, values: tuple[str, ...]) -> bool | None:
    """A table without a row that holds has no value, so nothing is known about it."""
    return None if value is None else value in values


def leaf_truth(leaf: Leaf, answer: Value | None) -> bool | None:
    """Return the truth of one question's condition; None when the answer is missing."""
    if isinstance(leaf, Unanswered):
        return answer is None
    if answer is None:
        return None
    if isinstance(leaf, ChoiceIs):
        return answer in leaf.values
    if isinstance(leaf, NumberIn):
        return isinstance(answer, int) and leaf.low <= answer <= leaf.high
    if isinstance(leaf, RowIn):
        score = answer.get(leaf.row) if isinstance(answer, Mapping) else None
        return None if score is None else leaf.low <= score <= leaf.high
    chosen = frozenset(answer) if isinstance(answer, tuple) else frozenset()
    if isinstance(leaf, HasAny):
        return not chosen.isdisjoint(leaf.values)
    if isinstance(leaf, HasAll):
        return chosen.issuperset(leaf.values)
    return bool(chosen) and chosen.issubset(leaf.values)


def _all(parts: Iterable[Condition], world: World) -> bool | None:
    whole: bool | None = True
    for part in parts:
        value = truth(part, world)
        if value is False:
            return False
        if value is None:
            whole = None
    return whole


def _any(parts: Iterable[Condition], world: World) -> bool | None:
    whole: bool | None = False
    for part in parts:
        value = truth(part, world)
        if value:
            return True
        if value is None:
            whole = None
    return whole


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
