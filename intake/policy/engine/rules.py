"""Rules as masks: in clusters that lean on few atoms, so that every combination of those is worked out once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from intake.policy.engine.clauses import Test
from intake.policy.engine.layout import REMEMBERED

# So many atoms still have few combinations that occur; a rule that leans on more has a cluster of its own.
MOST_INPUTS = 16


@dataclass(frozen=True, slots=True)
class Precedence:
    """A rule or message that gives way when one of the others holds."""

    loser: int
    winners: int


class Cluster:
    """Some rules, each with its bit, and the atoms that they lean on."""

    __slots__ = ("inputs", "known", "members")

    def __init__(self, members: Sequence[tuple[int, Test]]) -> None:
        self.members = tuple(members)
        self.inputs = inputs_of([test for _, test in members])
        self.known: dict[int, int] = {}

    def work_out(self, bits: int) -> int:
        """Return the bits of the rules that hold, and remember them."""
        key = bits & self.inputs
        found = sum(bit for bit, test in self.members if test.holds(key))
        if len(self.known) >= REMEMBERED:
            self.known.clear()
        self.known[key] = found
        return found


class RuleMasks:
    """All rules and messages of a policy; `hold` gives one bit for each, in the order of `codes`."""

    def __init__(self, codes: Sequence[str], tests: Sequence[Test], precedence: Sequence[Precedence]) -> None:
        self.codes = tuple(codes)
        self.tests = tuple(tests)
        self.precedence = tuple(precedence)
        clusters = _clusters([(1 << index, test) for index, test in enumerate(tests)])
        self._quick = tuple((cluster.inputs, cluster.known, cluster.work_out) for cluster in clusters)
        self._names: dict[int, tuple[str, ...]] = {}

    def hold(self, bits: int) -> int:
        """Return which rules and messages hold."""
        found = 0
        for inputs, known, work_out in self._quick:
            some = known.get(bits & inputs)
            found |= work_out(bits) if some is None else some
        for order in self.precedence:
            if found & order.loser and found & order.winners:
                found ^= order.loser
        return found

    def names(self, found: int) -> tuple[str, ...]:
        """Return the codes of what holds, in order."""
        known = self._names.get(found)
        if known is None:
            if len(self._names) >= REMEMBERED:
                self._names.clear()
            known = tuple(code for index, code in enumerate(self.codes) if found >> index & 1)
            self._names[found] = known
        return known


def inputs_of(tests: Sequence[Test]) -> int:
    """Return every atom that can change one of the tests."""
    found = 0
    for test in tests:
        for mask in (*test.clauses, *(mask for mask, _ in test.counts)):
            found |= mask
    return found


def _clusters(rules: Sequence[tuple[int, Test]]) -> list[Cluster]:
    """Put each rule with those that lean on the same atoms, the widest rules first."""
    left = sorted(rules, key=lambda rule: (-inputs_of([rule[1]]).bit_count(), rule[0]))
    clusters: list[Cluster] = []
    while left:
        members = [left.pop(0)]
        inputs = inputs_of([members[0][1]])
        while left:
            grown = [(inputs | inputs_of([test])).bit_count() for _, test in left]
            nearest = min(range(len(left)), key=grown.__getitem__)
            if grown[nearest] > MOST_INPUTS:
                break
            members.append(left.pop(nearest))
            inputs |= inputs_of([members[-1][1]])
        clusters.append(Cluster(members))
    return clusters


def precedence_of(codes: Sequence[str], beats: Mapping[str, Sequence[str]]) -> list[Precedence]:
    """Return who gives way to whom, winners first: a winner that itself gave way beats nobody."""
    place = {code: 1 << index for index, code in enumerate(codes)}
    winners: dict[str, list[str]] = {}
    for winner, losers in beats.items():
        for loser in losers:
            winners.setdefault(loser, []).append(winner)
    ordered: list[str] = []
    while len(ordered) < len(winners):
        ready = [loser for loser in winners if loser not in ordered and _settled(winners[loser], winners, ordered)]
        if not ready:
            raise ValueError("precedence goes round")
        ordered += ready
    return [Precedence(place[loser], sum(place[winner] for winner in {*winners[loser]})) for loser in ordered]


def _settled(codes: Sequence[str], winners: Mapping[str, Sequence[str]], ordered: Sequence[str]) -> bool:
    return all(code not in winners or code in ordered for code in codes)
