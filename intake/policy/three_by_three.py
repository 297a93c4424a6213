"""The 3×3 model: where a company stands per step and way, in words and never in points."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from intake.policy.assessment import Assessment, Fired
from intake.policy.model import WAY_TABLES, Effect, Policy, Step, Way

STEPS = (Step.STRATEGY, Step.ORGANISATION, Step.EXECUTION)
WAYS = (Way.INNOVATION, Way.NETWORKING, Way.PROMOTION)


class CellStatus(Enum):
    """What one cell says; the value is the word on the screen."""

    NOW = "nu doen"
    BETTER = "kan beter"
    FINE = "op orde"
    LATER = "later"
    UNKNOWN = "nog niet bekend"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell, with the rules whose advice it links to."""

    status: CellStatus
    rules: tuple[str, ...]


def three_by_three(policy: Policy, assessment: Assessment) -> dict[tuple[Step, Way], Cell]:
    """Return the nine cells; per cell the first that applies wins: closed, now, better, fine, unknown."""
    return {(step, way): _cell(policy, assessment, step, way) for step in STEPS for way in WAYS}


def _cell(policy: Policy, assessment: Assessment, step: Step, way: Way) -> Cell:
    here = [item for item in assessment.fired if item.step is step and item.way is way]
    advice = tuple(item.rule for item in here if item.kind is not Effect.SIGNAL)
    if step not in assessment.open_steps:
        return Cell(CellStatus.LATER, advice)
    return Cell(_status(here, _way_state(policy, assessment, way)), advice)


def _way_state(policy: Policy, assessment: Assessment, way: Way) -> str:
    return assessment.derived[policy.rules.derived[WAY_TABLES[way]].code]


def _status(here: list[Fired], state: str) -> CellStatus:
    if any(item.now for item in here):
        return CellStatus.NOW
    if state == "nodig" or any(item.kind in (Effect.ENROLMENT, Effect.INFORMATION) for item in here):
        return CellStatus.BETTER
    return CellStatus.FINE if state == "op_orde" else CellStatus.UNKNOWN
