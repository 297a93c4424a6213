"""What must hold for every answer set (domain study 4.11)."""

from __future__ import annotations

from functools import cache
from typing import Any

from intake.policy import Answers, Assessment, Effect, assess, keep_visible, read_answers, visible
from tests.domain.policy.samples import own_cases, policy_2013, random_answers

STEP_ORDER = "SOU"


@cache
def judged() -> tuple[tuple[dict[str, Any], Answers, Assessment], ...]:
    """Return the own cases and a number of random sets with their assessment."""
    policy = policy_2013()
    raws = [case["antwoorden"] for case in own_cases()] + list(random_answers(500, seed=411))
    found = []
    for raw in raws:
        answers = read_answers(policy, raw)
        found.append((raw, keep_visible(policy, answers), assess(policy, answers)))
    return tuple(found)


def referrals(assessment: Assessment) -> set[str]:
    return {item.rule for item in assessment.fired if item.kind is Effect.REFERRAL}


def test_no_mission_without_strategy_organisation_and_product() -> None:
    missions = [found for _, _, found in judged() if referrals(found) & {"R-P3", "R-P4", "R-P4v"}]
    assert len(missions) > 20
    for found in missions:
        assert found.derived["D3"] == "helder"
        assert found.derived["D4"] not in ("niet_klaar", "onbekend")
        assert found.derived["D5"] == "op_orde"


def test_late_outcomes_need_a_clear_strategy() -> None:
    late = [found for _, _, found in judged() if found.outcome.code in ("UT1", "UT6", "UT7")]
    assert {found.outcome.code for found in late} == {"UT1", "UT6", "UT7"}
    assert all(found.derived["D3"] == "helder" for found in late)


def test_without_support_nothing_is_referred_but_investment() -> None:
    none = [found for _, _, found in judged() if found.intensity == "geen"]
    assert len(none) > 20
    assert all(referrals(found) <= {"R-V1"} for found in none)


def is_complete(kept: Answers, found: Assessment) -> bool:
    questions = policy_2013().catalogue.by_code
    return all(code in kept for code in found.visible if questions[code].required and code != "U5")


def test_each_outcome_brings_the_help_it_promises() -> None:
    promised = {
        "UT2a": {"R-I2", "R-I3"},
        "UT2b": {"R-I2", "R-I3"},
        "UT6": {"R-A3o"},
        "UT7": {"R-N3"},
        "UT5b": {"R-A3s"},
    }
    seen = set()
    for found in (found for _, kept, found in judged() if is_complete(kept, found)):
        wanted = promised.get(found.outcome.code)
        if found.outcome.code == "UT5" and found.derived["D8"] == "nee":
            wanted = {"R-A3s"}
        if wanted:
            seen.add(found.outcome.code)
            assert referrals(found) & wanted, found.outcome.code
    assert seen == {*promised, "UT5"}


def test_every_rule_activity_outcome_and_withheld_message_is_reached() -> None:
    policy = policy_2013()
    results = [found for _, _, found in judged()]
    assert {item.rule for found in results for item in found.fired} == {rule.code for rule in policy.rules.rules}
    assert {item.activity for found in results for item in found.fired} == set(policy.activities)
    assert {found.outcome.code for found in results} == {item.code for item in policy.rules.outcomes}
    assert {item.code for found in results for item in found.not_yet} == {item.code for item in policy.rules.withheld}


def test_answers_to_closed_questions_never_change_the_result() -> None:
    policy = policy_2013()
    for raw, kept, found in judged()[::3]:
        assert assess(policy, kept).to_json() == found.to_json()
        assert set(kept) <= set(visible(policy, read_answers(policy, raw)))


def test_same_answers_give_the_same_result_in_any_order() -> None:
    policy = policy_2013()
    for raw, _, found in judged()[::5]:
        turned = dict(reversed(list(raw.items())))
        assert assess(policy, read_answers(policy, turned)).to_json() == found.to_json()


def test_at_most_three_referrals_now_and_none_before_an_earlier_step() -> None:
    for _, _, found in judged():
        now = [item for item in found.fired if item.now]
        later = [item for item in found.fired if item.now is False]
        assert len(now) <= 3
        assert not later or len(now) == 3
        assert all(one.step.rank <= other.step.rank for one in now for other in later)
        assert all(item.now is None for item in found.fired if item.kind is not Effect.REFERRAL)


def test_within_a_step_the_emphasis_of_the_outcome_goes_first() -> None:
    case = next(case for case in own_cases() if case["id"] == "E11")
    found = assess(policy_2013(), read_answers(policy_2013(), case["antwoorden"]))
    assert [item.rule for item in found.referrals if item.now] == ["R-A3s", "R-I2", "R-I3"]
    assert "R-A3v" in {item.rule for item in found.referrals if item.now is False}


def test_referrals_follow_the_table_but_are_never_less_than_light() -> None:
    for _, _, found in judged():
        for item in found.fired:
            assert (item.intensity is None) == (item.kind is Effect.SIGNAL)
            assert item.intensity != "geen"
            if item.rule in ("R-A3s", "R-I3", "R-P4"):
                assert item.intensity == found.intensity
    investors = [item for _, _, found in judged() if found.intensity == "geen" for item in found.fired]
    assert {item.intensity for item in investors if item.rule == "R-V1"} == {"licht"}


def test_receipt_changes_with_an_answer_that_counts_and_not_with_a_hidden_one() -> None:
    policy = policy_2013()
    case = next(case for case in own_cases() if case["id"] == "G19")["antwoorden"]
    receipt = assess(policy, read_answers(policy, case)).receipt
    hidden = assess(policy, read_answers(policy, {**case, "U1": "drie"})).receipt
    other = assess(policy, read_answers(policy, {**case, "B3": 26})).receipt
    assert receipt == hidden
    assert receipt.answers != other.answers
    assert receipt.rules == policy.digests.rules
    assert receipt.fired == ("R-A3i",)
    assert all(len(text) == 64 for text in (receipt.rules, receipt.catalogue, receipt.answers))
