"""From a condition to clauses: a few masks of which each must meet a bit that is set.

Negations are pushed down to the leaves; the opposite of a leaf has bits of its own, which a missing answer does not
set. So «and» and «or» over «certain or not» give what three values give, with unknown read as «does not hold».
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

from intake.policy.conditions import All, Always, AnyOf, AtLeast, Condition, FactHolds, Not
from intake.policy.engine.layout import FactIs, Layout
from intake.policy.model import Policy

MOST_CLAUSES = 256
# Many combinations may shrink to a few clauses; beyond this they only take time.
MOST_COMBINATIONS = 1 << 16
Clauses = tuple[int, ...]
Counts = tuple[tuple[int, int], ...]
ALWAYS: Clauses = ()
NEVER: Clauses = (0,)


class TooManyClauses(Exception):
    """Raised for a condition that is too tangled to compile: it must be split."""


@dataclass(frozen=True, slots=True)
class Test:
    """A condition as masks: every clause must meet a bit, and every count so many bits."""

    clauses: Clauses
    counts: Counts = ()

    def holds(self, bits: int) -> bool:
        """Say whether the condition is certain."""
        for mask in self.clauses:
            if not bits & mask:
                return False
        return enough(bits, self.counts)


def enough(bits: int, counts: Counts) -> bool:
    """Say whether every count has so many bits."""
    return all((bits & mask).bit_count() >= number for mask, number in counts)


def inputs_of(tests: Iterable[Test]) -> int:
    """Return every atom that can change one of the tests."""
    found = 0
    for test in tests:
        for mask in (*test.clauses, *(mask for mask, _ in test.counts)):
            found |= mask
    return found


class Clausing:
    """Turns the conditions of one policy into masks; `apart` are the facts that have a bit of their own."""

    def __init__(self, policy: Policy, layout: Layout, apart: frozenset[str] = frozenset()) -> None:
        self.policy = policy
        self.layout = layout
        self.apart = apart
        self._facts: dict[tuple[str, bool], Clauses] = {}
        self._left = 0

    def test(self, condition: Condition) -> Test:
        """Return the condition as masks; a count stays one where that takes fewer of them."""
        self._left = MOST_COMBINATIONS
        counts: list[tuple[int, int]] = []
        clauses: list[Clauses] = []
        for part in conjuncts(condition):
            count = self._count(part)
            if count:
                counts.append(count)
            else:
                clauses.append(self._clauses(part, wanted=True))
        return Test(self._and(clauses), tuple(counts))

    def _clauses(self, condition: Condition, *, wanted: bool) -> Clauses:
        """Return the clauses of a condition that must hold, or with `wanted` False must certainly not."""
        match condition:
            case Always():
                return ALWAYS if wanted else NEVER
            case All(parts) | AnyOf(parts):
                found = [self._clauses(part, wanted=wanted) for part in parts]
                return self._and(found) if isinstance(condition, All) is wanted else self._or(found)
            case Not(part):
                return self._clauses(part, wanted=not wanted)
            case AtLeast(number, parts):
                found = [self._clauses(part, wanted=wanted) for part in parts]
                return self._at_least(number if wanted else len(parts) - number + 1, found)
            case FactHolds(fact):
                return self._fact(fact, wanted)
            case leaf:
                return (self.layout.bit(leaf, wanted),)

    def _fact(self, fact: str, wanted: bool) -> Clauses:
        if wanted and fact in self.apart:
            return (self.layout.bit(FactIs(fact)),)
        key = fact, wanted
        if key not in self._facts:
            self._facts[key] = self._clauses(self.policy.rules.facts[fact].when, wanted=wanted)
        return self._facts[key]

    def _count(self, condition: Condition) -> tuple[int, int] | None:
        """Return mask and number of a count over atoms, when it takes more than one clause to say the same."""
        if not isinstance(condition, AtLeast) or not 1 < condition.number < len(condition.parts):
            return None
        masks = [self._clauses(part, wanted=True) for part in condition.parts]
        if any(len(clauses) != 1 or clauses[0].bit_count() != 1 for clauses in masks):
            return None
        whole = sum({clauses[0] for clauses in masks})
        return (whole, condition.number) if whole.bit_count() == len(masks) else None

    def _and(self, parts: Sequence[Clauses]) -> Clauses:
        self._spend(sum(map(len, parts)))
        return _least({mask for part in parts for mask in part})

    def _or(self, parts: Sequence[Clauses]) -> Clauses:
        """Every clause of the one beside every clause of the other."""
        found: Clauses = NEVER
        for part in parts:
            self._spend(len(found) * len(part))
            found = _least({left | right for left in found for right in part})
            if not found:
                return ALWAYS
        return found

    def _at_least(self, number: int, parts: Sequence[Clauses]) -> Clauses:
        """Of every so many parts one holds: the parts left out can never make up the number."""
        if number > len(parts):
            return NEVER
        together = len(parts) - number + 1
        self._spend(comb(len(parts), together))
        return self._and([self._or(group) for group in combinations(parts, together)])

    def _spend(self, combinations: int) -> None:
        self._left -= combinations
        if self._left < 0:
            raise TooManyClauses


def conjuncts(condition: Condition) -> Iterator[Condition]:
    """Yield the parts that must all hold: a conjunction inside a conjunction is one."""
    if isinstance(condition, All):
        for part in condition.parts:
            yield from conjuncts(part)
    else:
        yield condition


def _least(masks: set[int]) -> Clauses:
    """Leave out every clause that another one implies."""
    kept: list[int] = []
    for mask in sorted(masks, key=lambda mask: (mask.bit_count(), mask)):
        if not any(smaller & mask == smaller for smaller in kept):
            kept.append(mask)
        if len(kept) > MOST_CLAUSES:
            raise TooManyClauses
    return tuple(kept)
