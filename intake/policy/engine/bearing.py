"""What rules that hold bring: each activity with its strongest form, and which referrals go at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from intake.policy.engine.shortcuts import REMEMBERED
from intake.policy.model import Effect, Rule, Way

REFERRALS_AT_ONCE = 3
STRENGTH = {None: 0, "licht": 1, "intensief": 2}
Activities = Mapping[tuple[str, Effect], str | None]


def strength_of(effect: Effect, own: str | None, level: str) -> str | None:
    """A referral follows the table, but is never less than light: R-V1 also holds where the table says none."""
    if own is not None or effect is not Effect.REFERRAL:
        return own
    return "licht" if level == "geen" else level


class Bearing:
    """The rules of a policy in their order, each with the bit of its place; results are remembered."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = tuple((1 << place, rule) for place, rule in enumerate(rules))
        self._activities: dict[tuple[int, str], Activities] = {}
        self._now: dict[tuple[int, Way | None], frozenset[str]] = {}

    def activities(self, held: int, level: str) -> Activities:
        """Return the strongest intensity by activity and kind, in the order of the rules."""
        found = self._activities.get((held, level))
        if found is None:
            if len(self._activities) >= REMEMBERED:
                self._activities.clear()
            found = self._activities[held, level] = self._strongest(held, level)
        return found

    def _strongest(self, held: int, level: str) -> Activities:
        found: dict[tuple[str, Effect], str | None] = {}
        for rule in self.holding(held):
            strength = strength_of(rule.effect, rule.intensity, level)
            key = rule.activity, rule.effect
            if key not in found or STRENGTH[found[key]] < STRENGTH[strength]:
                found[key] = strength
        return MappingProxyType(found)

    def now(self, held: int, emphasis: Way | None) -> frozenset[str]:
        """Return the first referrals by step, then the emphasis of the outcome, then code (domain study 4.7)."""
        found = self._now.get((held, emphasis))
        if found is None:
            if len(self._now) >= REMEMBERED:
                self._now.clear()
            found = self._now[held, emphasis] = self._first(held, emphasis)
        return found

    def _first(self, held: int, emphasis: Way | None) -> frozenset[str]:
        def order(rule: Rule) -> tuple[int, bool, str]:
            return rule.step.rank, emphasis is None or rule.way is not emphasis, rule.code

        referrals = sorted((rule for rule in self.holding(held) if rule.effect is Effect.REFERRAL), key=order)
        return frozenset(rule.code for rule in referrals[:REFERRALS_AT_ONCE])

    def holding(self, held: int) -> tuple[Rule, ...]:
        """Return the rules that hold, in their order."""
        return tuple(rule for bit, rule in self._rules if held & bit)
