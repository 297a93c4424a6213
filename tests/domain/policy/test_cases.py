"""Every worked case gives exactly the result that was agreed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from intake.policy import assess, read_answers
from tests.domain.policy.samples import SHARED, own_cases, policy_2013


def outcome_of(answers: dict[str, Any]) -> dict[str, Any]:
    """Return the result in the shape of the worked cases."""
    found = assess(policy_2013(), read_answers(policy_2013(), answers)).to_json()
    return {
        "afgeleid": found["derived"],
        "uitkomst": found["outcome"],
        "intensiteit": found["intensity"],
        "regels": [rule["rule"] for rule in found["rules"]],
        "nog_niet": found["not_yet"],
        "zichtbaar": found["visible"],
    }


@pytest.mark.parametrize("case", own_cases(), ids=lambda case: case["id"])
def test_own_case_gives_the_agreed_result(case: dict[str, Any]) -> None:
    found = outcome_of(case["antwoorden"])
    found["afgeleid"] = found["afgeleid"].values()
    joined = {name: value if isinstance(value, str) else " ".join(value) for name, value in found.items()}
    expected = dict(case["verwacht"])
    assessment = assess(policy_2013(), read_answers(policy_2013(), case["antwoorden"]))
    assert " ".join(item.rule for item in assessment.fired if item.now) == expected.pop("nu")
    assert joined == expected


def test_there_are_enough_own_cases_to_stand_alone() -> None:
    assert len(own_cases()) >= 25


def test_shared_golden_cases_are_exact_where_they_are_at_hand() -> None:
    golden = SHARED / "golden.json"
    cases = json.loads(golden.read_text(encoding="utf-8")) if golden.exists() else []
    assert [case["id"] for case in cases if outcome_of(case["antwoorden"]) != case["verwacht"]] == []
