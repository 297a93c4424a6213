"""The decision alone: what is asked, the outcome, and each activity with its strongest form. No words, no receipt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from intake.policy.conditions import Value
from intake.policy.engine.compiling import compiled
from intake.policy.model import Effect, Policy

STRENGTH = {None: 0, "licht": 1, "intensief": 2}


@dataclass(frozen=True, slots=True)
class Decision:
    """What a request needs to go on; `activities` gives kind and strongest intensity by activity and kind."""

    asked: tuple[str, ...]
    outcome: str
    intensity: str
    holding: tuple[str, ...]
    activities: Mapping[tuple[str, Effect], str | None]


def decide(policy: Policy, answers: Mapping[str, Value]) -> Decision:
    """Return the decision on any answers; those to questions that are not asked have no influence."""
    masks = compiled(policy)
    seen = masks.look(answers)
    held = masks.rules.hold(seen.bits)
    level = masks.level(seen.bits)
    activities: dict[tuple[str, Effect], str | None] = {}
    for index, rule in enumerate(policy.rules.rules):
        if held >> index & 1:
            strength = strength_of(rule.effect, rule.intensity, level)
            key = rule.activity, rule.effect
            if key not in activities or STRENGTH[activities[key]] < STRENGTH[strength]:
                activities[key] = strength
    outcome = policy.rules.outcomes[masks.outcome_row(seen.bits)].code
    return Decision(seen.asked, outcome, level, masks.rules.names(held), activities)


def strength_of(effect: Effect, own: str | None, level: str) -> str | None:
    """A referral follows the table, but is never less than light: R-V1 also holds where the table says none."""
    if own is not None or effect is not Effect.REFERRAL:
        return own
    return "licht" if level == "geen" else level
