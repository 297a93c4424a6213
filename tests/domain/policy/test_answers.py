"""Answers are read strictly; every refusal is a clear sentence that repeats nothing long."""

from __future__ import annotations

from typing import Any

import pytest

from intake.policy import (
    AnswerProblem,
    answer_label,
    describe_answers,
    keep_visible,
    options_of,
    read_answer,
    read_answers,
    soft_checks,
    visible,
)
from tests.domain.policy.samples import READY, policy_2013

POLICY = policy_2013()


@pytest.mark.parametrize(
    ("raw", "question", "message"),
    [
        ({"Z9": "ja"}, "Z9", "De vraag «Z9» bestaat niet."),
        ({"B1": "utrecht"}, "B1", "Het antwoord «utrecht» staat niet in de lijst. Kies een ander."),
        ({"B1": ["drenthe"]}, "B1", "Kies één antwoord uit de lijst."),
        ({"B1": None}, "B1", "Kies één antwoord uit de lijst."),
        ({"B3": "12"}, "B3", "Vul een heel getal in, zonder punt of komma."),
        ({"B3": 12.0}, "B3", "Vul een heel getal in, zonder punt of komma."),
        ({"B3": True}, "B3", "Vul een heel getal in, zonder punt of komma."),
        ({"B3": -1}, "B3", "Vul een getal in van 0 tot en met 9999."),
        ({"B3": 10**30}, "B3", "Vul een getal in van 0 tot en met 9999."),
        ({"B4": "water"}, "B4", "Kies een of meer antwoorden uit de lijst."),
        ({"B4": [1]}, "B4", "Kies een of meer antwoorden uit de lijst."),
        ({"B4": ["lucht"]}, "B4", "Het antwoord «lucht» staat niet in de lijst. Kies een ander."),
        ({"B4": ["water", "water"]}, "B4", "U koos een antwoord twee keer. Kies elk antwoord één keer."),
        ({"B4": ["water"] * 5000}, "B4", "Dit zijn te veel antwoorden. Kies uit de lijst."),
        ({"B4": ["water", "geen"]}, "B4", "«Geen van deze» kan niet samen met een ander antwoord."),
        ({"S5": ["duitsland", "weet_niet"]}, "S5", "«Dat weet ik nog niet» kan niet samen met een ander antwoord."),
        ({"S3": ["weet_niet", "omzet"]}, "S3", "«Dat weet ik nog niet» kan niet samen met een ander antwoord."),
        ({"U5": [4]}, "U5", "Kies per regel één antwoord."),
        ({"U5": {"geluk": 4}}, "U5", "De regel «geluk» bestaat niet."),
        ({"U5": {"tijd": 5}}, "U5", "Kies per regel een antwoord van 1 tot en met 4."),
        ({"U5": {"tijd": "4"}}, "U5", "Kies per regel één antwoord."),
        ({"U6": ["ruimtevaart"]}, "U6", "Het antwoord «ruimtevaart» staat niet in de lijst. Kies een ander."),
        ({"S5": ["rusland"]}, "S5", "Het antwoord «rusland» staat niet in de lijst. Kies een ander."),
    ],
)
def test_wrong_answer_is_refused_with_its_question(raw: dict[str, Any], question: str, message: str) -> None:
    with pytest.raises(AnswerProblem) as found:
        read_answers(POLICY, raw)
    assert (found.value.question, found.value.message) == (question, message)


def test_very_long_answer_is_not_repeated_in_the_message() -> None:
    for raw in ({"B1": "x" * 50_000}, {"x" * 50_000: 1}, {"B4": ["x" * 50_000]}, {"U5": {"x" * 50_000: 1}}):
        with pytest.raises(AnswerProblem) as found:
            read_answers(POLICY, raw)
        assert len(str(found.value)) < 200


def test_answers_that_are_no_answers_at_all_are_refused() -> None:
    with pytest.raises(AnswerProblem, match="bij elkaar"):
        read_answers(POLICY, ["B1"])  # type: ignore[arg-type]


def test_empty_choice_counts_as_no_answer() -> None:
    assert dict(read_answers(POLICY, {"B4": [], "U6": [], "U5": {}})) == {}


def test_answers_read_back_from_json_are_the_same() -> None:
    answers = read_answers(POLICY, {**READY, "U5": {"tijd": 4, "regels": 2}})
    assert read_answers(POLICY, answers.to_json()) == answers
    assert answers["B4"] == ("water",)


def test_chosen_options_stand_in_catalogue_order() -> None:
    assert read_answers(POLICY, {"S5": ["polen", "duitsland"]})["S5"] == ("duitsland", "polen")


def test_one_answer_of_a_form_is_read_with_the_sector_so_far() -> None:
    question = POLICY.catalogue.by_code["U6"]
    food = read_answers(POLICY, {"B2": "industrie_food"})
    assert read_answer(POLICY, question, ["keten"], food) == ("keten",)
    assert read_answer(POLICY, question, [], food) is None
    with pytest.raises(AnswerProblem):
        read_answer(POLICY, question, ["krimp"], food)
    with pytest.raises(AnswerProblem):
        read_answer(POLICY, question, ["keten"], read_answers(POLICY, {"B2": "anders"}))


def test_sector_options_follow_the_sector_and_may_be_none() -> None:
    question = POLICY.catalogue.by_code["U6"]
    assert len(options_of(POLICY, question, read_answers(POLICY, {"B2": "zakelijk_overig"}))) == 4
    assert options_of(POLICY, question, read_answers(POLICY, {"B2": "anders"})) == ()
    assert options_of(POLICY, question, {}) == ()


def test_sector_answer_of_another_sector_is_dropped_after_a_change() -> None:
    answers = read_answers(POLICY, {**READY, "U6": ["keten", "financiering"]})
    assert keep_visible(POLICY, answers)["U6"] == ("financiering", "keten")
    changed = keep_visible(POLICY, answers.with_answer("B2", "bouw"))
    assert changed["U6"] == ("financiering",)
    assert "U6" not in keep_visible(POLICY, answers.with_answer("B2", "anders"))


def test_hidden_answers_are_dropped_in_catalogue_order() -> None:
    answers = read_answers(POLICY, READY)
    closed = keep_visible(POLICY, answers.with_answer("S1", "nee"))
    assert set(closed) == {"B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8", "S1", "S2", "U8"}
    later = answers.with_answer("S4", "nee")
    assert "U3" not in keep_visible(POLICY, later)
    assert visible(POLICY, later)[-3:] == ("U8", "U10", "U11")


def test_removing_an_answer_leaves_the_others() -> None:
    answers = read_answers(POLICY, READY)
    assert "B1" not in answers.with_answer("B1", None)
    assert len(answers.with_answer("B1", None)) == len(answers) - 1
    assert answers["B1"] == "drenthe"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"S1": "ja_meer", "S2": "vroeger"}, ["K1"]),
        ({"S1": "ja_begin", "S2": "ja_10_25"}, ["K2"]),
        ({"B5": ["niets"], "B7": "vast"}, ["K3"]),
        ({"S6": "nee"}, ["K4"]),
        ({"S8": "concreet", "S5": ["weet_niet"]}, ["K5"]),
        ({"B6": "samen", "B8": ["niemand"]}, ["K6"]),
        ({"B3": 251}, ["K7"]),
        ({"B3": 250}, []),
    ],
)
def test_soft_check_warns_about_answers_that_do_not_agree(changes: dict[str, Any], expected: list[str]) -> None:
    found = soft_checks(POLICY, read_answers(POLICY, {**READY, **changes}))
    assert [check.code for check in found] == expected
    assert all(check.questions for check in found)


def test_answers_are_shown_in_words() -> None:
    answers = read_answers(POLICY, {**READY, "U5": {"tijd": 4}, "U6": ["keten"]})
    labels = {code: answer_label(POLICY, code, answers.get(code), answers) for code in ("B1", "B3", "S5", "U5", "U6")}
    assert labels == {
        "B1": "Drenthe",
        "B3": "25",
        "S5": "Duitsland",
        "U5": "Te weinig tijd: veel last",
        "U6": "Wij hangen sterk af van enkele klanten of leveranciers",
    }
    assert answer_label(POLICY, "B1", None, answers) == "nog niet beantwoord"


def test_lines_for_the_check_page_leave_out_a_question_without_options() -> None:
    answers = read_answers(POLICY, {**READY, "B2": "anders"})
    lines = describe_answers(POLICY, visible(POLICY, answers), answers)
    assert "U6" not in {line.question.code for line in lines}
    assert [line.label for line in lines if line.question.code == "U5"] == ["nog niet beantwoord"]
