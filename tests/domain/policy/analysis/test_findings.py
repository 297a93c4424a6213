"""Each kind of finding, in the policy of 2013 with one thing wrong."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from intake.policy import assess
from intake.policy.analysis import Analysis, Fault, Finding, Severity, analyse
from intake.policy.conditions import (
    All,
    AnyOf,
    AtLeast,
    ChoiceIs,
    Condition,
    DerivedIs,
    FactHolds,
    HasAny,
    HasOnly,
    Not,
    NumberIn,
    OutcomeIs,
    Unanswered,
)
from intake.policy.engine import Uncovered
from intake.policy.model import Example, Place, Policy, Step
from tests.domain.policy.analysis.rewriting import rule_like, with_message, with_rules, with_table
from tests.domain.policy.samples import policy_2013

WIL = FactHolds("wil")
HULP = FactHolds("met_hulp")


@cache
def analysis_2013() -> Analysis:
    return analyse(policy_2013())


def only(policy: Policy, fault: Fault) -> Finding:
    [finding] = of(analyse(policy), fault)
    return finding


def of(analysis: Analysis, fault: Fault) -> list[Finding]:
    return [finding for finding in analysis.findings if finding.fault is fault]


def keys(policy: Policy, *faults: Fault) -> set[str]:
    return {finding.key for finding in analyse(policy).findings if finding.fault in faults}


def test_the_policy_of_2013_has_no_errors() -> None:
    analysis = analysis_2013()
    assert analysis.errors == ()
    assert analysis.intakes is not None
    assert all(0 < count < analysis.intakes for count in analysis.counts.values())


def test_findings_come_with_errors_first_and_each_key_once() -> None:
    analysis = analyse(with_rules(rule_like("R-A1", "R-X", All((NumberIn("B3", 0, 4), FactHolds("omvang"))))))
    order = [finding.severity for finding in analysis.findings]
    assert order == sorted(order, key=list(Severity).index)
    assert len({finding.key for finding in analysis.findings}) == len(analysis.findings)
    assert {*analysis.errors, *analysis.warnings} < {*analysis.findings}


# ------------------------------------------------------------------ dead rules


@pytest.mark.parametrize(
    ("when", "cause", "clash"),
    [
        (All((WIL, NumberIn("B3", 0, 4), FactHolds("omvang"))), "zelf", ["mensen", "5 tot en met 100"]),
        (All((WIL, HasAny("S5", ("weet_niet",)), HasAny("S5", ("duitsland",)))), "zelf", ["weet ik nog niet", "Duits"]),
        (All((WIL, HasOnly("S5", ("polen",)), HasAny("S5", ("china", "india")))), "zelf", ["alleen", "China"]),
        (All((ChoiceIs("B1", ("drenthe",)), OutcomeIs(("UT0",)))), "zelf", ["Drenthe", "Buiten Noord"]),
        (All((ChoiceIs("S1", ("nee",)), ChoiceIs("S4", ("duidelijk",)))), "routing", ["Nee", "dat is duidelijk"]),
        (All((ChoiceIs("U3", ("zaken",)), DerivedIs("strategie", ("deels",)))), "routing", ["order", "voor een deel"]),
        (Not(AnyOf((ChoiceIs("O1", ("ja",)), FactHolds("s_open")))), "routing", []),
    ],
)
def test_a_dead_rule_says_why_and_what_clashes(when: Condition, cause: str, clash: list[str]) -> None:
    finding = only(with_rules(rule_like("R-A1", "R-X", when)), Fault.DEAD_RULE)
    assert (finding.code, finding.other) == ("R-X", cause)
    assert finding.severity is Severity.ERROR
    assert len(finding.example_lines) == max(1, len(clash))
    assert all(any(words in line for line in finding.example_lines) for words in clash)
    words = {"zelf": "spreekt zichzelf tegen", "routing": "door de vraagvolgorde"}
    assert words[cause] in finding.text


def test_a_rule_dies_of_the_gate_of_its_step() -> None:
    unsure = rule_like("R-P4", "R-X", All((FactHolds("noord"), ChoiceIs("S1", ("misschien",)))), gated=True)
    finding = only(with_rules(unsure), Fault.DEAD_RULE)
    assert (finding.code, finding.other) == ("R-X", "poort")
    assert "botst met de poort van stap Uitvoering" in finding.text
    assert len(finding.example_lines) == 1
    assert not keys(with_rules(replace(unsure, gated=False)), Fault.DEAD_RULE)


def test_a_rule_dies_of_a_message_that_always_goes_before_it() -> None:
    message = policy_2013().rules.withheld[0]
    policy = with_rules(rule_like("R-A1", "R-X", All((message.when, FactHolds("noord")))))
    finding = only(with_message(message.code, policy, beats=("R-X",)), Fault.DEAD_RULE)
    assert (finding.code, finding.other) == ("R-X", "voorrang")
    assert f"{message.code} gaat altijd voor" in finding.text


def test_a_message_can_be_dead_too() -> None:
    policy = with_message("NN-1", when=All((ChoiceIs("S1", ("nee",)), FactHolds("wil"))))
    finding = only(policy, Fault.DEAD_MESSAGE)
    assert (finding.code, finding.other) == ("NN-1", "zelf")


# ------------------------------------------------------------------ tables


def test_a_forgotten_outcome_is_found_with_who_gets_none() -> None:
    policy = with_table("outcomes", policy_2013().rules.outcomes[:-1])
    finding = only(policy, Fault.UNCOVERED)
    assert finding.key == "UNCOVERED:uitkomst:"
    assert finding.intakes
    assert "geen uitkomst" in finding.text
    assert finding.example is not None
    with pytest.raises(Uncovered):
        assess(policy, finding.example)
    assert assess(policy_2013(), finding.example).outcome.code == "UT1"


def test_a_table_without_its_last_row_leaves_some_without_a_value() -> None:
    rows = policy_2013().rules.derived["doelgroep"].rows
    finding = only(with_table("doelgroep", rows[:-1]), Fault.UNCOVERED)
    assert finding.key == "UNCOVERED:D2:"
    outside = rule_like("R-A1", "R-X", DerivedIs("doelgroep", ("buiten",)))
    assert finding.intakes == analyse(with_rules(outside)).counts["R-X"]


def test_a_table_may_end_without_altijd_when_its_rows_cover_everyone() -> None:
    rows = policy_2013().rules.derived["zelf_in_staat"].rows
    covered = replace(rows[1], when=AnyOf((Unanswered("U10"), ChoiceIs("U10", ("deels", "nee")))))
    assert not keys(with_table("zelf_in_staat", (rows[0], covered)), Fault.UNCOVERED)
    short = replace(rows[1], when=ChoiceIs("U10", ("deels", "nee")))
    assert keys(with_table("zelf_in_staat", (rows[0], short)), Fault.UNCOVERED) == {"UNCOVERED:D8:"}


def test_levels_can_be_uncovered_too() -> None:
    finding = only(with_table("levels", policy_2013().rules.levels[:-1]), Fault.UNCOVERED)
    assert finding.key == "UNCOVERED:intensiteit:"


def test_outcomes_that_hold_together_are_wrong_only_where_they_must_be_unique() -> None:
    outcomes = policy_2013().rules.outcomes
    assert not keys(policy_2013(), Fault.DOUBLE_OUTCOME)
    found = analyse(with_table("outcomes", outcomes, unique_outcome=True))
    doubles = {(finding.code, finding.other): finding for finding in of(found, Fault.DOUBLE_OUTCOME)}
    assert ("UT0", "UT4") in doubles
    example = doubles["UT0", "UT4"]
    assert len(example.example_lines) == 2
    assert example.example is not None
    assert (example.example["B1"], example.example["S1"]) == ("anders", "nee")


def test_a_row_that_is_never_reached_is_a_warning() -> None:
    rows = policy_2013().rules.derived["doelgroep"].rows
    hidden = replace(rows[1], value="dubbel", when=All((rows[1].when, FactHolds("omvang"))))
    policy = with_table("doelgroep", (*rows[:2], hidden, *rows[2:]))
    finding = only(policy, Fault.UNREACHABLE_ROW)
    assert finding.key == "UNREACHABLE_ROW:D2:dubbel:"
    assert finding.severity is Severity.WARNING
    assert "een rij erboven klopt dan altijd al" in finding.text


def test_rows_that_only_their_order_keeps_apart_are_told() -> None:
    pairs = {(finding.code, finding.other) for finding in of(analysis_2013(), Fault.ORDER_DECIDES)}
    assert ("D1:koploper", "D1:ontwikkelaar") in pairs
    assert not any(code.startswith("D2:buiten_regio") and other == "D2:buiten" for code, other in pairs)


# ------------------------------------------------------------------ rules beside each other


def test_a_contradiction_is_found_until_one_goes_before_the_other() -> None:
    message = policy_2013().rules.withheld[0]
    alone = [Not(other.when) for other in policy_2013().rules.withheld if other is not message]
    rule = rule_like("R-P4", "R-X", All((HULP, message.when, *alone, Not(Unanswered("S7")))))
    policy = with_rules(rule)
    finding = only(policy, Fault.CONTRADICTION)
    assert (finding.code, finding.other) == ("R-X", "NN-1")
    assert finding.intakes == analyse(policy).counts["R-X"]
    assert finding.example is not None
    told = assess(policy, finding.example)
    assert "R-X" in told.receipt.fired
    assert "NN-1" in {item.code for item in told.not_yet}
    assert not keys(with_rules(replace(rule, beats=("NN-1",))), Fault.CONTRADICTION)
    assert not keys(with_message("NN-1", policy, beats=("R-X",)), Fault.CONTRADICTION)


def test_a_rule_that_gave_way_itself_pushes_no_message_aside() -> None:
    first, second = policy_2013().rules.withheld[:2]
    rule = rule_like("R-A1", "R-X", FactHolds("wil"), beats=(second.code,))
    alone = analyse(with_rules(rule)).counts[second.code]
    beaten = analyse(with_message(first.code, with_rules(rule), beats=("R-X",))).counts
    assert alone == 0
    assert beaten["R-X"] < analyse(with_rules(rule)).counts["R-X"]
    assert beaten[second.code] == counted(All((first.when, second.when)))


def counted(when: Condition) -> int:
    return analyse(with_rules(rule_like("R-A1", "R-X", when))).counts["R-X"]


def test_an_activity_without_a_living_rule_is_unreachable() -> None:
    rules = policy_2013().rules
    without = replace(policy_2013(), rules=replace(rules, rules=tuple(r for r in rules.rules if r.activity != "I3")))
    assert only(without, Fault.UNREACHABLE_ACTIVITY).text.endswith("geen regel noemt haar.")
    dead = with_rules(rule_like("R-I3", "R-I3", All((ChoiceIs("S1", ("nee",)), FactHolds("wil")))))
    assert only(dead, Fault.UNREACHABLE_ACTIVITY).key == "UNREACHABLE_ACTIVITY:I3:"


def test_of_two_equal_rules_the_later_changes_nothing() -> None:
    twin = replace(policy_2013().rules.rule("R-N3"), code="R-X")
    finding = only(with_rules(twin), Fault.CHANGES_NOTHING)
    assert finding.code == "R-X"
    assert "R-N3" in finding.text
    assert finding.intakes == analysis_2013().counts["R-N3"]


def test_a_narrower_rule_changes_nothing_unless_it_gives_more() -> None:
    narrow = rule_like("R-A3v", "R-X", All((policy_2013().rules.rule("R-A3v").when, ChoiceIs("S1", ("ja_meer",)))))
    assert keys(with_rules(narrow), Fault.CHANGES_NOTHING) == {"CHANGES_NOTHING:R-X:"}
    assert not keys(with_rules(replace(narrow, intensity="intensief")), Fault.CHANGES_NOTHING)
    assert not keys(with_rules(replace(narrow, beats=("NN-2",))), Fault.CHANGES_NOTHING)
    assert not keys(with_rules(replace(narrow, activity="N2")), Fault.CHANGES_NOTHING)


def test_rules_together_can_make_another_superfluous() -> None:
    when = [All((FactHolds("noord"), ChoiceIs("B7", values))) for values in (("vast",), ("soms",), ("vast", "soms"))]
    parts = [rule_like("R-A2", f"R-X{at}", condition, activity="V2") for at, condition in enumerate(when)]
    assert keys(with_rules(parts[2], parts[0], parts[1]), Fault.CHANGES_NOTHING) == {
        "CHANGES_NOTHING:R-X0:",
        "CHANGES_NOTHING:R-X1:",
    }
    assert keys(with_rules(*parts), Fault.CHANGES_NOTHING) == {"CHANGES_NOTHING:R-X2:"}


def test_a_light_rule_gives_nothing_beside_one_that_follows_the_table() -> None:
    follows = rule_like("R-N3", "R-X", policy_2013().rules.rule("R-N3").when, intensity="licht")
    assert keys(with_rules(follows), Fault.CHANGES_NOTHING) == {"CHANGES_NOTHING:R-X:"}
    strong = replace(follows, intensity="intensief")
    assert keys(with_rules(strong), Fault.CHANGES_NOTHING) == {"CHANGES_NOTHING:R-N3:"}


# ------------------------------------------------------------------ parts too many

KERN = DerivedIs("doelgroep", ("kern",))


@pytest.mark.parametrize(
    ("when", "path"),
    [
        (All((KERN, FactHolds("omvang"))), "2"),
        (All((FactHolds("omvang"), KERN)), "1"),
        (AnyOf((FactHolds("stuwend"), All((KERN, WIL)))), "2"),
        (
            All(
                (WIL, AnyOf((ChoiceIs("B7", ("vast",)), All((ChoiceIs("B7", ("soms",)), KERN, FactHolds("segment"))))))
            ),
            "2.2.3",
        ),
        (Not(AnyOf((KERN, FactHolds("omvang")))), "1"),
        (AtLeast(2, (WIL, All((KERN, FactHolds("stuwend"))), ChoiceIs("B7", ("vast",)))), "2.2"),
        (All((WIL, Not(All((Not(KERN), Not(FactHolds("omvang"))))))), "2.1"),
    ],
)
def test_a_part_that_can_go_is_named_by_its_path(when: Condition, path: str) -> None:
    assert keys(with_rules(rule_like("R-A1", "R-X", when)), Fault.REDUNDANT) - keys(policy_2013(), Fault.REDUNDANT) == {
        f"REDUNDANT:R-X:{path}"
    }


def test_a_part_that_follows_from_the_routing_is_only_told() -> None:
    when = All((WIL, ChoiceIs("S4", ("duidelijk",))))
    policy = with_rules(rule_like("R-A1", "R-X", when))
    assert "IMPLIED:R-X:1" in keys(policy, Fault.IMPLIED)
    assert not any(key.startswith("REDUNDANT:R-X") for key in keys(policy, Fault.REDUNDANT))
    told = next(finding for finding in of(analyse(policy), Fault.IMPLIED) if finding.code == "R-X")
    assert told.severity is Severity.INFORMATION
    assert "U wilt (misschien) zaken doen" in told.text


def test_a_part_about_an_empty_answer_is_there_on_purpose() -> None:
    when = All((WIL, Not(Unanswered("B1")), FactHolds("noord")))
    assert not any(":R-X:2" in key for key in keys(with_rules(rule_like("R-A1", "R-X", when)), *Fault))


def test_the_gate_makes_parts_of_its_rules_superfluous() -> None:
    when = All((HULP, FactHolds("u_open"), ChoiceIs("U3", ("zaken",))))
    gated = rule_like("R-P4", "R-X", when, gated=True)
    assert {f"{fault.name}:R-X:2" for fault in (Fault.REDUNDANT,)} <= keys(with_rules(gated), Fault.REDUNDANT)
    assert "REDUNDANT:R-X:2" not in keys(with_rules(replace(gated, gated=False)), Fault.REDUNDANT)


# ------------------------------------------------------------------ without effect


def test_a_gate_that_opens_on_nothing_is_shown_by_an_intake() -> None:
    for finding in of(analysis_2013(), Fault.IDLE_GATE):
        assert finding.example is not None
        step = next(step for step in Step if f"poort:{step.code}" == finding.code)
        told = assess(policy_2013(), finding.example)
        assert step in told.open_steps
        assert told.intensity != "geen"
        assert not [item for item in told.fired if item.step is step and item.kind.value != "signaal"]
        assert "van alle mogelijke" in finding.text


def test_a_gate_with_too_many_rules_to_count_is_tried_on_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = {finding.key for finding in of(analyse(policy_2013()), Fault.IDLE_GATE)}
    monkeypatch.setattr("intake.policy.analysis.gates.NODES_FOR_ONE", 3)
    found = of(analyse(policy_2013()), Fault.IDLE_GATE)
    assert {finding.key for finding in found} == exact
    for finding in found:
        assert finding.intakes is None
        assert "niet geteld" in finding.text
        assert finding.example is not None
        assert finding.example_lines
        step = next(step for step in Step if f"poort:{step.code}" == finding.code)
        told = assess(policy_2013(), finding.example)
        assert not [item for item in told.fired if item.step is step and item.kind.value != "signaal"]


def test_a_gate_that_samples_do_not_settle_is_said_to_be_unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("intake.policy.analysis.gates.NODES_FOR_ONE", 3)
    monkeypatch.setattr("intake.policy.analysis.gates.SAMPLES", 0)
    analysis = analyse(policy_2013())
    assert not of(analysis, Fault.IDLE_GATE)
    assert any("poort van stap Organisatie" in note for note in analysis.notes)


def test_questions_are_told_apart_by_what_their_answers_do() -> None:
    policy = policy_2013()
    analysis = analyse(policy)
    idle = {finding.code for finding in of(analysis, Fault.IDLE_QUESTION)}
    assert "U4" in idle
    assert "B8" not in idle
    rules = tuple(
        replace(r, reason="Uw kosten: {kosten_risico}.") if r.code == "R-A1" else r for r in policy.rules.rules
    )
    used = analyse(replace(policy, rules=replace(policy.rules, rules=rules)))
    assert {finding.code for finding in of(used, Fault.IDLE_QUESTION)} == idle - {"U4"}
    [told] = [finding for finding in of(used, Fault.INDIRECT_QUESTION) if finding.code == "U4"]
    assert "de reden van R-A1" in told.text


# ------------------------------------------------------------------ examples


def test_an_example_is_judged_as_an_intake_of_its_own() -> None:
    right = Example(True, {"B1": "drenthe", "S2": "ja_25plus"})
    wrong = Example(True, {"B1": "anders", "S2": "ja_25plus"})
    unlike = Example(False, {"B1": "drenthe", "S2": "ja_10_25"})
    rule = replace(policy_2013().rules.rule("R-A2"), examples=(right, wrong, unlike))
    analysis = analyse(with_rules(rule))
    found = of(analysis, Fault.FAILING_EXAMPLE)
    assert [(finding.code, finding.other) for finding in found] == [("R-A2", "2"), ("R-A2", "3")]
    assert "hoort wel te gelden" in found[0].text
    assert "hoort niet te gelden" in found[1].text
    assert found[0].example_lines[0] == "«In welke provincie staat uw bedrijf?»: «Een andere provincie»"
    assert not any("R-A2" in note for note in analysis.notes)


def test_an_answer_that_is_not_asked_for_does_not_count_in_an_example() -> None:
    answers = {"B1": "drenthe", "S1": "nee", "U10": "nee", "U11": ("informatie",)}
    for wish, holds in (("nee", False), ("ja_meer", True)):
        rule = replace(policy_2013().rules.rule("R-A3v"), examples=(Example(holds, {**answers, "S1": wish}),))
        assert not keys(with_rules(rule), Fault.FAILING_EXAMPLE)


# ------------------------------------------------------------------ places and notes


def test_a_finding_stands_at_its_place() -> None:
    policy = with_rules(rule_like("R-A1", "R-X", All((ChoiceIs("S1", ("nee",)), WIL))))
    placed = replace(policy, places={**policy.places, "R-X": Place("regels.yaml", 321)})
    assert only(placed, Fault.DEAD_RULE).place == Place("regels.yaml", 321)
    nowhere = replace(policy, places={})
    assert only(nowhere, Fault.DEAD_RULE).place == Place("regels.yaml", 1)


def test_rules_without_examples_are_one_note() -> None:
    notes = analyse(policy_2013()).notes
    assert sum("voorbeelden" in note for note in notes) <= 1
