"""The rules as z3 formulas: every condition a pair, «certain» and «certainly not»; in between lies unknown."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

from z3 import And, Bool, BoolRef, Implies, Not

from intake.policy import conditions as c
from intake.policy.model import Policy, Rule, Step, Withheld
from tests.domain.policy.oracle.space import FALSE, TRUE, Answered, both, either
from tests.domain.policy.oracle.tree import beaters, rules_and_messages


@dataclass(frozen=True, slots=True)
class Pair:
    """Two formulas that never hold together: the condition is certain, the condition is certainly not so."""

    yes: BoolRef
    no: BoolRef


class Encoding:
    """One policy as formulas over its answers. What has a name in the policy gets a variable of its own, written out
    once: a solver that meets it again then has little to read.
    """

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.rules = policy.rules
        self.answers = Answered(policy)
        self._definitions: list[BoolRef] = []
        # By identity, and with the condition, so that no other takes its number.
        self._pairs: dict[int, tuple[c.Condition, Pair]] = {}
        self._facts: dict[str, Pair] = {}
        self._first: dict[str, list[BoolRef]] = {}
        self._effective: dict[str, BoolRef] = {}
        self._complete = self._completeness()
        for item in rules_and_messages(policy):
            self.effective(item)
        for fact in self.rules.facts:
            self.pair(c.FactHolds(fact))
        for key, table in self.rules.derived.items():
            self.first(f"afgeleid:{key}", table.rows)
        self.first("uitkomst", self.rules.outcomes)
        self.first("intensiteit", self.rules.levels)

    def complete(self) -> list[BoolRef]:
        """Return what a complete intake keeps to: asked questions answered, all others not."""
        return [*self.free(), *self._complete]

    def free(self) -> list[BoolRef]:
        """Return what answers keep to when nothing is routed: each a legal one, or none."""
        return [*self._definitions, *self.answers.legal()]

    def _completeness(self) -> list[BoolRef]:
        found: list[BoolRef] = []
        for question in self.policy.catalogue.questions:
            asked = And(self.pair(question.visible_when).yes, self.answers.offered(question))
            given = self.answers.given[question.code]
            found.append(given == asked if question.required else Implies(given, asked))
            found += self.answers.fitting(question)
        return found

    def _named_as(self, name: str, formula: BoolRef) -> BoolRef:
        """Return a variable that stands for the formula."""
        variable = Bool(name)
        self._definitions.append(variable == formula)
        return variable

    def pair(self, condition: c.Condition) -> Pair:
        """Return what makes the condition certain, and what makes it certainly fail."""
        found = self._pairs.get(id(condition))
        if found is None:
            found = self._pairs[id(condition)] = condition, self._pair(condition)
        return found[1]

    def _pair(self, condition: c.Condition) -> Pair:
        match condition:
            case c.Always():
                return Pair(TRUE, FALSE)
            case c.All(parts):
                pairs = [self.pair(part) for part in parts]
                return Pair(both(*(pair.yes for pair in pairs)), either(*(pair.no for pair in pairs)))
            case c.AnyOf(parts):
                pairs = [self.pair(part) for part in parts]
                return Pair(either(*(pair.yes for pair in pairs)), both(*(pair.no for pair in pairs)))
            case c.Not(part):
                pair = self.pair(part)
                return Pair(pair.no, pair.yes)
            case c.AtLeast(number, parts):
                pairs = [self.pair(part) for part in parts]
                return Pair(
                    _at_least(number, [pair.yes for pair in pairs]),
                    _at_least(len(parts) - number + 1, [pair.no for pair in pairs]),
                )
            case _:
                return self._named(condition)

    def _named(self, condition: c.Condition) -> Pair:
        match condition:
            case c.FactHolds(fact):
                if fact not in self._facts:
                    pair = self.pair(self.rules.facts[fact].when)
                    yes, no = self._named_as(f"feit:{fact}", pair.yes), self._named_as(f"geen feit:{fact}", pair.no)
                    self._facts[fact] = Pair(yes, no)
                return self._facts[fact]
            case c.DerivedIs(key, values):
                rows = self.rules.derived[key].rows
                return self._is(self.first(f"afgeleid:{key}", rows), [row.value in values for row in rows])
            case c.OutcomeIs(codes):
                outcomes = self.rules.outcomes
                return self._is(self.first("uitkomst", outcomes), [item.code in codes for item in outcomes])
            case _:
                return self._leaf(condition)

    def _is(self, first: list[BoolRef], wanted: list[bool]) -> Pair:
        yes = [row for row, good in zip(first, wanted, strict=True) if good]
        no = [row for row, good in zip(first, wanted, strict=True) if not good]
        return Pair(either(*yes), either(*no))

    def _leaf(self, leaf: Any) -> Pair:
        given = self.answers.given[leaf.question]
        options = self.answers.options[leaf.question]
        match leaf:
            case c.Unanswered():
                return Pair(Not(given), given)
            case c.NumberIn(question, low, high):
                holds = self.answers.between(question, "", low, high)
            case c.RowIn(question, row, low, high):
                holds = self.answers.between(question, row, low, high)
            case c.HasAll(_, values):
                holds = both(*(options[value] for value in values))
            case c.HasOnly(_, values):
                holds = both(*(Not(chosen) for value, chosen in options.items() if value not in values))
            case _:
                holds = either(*(options[value] for value in leaf.values))
        return Pair(And(given, holds), And(given, Not(holds)))

    def first(self, name: str, rows: tuple[Any, ...]) -> list[BoolRef]:
        """Return for each row of a table «this is the first row that is certain»; remembered by name."""
        if name not in self._first:
            certain = [self.pair(row.when).yes for row in rows]
            first = [both(yes, *(Not(row) for row in certain[:at])) for at, yes in enumerate(certain)]
            self._first[name] = [self._named_as(f"{name}:{at}", formula) for at, formula in enumerate(first)]
        return self._first[name]

    def gate(self, step: Step) -> BoolRef:
        return self.pair(self.rules.gates[step].when).yes if step in self.rules.gates else TRUE

    def base(self, item: Rule | Withheld) -> BoolRef:
        """Return «the condition is certain, and the gate open where it counts»."""
        when = self.pair(item.when).yes
        return And(when, self.gate(item.step)) if isinstance(item, Rule) and item.gated else when

    def effective(self, item: Rule | Withheld) -> BoolRef:
        """Return «this rule or message holds», after what it gives way to."""
        if item.code not in self._effective:
            stronger = [Not(self.effective(other)) for other in beaters(self.policy, item.code)]
            self._effective[item.code] = self._named_as(item.code, both(self.base(item), *stronger))
        return self._effective[item.code]


def _at_least(number: int, parts: list[BoolRef]) -> BoolRef:
    return either(*(both(*chosen) for chosen in combinations(parts, number)))
