"""The impact of a version is what one finds by assessing every intake twice and counting the differences."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from intake.policy import Policy
from intake.policy.columns import Block
from intake.policy.conditions import Always, ChoiceIs
from intake.policy.impact import Impact, Shift
from intake.policy.measuring import SAMPLES, Counting, Measuring
from intake.policy.vectors import from_vector, to_vector
from tests.domain.policy.oracle.mutants import mutant
from tests.domain.policy.samples import seeds
from tests.domain.policy.vector_samples import Seen, one_by_one, registered_2013, sample_vectors

SIZE = 150
VECTORS = sample_vectors(2000)[:600]
SEEDS = seeds(5, 20)


def measured(old: Policy, new: Policy, vectors: Sequence[bytes] = VECTORS) -> Measuring:
    """Return the measuring of two policies, over blocks of a small size."""
    measuring = Measuring(old, new)
    for start in range(0, len(vectors), SIZE):
        measuring.add(Block.of(vectors[start : start + SIZE]))
    return measuring


@cache
def seen_by(policy: Policy) -> list[Seen]:
    return [one_by_one(policy, from_vector(policy, vector)) for vector in VECTORS]


def shifts(old: Policy, new: Policy, what: str) -> dict[Any, Shift]:
    """Return the shift of every rule, outcome, intensity or activity by counting one by one."""
    counts: dict[Any, Counter[str]] = {}
    for before, after in zip(seen_by(old), seen_by(new), strict=True):
        for key in before[what] | after[what]:
            count = counts.setdefault(key, Counter())
            count["before"] += key in before[what]
            count["after"] += key in after[what]
            count["plus"] += key not in before[what]
            count["minus"] += key not in after[what]
    return {key: Shift(**count) for key, count in counts.items()}


def changed(old: Policy, new: Policy) -> list[int]:
    """Return the numbers of the intakes for which anything that is shown became different."""
    rules = {rule.code for policy in (old, new) for rule in policy.rules.rules}
    pairs = zip(seen_by(old), seen_by(new), strict=True)
    return [number for number, pair in enumerate(pairs) if _shown(pair[0], rules) != _shown(pair[1], rules)]


def _shown(seen: Seen, rules: set[str]) -> Seen:
    return {**seen, "holding": seen["holding"] - rules}


def some(found: dict[Any, Shift]) -> dict[Any, Shift]:
    return {key: shift for key, shift in found.items() if shift != Shift()}


def wider() -> Policy:
    """Return the policy of 2013 with one rule for more companies than before."""
    policy = registered_2013()
    rules = tuple(replace(rule, when=Always()) if rule.code == "R-N4" else rule for rule in policy.rules.rules)
    return replace(policy, rules=replace(policy.rules, rules=rules))


@cache
def mutated(seed: int) -> Policy:
    return mutant(registered_2013(), seed).policy


@pytest.mark.parametrize("seed", SEEDS)
def test_impact_is_what_counting_one_by_one_gives(seed: int) -> None:
    old, new = registered_2013(), mutated(seed)
    impact = measured(old, new).impact()
    assert impact.intakes == len(VECTORS)
    assert impact.changed == len(changed(old, new))
    assert some(dict(impact.rules)) == shifts(old, new, "holding")
    assert some(dict(impact.outcomes)) == shifts(old, new, "outcome")
    assert some(dict(impact.intensities)) == shifts(old, new, "intensity")
    lines = {(line.activity, line.effect, line.intensity): line.shift for line in impact.activities}
    assert some(lines) == shifts(old, new, "activities")


def test_some_of_these_changes_touch_companies() -> None:
    changes = [len(changed(registered_2013(), mutated(seed))) for seed in SEEDS]
    assert len([count for count in changes if count]) >= 2


def test_parts_add_up_to_the_whole() -> None:
    old, new = registered_2013(), wider()
    impact = measured(old, new).impact()
    for question in ("B1", "B2"):
        parts = [part for part in impact.parts if part.question == question]
        assert sum(part.intakes for part in parts) == impact.intakes
        assert sum(part.changed for part in parts) == impact.changed > 0
        for line in impact.activities:
            form = line.activity, line.effect, line.intensity
            own = [
                item
                for part in parts
                for item in part.activities
                if (item.activity, item.effect, item.intensity) == form
            ]
            assert sum(item.shift.plus for item in own) == line.shift.plus
            assert sum(item.shift.minus for item in own) == line.shift.minus


def test_parts_follow_the_answers() -> None:
    old, new = registered_2013(), wider()
    parts = {(part.question, part.value): part for part in measured(old, new).impact().parts}
    numbers = changed(old, new)
    for province in ("groningen", "drenthe", ""):
        theirs = {n for n, vector in enumerate(VECTORS) if from_vector(old, vector).get("B1", "") == province}
        part = parts["B1", province]
        assert (part.intakes, part.changed) == (len(theirs), len(theirs.intersection(numbers)))
        assert part.changed > 0
        assert {line.activity for line in part.activities} == {"N4"}


def test_same_policy_changes_nobody() -> None:
    measuring = measured(registered_2013(), replace(registered_2013()))
    impact = measuring.impact()
    assert (impact.changed, measuring.samples()) == (0, ())
    assert not any(line.shift.changed for line in impact.activities)


def test_another_rule_for_the_same_advice_changes_nobody() -> None:
    """It shows in the counts of the rules only."""
    old = registered_2013()
    rules = tuple(replace(rule, code="R-N9") if rule.code == "R-N4" else rule for rule in old.rules.rules)
    new = replace(old, rules=replace(old.rules, rules=rules))
    impact = measured(old, new).impact()
    assert impact.changed == 0
    assert impact.rules["R-N9"].plus == impact.rules["R-N4"].minus > 0


def test_message_alone_is_a_change_too() -> None:
    old = registered_2013()
    messages = tuple(replace(item, when=Always()) if item.code == "NN-2" else item for item in old.rules.withheld)
    new = replace(old, rules=replace(old.rules, withheld=messages))
    impact = measured(old, new).impact()
    assert impact.changed == impact.rules["NN-2"].plus == len(changed(old, new)) > 0


def test_intakes_without_any_row_are_counted_apart() -> None:
    old = registered_2013()
    new = replace(old, rules=replace(old.rules, outcomes=old.rules.outcomes[:-1]))
    impact = measured(old, new).impact()
    assert impact.uncovered.plus == impact.uncovered.after > 0
    assert impact.changed == len(changed(old, new)) == impact.uncovered.plus


def test_samples_are_changed_and_spread() -> None:
    old, new = registered_2013(), wider()
    samples = measured(old, new).samples()
    numbers = [sample.block * SIZE + sample.place for sample in samples]
    assert len({*numbers}) == SAMPLES
    assert {*numbers} <= {*changed(old, new)}
    assert numbers == sorted(numbers)
    assert {sample.block for sample in samples} == {0, 1, 2, 3}
    assert measured(old, new).samples() == samples


def test_rare_kind_of_change_is_among_the_samples() -> None:
    """Many get one thing and a single company another: that company is shown."""
    rare, common = {"B1": "drenthe", "B2": "zorg"}, {"B1": "groningen"}
    old = registered_2013()
    first, second, *_ = old.rules.rules
    rules = (
        replace(first, when=ChoiceIs("B1", ("groningen",))),
        replace(second, code="R-X", when=ChoiceIs("B2", ("zorg",))),
    )
    new = replace(old, rules=replace(old.rules, rules=rules, withheld=()))
    old = replace(old, rules=replace(old.rules, rules=(), withheld=()))
    vectors = [to_vector(new.register, rare if number == 333 else common) for number in range(600)]
    samples = measured(old, new, vectors).samples()
    assert samples == tuple(sorted(samples))
    assert 333 in [sample.block * SIZE + sample.place for sample in samples]


def test_fewer_changed_than_samples_gives_them_all() -> None:
    vectors = [to_vector(registered_2013().register, {"B1": province}) for province in ("drenthe", "anders", "drenthe")]
    assert len(measured(registered_2013(), wider(), vectors).samples()) == 3


def test_impact_is_written_down_and_read_back() -> None:
    impact = measured(registered_2013(), wider()).impact()
    raw = json.loads(json.dumps(impact.to_json(), sort_keys=True))
    assert Impact.from_json(raw) == impact
    assert [*Impact.from_json(raw).rules] == [*impact.rules]


def test_counting_one_policy_gives_the_counts_before() -> None:
    counting = Counting(registered_2013())
    for start in range(0, len(VECTORS), SIZE):
        counting.add(Block.of(VECTORS[start : start + SIZE]))
    impact = measured(registered_2013(), wider()).impact()
    assert counting.intakes == impact.intakes
    assert counting.rules == {code: shift.before for code, shift in impact.rules.items()}
    assert counting.outcomes == {code: shift.before for code, shift in impact.outcomes.items()}
    assert sum(counting.activities.values()) == sum(line.shift.before for line in impact.activities)
