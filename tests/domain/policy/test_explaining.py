"""The whole explanation: why this, why not that, down to single answers, and what would open it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from intake.policy import assess, read_answers
from intake.policy.analysis import Alteration, Change
from intake.policy.analysis.diagram import BudgetSpent
from intake.policy.explaining import ActivityTold, Explanation, Told, explain, gates
from intake.policy.explaining_lines import in_full, overview
from intake.policy.told_change import told_change
from tests.domain.policy.samples import READY, policy_2013, random_answers

POLICY = policy_2013()
SCORES = {row.value: 2 for row in POLICY.catalogue.by_code["U5"].rows}


def explanation(without: tuple[str, ...] = (), **changes: Any) -> Explanation:
    raw = {**READY, "U5": SCORES, **changes}
    return explain(POLICY, read_answers(POLICY, {code: raw[code] for code in raw if code not in without}))


def every(lines: tuple[Told, ...]) -> Iterator[str]:
    for line in lines:
        yield line.text
        yield from every(line.below)


def why(activity: ActivityTold) -> str:
    return "\n".join(text for rule in activity.refused for text in every(rule.why))


def test_each_activity_is_given_or_says_what_keeps_it_and_what_opens_it() -> None:
    for raw in random_answers(20, seed=77):
        found = explain(POLICY, read_answers(POLICY, raw))
        fired = {item.activity for item in assess(POLICY, read_answers(POLICY, raw)).fired}
        assert [item.code for item in found.activities] == list(POLICY.activities)
        assert {item.code for item in found.given} == fired
        for item in found.refused:
            assert item.refused
            assert all(rule.why for rule in item.refused)
            assert item.change is not None
            assert item.change.lines or item.change.note


def test_given_activity_names_rule_reason_answers_and_source() -> None:
    [rule] = explanation().activity("P4").given
    assert (rule.rule, rule.kind, rule.how) == ("R-P4", "verwijzing", "intensief, nu aangeboden")
    assert rule.reason.startswith("Uw strategie, organisatie en product zijn op orde")
    assert (
        "U3",
        POLICY.catalogue.by_code["U3"].text,
        "Ja, om klanten te spreken of een order te krijgen",
    ) in rule.answers
    assert (rule.source.document, rule.source.place) == ("001", "tabel Marketing/promotie 4; §4")


def test_missing_answer_that_carries_a_rule_is_named() -> None:
    [rule] = explanation(without=("S7",)).activity("I2").given
    assert [label for code, _, label in rule.answers if code == "S7"] == ["nog niet beantwoord"]


def test_derived_values_and_outcome_say_which_answers_made_them() -> None:
    found = explanation(S4="nee", S5=["weet_niet"])
    assert [(code, label) for code, _, label in found.outcome.answers] == [
        ("S4", "Nee"),
        ("S5", "Dat weet ik nog niet"),
    ]
    values = {item.code: item for item in found.derived}
    assert (values["D3"].name, values["D3"].value) == ("Strategie", "nog niet duidelijk")
    assert [label for _, _, label in values["D4"].answers] == ["niet gesteld"]
    assert [(code, label) for code, _, label in values["D5"].answers] == [("S7", "niet gesteld")]
    assert values["D5"].left_over


def test_not_asked_is_told_apart_from_not_answered() -> None:
    assert "Niet gesteld." in why(explanation(S4="nee").activity("N4"))
    assert "Nog niet beantwoord." in why(explanation(without=("U9",)).activity("N4"))
    assert "Antwoord: «Nee»." in why(explanation(U9="nee").activity("N4"))


def test_table_of_scores_shows_only_the_row_that_matters() -> None:
    lines = why(explanation().activity("V3"))
    assert "Antwoord: «Moeilijk om personeel te vinden in de regio: weinig last»." in lines
    change = explanation(without=("O4",)).activity("V3").change
    assert change is not None
    assert change.lines == ("Beantwoord «Heeft u genoeg goede mensen die tijd hebben voor het buitenland?» met «Nee».",)


def test_change_of_one_row_names_that_row() -> None:
    before = read_answers(POLICY, {**READY, "U5": SCORES})
    after = before.with_answer("U5", {**SCORES, "personeel": 3})
    step = Alteration("U5", before["U5"], after["U5"], anything=False)
    change = told_change(POLICY, Change("R-V3", (step,), after), before)
    assert change.lines == ("Verander «Moeilijk om personeel te vinden in de regio» van «weinig last» in «wel last».",)


def test_strategy_that_is_not_clear_is_not_explained_by_the_wish() -> None:
    lines = why(explanation(S4="nee", S5=["weet_niet"]).activity("N5"))
    assert "welk product" in lines
    assert "Wilt u (meer) zaken doen" not in lines


def test_closed_gate_is_named_with_each_rule_behind_it() -> None:
    [rule, _] = explanation(S4="nee").activity("P4").refused
    assert rule.gate == (
        "De stap uitvoering is nog dicht. Zorg eerst voor een duidelijke strategie en een organisatie die klaar is."
    )
    assert [is_open for _, is_open, _ in gates(explanation(O4="nee"))] == [True, False]
    assert {rule.gate for item in explanation().refused for rule in item.refused} == {""}


def test_change_is_told_for_answers_that_change_are_new_or_may_be_anything() -> None:
    change = explanation(S4="nee").activity("P4").change
    assert change is not None
    assert change.rule == "R-P4"
    assert change.lines[0].startswith("Verander «Weet u welk product")
    assert change.lines[0].endswith("van «Nee» in «Ja, dat is duidelijk».")
    assert "Beantwoord «Heeft u genoeg goede mensen die tijd hebben voor het buitenland?» met «Ja»." in change.lines
    assert "Geef een antwoord op «In welke talen is uw website?» (elk antwoord is goed)." in change.lines
    scores = next(line for line in change.lines if "Hoeveel last" in line)
    assert scores.endswith("(elk antwoord is goed).")


def test_facts_about_the_company_are_not_for_sale() -> None:
    change = explanation(B1="anders").activity("P4").change
    assert change is not None
    assert (change.lines, change.note) == ((), "Met deze gegevens van het bedrijf opent geen enkel antwoord dit.")


def test_policy_that_is_too_large_is_explained_without_a_change(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_large(*_: object) -> None:
        raise BudgetSpent

    monkeypatch.setattr("intake.policy.explaining.cheapest_for_activity", too_large)
    change = explanation().activity("P3").change
    assert change is not None
    assert "te groot" in change.note


def test_overview_names_every_activity_and_one_in_full_goes_down_to_answers() -> None:
    found = explanation(O4="nee")
    short = "\n".join(overview(found))
    for code, activity in POLICY.activities.items():
        assert f"{code} {activity.title}" in short
    full = "\n".join(in_full(found, "P4"))
    assert "Organisatie. Nodig: «op orde». Nu: «nog niet klaar»." in full
    assert "1. Verander «Heeft u genoeg goede mensen" in full
    assert "Nu nog niet: P3, P4 (NN-2)" in full
    assert "bron: Internationalisering mkb" in full
    assert "R-A2" not in full


def test_quote_of_a_source_is_shown() -> None:
    rule = POLICY.rules.rule("R-A3i")
    quoted = replace(rule, source=replace(rule.source, quote="Zo staat het er."))
    rules = tuple(quoted if item is rule else item for item in POLICY.rules.rules)
    policy = replace(POLICY, rules=replace(POLICY.rules, rules=rules))
    lines = "\n".join(overview(explain(policy, read_answers(policy, READY))))
    assert "citaat: «Zo staat het er.»" in lines
