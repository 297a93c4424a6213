"""Rules as masks: in clusters that lean on few atoms, so that every combination of those is worked out once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from intake.policy.engine.clauses import Test, inputs_of
from intake.policy.engine.shortcuts import MOST_INPUTS, REMEMBERED, Shortcut, Words, gather, quick, room_for_each


@dataclass(frozen=True, slots=True)
class Precedence:
    """A rule or message that gives way when one of the others holds."""

    loser: int
    winners: int


class RuleMasks:
    """All rules and messages of a policy; `hold` gives one bit for each, in the order of `codes`."""

    def __init__(self, codes: Sequence[str], tests: Sequence[Test], precedence: Sequence[Precedence]) -> None:
        self.codes = tuple(codes)
        self.tests = tuple(tests)
        self.precedence = tuple(precedence)
        self.quick = quick(_clusters(self.tests))
        self.names = Words(_names(self.codes)).of

    def hold(self, bits: int) -> int:
        """Return which rules and messages hold."""
        found = 0
        for inputs, known, learn in self.quick:
            some = known.get(bits & inputs)
            found |= learn(bits) if some is None else some
        return self.give_way(found) if self.precedence else found

    def give_way(self, found: int) -> int:
        """Leave out what another that holds goes before."""
        for order in self.precedence:
            if found & order.loser and found & order.winners:
                found ^= order.loser
        return found


def _names(codes: Sequence[str]) -> Iterator[Shortcut[tuple[str, ...]]]:
    """Put the places of what holds in codes, a stretch at a time."""
    for start in range(0, len(codes), MOST_INPUTS):
        bits = tuple((1 << place, codes[place]) for place in range(start, min(start + MOST_INPUTS, len(codes))))
        yield Shortcut(sum(bit for bit, _ in bits), partial(_named, bits))


def _named(codes: Sequence[tuple[int, str]], found: int) -> tuple[str, ...]:
    return tuple(code for bit, code in codes if found & bit)


def _clusters(tests: Sequence[Test]) -> list[Shortcut[int]]:
    """Put each rule with those that lean on the same atoms."""
    groups = gather([inputs_of([test]) for test in tests])
    return [cluster([(1 << place, tests[place]) for place in group], room_for_each(len(groups))) for group in groups]


def cluster(members: Sequence[tuple[int, Test]], room: int = REMEMBERED) -> Shortcut[int]:
    """Return which of the members hold, as the sum of their bits."""

    def hold(bits: int) -> int:
        return sum(bit for bit, test in members if test.holds(bits))

    return Shortcut(inputs_of([test for _, test in members]), hold, room)


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
