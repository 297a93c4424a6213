"""The cheapest change of answers, against all intakes of small policies and against the assessment itself."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from intake.policy import Answers, assess, keep_visible, read_answers
from intake.policy.analysis import Change, cheapest_change, cheapest_for_activity
from intake.policy.analysis.changing import ways_of
from intake.policy.conditions import All, AnyOf, ChoiceIs, FactHolds, HasAny, Unanswered
from intake.policy.engine import Uncovered
from intake.policy.model import Kind, Policy, Rule, Step
from tests.domain.policy.analysis.questions import policy_of, question
from tests.domain.policy.analysis.rewriting import rule_like, with_rules
from tests.domain.policy.oracle.small import every_intake, small_policy
from tests.domain.policy.oracle.tree import Tree
from tests.domain.policy.samples import READY, policy_2013, random_answers, seeds

COMPANY = {question.code for question in policy_2013().catalogue.questions if question.step is Step.COMPANY}


def ready(**changes: object) -> Answers:
    """Return the answers of a company that is ready and answered everything, with changes; None takes one away."""
    rows = policy_2013().catalogue.by_code["U5"].rows
    raw: dict[str, Any] = {**READY, "U5": {row.value: 1 for row in rows}, **changes}
    return read_answers(policy_2013(), {code: value for code, value in raw.items() if value is not None})


def steps(change: Change | None) -> list[tuple[str, object, object]]:
    assert change is not None
    return [(step.question, step.before, step.after) for step in change.steps]


@pytest.mark.parametrize("seed", seeds(3, 16))
def test_no_intake_is_nearer_than_the_cheapest_change(seed: int) -> None:
    policy = small_policy(seed)
    intakes = list(every_intake(policy))
    compared = 0
    for answers in some_answers(intakes, Random(seed)):
        for rule in policy.rules.rules:
            try:
                change = cheapest_change(policy, answers, rule.code)
            except Uncovered:
                continue
            compared += 1
            expected = fewest(policy, Tree(policy, answers), rule, intakes)
            assert (None if change is None else len(change.steps)) == expected
            if change is not None and change.steps:
                after = Tree(policy, change.answers)
                assert rule.code in after.holding
                assert after.complete()
    assert compared


def some_answers(intakes: list[Tree], rng: Random) -> Iterator[Mapping[str, Any]]:
    """Yield a few intakes, of which some answers are missing."""
    for intake in rng.sample(intakes, min(6, len(intakes))):
        yield {code: value for code, value in intake.kept.items() if rng.random() > 0.15}


def fewest(policy: Policy, now: Tree, rule: Rule, intakes: list[Tree]) -> int | None:
    """Return how many answers must at least change, by looking at every intake for which the rule holds."""
    if rule.code in now.holding:
        return 0
    holding = (intake for intake in intakes if rule.code in intake.holding)
    return min((cost for intake in holding if (cost := changed(policy, now, intake)) is not None), default=None)


def changed(policy: Policy, now: Tree, then: Tree) -> int | None:
    cost = 0
    for asked in policy.catalogue.questions:
        before, after = now.kept.get(asked.code), then.kept.get(asked.code)
        if before == after or asked.code not in then.asked:
            continue
        if asked.step is Step.COMPANY and before is not None:
            return None
        cost += 1
    return cost


def test_the_changed_answers_open_the_rule_and_nothing_else_changed() -> None:
    policy = policy_2013()
    opened = 0
    for raw in random_answers(25, seed=11):
        answers = read_answers(policy, raw)
        kept = keep_visible(policy, answers)
        for rule in policy.rules.rules:
            change = cheapest_change(policy, answers, rule.code)
            if change is None:
                continue
            opened += 1
            after = assess(policy, change.answers)
            assert rule.code in after.receipt.fired
            named = {step.question: step for step in change.steps}
            for code in after.visible:
                if code in named:
                    assert (named[code].before, named[code].after) == (kept.get(code), change.answers.get(code))
                else:
                    assert sorted_answer(change.answers.get(code)) == sorted_answer(kept.get(code))
            assert not [step for step in change.steps if step.question in COMPANY and step.before is not None]
    assert opened > 100


def sorted_answer(value: object) -> object:
    return sorted(value) if isinstance(value, tuple) else value


def test_a_company_that_is_ready_needs_one_answer_for_the_other_mission() -> None:
    change = cheapest_change(policy_2013(), ready(U3="zaken"), "R-P3")
    assert steps(change) == [("U3", "zaken", "verkennen")]


def test_a_rule_that_holds_needs_no_change() -> None:
    answers = ready()
    change = cheapest_change(policy_2013(), answers, "R-A3i")
    assert change is not None
    assert change.steps == ()
    assert assess(policy_2013(), change.answers).receipt.answers == assess(policy_2013(), answers).receipt.answers


def test_answers_about_the_company_stay_as_they_are() -> None:
    assert cheapest_change(policy_2013(), ready(B1="anders"), "R-A1") is None
    assert cheapest_change(policy_2013(), ready(B1="drenthe"), "R-A1") is not None


def test_a_company_question_with_many_variables_stays_as_it_is_too() -> None:
    words = "a b c d e f g h"
    about = question("B1", Kind.MULTI, words, step=Step.COMPANY)
    leaves = [HasAny("B1", (word,)) for word in words.split()]
    policy = policy_of(
        [about, question("S1", Kind.CHOICE, "ja nee")], All((leaves[0], ChoiceIs("S1", ("ja",)))), *leaves
    )
    assert cheapest_change(policy, {"B1": ("b", "c"), "S1": "ja"}, "R-0") is None
    assert steps(cheapest_change(policy, {"B1": ("a", "c"), "S1": "nee"}, "R-0")) == [("S1", "nee", "ja")]
    assert steps(cheapest_change(policy, {"S1": "nee"}, "R-0")) == [("B1", None, ("a",)), ("S1", "nee", "ja")]


def test_an_answer_about_the_company_that_is_missing_can_be_given() -> None:
    change = cheapest_change(policy_2013(), ready(B1=None), "R-A1")
    assert ("B1", None, "groningen") in steps(change)


def test_questions_that_are_asked_for_the_first_time_count_and_say_when_any_answer_will_do() -> None:
    change = cheapest_change(policy_2013(), ready(S1="nee"), "R-A3i")
    assert change is not None
    free = {step.question for step in change.steps if step.anything}
    assert steps(change)[0] == ("S1", "nee", "misschien")
    asked = {step.question for step in change.steps if step.before is None}
    assert asked >= {"S3", "S4", "U10"}
    assert free
    for code in free:
        for option in policy_2013().catalogue.by_code[code].options:
            if policy_2013().catalogue.by_code[code].kind.value == "choice":
                other = change.answers.with_answer(code, option.value)
                assert "R-A3i" in assess(policy_2013(), other).receipt.fired


def test_among_equals_the_nearest_answer_is_taken() -> None:
    rule = rule_like("R-A1", "R-X", All((FactHolds("wil"), ChoiceIs("S2", ("ja_10_25", "nee")))))
    policy = with_rules(rule)
    change = cheapest_change(policy, ready(S2="ja_minder10"), "R-X")
    assert steps(change) == [("S2", "ja_minder10", "ja_10_25")]


def test_a_question_that_still_waits_is_answered_before_another_answer_changes() -> None:
    rule = rule_like("R-A1", "R-X", All((FactHolds("wil"), ChoiceIs("S2", ("ja_10_25", "nee")))))
    change = cheapest_change(with_rules(rule), ready(S2="ja_minder10", U9=None), "R-X")
    assert {question for question, _, _ in steps(change)} == {"S2", "U9"}


def test_questions_that_nothing_reads_cost_as_much_as_others() -> None:
    """To say yes asks two questions more; to change two other answers asks none."""
    wish = question("S1", Kind.CHOICE, "nee ja")
    along = [question(code, Kind.CHOICE, "a b", visible_when=ChoiceIs("S1", ("ja",))) for code in ("S2", "S3")]
    others = [question(code, Kind.CHOICE, "a b") for code in ("S4", "S5")]
    either = AnyOf((ChoiceIs("S1", ("ja",)), All((ChoiceIs("S4", ("b",)), ChoiceIs("S5", ("b",))))))
    policy = policy_of([wish, *along, *others], either)
    now = {"S1": "nee", "S4": "a", "S5": "a"}
    assert steps(cheapest_change(policy, now, "R-0")) == [("S4", "a", "b"), ("S5", "a", "b")]
    only_yes = policy_of([wish, *along, *others], ChoiceIs("S1", ("ja",)))
    change = cheapest_change(only_yes, now, "R-0")
    assert steps(change) == [("S1", "nee", "ja"), ("S2", None, "a"), ("S3", None, "a")]
    assert change is not None
    assert [step.anything for step in change.steps] == [False, True, True]


def test_an_optional_answer_costs_nothing_when_it_is_no_longer_asked_for() -> None:
    """To say no drops two answers; to change two other answers drops none. Emptied while it is asked, each counts."""
    wish = question("S1", Kind.CHOICE, "ja nee")
    along = [
        question(code, Kind.CHOICE, "a b", required=False, visible_when=ChoiceIs("S1", ("ja",)))
        for code in ("S2", "S3")
    ]
    others = [question(code, Kind.CHOICE, "a b") for code in ("S4", "S5")]
    both = All((ChoiceIs("S4", ("b",)), ChoiceIs("S5", ("b",))))
    now = {"S1": "ja", "S2": "a", "S3": "a", "S4": "a", "S5": "a"}
    policy = policy_of([wish, *along, *others], AnyOf((ChoiceIs("S1", ("nee",)), both)))
    assert steps(cheapest_change(policy, now, "R-0")) == [("S1", "ja", "nee")]
    empty = All((Unanswered("S2"), Unanswered("S3")))
    policy = policy_of([wish, *along, *others], All((ChoiceIs("S1", ("ja",)), AnyOf((empty, ChoiceIs("S5", ("b",)))))))
    assert steps(cheapest_change(policy, now, "R-0")) == [("S5", "a", "b")]
    policy = policy_of([wish, *along, *others], All((ChoiceIs("S1", ("ja",)), empty)))
    assert steps(cheapest_change(policy, now, "R-0")) == [("S2", "a", None), ("S3", "a", None)]


def test_an_activity_takes_the_cheapest_of_its_rules() -> None:
    policy = policy_2013()
    answers = ready(U3="nee")
    change = cheapest_for_activity(policy, answers, "P4")
    own = [cheapest_change(policy, answers, rule.code) for rule in policy.rules.rules if rule.activity == "P4"]
    assert change is not None
    assert len(change.steps) == min(len(other.steps) for other in own if other)
    assert {rule.activity for rule in policy.rules.rules if rule.code == change.rule} == {"P4"}


def test_a_signal_is_no_advice_unless_there_is_nothing_else() -> None:
    signal = rule_like("R-A1", "R-X", FactHolds("wil"), activity="P4")
    policy = with_rules(signal)
    assert cheapest_change(policy, ready(), "R-X").steps == ()  # type: ignore[union-attr]
    advice = cheapest_for_activity(policy, ready(U3="nee"), "P4")
    assert advice is not None
    assert advice.rule in ("R-P4", "R-P4v")
    only = cheapest_for_activity(policy, ready(S5=["weet_niet"]), "A1")
    assert only is not None
    assert only.rule == "R-A1"


def test_an_impossible_rule_has_no_change() -> None:
    rule = rule_like("R-A1", "R-X", All((ChoiceIs("S1", ("nee",)), FactHolds("wil"))))
    assert cheapest_change(with_rules(rule), ready(), "R-X") is None


def test_unknown_codes_are_refused() -> None:
    with pytest.raises(KeyError):
        cheapest_change(policy_2013(), ready(), "R-X")
    with pytest.raises(KeyError):
        cheapest_for_activity(policy_2013(), ready(), "X9")


def test_the_diagrams_of_a_policy_go_with_it() -> None:
    policy = replace(policy_2013())
    assert ways_of(policy) is ways_of(policy)
    gone = weakref.ref(policy)
    del policy
    gc.collect()
    assert gone() is None
