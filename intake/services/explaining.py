"""Explaining a stored assessment by its own version of the policy, however old. Nothing is written."""

from __future__ import annotations

from dataclasses import dataclass

from intake.models import Assessment
from intake.policies import in_force, policy
from intake.policy import read_answers
from intake.policy.explaining import Explanation, explain


@dataclass(frozen=True, slots=True)
class Explained:
    """An explanation with the assessment that it is about.

    With `agrees` the rules still give what they gave then, by the receipt; `current` says that these rules are in
    force today.
    """

    assessment: Assessment
    explanation: Explanation
    agrees: bool
    current: bool


def explained(assessment: Assessment, *, only: str = "") -> Explained:
    """Return why this assessment is what it is; with `only` just for the activity of that code.

    Raises UnknownVersion when its version of the policy is gone, AnswerProblem when the answers were erased in part.
    """
    rules = policy(assessment.policy)
    found = explain(rules, read_answers(rules, assessment.answers), only=only)
    agrees = found.assessed.receipt.to_json() == assessment.receipt
    return Explained(assessment, found, agrees, assessment.policy == in_force())
