"""What the pure builder puts in a dossier, and that it fits the published schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from referrals.domain.dossier import canonical
from referrals.domain.dossier_content import asked, foreign_content
from tests.domain.dossier.companies import COMPANIES, READY, assessed, content, frame, policy
from tests.domain.dossier.sample import foreign, line, scan

SCHEMA = Path(__file__).resolve().parents[3] / "referrals" / "dossier" / "schema.json"


def problems(value: Any) -> list[str]:
    """Return what the schema has against a content, after a trip through JSON."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    checker = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    return [error.message for error in checker.iter_errors(json.loads(json.dumps(value)))]


@pytest.mark.parametrize("name", COMPANIES)
def test_the_dossier_of_every_company_fits_the_schema(name: str) -> None:
    assert problems(content(COMPANIES[name])) == []


def test_the_example_beside_the_schema_fits_it() -> None:
    example = json.loads(SCHEMA.with_name("example.json").read_text(encoding="utf-8"))
    assert problems(example) == []
    assert {*example} == {*scan()}


def test_the_samples_of_the_other_tests_fit_the_schema() -> None:
    assert problems(scan()) == []
    assert problems(foreign()) == []
    assert problems(foreign_content(policy(), [line("when", "When?", "Soon")], frame("V1"))) == []


@pytest.mark.parametrize(
    "change",
    [
        {"schema_version": "2.0"},
        {"kind": "other"},
        {"number": "17"},
        {"respond_by": "soon"},
        {"person": "Sjoukje van der Meulen"},
        {"asked": []},
        {"model": {"ways": ["Innovatie"], "rows": []}},
    ],
)
def test_the_schema_notices_a_wrong_or_extra_key(change: dict[str, Any]) -> None:
    assert problems({**scan(), **change})


def test_the_schema_wants_the_advice_of_a_scan_and_none_of_a_foreign_company() -> None:
    assert problems({key: value for key, value in scan().items() if key != "reasons"})
    assert problems({**foreign(), "reasons": []})


def test_reasons_of_what_is_asked_come_first() -> None:
    reasons = content(READY)["reasons"]
    assert [reason["asked"] for reason in reasons] == sorted((r["asked"] for r in reasons), reverse=True)
    assert reasons[0]["asked"]
    assert reasons[0]["answers"]
    assert reasons[0]["source"]["document"]


def test_a_reason_stays_as_the_entrepreneur_read_it() -> None:
    rule = content(READY)["reasons"][0]["rule"]
    assert content(READY, **{rule: "Zo stond het er toen."})["reasons"][0]["text"] == "Zo stond het er toen."


def test_a_signal_for_policy_makers_is_not_in_the_dossier() -> None:
    _, result = assessed(READY)
    signals = {one.rule for one in result.fired if one.kind.value == "signaal"}
    assert signals
    assert not signals & {reason["rule"] for reason in content(READY)["reasons"]}


def test_the_model_marks_the_step_of_the_first_referral() -> None:
    rows = content(COMPANIES["not organised"])["model"]["rows"]
    assert [row["current"] for row in rows] == [False, True, False]
    assert [cell["word"] for cell in rows[2]["cells"]] == ["later"] * 3


def test_what_has_to_wait_says_what_opens_it() -> None:
    waiting = content(COMPANIES["product first"])["not_yet"]
    assert waiting
    assert all(one["opens"] and one["activities"] for one in waiting)


def test_answers_are_in_words_and_only_of_questions_that_were_asked() -> None:
    groups = content(COMPANIES["strategy unclear"])["answers"]
    lines = {entry["code"]: entry for group in groups for entry in group["lines"]}
    assert lines["B1"]["answer"] == ["Groningen"]
    assert lines["B3"]["answer"] == ["25"]
    assert "O1" not in lines
    assert "duitsland" not in json.dumps(groups)


def test_a_matrix_gives_a_line_per_row_and_a_multiple_choice_a_line_per_choice() -> None:
    lines = {entry["code"]: entry for group in content(READY)["answers"] for entry in group["lines"]}
    assert len(lines["U5"]["answer"]) == 10
    assert all(": " in one for one in lines["U5"]["answer"])
    assert len(lines["O6"]["answer"]) == 2


def test_the_comparison_marks_the_own_answer_and_draws_the_longest_bar_full() -> None:
    table = content(READY)["comparison"]
    assert table is not None
    assert sum(figure["own"] for figure in table["figures"]) == 1
    assert max(figure["width"] for figure in table["figures"]) == 20
    assert table["source"]["document"]
    assert table["caveat"]


def test_what_is_asked_comes_from_the_activity() -> None:
    for code in policy().activities:
        assert asked(policy(), code)["text"] == policy().activities[code].partner_text


def test_a_foreign_company_gets_a_dossier_without_advice() -> None:
    made = foreign_content(policy(), [line("when", "When?", "Soon")], frame("V1"))
    assert set(made) == set(foreign())
    assert made["asked"][0]["activity"] == "V1"
    assert canonical(made)
