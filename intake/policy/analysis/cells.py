"""Kinds of answers: what no condition tells apart is one cell, with the number of answers in it and a way to one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Protocol

from intake.policy.conditions import HasAll, HasAny, HasOnly, Leaf, NumberIn, RowIn, Value, leaf_truth
from intake.policy.model import Question

NONE, SOME, ALL = range(3)

# What every leaf about a question says about an answer, in the order of the leaves.
Signature = tuple[bool | None, ...]


class Cell(Protocol):
    """Some answers to one question, or to one row of a matrix."""

    @property
    def weight(self) -> int:
        """Return how many answers there are."""

    def nearest(self, current: Value | None) -> Value | None:
        """Return the answer that differs least from the current one; the first one when there is none."""


@dataclass(frozen=True, slots=True)
class Missing:
    """No answer."""

    weight: int = 1

    def nearest(self, current: Value | None) -> None:
        return None


@dataclass(frozen=True, slots=True)
class OneOf:
    """Options of a choice; `order` holds all options of the question."""

    values: tuple[str, ...]
    order: tuple[str, ...]

    @property
    def weight(self) -> int:
        return len(self.values)

    def nearest(self, current: Value | None) -> Value:
        if current not in self.order:
            return self.values[0]
        here = self.order.index(str(current))
        return min(self.values, key=lambda value: abs(self.order.index(value) - here))


@dataclass(frozen=True, slots=True)
class Within:
    """Numbers or scores."""

    spans: tuple[range, ...]

    @property
    def weight(self) -> int:
        return sum(map(len, self.spans))

    def nearest(self, current: Value | None) -> Value:
        if not isinstance(current, int):
            return self.spans[0][0]
        ends = [min(max(current, span[0]), span[-1]) for span in self.spans]
        return min(ends, key=lambda end: abs(end - current))


@dataclass(frozen=True, slots=True)
class Group:
    """Options of a multi-choice that every leaf treats alike; with `whole` it matters whether all are chosen."""

    options: tuple[str, ...]
    exclusive: bool
    whole: bool

    def weight(self, state: int) -> int:
        """Return in how many ways none, some (but not all, where that matters) or all can be chosen."""
        if state in (NONE, ALL):
            return 1
        if self.exclusive:
            return len(self.options)
        return (1 << len(self.options)) - 1 - self.whole

    @property
    def states(self) -> tuple[int, ...]:
        if self.whole and not self.exclusive:
            return NONE, SOME, ALL
        return NONE, SOME

    def chosen(self, state: int, current: frozenset[str]) -> tuple[str, ...]:
        """Return options for a state, those of the current answer where they will do."""
        if state == NONE:
            return ()
        if state == ALL:
            return self.options
        kept = tuple(option for option in self.options if option in current)
        return self.options[:1] if not kept or self.exclusive or (self.whole and kept == self.options) else kept


@dataclass(frozen=True, slots=True)
class Sets:
    """Answers to a multi-choice: a few combinations of a state for each group."""

    groups: tuple[Group, ...]
    combinations: tuple[tuple[int, ...], ...]
    order: tuple[str, ...]

    @property
    def weight(self) -> int:
        return sum(self._ways(states) for states in self.combinations)

    def _ways(self, states: tuple[int, ...]) -> int:
        return prod(group.weight(state) for group, state in zip(self.groups, states, strict=True))

    def nearest(self, current: Value | None) -> Value:
        chosen = frozenset(current) if isinstance(current, tuple) else frozenset()
        sets = [self._set(states, chosen) for states in self.combinations]
        return min(sets, key=lambda values: len(chosen.symmetric_difference(values)))

    def _set(self, states: tuple[int, ...], current: frozenset[str]) -> tuple[str, ...]:
        pairs = zip(self.groups, states, strict=True)
        found = {option for group, state in pairs for option in group.chosen(state, current)}
        return tuple(option for option in self.order if option in found)


def groups_of(options: Sequence[str], exclusive: Iterable[str], leaves: Iterable[Leaf]) -> tuple[Group, ...]:
    """Return the options in groups that every leaf treats alike, in the order of their first options."""
    lists = [leaf for leaf in leaves if isinstance(leaf, HasAny | HasAll | HasOnly)]
    alone = frozenset(exclusive)
    found: dict[tuple[bool, ...], list[str]] = {}
    for option in options:
        kind = (option in alone, *(option in leaf.values for leaf in lists))
        found.setdefault(kind, []).append(option)
    return tuple(
        Group(tuple(members), members[0] in alone, len(members) > 1 and _in_whole(members[0], lists))
        for members in found.values()
    )


def _in_whole(option: str, lists: Iterable[Leaf]) -> bool:
    return any(isinstance(leaf, HasAll) and option in leaf.values for leaf in lists)


def combinations(groups: Sequence[Group]) -> list[tuple[int, ...]]:
    """Return every way to choose something, an exclusive option only by itself; few and early groups come first."""
    found = []
    for states in product(*(group.states for group in groups)):
        chosen = [group for group, state in zip(groups, states, strict=True) if state != NONE]
        if chosen and (len(chosen) == 1 or not any(group.exclusive for group in chosen)):
            found.append((len(chosen), [-state for state in states], states))
    return [states for _, _, states in sorted(found)]


def cells_of_sets(options: Sequence[str], groups: Sequence[Group], leaves: Sequence[Leaf]) -> dict[Signature, Cell]:
    """Return the kinds of answers to a multi-choice by what the leaves say."""
    order = tuple(options)
    found: dict[Signature, list[tuple[int, ...]]] = {}
    for states in combinations(groups):
        answer = Sets(tuple(groups), (states,), order).nearest(None)
        found.setdefault(signature(leaves, answer), []).append(states)
    return {said: Sets(tuple(groups), tuple(states), order) for said, states in found.items()}


def cells_of_choice(
    question: Question, leaves: Sequence[Leaf], lists: Mapping[str, object]
) -> list[tuple[Signature, OneOf]]:
    """Return the kinds of answers to a choice; options with another list in `lists` are another kind."""
    order = tuple(option.value for option in question.options)
    found: dict[tuple[Signature, object], list[str]] = {}
    for value in order:
        found.setdefault((signature(leaves, value), lists.get(value)), []).append(value)
    return [(said, OneOf(tuple(values), order)) for (said, _), values in found.items()]


def cells_of_number(question: Question, leaves: Sequence[Leaf], row: str = "") -> dict[Signature, Cell]:
    """Return the kinds of numbers, or of scores for one row of a matrix: the regions between bounds in use."""
    starts = {question.minimum}
    for leaf in leaves:
        if isinstance(leaf, NumberIn | RowIn):
            starts |= {leaf.low, leaf.high + 1}
    bounds = sorted(start for start in starts if question.minimum <= start <= question.maximum)
    found: dict[Signature, list[range]] = {}
    for low, high in zip(bounds, [*bounds[1:], question.maximum + 1], strict=True):
        answer: Value = {row: low} if row else low
        found.setdefault(signature(leaves, answer), []).append(range(low, high))
    return {said: Within(tuple(spans)) for said, spans in found.items()}


def signature(leaves: Sequence[Leaf], answer: Value | None) -> Signature:
    """Return what every leaf says about an answer."""
    return tuple([leaf_truth(leaf, answer) for leaf in leaves])
