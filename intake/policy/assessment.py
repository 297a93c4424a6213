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
from intake.policy.engine import compiled, effective, strength_of
from intake.policy.evaluation import Situation
from intake.policy.explanation import Carriers
from intake.policy.model import Effect, Policy, Rule, Source, Step, Way, Withheld

ENGINE_VERSION = "1"
_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))

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
    """Return the assessment; answers to questions that are not asked have no influence.

    Uncovered when a table of the policy has no row for these answers.
    """
    masks = compiled(policy)
    seen = masks.look(answers)
    masks.must_be_covered(seen.bits)
    situation = Situation.of(policy, seen)
    outcome = situation.outcome
    holding = masks.bearing.holding(situation.held)
    telling = _Telling(policy, situation)
    now = masks.bearing.now(situation.held, outcome.emphasis)
    return Assessment(
        derived={table.code: situation.derived_row(key).value for key, table in policy.rules.derived.items()},
        outcome=OutcomeFound(outcome.code, outcome.name, outcome.text, outcome.source),
        intensity=situation.intensity,
        fired=tuple(telling.fired(rule, rule.code in now) for rule in holding),
        not_yet=tuple(
            _not_yet(telling, item, seen.asked) for item in policy.rules.withheld if situation.effective(item)
        ),
        visible=seen.asked,
        open_steps=situation.open_steps,
        receipt=_receipt(policy, seen.kept, holding),
    )


class _Telling:
    """Puts what holds in words, for one set of answers; what rules share is worked out once."""

    def __init__(self, policy: Policy, situation: Situation) -> None:
        self.policy = policy
        self.situation = situation
        self._carriers = Carriers(situation)
        self._intensity = situation.intensity
        self._lines: dict[str, AnswerUsed] = {}

    def fired(self, rule: Rule, now: bool) -> Fired:
        """Return a rule that holds; a rule behind a gate leans on what opens the gate too."""
        return Fired(
            rule=rule.code,
            activity=rule.activity,
            kind=rule.effect,
            step=rule.step,
            way=rule.way,
            intensity=strength_of(rule.effect, rule.intensity, self._intensity),
            now=now if rule.effect is Effect.REFERRAL else None,
            reason=explanation.reason_text(self.policy, rule.reason, self.situation),
            answers_used=tuple(map(self.line, self._carriers.of(effective(self.policy, rule)))),
            source=rule.source,
            parties=rule.parties,
        )

    def line(self, code: str) -> AnswerUsed:
        """Return a question with the answer to it, in words."""
        if code not in self._lines:
            label = answer_label(self.policy, code, self.situation.answer(code), self.situation.answers)
            self._lines[code] = code, self.policy.catalogue.by_code[code].text, label
        return self._lines[code]


def _not_yet(telling: _Telling, item: Withheld, asked: tuple[str, ...]) -> NotYet:
    closing = (_closing(condition, telling.situation, asked) for condition in item.closed_by)
    lines = tuple(telling.line(code) for code in dict.fromkeys(closing) if code)
    return NotYet(item.code, item.activities, item.text, item.opens, lines, item.source)


def _closing(condition: Condition, situation: Situation, asked: tuple[str, ...]) -> str | None:
    code = getattr(condition, "question", None)
    state = truth(condition, situation)
    missing = state is None and code in asked
    return code if isinstance(code, str) and (state or missing) else None


def answers_digest(answers: Answers) -> str:
    """Return the sha256 of the answers in one canonical order."""
    return hashlib.sha256(_CANONICAL.encode(answers.to_json()).encode()).hexdigest()


def _receipt(policy: Policy, kept: Answers, holding: tuple[Rule, ...]) -> Receipt:
    fired = tuple(rule.code for rule in holding)
    digests = policy.digests
    return Receipt(digests.rules, digests.catalogue, answers_digest(kept), ENGINE_VERSION, fired)
