"""The next step on the result page: work in the company, few and in order, and never a change of wish."""

from __future__ import annotations

from typing import Any

import pytest

from intake.policy import Answers, Effect, assess, keep_visible, read_answers
from intake.policy.analysis import cheapest_for_activity
from intake.policy.analysis.diagram import BudgetSpent
from intake.policy.conditions import LEAVES, All, ChoiceIs, FactHolds
from intake.policy.next_steps import A_START, MOST_WORK, WISHES, WORK, NextStep, next_steps, work_sentence
from tests.domain.policy.analysis.rewriting import rule_like, with_rules
from tests.domain.policy.samples import READY, policy_2013, random_answers

POLICY = policy_2013()
SCORES = {row.value: 1 for row in POLICY.catalogue.by_code["U5"].rows}


def answers(**changes: Any) -> Answers:
    """Return the answers of a company that is ready, with changes, without what is not asked."""
    return keep_visible(POLICY, read_answers(POLICY, {**READY, "U5": SCORES, **changes}))


def steps(**changes: Any) -> dict[str, NextStep]:
    given = answers(**changes)
    return {item.activity: item for item in next_steps(POLICY, given, assess(POLICY, given))}


def work(item: NextStep) -> list[tuple[str, object]]:
    return [(step.question, step.after) for step in item.work]


def test_company_without_people_hears_what_to_arrange_first() -> None:
    found = steps(O1="nee", O4="nee")
    assert list(found) == ["P3", "P4"]
    assert work(found["P3"]) == [("O4", "deels")]
    assert work(found["P4"]) == [("O1", "ja"), ("O4", "deels")]
    assert "U3" in found["P4"].questions


def test_work_without_new_questions_opens_the_activity() -> None:
    now = {"O1": "deels", "O2": "deels"}
    [nearest] = steps(**now).values()
    assert nearest.questions == ()
    after = answers(**{**now, **dict(work(nearest))})
    assert nearest.rule in assess(POLICY, after).receipt.fired


def test_company_that_is_ready_or_wants_nothing_or_can_do_it_hears_nothing() -> None:
    for changes in ({}, {"S1": "nee"}, {"U10": "zelf", "O1": "nee", "O4": "nee"}, {"B1": "anders", "S9": "nee"}):
        assert steps(**changes) == {}


def test_wish_is_never_a_step() -> None:
    assert not steps(S1="misschien")
    known = [POLICY.catalogue.by_key[key].code for key in WISHES]
    closing = {getattr(leaf, "question", "") for item in POLICY.rules.withheld for leaf in item.closed_by}
    assert set(known) <= closing


def test_to_be_worse_off_is_no_step() -> None:
    """A rule for who misses something is nearest by one answer that is in the way; nobody is advised to give it."""
    policy = with_rules(rule_like("R-P4", "R-X", All((FactHolds("wil"), ChoiceIs("O1", ("nee",)))), activity="P4"))
    given = answers(O3="nee", O4="nee")
    change = cheapest_for_activity(policy, given, "P4")
    assert change is not None
    assert [(step.question, step.after) for step in change.steps] == [("O1", "nee")]
    found = next_steps(policy, given, assess(policy, given))
    assert [item.rule for item in found if item.activity == "P4"] == ["R-P4"]


def test_more_work_than_three_changes_is_no_next_step() -> None:
    three = {"S6": "nee", "S8": "nee", "S9": "nee"}
    assert {len(item.work) for item in steps(**three).values()} == {MOST_WORK}
    assert steps(**three, S7="weet_niet") == {}


def test_activity_that_no_message_holds_back_is_not_advised() -> None:
    assert steps(U11=["informatie"], S9="nee") == {}
    assert set(steps(S9="nee")) == {"P3", "P4"}


def test_every_step_takes_away_what_a_message_calls_in_the_way() -> None:
    seen = 0
    for raw in random_answers(150, seed=23):
        given = keep_visible(POLICY, read_answers(POLICY, {**raw, "B1": "drenthe"}))
        found = assess(POLICY, given)
        waiting = {code for item in found.not_yet for code in item.activities}
        previous = 0
        for item in next_steps(POLICY, given, found):
            seen += 1
            assert item.activity in waiting
            assert POLICY.rules.rule(item.rule).effect is not Effect.SIGNAL
            assert previous <= len(item.work) <= MOST_WORK
            previous = len(item.work)
            for step in item.work:
                assert given[step.question] == step.before
                assert step.question not in ("S1", "U3", "U10", "U11")
    assert seen > 10


def test_every_answer_that_a_message_calls_in_the_way_has_advice_of_its_own() -> None:
    closing = {leaf.question for item in POLICY.rules.withheld for leaf in item.closed_by if isinstance(leaf, LEAVES)}
    wishes = {POLICY.catalogue.by_key[key].code for key in WISHES}
    assert closing - wishes <= set(WORK)


def test_advice_is_about_the_company_and_says_when_a_part_will_do() -> None:
    people, renew = steps(O4="nee")["P3"].work[0], steps(S7="eerst_vernieuwen")["P4"].work[0]
    assert work_sentence(POLICY, people) == f"Zorg dat genoeg goede mensen tijd hebben voor het buitenland. {A_START}"
    assert work_sentence(POLICY, renew).startswith("Vernieuw uw product")


def test_policy_that_is_too_large_gives_a_result_without_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_large(*_: object) -> None:
        raise BudgetSpent

    assert steps(O4="nee")
    monkeypatch.setattr("intake.policy.next_steps.cheapest_change", too_large)
    assert steps(O4="nee") == {}
