"""Answers as z3 variables: every option a Boolean, every number the thresholds it has reached."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations, pairwise
from typing import Any

from z3 import And, Bool, BoolRef, BoolVal, Implies, Not, Or

from intake.policy import conditions as c
from intake.policy.model import Kind, Policy, Question

TRUE, FALSE = BoolVal(True), BoolVal(False)


def both(*parts: BoolRef) -> BoolRef:
    """Return «all of these», also of one or none."""
    return parts[0] if len(parts) == 1 else And(*parts) if parts else TRUE


def either(*parts: BoolRef) -> BoolRef:
    """Return «at least one of these», also of one or none."""
    return parts[0] if len(parts) == 1 else Or(*parts) if parts else FALSE


def every_condition(policy: Policy) -> Iterator[c.Condition]:
    """Yield each condition that has a say in a result: visibility, facts, tables, gates, rules and messages."""
    rules = policy.rules
    yield from (question.visible_when for question in policy.catalogue.questions)
    yield from (fact.when for fact in rules.facts.values())
    yield from (row.when for table in rules.derived.values() for row in table.rows)
    owners: list[Any] = [*rules.outcomes, *rules.levels, *rules.gates.values(), *rules.rules, *rules.withheld]
    yield from (owner.when for owner in owners)


def nodes(condition: c.Condition) -> Iterator[c.Condition]:
    """Yield the condition and all below it, without going into what it names."""
    yield condition
    for part in getattr(condition, "parts", (condition.part,) if isinstance(condition, c.Not) else ()):
        yield from nodes(part)


class Answered:
    """The variables of one policy, and what any set of answers must keep to."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.given = {question.code: Bool(f"given:{question.code}") for question in policy.catalogue.questions}
        self.options = {question.code: _options(question) for question in policy.catalogue.questions}
        self.reached: dict[tuple[str, str], dict[int, BoolRef]] = defaultdict(dict)
        for leaf in (node for condition in every_condition(policy) for node in nodes(condition)):
            if isinstance(leaf, (c.NumberIn, c.RowIn)):
                place = leaf.question, getattr(leaf, "row", "")
                for bound in (leaf.low, leaf.high + 1):
                    self.reached[place][bound] = Bool(f"{place}>={bound}")

    def between(self, question: str, row: str, low: int, high: int) -> BoolRef:
        """Return «this number lies from low up to and including high», for a number that is given."""
        reached = self.reached[question, row]
        return And(reached[low], Not(reached[high + 1]))

    def legal(self) -> Iterator[BoolRef]:
        """Yield what each answer must keep to on its own, whatever else was answered."""
        for question in self.policy.catalogue.questions:
            yield from self._legal(question)

    def _legal(self, question: Question) -> Iterator[BoolRef]:
        options = self.options[question.code]
        if question.kind in (Kind.NUMBER, Kind.MATRIX):
            for row in [row.value for row in question.rows] or [""]:
                yield from _ordered(self.reached[question.code, row], question)
            return
        yield self.given[question.code] == either(*options.values())
        alone = options if question.kind is Kind.CHOICE else question.exclusive
        for one, other in combinations(options, 2):
            if one in alone or other in alone:
                yield Not(And(options[one], options[other]))

    def offered(self, question: Question) -> BoolRef:
        """Return «there is something to choose», which depends on the sector for a sector question."""
        if question.kind is not Kind.MULTI_PER_SECTOR:
            return TRUE
        return either(*(self._sector(question)[name] for name, options in question.per_sector.items() if options))

    def fitting(self, question: Question) -> Iterator[BoolRef]:
        """Yield «only options of the chosen sector»."""
        for value, chosen in self.options[question.code].items():
            if question.kind is Kind.MULTI_PER_SECTOR:
                lists = question.per_sector.items()
                homes = [name for name, options in lists if value in {option.value for option in options}]
                yield Implies(chosen, either(*(self._sector(question)[name] for name in homes)))

    def _sector(self, question: Question) -> dict[str, BoolRef]:
        return self.options[self.policy.catalogue.by_key[question.sector_question].code]


def _options(question: Question) -> dict[str, BoolRef]:
    if question.kind in (Kind.NUMBER, Kind.MATRIX):
        return {}
    lists: Any = question.per_sector.values() if question.kind is Kind.MULTI_PER_SECTOR else [question.options]
    return {option.value: Bool(f"{question.code}={option.value}") for options in lists for option in options}


def _ordered(reached: dict[int, BoolRef], question: Question) -> Iterator[BoolRef]:
    """Yield «who reached the higher bound reached the lower», and what the limits of the question say."""
    bounds = sorted(reached)
    for lower, higher in pairwise(bounds):
        yield Implies(reached[higher], reached[lower])
    for bound in bounds:
        if bound <= question.minimum:
            yield reached[bound]
        if bound > question.maximum:
            yield Not(reached[bound])
