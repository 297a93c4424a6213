"""What holds for a set of answers: questions asked, facts, derived values, outcome and intensity."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from intake.policy.answers import Answers, options_of
from intake.policy.conditions import Condition, Value, truth
from intake.policy.model import Check, Kind, Outcome, Policy, Row


class Situation:
    """Answers seen through one policy; every fact and table is worked out at most once."""

    __slots__ = ("_derived", "_facts", "_given", "_outcome", "answers", "policy")

    def __init__(self, policy: Policy, answers: Mapping[str, Value]) -> None:
        self.policy = policy
        self.answers = answers
        self._given = answers.values_by_code if isinstance(answers, Answers) else answers
        self._facts: dict[str, bool | None] = {}
        self._derived: dict[str, Row] = {}
        self._outcome: Outcome | None = None

    def answer(self, question: str) -> Value | None:
        return self._given.get(question)

    def fact(self, name: str) -> bool | None:
        if name not in self._facts:
            self._facts[name] = truth(self.policy.rules.facts[name].when, self)
        return self._facts[name]

    def derived_row(self, key: str) -> Row:
        """Return the first row that holds; the loader has checked that the last row always does."""
        if key not in self._derived:
            rows = self.policy.rules.derived[key].rows
            self._derived[key] = next(row for row in rows if truth(row.when, self))
        return self._derived[key]

    def derived(self, key: str) -> str:
        return self.derived_row(key).value

    @property
    def outcome(self) -> Outcome:
        if self._outcome is None:
            self._outcome = next(item for item in self.policy.rules.outcomes if truth(item.when, self))
        return self._outcome

    def outcome_code(self) -> str:
        return self.outcome.code

    @property
    def intensity(self) -> str:
        return next(level.value for level in self.policy.rules.levels if truth(level.when, self))

    def holds(self, condition: Condition) -> bool:
        """Say whether the condition is certain; unknown does not hold."""
        return truth(condition, self) is True


def look(policy: Policy, answers: Mapping[str, Value]) -> tuple[tuple[str, ...], Answers]:
    """Return the questions asked and the answers kept.

    The catalogue is walked once: a question depends on earlier ones only, so nothing is worked out too soon.
    """
    kept: dict[str, Value] = {}
    asked: list[str] = []
    situation = Situation(policy, kept)
    for question in policy.catalogue.questions:
        if not situation.holds(question.visible_when):
            continue
        asked.append(question.code)
        value = answers.get(question.code)
        if question.kind is Kind.MULTI_PER_SECTOR and isinstance(value, tuple):
            offered = {option.value for option in options_of(policy, question, kept)}
            value = tuple(item for item in value if item in offered) or None
        if value is not None:
            kept[question.code] = value
    return tuple(asked), Answers(MappingProxyType(kept))


def visible(policy: Policy, answers: Mapping[str, Value]) -> tuple[str, ...]:
    """Return the codes of the questions that are asked, in catalogue order."""
    return look(policy, answers)[0]


def keep_visible(policy: Policy, answers: Mapping[str, Value]) -> Answers:
    """Return the answers to questions that are asked; the others are dropped in catalogue order."""
    return look(policy, answers)[1]


def soft_checks(policy: Policy, answers: Mapping[str, Value]) -> tuple[Check, ...]:
    """Return the warnings about answers that do not seem to agree."""
    situation = Situation(policy, keep_visible(policy, answers))
    return tuple(check for check in policy.catalogue.checks if situation.holds(check.when))
