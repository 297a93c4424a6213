"""What rules that hold bring: each activity with its strongest form, and which referrals go at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from intake.policy.engine.shortcuts import REMEMBERED
from intake.policy.model import Effect, Rule, Way

REFERRALS_AT_ONCE = 3
STRENGTH = {None: 0, "licht": 1, "intensief": 2}
Activities = Mapping[tuple[str, Effect], str | None]
# A rule at one level of intensity: its bit, its activity and kind, and how strong it is then.
Form = tuple[int, tuple[str, Effect], str | None]


def strength_of(effect: Effect, own: str | None, level: str) -> str | None:
    """A referral follows the table, but is never less than light: R-V1 also holds where the table says none."""
    if own is not None or effect is not Effect.REFERRAL:
        return own
    return "licht" if level == "geen" else level


class Bearing:
    """The rules of a policy in their order, each with the bit of its place; results are remembered."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = tuple((1 << place, rule) for place, rule in enumerate(rules))
        self._all = sum(bit for bit, _ in self._rules)
        self._referrals = sum(bit for bit, rule in self._rules if rule.effect is Effect.REFERRAL)
        self._forms: dict[str, tuple[Form, ...]] = {}
        self._activities: dict[tuple[int, str], Activities] = {}
        self._now: dict[tuple[int, Way | None], frozenset[str]] = {}

    def activities(self, held: int, level: str) -> Activities:
        """Return the strongest intensity by activity and kind, in the order of the rules."""
        key = held & self._all, level
        found = self._activities.get(key)
        if found is None:
            if len(self._activities) >= REMEMBERED:
                self._activities.clear()
            found = self._activities[key] = self._strongest(*key)
        return found

    def _strongest(self, held: int, level: str) -> Activities:
        forms = self._forms.get(level) or self._forms_at(level)
        found: dict[tuple[str, Effect], str | None] = {}
        for bit, key, strength in forms:
            if held & bit and (key not in found or STRENGTH[found[key]] < STRENGTH[strength]):
                found[key] = strength
        return MappingProxyType(found)

    def _forms_at(self, level: str) -> tuple[Form, ...]:
        found = self._forms[level] = tuple(
            (bit, (rule.activity, rule.effect), strength_of(rule.effect, rule.intensity, level))
            for bit, rule in self._rules
        )
        return found

    def now(self, held: int, emphasis: Way | None) -> frozenset[str]:
        """Return the first referrals by step, then the emphasis of the outcome, then code (domain study 4.7)."""
        key = held & self._referrals, emphasis
        found = self._now.get(key)
        if found is None:
            if len(self._now) >= REMEMBERED:
                self._now.clear()
            found = self._now[key] = self._first(*key)
        return found

    def _first(self, referrals: int, emphasis: Way | None) -> frozenset[str]:
        def order(rule: Rule) -> tuple[int, bool, str]:
            return rule.step.rank, emphasis is None or rule.way is not emphasis, rule.code

        return frozenset(rule.code for rule in sorted(self.holding(referrals), key=order)[:REFERRALS_AT_ONCE])

    def holding(self, held: int) -> tuple[Rule, ...]:
        """Return the rules that hold, in their order."""
        return tuple(rule for bit, rule in self._rules if held & bit)
