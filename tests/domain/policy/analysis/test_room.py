"""What the analysis still tells when its budget is spent on the way."""

from __future__ import annotations

import pytest

from intake.policy.analysis import Fault, analyse
from tests.domain.policy.samples import policy_2013

# These come last, so they are what goes short.
LAST = (Fault.REDUNDANT, Fault.IMPLIED, Fault.CHANGES_NOTHING)


def test_what_can_be_done_without_is_left_out_and_the_rest_is_seen_as_a_whole() -> None:
    policy = policy_2013()
    whole = analyse(policy)
    tight = analyse(policy, budget=whole.nodes - 1)
    assert tight.intakes == whole.intakes
    assert tight.counts == whole.counts
    assert {one.key for one in tight.findings} <= {one.key for one in whole.findings}
    assert [one for one in tight.findings if one.fault not in LAST] == [
        one for one in whole.findings if one.fault not in LAST
    ]
    assert [note for note in tight.notes if note.startswith("Niet bekeken")]


def test_a_rule_that_takes_too_much_to_compare_with_others_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("intake.policy.analysis.examination.NODES_FOR_ONE", 0)
    analysis = analyse(policy_2013())
    [unseen] = [note for note in analysis.notes if note.startswith("Niet bekeken")]
    assert analysis.intakes is not None
    assert unseen.count(";") == 10
    assert "zulke vragen" in unseen


@pytest.mark.parametrize("budget", [50, 500, 2_000])
def test_all_parts_together_take_no_more_than_the_whole_might(budget: int) -> None:
    analysis = analyse(policy_2013(), budget=budget)
    assert analysis.intakes is None
    assert analysis.nodes <= budget
