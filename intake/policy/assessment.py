"""The assessment: everything the rules say about one set of answers, with its receipt."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from intake.policy import explanation
from intake.policy.answers import Answers, answer_label
from intake.policy.conditions import Condition, Value, truth
from intake.policy.engine import compiled, strength_of
from intake.policy.evaluation import Situation
from intake.policy.model import Effect, Policy, Rule, Source, Step, Way, Withheld

ENGINE_VERSION = "1"
REFERRALS_AT_ONCE = 3

AnswerUsed = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class OutcomeFound:
    code: str
    name: str
    text: str
    source: Source


@dataclass(frozen=True, slots=True)
class Fired:
    """A rule that holds; `now` is None for everything that is not a referral."""

    rule: str
    activity: str
    kind: Effect
    step: Step
    way: Way | None
    intensity: str | None
    now: bool | None
    reason: str
    answers_used: tuple[AnswerUsed, ...]
    source: Source
    parties: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "rule": self.rule,
            "activity": self.activity,
            "kind": self.kind.value,
            "intensity": self.intensity,
            "now": self.now,
            "reason": self.reason,
            "source": self.source.to_json(),
        }


@dataclass(frozen=True, slots=True)
class NotYet:
    """Something that has to wait: what opens it, and the answers that keep it closed."""

    code: str
    activities: tuple[str, ...]
    text: str
    opens: str
    closed_by: tuple[AnswerUsed, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof of what was judged, by which rules: enough to judge it again."""

    rules: str
    catalogue: str
    answers: str
    engine: str
    fired: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "rules": self.rules,
            "catalogue": self.catalogue,
            "answers": self.answers,
            "engine": self.engine,
            "fired": list(self.fired),
        }


@dataclass(frozen=True, slots=True)
class Assessment:
    """The result; `derived` goes by code (D1…), `open_steps` are the steps whose gate is open."""

    derived: Mapping[str, str]
    outcome: OutcomeFound
    intensity: str
    fired: tuple[Fired, ...]
    not_yet: tuple[NotYet, ...]
    visible: tuple[str, ...]
    open_steps: frozenset[Step]
    receipt: Receipt

    @property
    def referrals(self) -> tuple[Fired, ...]:
        """Return the referrals in the order in which they are offered."""
        return tuple(item for item in self.fired if item.now is not None)

    def to_json(self) -> dict[str, Any]:
        return {
            "derived": dict(self.derived),
            "outcome": self.outcome.code,
            "intensity": self.intensity,
            "rules": [item.to_json() for item in self.fired],
            "not_yet": [item.code for item in self.not_yet],
            "visible": list(self.visible),
            "receipt": self.receipt.to_json(),
        }


def assess(policy: Policy, answers: Mapping[str, Value]) -> Assessment:
    """Return the assessment; answers to questions that are not asked have no influence."""
    seen = compiled(policy).look(answers)
    situation = Situation.of(policy, seen)
    holding = tuple(rule for rule in policy.rules.rules if situation.effective(rule))
    now = _now(holding, situation)
    fired = tuple(_fired(policy, rule, situation, now) for rule in holding)
    outcome = situation.outcome
    return Assessment(
        derived={table.code: situation.derived(key) for key, table in policy.rules.derived.items()},
        outcome=OutcomeFound(outcome.code, outcome.name, outcome.text, outcome.source),
        intensity=situation.intensity,
        fired=fired,
        not_yet=tuple(
            _not_yet(policy, item, situation, seen.asked) for item in policy.rules.withheld if situation.effective(item)
        ),
        visible=seen.asked,
        open_steps=_open_steps(policy, situation),
        receipt=_receipt(policy, seen.kept, holding),
    )


def _now(holding: tuple[Rule, ...], situation: Situation) -> frozenset[str]:
    """The first referrals by step, then the emphasis of the outcome, then code (domain study 4.7)."""
    emphasis = situation.outcome.emphasis

    def order(rule: Rule) -> tuple[int, bool, str]:
        return rule.step.rank, emphasis is None or rule.way is not emphasis, rule.code

    referrals = sorted((rule for rule in holding if rule.effect is Effect.REFERRAL), key=order)
    return frozenset(rule.code for rule in referrals[:REFERRALS_AT_ONCE])


def _fired(policy: Policy, rule: Rule, situation: Situation, now: frozenset[str]) -> Fired:
    used = explanation.carriers(situation, rule.when)
    return Fired(
        rule=rule.code,
        activity=rule.activity,
        kind=rule.effect,
        step=rule.step,
        way=rule.way,
        intensity=strength_of(rule.effect, rule.intensity, situation.intensity),
        now=rule.code in now if rule.effect is Effect.REFERRAL else None,
        reason=explanation.reason_text(policy, rule.reason, situation),
        answers_used=tuple(
            _used(policy, question.code, situation) for question in policy.catalogue.questions if question.code in used
        ),
        source=rule.source,
        parties=rule.parties,
    )


def _used(policy: Policy, code: str, situation: Situation) -> AnswerUsed:
    label = answer_label(policy, code, situation.answer(code), situation.answers)
    return code, policy.catalogue.by_code[code].text, label


def _not_yet(policy: Policy, item: Withheld, situation: Situation, asked: tuple[str, ...]) -> NotYet:
    closing = [code for condition in item.closed_by if (code := _closing(condition, situation, asked))]
    lines = tuple(_used(policy, code, situation) for code in dict.fromkeys(closing))
    return NotYet(item.code, item.activities, item.text, item.opens, lines, item.source)


def _closing(condition: Condition, situation: Situation, asked: tuple[str, ...]) -> str | None:
    code = getattr(condition, "question", None)
    state = truth(condition, situation)
    missing = state is None and code in asked
    return code if isinstance(code, str) and (state or missing) else None


def _open_steps(policy: Policy, situation: Situation) -> frozenset[Step]:
    gates = policy.rules.gates
    return frozenset(step for step in Step if step not in gates or situation.holds(gates[step].when))


def answers_digest(answers: Answers) -> str:
    """Return the sha256 of the answers in one canonical order."""
    text = json.dumps(answers.to_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _receipt(policy: Policy, kept: Answers, holding: tuple[Rule, ...]) -> Receipt:
    fired = tuple(rule.code for rule in holding)
    digests = policy.digests
    return Receipt(digests.rules, digests.catalogue, answers_digest(kept), ENGINE_VERSION, fired)
