"""Near misses for the author, and the difference between two versions."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from intake.policy import assess
from intake.policy.analysis import Differences, NearMiss, analyse, difference, near_misses
from intake.policy.conditions import All, AnyOf, ChoiceIs, Condition, FactHolds, Not, NumberIn, Unanswered
from intake.policy.model import Example, Option, Policy
from tests.domain.policy.analysis.rewriting import rule_like, with_message, with_rules
from tests.domain.policy.oracle.small import every_intake, small_policy
from tests.domain.policy.oracle.tree import Tree
from tests.domain.policy.samples import policy_2013, seeds

CODES = [rule.code for rule in policy_2013().rules.rules]

# ------------------------------------------------------------------ near misses


@cache
def misses_of_2013(code: str) -> tuple[NearMiss, ...]:
    return near_misses(policy_2013(), code)


@pytest.mark.parametrize("code", CODES)
def test_near_misses_come_out_as_they_say(code: str) -> None:
    policy = policy_2013()
    found = misses_of_2013(code)
    assert [miss.holds for miss in found] == [True] + [False] * (len(found) - 1)
    assert len(found) > 1
    for miss in found:
        assert (code in assess(policy, miss.answers).receipt.fired) is miss.holds


def test_near_misses_can_go_into_the_file_as_they_are() -> None:
    policy = policy_2013()
    found = {code: [Example(miss.holds, miss.answers) for miss in misses_of_2013(code)] for code in CODES}
    confirmed = with_rules(*(replace(policy.rules.rule(code), examples=tuple(found[code])) for code in CODES))
    analysis = analyse(confirmed)
    assert analysis.errors == ()
    assert "voorbeelden" not in " ".join(analysis.notes)


def test_a_near_miss_fails_on_one_part_alone() -> None:
    noord, actief = FactHolds("noord"), ChoiceIs("S2", ("ja_10_25",))
    policy = with_rules(rule_like("R-A2", "R-X", All((noord, actief, NumberIn("B3", 10, 20)))))
    found = near_misses(policy, "R-X")
    assert len(found) == 4
    for miss, expected in zip(found[1:], ((False, True, True), (True, False, True), (True, True, False)), strict=True):
        tree = Tree(policy, miss.answers)
        assert (tree.certain(noord), tree.certain(actief), tree.certain(NumberIn("B3", 10, 20))) == expected
        assert {"B1", "S2", "B3"} == {*miss.answers}
    assert found[2].what.startswith("Alleen dit klopt niet: «Verkoopt u nu")
    assert found[0].what == "De regel geldt."


def test_a_part_fails_by_an_answer_and_not_by_a_question_that_is_not_asked() -> None:
    policy = with_rules(rule_like("R-A2", "R-X", All((FactHolds("noord"), ChoiceIs("U9", ("ja",))))))
    failing = near_misses(policy, "R-X")[2]
    assert failing.answers["U9"] == "nee"


def test_no_answer_can_be_left_out_of_an_example() -> None:
    policy = policy_2013()
    for code in ("R-P4", "R-N5", "R-A3o"):
        holding = near_misses(policy, code)[0].answers
        for question in holding:
            assert code not in assess(policy, holding.with_answer(question, None)).receipt.fired


def test_a_gate_counts_as_a_part() -> None:
    rule = rule_like("R-P4", "R-X", All((FactHolds("noord"), ChoiceIs("S2", ("nee",)))), gated=True)
    policy = with_rules(rule)
    open_gate = near_misses(policy, "R-X")
    assert len(open_gate) > len(near_misses(with_rules(replace(rule, gated=False)), "R-X"))
    assert all((("R-X" in assess(policy, miss.answers).receipt.fired) is miss.holds) for miss in open_gate)


def test_a_rule_that_never_holds_has_no_example_that_does() -> None:
    policy = with_rules(rule_like("R-A1", "R-X", All((ChoiceIs("S1", ("nee",)), FactHolds("wil")))))
    assert not any(miss.holds for miss in near_misses(policy, "R-X"))


def test_a_near_miss_is_not_one_because_a_message_goes_before_the_rule() -> None:
    message = policy_2013().rules.withheld[0]
    rule = rule_like("R-A1", "R-X", All((FactHolds("wil"), ChoiceIs("S2", ("nee",)))))
    # The first answer to the first question, so that any example would have it.
    policy = with_message(message.code, with_rules(rule), beats=("R-X",), when=ChoiceIs("S1", ("ja_meer",)))
    for miss in near_misses(policy, "R-X"):
        assert message.code not in {item.code for item in assess(policy, miss.answers).not_yet}


# ------------------------------------------------------------------ two versions


def changed(policy: Policy, code: str, when: Condition) -> Policy:
    rules = tuple(replace(rule, when=when) if rule.code == code else rule for rule in policy.rules.rules)
    return replace(policy, rules=replace(policy.rules, rules=rules))


@pytest.mark.parametrize("seed", seeds(2, 12))
def test_a_difference_counts_every_intake_that_changes(seed: int) -> None:
    old, new = small_policy(seed), small_policy(seed + 100)
    intakes = list(every_intake(new))
    both = Differences(old, new)
    assert both.note == ""
    for rule in new.rules.rules:
        told = both.of(rule.code)
        before = [rule.code in Tree(old, intake.kept).holding for intake in intakes]
        after = [rule.code in intake.holding for intake in intakes]
        assert told.gained == sum(now and not then for then, now in zip(before, after, strict=True))
        assert told.lost == sum(then and not now for then, now in zip(before, after, strict=True))
        for example, holds in ((told.gained_example, True), (told.lost_example, False)):
            if example is not None:
                assert (rule.code in Tree(new, example).holding) is holds
                assert (rule.code in Tree(old, example).holding) is not holds


def test_a_difference_names_the_answers_that_matter() -> None:
    old = policy_2013()
    new = changed(old, "R-A2", All((FactHolds("noord"), ChoiceIs("S2", ("ja_10_25", "ja_25plus", "ja_minder10")))))
    told = difference(old, new, "R-A2")
    assert told.lost == 0
    assert told.lost_example is None
    assert told.gained == analyse(new).counts["R-A2"] - analyse(old).counts["R-A2"]
    assert told.gained_lines == (
        "«In welke provincie staat uw bedrijf?»: «Groningen»",
        "«Verkoopt u nu aan klanten in het buitenland?»: «Ja, minder dan 10% van onze omzet»",
    )


def test_a_change_of_a_fact_shows_in_each_rule_that_leans_on_it() -> None:
    old = policy_2013()
    facts = {**old.rules.facts, "noord": replace(old.rules.facts["noord"], when=Not(FactHolds("wil")))}
    new = replace(old, rules=replace(old.rules, facts=facts))
    both = Differences(old, new)
    assert both.of("R-A1").lost == analyse(old).counts["R-A1"]
    assert both.of("R-A3i").gained == both.of("R-A3i").lost == 0


def test_a_rule_that_one_version_lacks_never_holds_there() -> None:
    old = policy_2013()
    new = with_rules(rule_like("R-A1", "R-X", FactHolds("wil")))
    assert difference(old, new, "R-X").gained == analyse(new).counts["R-X"]
    assert difference(new, old, "R-X").lost == analyse(new).counts["R-X"]
    with pytest.raises(KeyError):
        difference(old, new, "R-Y")


def test_a_question_that_is_asked_otherwise_is_no_hindrance() -> None:
    old = policy_2013()
    new = asked_always(old, "S4")
    rule = rule_like("R-A1", "R-X", AnyOf((ChoiceIs("S4", ("duidelijk",)), ChoiceIs("S1", ("misschien",)))))
    old, new = with_rules(rule, policy=old), with_rules(rule, policy=new)
    told = difference(old, new, "R-X")
    assert told.gained
    assert told.gained_example is not None
    assert told.gained_example["S1"] == "nee"
    assert "R-X" not in assess(old, told.gained_example).receipt.fired
    assert told.lost == 0


def test_an_answer_that_the_old_version_did_not_ask_for_was_missing_there() -> None:
    rule = rule_like("R-A1", "R-X", All((ChoiceIs("S1", ("nee",)), Unanswered("S4"))))
    old, new = with_rules(rule), with_rules(rule, policy=asked_always(policy_2013(), "S4"))
    told = difference(old, new, "R-X")
    assert told.gained == 0
    assert told.lost
    assert analyse(new).errors


def asked_always(policy: Policy, code: str) -> Policy:
    questions = tuple(
        replace(question, visible_when=All(())) if question.code == code else question
        for question in policy.catalogue.questions
    )
    return with_questions(policy, questions)


def with_questions(policy: Policy, questions: tuple[object, ...]) -> Policy:
    by_code = {question.code: question for question in questions}  # type: ignore[attr-defined]
    by_key = {question.key: question for question in questions}  # type: ignore[attr-defined]
    catalogue = replace(policy.catalogue, questions=questions, by_code=by_code, by_key=by_key)  # type: ignore[arg-type]
    return replace(policy, catalogue=catalogue)


def test_other_options_cannot_be_compared_exactly_and_it_says_so() -> None:
    old = policy_2013()
    more = (*old.catalogue.by_code["S4"].options, Option("anders", "Anders", "anders"))
    questions = tuple(
        replace(question, options=more) if question.code == "S4" else question for question in old.catalogue.questions
    )
    told = difference(old, with_questions(old, questions), "R-A1")
    assert told.gained is told.lost is None
    assert "S4" in told.note
    fewer = with_questions(old, tuple(question for question in old.catalogue.questions if question.code != "U9"))
    assert "U9" in difference(fewer, old, "R-A1").note


def test_a_comparison_beyond_the_budget_says_so() -> None:
    old = policy_2013()
    told = difference(old, with_rules(rule_like("R-A1", "R-X", FactHolds("wil"))), "R-X", budget=100)
    assert told.gained is None
    assert "te groot" in told.note
