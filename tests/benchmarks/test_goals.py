"""The benchmark of a dossier fails on what costs more than was promised."""

from __future__ import annotations

import pytest

from benchmarks.goals import GOALS, missed


def test_promises_are_those_of_the_dossier() -> None:
    assert list(GOALS.values()) == [0.45, 10, 100, 130, 100, 4, 100]
    assert missed(GOALS) == []


@pytest.mark.parametrize("name", GOALS)
def test_one_that_costs_more_is_told(name: str) -> None:
    assert missed({**GOALS, name: GOALS[name] * 1.01}) == [f"{name}: {GOALS[name] * 1.01:.2f}, goal {GOALS[name]:g}"]
    assert missed({name: float("nan")})
