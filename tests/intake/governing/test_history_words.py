"""How the history tells what an impact was."""

from __future__ import annotations

import pytest

from intake.views.policy.history import TITLES


@pytest.mark.parametrize(
    ("scans", "changed", "words"),
    [(0, 0, "0 scans, 0 veranderen"), (1, 1, "1 scan, 1 verandert"), (1200, 2, "1.200 scans, 2 veranderen")],
)
def test_an_impact_is_told_in_the_right_number(scans: int, changed: int, words: str) -> None:
    said = TITLES["policy_weighed"]({"against": "2013", "scans": scans, "changed": changed})
    assert said == f"Gevolgen doorgerekend tegen 2013: {words}"
