"""The whole explanation of one set of answers: why this, why not that, and the cheapest change that opens it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from intake.policy.analysis.changing import cheapest_for_activity
from intake.policy.analysis.diagram import BudgetSpent
from intake.policy.answers import NOT_ANSWERED, answer_label
from intake.policy.assessment import AnswerUsed, Assessment, Fired, NotYet, assess
from intake.policy.conditions import All, Always, Condition, Not, Unanswered, Value, truth, walk
from intake.policy.dependencies import direct_questions
from intake.policy.evaluation import Situation, look
from intake.policy.explanation import Carriers
from intake.policy.model import Derived, Policy, Rule, Source, Step
from intake.policy.told_change import TOO_LARGE, ToldChange, told_change
from intake.policy.unmet import NOT_ASKED, Unmet, WhyNot


@dataclass(frozen=True, slots=True)
class Told:
    """A line, with what belongs to it below it."""

    text: str
    below: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True)
class Decided:
    """A derived value or the outcome, with the answers that make it so.

    With `left_over` it is the last row of its table: it holds because the answers fit no other row.
    """

    code: str
    name: str
    value: str
    answers: tuple[AnswerUsed, ...]
    left_over: bool
    source: Source


@dataclass(frozen=True, slots=True)
class Given:
    """A rule that holds; `answers` are those that carry it, also those that are missing where that is what counts."""

    rule: str
    kind: str
    how: str
    reason: str
    answers: tuple[AnswerUsed, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class Refused:
    """A rule that does not hold, with what keeps it: the conditions that fail, down to single answers.

    `gate` says what comes first while the step of the rule is closed.
    """

    rule: str
    kind: str
    gate: str
    why: tuple[Told, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class ActivityTold:
    """One activity: the rules that give it and those that do not; without the first, what it waits for."""

    code: str
    title: str
    given: tuple[Given, ...]
    refused: tuple[Refused, ...]
    waiting: tuple[NotYet, ...]
    change: ToldChange | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything there is to say about one assessment, by the version of the policy that made it."""

    policy: Policy
    assessed: Assessment
    outcome: Decided
    derived: tuple[Decided, ...]
    activities: tuple[ActivityTold, ...]

    @property
    def given(self) -> tuple[ActivityTold, ...]:
        return tuple(item for item in self.activities if item.given)

    @property
    def refused(self) -> tuple[ActivityTold, ...]:
        return tuple(item for item in self.activities if not item.given)

    def activity(self, code: str) -> ActivityTold:
        """Return one activity; KeyError for a code that this version does not have."""
        for item in self.activities:
            if item.code == code:
                return item
        raise KeyError(code)


def explain(policy: Policy, answers: Mapping[str, Value], *, only: str = "") -> Explanation:
    """Return the explanation of these answers; with `only` just the one activity of that code."""
    return _Explainer(policy, answers).explanation([only] if only else list(policy.activities))


class _Explainer:
    def __init__(self, policy: Policy, answers: Mapping[str, Value]) -> None:
        asked, self.kept = look(policy, answers)
        self.policy = policy
        self.asked = frozenset(asked)
        self.assessed = assess(policy, self.kept)
        self.situation = Situation(policy, self.kept)
        self.carriers = Carriers(self.situation)
        self.why_not = WhyNot(self.situation, asked)

    def explanation(self, activities: Iterable[str]) -> Explanation:
        derived = tuple(self.derived(table) for table in self.policy.rules.derived.values())
        told = tuple(self.activity(code) for code in activities)
        return Explanation(self.policy, self.assessed, self.outcome(), derived, told)

    def outcome(self) -> Decided:
        found = self.situation.outcome
        rows = self.policy.rules.outcomes
        before = [row.when for row in rows[: rows.index(found)]]
        answers, left_over = self.row(found.when, before)
        return Decided(found.code, "Uitkomst", found.name, answers, left_over, found.source)

    def derived(self, table: Derived) -> Decided:
        hit = self.situation.derived_row(table.key)
        before = [row.when for row in table.rows[: table.rows.index(hit)]]
        answers, left_over = self.row(hit.when, before)
        return Decided(table.code, table.name, table.label(hit.value), answers, left_over, table.source)

    def row(self, when: Condition, before: Iterable[Condition]) -> tuple[tuple[AnswerUsed, ...], bool]:
        """Return what makes a row the first that holds; the last row of a table holds by what made the others fail."""
        if not isinstance(when, Always):
            return self.answers(when), False
        failed = [Not(condition) for condition in before if truth(condition, self.situation) is False]
        unknown = [condition for condition in before if truth(condition, self.situation) is None]
        missing = {code for condition in unknown for code in direct_questions(condition) if code not in self.kept}
        in_order = (code for code in self.policy.catalogue.by_code if code in missing)
        return (*self.answers(All(tuple(failed))), *map(self.line, in_order)), True

    def answers(self, condition: Condition) -> tuple[AnswerUsed, ...]:
        """Return the answers that make a condition hold, and those that are missing where it asks for that."""
        empty = [
            part.question
            for part in walk(condition)
            if isinstance(part, Unanswered) and self.situation.answer(part.question) is None
        ]
        return tuple(map(self.line, dict.fromkeys([*self.carriers.of(condition), *empty])))

    def line(self, code: str) -> AnswerUsed:
        value = self.situation.answer(code)
        missing = NOT_ANSWERED if code in self.asked else NOT_ASKED
        label = missing if value is None else answer_label(self.policy, code, value, self.kept)
        return code, self.policy.catalogue.by_code[code].text, label

    def activity(self, code: str) -> ActivityTold:
        rules = [rule for rule in self.policy.rules.rules if rule.activity == code]
        fired = {item.rule: item for item in self.assessed.fired}
        given = tuple(self.given(rule, fired[rule.code]) for rule in rules if rule.code in fired)
        refused = tuple(self.refused(rule) for rule in rules if rule.code not in fired)
        waiting = tuple(item for item in self.assessed.not_yet if code in item.activities)
        title = self.policy.activities[code].title
        return ActivityTold(code, title, given, refused, waiting, None if given else self.change(code))

    def given(self, rule: Rule, fired: Fired) -> Given:
        used = dict.fromkeys([*fired.answers_used, *self.answers(rule.when)])
        return Given(rule.code, rule.effect.value, _how(fired), fired.reason, tuple(used), rule.source)

    def refused(self, rule: Rule) -> Refused:
        why = tuple(map(told, self.why_not.rule(rule)))
        return Refused(rule.code, rule.effect.value, self.gate(rule), why, rule.source)

    def gate(self, rule: Rule) -> str:
        gate = self.policy.rules.gates.get(rule.step)
        # Of a gated rule the gate is the first of its conditions already.
        if gate is None or rule.gated or rule.step in self.assessed.open_steps:
            return ""
        return f"De stap {rule.step.label.lower()} is nog dicht. {gate.closed}"

    def change(self, code: str) -> ToldChange:
        try:
            found = cheapest_for_activity(self.policy, self.kept, code)
        except BudgetSpent:
            return TOO_LARGE
        return told_change(self.policy, found, self.kept)


def _how(fired: Fired) -> str:
    """Return how much help, and whether it is offered at once."""
    if fired.now is None:
        return fired.intensity or ""
    return f"{fired.intensity}, {'nu aangeboden' if fired.now else 'komt later aan de beurt'}"


def told(unmet: Unmet) -> Told:
    """Return what keeps a rule from holding in words, with what is below it."""
    return Told(_said(unmet), tuple(map(told, unmet.below)))


def _said(unmet: Unmet) -> str:
    if unmet.question is not None:
        # A question that was not asked is behind a closed door; one that was not answered can be answered now.
        missing = unmet.state in (NOT_ASKED, NOT_ANSWERED)
        now = f"{unmet.state.capitalize()}." if missing else f"Antwoord: «{unmet.given}»."
        return f"«{unmet.text}» Nodig: {unmet.needed}. {now}"
    if not unmet.needed:
        return f"{unmet.text}:"
    # A value of a table stands between marks, as it does in what is needed; ja, nee and dicht are just words.
    now = f"«{unmet.given}»" if "«" in unmet.needed else unmet.given
    return f"{unmet.text.rstrip('.')}. Nodig: {unmet.needed}. Nu: {now}."


def gates(explanation: Explanation) -> tuple[tuple[Step, bool, str], ...]:
    """Return each step with a gate: whether it is open, and what to say while it is closed."""
    opened = explanation.assessed.open_steps
    return tuple((step, step in opened, gate.closed) for step, gate in explanation.policy.rules.gates.items())
