"""The decision alone: what is asked, the outcome, and each activity with its strongest form. No words, no receipt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from intake.policy.conditions import Value
from intake.policy.engine.bearing import STRENGTH, Activities, strength_of
from intake.policy.engine.compiling import compiled
from intake.policy.model import Policy

__all__ = ["STRENGTH", "Decision", "decide", "strength_of"]


class Decision(NamedTuple):
    """What a request needs to go on; `activities` gives the strongest intensity by activity and kind.

    `holding` are the codes of rules and messages, `now` those of the referrals that go at once.
    """

    asked: tuple[str, ...]
    outcome: str
    intensity: str
    holding: tuple[str, ...]
    activities: Activities
    now: frozenset[str]


def decide(policy: Policy, answers: Mapping[str, Value]) -> Decision:
    """Return the decision on any answers; those to questions that are not asked have no influence.

    Uncovered when a table has no row for them.
    """
    masks = compiled(policy)
    asked, _, bits = masks.look(answers)
    masks.must_be_covered(bits)
    held = masks.rules.hold(bits)
    level = masks.level(bits)
    outcome = policy.rules.outcomes[masks.outcomes.row(bits)]
    return Decision(
        asked,
        outcome.code,
        level,
        masks.rules.names(held),
        masks.bearing.activities(held, level),
        masks.bearing.now(held, outcome.emphasis),
    )
