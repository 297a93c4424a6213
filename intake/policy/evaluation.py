"""What holds for a set of answers: questions asked, facts, derived values, outcome and intensity."""

from __future__ import annotations

from collections.abc import Mapping

from intake.policy.answers import Answers
from intake.policy.conditions import Condition, Value, truth
from intake.policy.engine import Seen, compiled
from intake.policy.model import Check, Outcome, Policy, Row, Rule, Step, Withheld


class Situation:
    """Answers that all count, seen through one policy. What holds is decided by masks; `bits` saves doing it twice.

    The tree of a condition is only walked to explain it, or where no mask was made of it (soft checks).
    """

    __slots__ = ("_facts", "_given", "_holding", "_masks", "_values", "answers", "bits", "held", "policy")

    def __init__(self, policy: Policy, answers: Mapping[str, Value], bits: int | None = None) -> None:
        self.policy = policy
        self.answers = answers
        self._given = answers.values_by_code if isinstance(answers, Answers) else answers
        self._masks = compiled(policy)
        self.bits = self._masks.settle(self._masks.encode(self._given)) if bits is None else bits
        self.held = self._masks.rules.hold(self.bits)
        self._facts: dict[str, bool | None] = {}
        self._values: dict[str, str | None] = {}
        self._holding: frozenset[str] | None = None

    @classmethod
    def of(cls, policy: Policy, seen: Seen) -> Situation:
        """Return the situation of what was seen."""
        return cls(policy, seen.kept, seen.bits)

    def answer(self, question: str) -> Value | None:
        """Return the answer, None when it is missing."""
        return self._given.get(question)

    def fact(self, name: str) -> bool | None:
        """Return whether a fact holds; None when the answers do not decide it."""
        if name not in self._facts:
            self._facts[name] = truth(self.policy.rules.facts[name].when, self)
        return self._facts[name]

    def derived_row(self, key: str) -> Row:
        """Return the first row of a table that holds; Uncovered when none does."""
        return self.policy.rules.derived[key].rows[self._masks.derived[key].row(self.bits)]

    def derived(self, key: str) -> str | None:
        """Return a derived value, None when no row of its table holds."""
        if key not in self._values:
            covered = self._masks.derived[key].covers(self.bits)
            self._values[key] = self.derived_row(key).value if covered else None
        return self._values[key]

    @property
    def outcome(self) -> Outcome:
        """Return the outcome; Uncovered when there is none."""
        return self.policy.rules.outcomes[self._masks.outcomes.row(self.bits)]

    def outcome_code(self) -> str | None:
        """Return the code of the outcome, None when there is none."""
        return self.outcome.code if self._masks.outcomes.covers(self.bits) else None

    @property
    def intensity(self) -> str:
        """Return the intensity of a referral without one of its own; Uncovered when there is none."""
        return self._masks.level(self.bits)

    @property
    def open_steps(self) -> frozenset[Step]:
        """Return the steps whose gate is open, and those without a gate."""
        return self._masks.open_steps(self.bits)

    @property
    def holding(self) -> frozenset[str]:
        """Return the codes of the rules and messages that hold, gates and precedence counted."""
        if self._holding is None:
            self._holding = frozenset(self._masks.rules.names(self.held))
        return self._holding

    def effective(self, item: Rule | Withheld) -> bool:
        """Say whether a rule or message holds, gates and precedence counted."""
        return item.code in self.holding

    def holds(self, condition: Condition) -> bool:
        """Say whether the condition is certain; unknown does not hold."""
        return truth(condition, self) is True


def look(policy: Policy, answers: Mapping[str, Value]) -> tuple[tuple[str, ...], Answers]:
    """Return the questions asked and the answers kept."""
    seen = compiled(policy).look(answers)
    return seen.asked, seen.kept


def visible(policy: Policy, answers: Mapping[str, Value]) -> tuple[str, ...]:
    """Return the codes of the questions that are asked, in catalogue order."""
    return look(policy, answers)[0]


def keep_visible(policy: Policy, answers: Mapping[str, Value]) -> Answers:
    """Return the answers to questions that are asked; the others are dropped in catalogue order."""
    return look(policy, answers)[1]


def soft_checks(policy: Policy, answers: Mapping[str, Value]) -> tuple[Check, ...]:
    """Return the warnings about answers that do not seem to agree."""
    situation = Situation.of(policy, compiled(policy).look(answers))
    return tuple(check for check in policy.catalogue.checks if situation.holds(check.when))
