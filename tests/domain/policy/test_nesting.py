"""Texts that are nested without end: a problem at a line, and nothing worse."""

from __future__ import annotations

import pytest

from intake.policy.problems import Problem
from intake.policy.reading import MOST_NESTED, PolicyFile

TOO_DEEP = "hier zitten te veel lijsten of blokken in elkaar"


def problems(text: str) -> list[Problem]:
    """Return what is wrong with a text."""
    found: list[Problem] = []
    PolicyFile("regels.yaml", text, found)
    return found


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[" * 200_000, 1),
        ("a: 1\nb: " + "[" * 5_000 + "]" * 5_000, 2),
        ("- " * 90_000, 1),
        ("{a: " * 60_000, 1),
        ("\n".join(" " * depth + "a:" for depth in range(600)), MOST_NESTED + 1),
        ("b: !c d\na: " + "[" * 200_000, 2),
    ],
)
def test_nesting_without_end_is_one_problem(text: str, line: int) -> None:
    assert problems(text) == [Problem("regels.yaml", line, TOO_DEEP)]


def test_what_a_policy_needs_is_not_too_deep() -> None:
    assert problems("[" * MOST_NESTED + "a" + "]" * MOST_NESTED) == []
