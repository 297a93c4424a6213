"""Reasons carry the answers, and a rule that does not hold says what is missing."""

from __future__ import annotations

from typing import Any

import pytest

from intake.policy import Assessment, Step, Way, assess, read_answers, why_not
from intake.policy.three_by_three import CellStatus, three_by_three
from tests.domain.policy.samples import READY, own_cases, policy_2013, random_answers

POLICY = policy_2013()


def judge(without: tuple[str, ...] = (), **changes: Any) -> Assessment:
    answers = {code: value for code, value in {**READY, **changes}.items() if code not in without}
    return assess(POLICY, read_answers(POLICY, answers))


def reason(found: Assessment, rule: str) -> str:
    return next(item.reason for item in found.fired if item.rule == rule)


def test_reason_fills_in_countries_as_a_dutch_list() -> None:
    found = judge(S5=["polen", "duitsland", "turkije", "vk"])
    assert reason(found, "R-A1").startswith("U richt u op Duitsland, het Verenigd Koninkrijk, Polen en Turkije.")


def test_reason_names_only_the_countries_it_is_about() -> None:
    assert reason(judge(S5=["duitsland", "baltisch", "turkije"]), "R-N5").startswith(
        "U richt u op Duitsland en de Baltische staten. Daar"
    )


def test_reason_names_themes_in_words() -> None:
    assert reason(judge(B4=["agri", "water"]), "R-P1").endswith(": landbouw en voeding en water.")


def test_no_placeholder_is_left_in_any_reason() -> None:
    for raw in random_answers(150, seed=7):
        for item in assess(POLICY, read_answers(POLICY, raw)).fired:
            assert "{" not in item.reason
            assert "niet beantwoord" not in item.reason


def test_fired_rule_names_the_answers_that_carried_it() -> None:
    found = judge()
    used = {item.rule: [code for code, _, _ in item.answers_used] for item in found.fired}
    assert used["R-A3i"] == ["S1"]
    assert used["R-A1"] == ["B1", "S1", "S5"]
    assert used["R-P1"] == ["B1", "B4", "S1"]
    assert set(used["R-P4"]) >= {"S4", "S6", "S7", "S8", "S9", "O1", "O4", "U3", "U10"}
    lines = next(item.answers_used for item in found.fired if item.rule == "R-A3i")
    assert lines == (("S1", "Wilt u (meer) zaken doen met het buitenland?", "Ja, wij willen beginnen"),)


def test_not_yet_names_the_answers_that_keep_it_closed() -> None:
    [item] = judge(S9="nee", S8="weet_niet").not_yet
    assert item.code == "NN-1"
    assert item.activities == ("P3", "P4")
    assert [code for code, _, _ in item.closed_by] == ["S8", "S9"]
    assert item.opens.startswith("Dit gaat open als")


def test_not_yet_names_a_gap_as_not_answered() -> None:
    [item] = judge(without=("S9",)).not_yet
    assert [(code, label) for code, _, label in item.closed_by] == [("S9", "nog niet beantwoord")]


def test_why_not_is_empty_for_a_rule_that_holds() -> None:
    assert why_not(POLICY, read_answers(POLICY, READY), "R-P4") == ()


def test_why_not_shows_what_was_needed_and_what_was_given() -> None:
    [unmet] = why_not(POLICY, read_answers(POLICY, {**READY, "U3": "nee"}), "R-P4")
    assert (unmet.question, unmet.given, unmet.state) == ("U3", "Nee", "nee")
    assert unmet.needed == "«Ja, om klanten te spreken of een order te krijgen»"


def test_why_not_tells_not_asked_apart_from_not_answered() -> None:
    without = {code: value for code, value in READY.items() if code != "U3"}
    [unmet] = why_not(POLICY, read_answers(POLICY, without), "R-P4")
    assert unmet.state == "nog niet beantwoord"
    closed = why_not(POLICY, read_answers(POLICY, {**READY, "O4": "nee"}), "R-P4")
    states = {unmet.question or unmet.text: unmet.state for unmet in closed}
    assert states == {"Organisatie": "nee", "U3": "niet gesteld"}


def test_why_not_goes_down_from_fact_to_table_to_answer() -> None:
    found = why_not(POLICY, read_answers(POLICY, {**READY, "S1": "nee", "U8": "nee"}), "R-P2")
    help_wanted = next(unmet for unmet in found if unmet.text.startswith("U komt in aanmerking"))
    assert (help_wanted.question, help_wanted.needed, help_wanted.given) == (None, "ja", "nee")
    [outcome] = help_wanted.below
    assert (outcome.text, outcome.given) == ("De uitkomst", "Geen hulp nodig")
    assert outcome.needed == "niet «Buiten Noord-Nederland» of «Geen hulp nodig» of «U kunt het zelf»"
    assert [(leaf.question, leaf.needed, leaf.given) for leaf in help_wanted.leaves()] == [("S1", "niet «Nee»", "Nee")]


def test_why_not_of_a_table_names_the_row_that_is_nearest() -> None:
    [strategy, *_] = why_not(POLICY, read_answers(POLICY, {**READY, "S9": "nee"}), "R-P4")
    assert (strategy.text, strategy.needed) == ("Strategie", "«duidelijk»")
    assert [leaf.question for leaf in strategy.below] == ["S9"]


def test_why_not_offers_the_ways_when_one_is_enough() -> None:
    [either] = why_not(POLICY, read_answers(POLICY, READY), "R-V3")
    assert either.text == "Minstens één hiervan"
    assert [(leaf.question, leaf.state) for leaf in either.leaves()] == [("O4", "nee"), ("U5", "nog niet beantwoord")]


def test_missing_answer_that_is_needed_reads_as_an_answer() -> None:
    closed = why_not(POLICY, read_answers(POLICY, {**READY, "S1": "misschien"}), "R-P4")
    organisation = next(unmet for unmet in closed if unmet.text == "Organisatie")
    assert [(leaf.needed, leaf.state) for leaf in organisation.below] == [("een antwoord", "niet gesteld")]


@pytest.mark.parametrize("rule", [rule.code for rule in POLICY.rules.rules])
def test_why_not_says_something_exactly_when_the_rule_does_not_hold(rule: str) -> None:
    for raw in random_answers(25, seed=91):
        answers = read_answers(POLICY, raw)
        holds = rule in assess(POLICY, answers).receipt.fired
        assert bool(why_not(POLICY, answers, rule)) is not holds


def test_unknown_rule_has_no_explanation() -> None:
    with pytest.raises(KeyError):
        why_not(POLICY, read_answers(POLICY, READY), "R-X")


def test_nine_cells_say_where_a_ready_company_stands() -> None:
    cells = three_by_three(POLICY, judge())
    assert {key: cell.status.value for key, cell in cells.items() if cell.status is not CellStatus.FINE} == {
        (Step.ORGANISATION, Way.NETWORKING): "kan beter",
        (Step.EXECUTION, Way.PROMOTION): "nu doen",
    }
    assert cells[(Step.ORGANISATION, Way.NETWORKING)].rules == ("R-N5",)
    assert cells[(Step.EXECUTION, Way.PROMOTION)].rules == ("R-P4",)
    assert len(cells) == 9


def test_closed_gate_makes_every_cell_of_the_step_later() -> None:
    unclear = three_by_three(POLICY, judge(S1="misschien"))
    assert {cell.status for (step, _), cell in unclear.items() if step is not Step.STRATEGY} == {CellStatus.LATER}
    unready = three_by_three(POLICY, judge(O4="nee"))
    assert {cell.status for (step, _), cell in unready.items() if step is Step.EXECUTION} == {CellStatus.LATER}
    assert CellStatus.LATER not in {cell.status for (step, _), cell in unready.items() if step is Step.ORGANISATION}


def test_referral_that_comes_later_does_not_make_a_cell_now() -> None:
    case = next(case for case in own_cases() if case["id"] == "E11")
    found = assess(POLICY, read_answers(POLICY, case["antwoorden"]))
    assert {item.rule: item.now for item in found.referrals}["R-N3"] is False
    cell = three_by_three(POLICY, found)[(Step.ORGANISATION, Way.NETWORKING)]
    assert cell.status is CellStatus.BETTER
    assert "R-N3" in cell.rules


def test_cell_without_any_answer_is_unknown() -> None:
    cells = three_by_three(POLICY, judge(without=("S7", "O6", "U1"), U3="nee", S5=["eu_anders"], S8="belangstelling"))
    assert cells[(Step.STRATEGY, Way.NETWORKING)].status is CellStatus.UNKNOWN
    assert cells[(Step.STRATEGY, Way.PROMOTION)].status is CellStatus.UNKNOWN
    assert cells[(Step.STRATEGY, Way.INNOVATION)].status is CellStatus.NOW


def test_signals_alone_never_colour_a_cell() -> None:
    cells = three_by_three(POLICY, judge(U3="nee", U9="ja"))
    assert cells[(Step.EXECUTION, Way.NETWORKING)].status is CellStatus.FINE
    assert cells[(Step.EXECUTION, Way.NETWORKING)].rules == ()
