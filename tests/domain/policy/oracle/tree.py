"""What the rules say about one set of answers, straight from the model tree; shares no code with the engine.

Truth is a number: 1 certain, 0 unknown, -1 certainly not. So «alle» is the least, «een_van» the greatest, «niet» the
opposite, and «minstens n» the n-th greatest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from intake.policy import conditions as c
from intake.policy.model import Kind, Policy, Rule, Step, Withheld

YES, UNKNOWN, NO = 1, 0, -1


class Tree:
    """One set of answers seen through one policy; `asked` and `kept` are what the routing leaves of them."""

    def __init__(self, policy: Policy, answers: Mapping[str, Any]) -> None:
        self.policy = policy
        self.rules = policy.rules
        self.asked: list[str] = []
        self.kept: dict[str, Any] = {}
        # Values of tables, from when all answers that count are known.
        self._tables: dict[str, str | None] = {}
        self._looked = False
        for question in policy.catalogue.questions:
            if self.certain(question.visible_when):
                self.asked.append(question.code)
                value = answers.get(question.code)
                if question.kind is Kind.MULTI_PER_SECTOR and value is not None:
                    sector = self.kept.get(policy.catalogue.by_key[question.sector_question].code, "")
                    offered = {option.value for option in question.per_sector.get(sector, ())}
                    value = tuple(item for item in value if item in offered) or None
                if value is not None:
                    self.kept[question.code] = value
        self._looked = True

    def certain(self, condition: c.Condition) -> bool:
        return self.judge(condition) == YES

    def judge(self, condition: c.Condition) -> int:
        """Return the truth of the condition as a number."""
        match condition:
            case c.Always():
                return YES
            case c.All(parts):
                return min((self.judge(part) for part in parts), default=YES)
            case c.AnyOf(parts):
                return max((self.judge(part) for part in parts), default=NO)
            case c.Not(part):
                return -self.judge(part)
            case c.AtLeast(number, parts):
                return sorted((self.judge(part) for part in parts), reverse=True)[number - 1]
            case c.FactHolds(fact):
                return self.judge(self.rules.facts[fact].when)
            case c.DerivedIs(key, values):
                return _among(self.derived(key), values)
            case c.OutcomeIs(codes):
                return _among(self.outcome, codes)
            case _:
                return self._leaf(condition)

    def _leaf(self, leaf: Any) -> int:
        answer = self.kept.get(leaf.question)
        if isinstance(leaf, c.Unanswered):
            return YES if answer is None else NO
        if isinstance(leaf, c.RowIn) and answer is not None:
            answer = answer.get(leaf.row)
        if answer is None:
            return UNKNOWN
        match leaf:
            case c.ChoiceIs():
                holds = answer in leaf.values
            case c.NumberIn() | c.RowIn():
                holds = leaf.low <= answer <= leaf.high
            case c.HasAny():
                holds = bool(set(answer) & set(leaf.values))
            case c.HasAll():
                holds = set(leaf.values) <= set(answer)
            case _:
                holds = set(answer) <= set(leaf.values)
        return YES if holds else NO

    def derived(self, key: str) -> str | None:
        """Return the value of the first certain row; None when no row is certain."""
        return self._first(f"afgeleid:{key}", ((row.value, row.when) for row in self.rules.derived[key].rows))

    @property
    def outcome(self) -> str | None:
        return self._first("uitkomst", ((item.code, item.when) for item in self.rules.outcomes))

    @property
    def level(self) -> str | None:
        return self._first("intensiteit", ((item.value, item.when) for item in self.rules.levels))

    def _first(self, table: str, rows: Iterator[tuple[str, c.Condition]]) -> str | None:
        if table in self._tables:
            return self._tables[table]
        found = next((value for value, when in rows if self.certain(when)), None)
        if self._looked:
            self._tables[table] = found
        return found

    def gate(self, step: Step) -> bool:
        """Say whether the step is open; a step without a gate always is."""
        return step not in self.rules.gates or self.certain(self.rules.gates[step].when)

    @cached_property
    def holding(self) -> frozenset[str]:
        """Return the codes of the rules and messages that hold, after gates and precedence."""
        return frozenset(item.code for item in rules_and_messages(self.policy) if self.effective(item))

    def effective(self, item: Rule | Withheld) -> bool:
        base = self.certain(item.when) and (isinstance(item, Withheld) or not item.gated or self.gate(item.step))
        return base and not any(self.effective(other) for other in beaters(self.policy, item.code))

    def fired(self, items: Iterable[Rule | Withheld]) -> list[str]:
        return [item.code for item in items if item.code in self.holding]

    def complete(self) -> bool:
        """Say whether every question that must be answered is."""
        questions = self.policy.catalogue.by_code
        return all(code in self.kept for code in self.asked if questions[code].required and self._offered(code))

    def _offered(self, code: str) -> bool:
        question = self.policy.catalogue.by_code[code]
        if question.kind is not Kind.MULTI_PER_SECTOR:
            return True
        sector = self.kept.get(self.policy.catalogue.by_key[question.sector_question].code, "")
        return bool(question.per_sector.get(sector))


def _among(value: str | None, values: tuple[str, ...]) -> int:
    if value is None:
        return UNKNOWN
    return YES if value in values else NO


def rules_and_messages(policy: Policy) -> list[Rule | Withheld]:
    return [*policy.rules.rules, *policy.rules.withheld]


def beaters(policy: Policy, code: str) -> list[Rule | Withheld]:
    """Return what makes this rule or message give way when it holds."""
    return [item for item in rules_and_messages(policy) if code in item.beats]
