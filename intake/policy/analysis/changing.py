"""The cheapest change of answers with which a rule holds: a shortest path through its decision diagram."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from intake.policy.analysis.diagram import FALSE
from intake.policy.analysis.fields import Whole
from intake.policy.analysis.findings import Alteration, Change
from intake.policy.analysis.intakes import Intakes
from intake.policy.analysis.prices import Pricing
from intake.policy.analysis.shortest import shortest
from intake.policy.analysis.space import Places
from intake.policy.answers import Answers
from intake.policy.conditions import Value
from intake.policy.engine import compiled
from intake.policy.model import Effect, Policy


def cheapest_change(policy: Policy, answers: Mapping[str, Value], rule_code: str) -> Change | None:
    """Return the fewest answers to change before a rule holds, counting questions that are asked for the first time
    then; None when no change will do. Answers about the company itself stay as they are.

    Among equals the earliest questions change, and to the nearest answers. KeyError for a rule that does not exist.
    """
    policy.rules.rule(rule_code)
    return ways_of(policy).change(policy, rule_code, _Given.of(policy, answers))


def cheapest_for_activity(policy: Policy, answers: Mapping[str, Value], activity: str) -> Change | None:
    """Return the cheapest change that gives an activity by any of its rules; a signal counts where nothing else does.

    KeyError for an activity that does not exist.
    """
    code = policy.activities[activity].code
    rules = [rule for rule in policy.rules.rules if rule.activity == code]
    telling = [rule for rule in rules if rule.effect is not Effect.SIGNAL] or rules
    given, ways = _Given.of(policy, answers), ways_of(policy)
    found = [change for rule in telling if (change := ways.change(policy, rule.code, given))]
    return min(found, key=lambda change: len(change.steps), default=None)


# After so many answers that could be emptied, emptying any of them is paid for, also where it is not asked any more.
MOST_EMPTIED = 6


@dataclass(frozen=True, slots=True)
class _Given:
    """The answers that count now, and the rules that hold by them."""

    kept: Answers
    holding: frozenset[str]

    @classmethod
    def of(cls, policy: Policy, answers: Mapping[str, Value]) -> _Given:
        masks = compiled(policy)
        seen = masks.look(answers)
        return cls(seen.kept, frozenset(masks.rules.names(masks.rules.hold(seen.bits))))


class Ways:
    """All intakes of a policy with each of its rules. It does not keep the policy itself, which is its key."""

    def __init__(self, policy: Policy) -> None:
        intakes = Intakes(policy)
        self.space = intakes.space
        self.diagram = intakes.diagram
        self.pricing = Pricing(self.space)
        self._whole = intakes.whole
        self._effective = {rule.code: intakes.meaning.effective(rule) for rule in policy.rules.rules}
        self._opening: dict[str, int] = {}
        # By question that may be left empty: where it is not, while it is asked.
        self._filled = {
            code: self.diagram.disj(
                field.answered(self.diagram), intakes.meaning.certain(field.question.visible_when) ^ 1
            )
            for code, field in self.space.fields.items()
            if not field.question.required
        }

    def opening(self, rule: str) -> int:
        """Return all intakes for which a rule holds."""
        if rule not in self._opening:
            self._opening[rule] = self.diagram.conj(self._whole, self._effective[rule])
        return self._opening[rule]

    def change(self, policy: Policy, rule: str, given: _Given) -> Change | None:
        """Return the cheapest change for a rule."""
        if rule in given.holding:
            return Change(rule, (), given.kept)
        function = self.opening(rule)
        if function == FALSE:
            return None
        found = self._cheapest(policy, function, given, frozenset(), MOST_EMPTIED)
        if found is None:
            return None
        places = found[1]
        after = self.space.answers(places, given.kept)
        asked = compiled(policy).look(after).asked
        changed = (code for code in asked if after.get(code) != given.kept.get(code))
        steps = [
            Alteration(code, given.kept.get(code), after.get(code), self._anything(function, code, places, given.kept))
            for code in changed
        ]
        return Change(rule, tuple(steps), after)

    def _cheapest(
        self, policy: Policy, function: int, given: _Given, emptied: frozenset[str], left: int
    ) -> tuple[int, Places] | None:
        """What is not asked any more costs nothing, but to empty what is asked is a change like any other. The price of
        an answer cannot tell the two apart; so where one is emptied, it is tried to keep that, and to pay for it.
        """
        if not left:
            emptied = frozenset(self._filled)
        found = shortest(self.diagram, function, self.pricing.of(given.kept, emptied))
        if found is None or not left:
            return found
        after = self.space.answers(found[1], given.kept)
        asked = compiled(policy).look(after).asked
        free = (code for code in asked if code in self._filled and code not in emptied and code not in after)
        code = next((code for code in free if code in given.kept), None)
        if code is None:
            return found
        keeping = self.diagram.conj(function, self._filled[code])
        ways = (
            self._cheapest(policy, keeping, given, emptied, left - 1),
            self._cheapest(policy, function, given, emptied | {code}, left - 1),
        )
        return min((way for way in ways if way), default=None)

    def _anything(self, function: int, code: str, places: Places, kept: Answers) -> bool:
        """Say whether a question that was not answered may be answered in any way, the other answers being equal."""
        if code in kept:
            return False
        field = self.space.fields.get(code)
        if not isinstance(field, Whole):
            return field is None
        before, after = places[: field.first], places[field.first + 1 :]
        return all(
            self.diagram.holds(function, (*before, place, *after))
            for place, weight in enumerate(field.weights[0])
            if place and weight
        )


_WAYS: WeakKeyDictionary[Policy, Ways] = WeakKeyDictionary()


def ways_of(policy: Policy) -> Ways:
    """Return the diagrams of a policy, made at first use and kept as long as the policy is."""
    found = _WAYS.get(policy)
    if found is None:
        found = _WAYS[policy] = Ways(policy)
    return found
