"""What the analysis does when a policy is too large for one view."""

from __future__ import annotations

import pytest

from benchmarks.generated_policy import generated_policy, generated_texts
from intake.policy.analysis import Analysis, Fault, Severity, analyse
from intake.policy.analysis.examination import Examination
from intake.policy.analysis.narrowing import parts_of
from intake.policy.model import Policy, Step
from tests.domain.policy.oracle.small import small_policy
from tests.domain.policy.samples import policy_2013, seeds

# What the other steps give an activity is not in view, so these cannot be found in parts.
ACROSS = (Fault.UNREACHABLE_ACTIVITY, Fault.CHANGES_NOTHING)


def keys(analysis: Analysis) -> set[str]:
    return {finding.key for finding in analysis.findings if finding.fault not in ACROSS}


@pytest.mark.parametrize("seed", seeds(4, 16))
def test_parts_find_what_the_whole_finds(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = small_policy(seed)
    whole = analyse(policy)
    too_large_at_once(monkeypatch, policy)
    parts = analyse(policy)
    assert keys(parts) == keys(whole)
    assert parts.intakes is None
    assert parts.counts == {}
    assert not [finding for finding in parts.findings if finding.intakes is not None]
    assert "te groot om in één keer te bekijken" in parts.notes[0]
    for finding in parts.findings:
        assert (finding.example is None) is (next(f for f in whole.findings if f.key == finding.key).example is None)


def too_large_at_once(monkeypatch: pytest.MonkeyPatch, whole: Policy) -> None:
    """Let only the whole policy spend its budget."""
    import intake.policy.analysis.analysing as analysing
    from intake.policy.analysis.diagram import BudgetSpent

    def examine(policy: Policy, *, budget: int, counted: bool = True) -> Examination:
        if policy is whole:
            raise BudgetSpent
        return Examination(policy, budget=budget, counted=counted)

    monkeypatch.setattr(analysing, "Examination", examine)


def test_what_is_too_large_even_apart_is_named() -> None:
    analysis = analyse(policy_2013(), budget=50)
    assert analysis.errors == ()
    assert {finding.fault for finding in analysis.findings} <= {Fault.IDLE_QUESTION, Fault.INDIRECT_QUESTION}
    [unseen] = [note for note in analysis.notes if note.startswith("Niet bekeken")]
    assert all(f"stap {step.label} (ook apart te groot)" in unseen for step in Step if step is not Step.COMPANY)
    assert "de tabellen (ook apart te groot)" in unseen


def test_one_rule_that_takes_too_much_is_left_out_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("intake.policy.analysis.examination.NODES_FOR_ONE", 1)
    analysis = analyse(policy_2013())
    [unseen] = [note for note in analysis.notes if note.startswith("Niet bekeken")]
    assert "of regel R-A3s overbodige delen heeft" in unseen
    assert analysis.intakes == analyse(policy_2013(), budget=999_999).intakes


def test_a_part_holds_only_what_its_step_leans_on() -> None:
    parts = {part.step: part.policy for part in parts_of(policy_2013())}
    assert {*parts} == {None, Step.STRATEGY, Step.ORGANISATION, Step.EXECUTION}
    assert {rule.step for rule in parts[Step.ORGANISATION].rules.rules} == {Step.ORGANISATION}
    assert "U9" not in parts[Step.STRATEGY].catalogue.by_code
    assert "U9" in parts[Step.EXECUTION].catalogue.by_code
    assert parts[None].rules.rules == ()


# ------------------------------------------------------------------ a large policy


def test_a_generated_policy_is_as_large_as_asked_and_always_the_same() -> None:
    policy = generated_policy(60, 48)
    assert (len(policy.rules.rules), len(policy.catalogue.questions)) == (60, 48)
    assert generated_texts(60, 48) == generated_texts(60, 48)
    assert generated_texts(60, 48) != generated_texts(60, 48, seed=1)


def test_a_generated_policy_is_analysed_as_a_whole() -> None:
    analysis = analyse(generated_policy(60, 48))
    assert analysis.intakes is not None
    assert not [note for note in analysis.notes if "te groot" in note]
    assert len(analysis.counts) == 64
    assert {finding.severity for finding in analysis.findings} == {*Severity}
