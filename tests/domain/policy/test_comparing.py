"""Figures of the region stand beside the answers that they are about."""

from __future__ import annotations

from intake.policy import comparison, read_answers
from tests.domain.policy.samples import READY, policy_2013

POLICY = policy_2013()


def test_comparison_is_about_the_own_website_when_that_is_known() -> None:
    found = comparison(POLICY, read_answers(POLICY, READY))
    assert found is not None
    assert [(row.label, row.amount) for row in found.rows if row.own] == [("Ook één vreemde taal", "29%")]
    assert found.source.place == "tabel 23"


def test_comparison_shows_the_obstacle_that_hinders_most() -> None:
    answers = {code: value for code, value in READY.items() if code != "U1"}
    found = comparison(POLICY, read_answers(POLICY, {**answers, "U5": {"tijd": 3, "personeel": 4, "regels": 2}}))
    assert found is not None
    assert [(row.label[:9], row.amount) for row in found.rows if row.own] == [("Moeilijk ", "2,44")]
    assert found.own_answer == "Moeilijk om personeel te vinden in de regio: veel last"
    assert "niet over export" in found.caveat


def test_comparison_falls_back_on_cooperation_and_then_on_markets() -> None:
    found = comparison(POLICY, read_answers(POLICY, {"B8": ["klanten"], "S2": "nee"}))
    assert found is not None
    assert found.code == "samenwerking"
    alone = comparison(POLICY, read_answers(POLICY, {"B8": ["niemand"], "S2": "nee"}))
    assert alone is not None
    assert alone.code == "afzetgebied"
    assert not any(row.own for row in alone.rows)


def test_comparison_is_nothing_when_nothing_was_answered() -> None:
    assert comparison(POLICY, {}) is None
