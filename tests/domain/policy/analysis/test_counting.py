"""Every number and every example of the analysis against all complete intakes of small policies, walked one by one."""

from __future__ import annotations

from collections import Counter
from functools import cache
from itertools import combinations

import pytest

from intake.policy.analysis import Analysis, Fault, Finding, analyse
from intake.policy.conditions import Always
from intake.policy.model import Effect, Policy, Rule
from tests.domain.policy.oracle.showing import shows, tables
from tests.domain.policy.oracle.small import every_intake, small_policy
from tests.domain.policy.oracle.tree import Tree, rules_and_messages
from tests.domain.policy.samples import seeds

SEEDS = seeds(4, 24)
Numbers = dict[tuple[str, str, str], int | None]
STRENGTH = {None: 0, "licht": 1, "intensief": 2}


@cache
def walked(seed: int) -> tuple[Policy, Analysis, tuple[Tree, ...]]:
    policy = small_policy(seed)
    return policy, analyse(policy), tuple(every_intake(policy))


def found(analysis: Analysis, *faults: Fault) -> Numbers:
    """Return the findings of these kinds with their numbers of intakes."""
    return {
        (item.fault.name, item.code, item.other): item.intakes for item in analysis.findings if item.fault in faults
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_all_intakes_and_those_of_each_rule_are_counted(seed: int) -> None:
    policy, analysis, intakes = walked(seed)
    assert analysis.intakes == len(intakes)
    holding = Counter(code for intake in intakes for code in intake.holding)
    assert analysis.counts == {item.code: holding[item.code] for item in rules_and_messages(policy)}


@pytest.mark.parametrize("seed", SEEDS)
def test_what_never_holds_is_found(seed: int) -> None:
    policy, analysis, intakes = walked(seed)
    alive = {code for intake in intakes for code in intake.holding}
    dead = {item.code for item in analysis.findings if item.fault in (Fault.DEAD_RULE, Fault.DEAD_MESSAGE)}
    assert dead == {item.code for item in rules_and_messages(policy)} - alive
    reached = {rule.activity for rule in policy.rules.rules if rule.code in alive}
    unreached = {("UNREACHABLE_ACTIVITY", code, ""): None for code in policy.activities if code not in reached}
    assert found(analysis, Fault.UNREACHABLE_ACTIVITY) == unreached


@pytest.mark.parametrize("seed", SEEDS)
def test_tables_are_found_wanting_exactly_where_they_are(seed: int) -> None:
    policy, analysis, intakes = walked(seed)
    expected: Numbers = {}
    for table, rows in tables(policy):
        hits = [[owner for owner, when in rows if intake.certain(when)] for intake in intakes]
        first = Counter(hit[0] for hit in hits if hit)
        if [] in hits:
            expected["UNCOVERED", table, ""] = hits.count([])
        expected |= {("UNREACHABLE_ROW", owner, ""): None for owner, _ in rows if owner not in first}
        together = Counter(pair for hit in hits for pair in combinations(hit, 2))
        always = {owner for owner, when in rows if isinstance(when, Always)}
        for pair, number in together.items():
            if pair[1] not in always and pair[1] in first:
                expected["ORDER_DECIDES", *pair] = number
            if table == "uitkomst" and policy.rules.unique_outcome:
                expected["DOUBLE_OUTCOME", *pair] = number
    faults = (Fault.UNCOVERED, Fault.UNREACHABLE_ROW, Fault.ORDER_DECIDES, Fault.DOUBLE_OUTCOME)
    assert found(analysis, *faults) == expected


@pytest.mark.parametrize("seed", SEEDS)
def test_contradictions_and_idle_gates_are_counted(seed: int) -> None:
    policy, analysis, intakes = walked(seed)
    expected: Numbers = {}
    for rule in policy.rules.rules:
        for message in policy.rules.withheld:
            if rule.effect in (Effect.REFERRAL, Effect.ENROLMENT) and rule.activity in message.activities:
                expected["CONTRADICTION", rule.code, message.code] = sum(
                    {rule.code, message.code} <= intake.holding for intake in intakes
                )
    for step, gate in policy.rules.gates.items():
        giving = {rule.code for rule in policy.rules.rules if rule.step is step and rule.effect is not Effect.SIGNAL}
        expected["IDLE_GATE", f"poort:{step.code}", ""] = sum(
            intake.certain(gate.when) and intake.level not in ("geen", None) and not intake.holding & giving
            for intake in intakes
        )
    seen = {key: number for key, number in expected.items() if number}
    assert found(analysis, Fault.CONTRADICTION, Fault.IDLE_GATE) == seen


@pytest.mark.parametrize("seed", SEEDS)
def test_rules_that_change_nothing_can_go_together(seed: int) -> None:
    policy, analysis, intakes = walked(seed)
    spare = {item.code for item in analysis.findings if item.fault is Fault.CHANGES_NOTHING}
    kept = [rule for rule in policy.rules.rules if rule.code not in spare]
    for intake in intakes:
        assert given(policy.rules.rules, intake) == given(kept, intake)
    # And each of the others makes a difference to somebody.
    dead = {item.code for item in analysis.findings if item.fault is Fault.DEAD_RULE}
    for rule in kept:
        fewer = [other for other in kept if other is not rule]
        changes = any(given(kept, intake) != given(fewer, intake) for intake in intakes)
        assert changes is (rule.code not in dead)


def given(rules: tuple[Rule, ...] | list[Rule], intake: Tree) -> dict[tuple[str, ...], int]:
    """Return for each activity how strongly it is given, and which messages are beaten."""
    strongest: dict[tuple[str, ...], int] = {}
    for rule in rules:
        if rule.code in intake.holding:
            own = rule.intensity
            if own is None and rule.effect is Effect.REFERRAL:
                own = "intensief" if intake.level == "intensief" else "licht"
            key = rule.activity, rule.effect.value
            strongest[key] = max(strongest.get(key, -1), STRENGTH[own])
            strongest |= {("beaten", message): 0 for message in rule.beats}
    return strongest


@pytest.mark.parametrize("seed", SEEDS)
def test_an_example_shows_its_finding_and_its_lines_say_why(seed: int) -> None:
    policy, analysis, intakes = walked(seed)
    by_text = {question.text: question.code for question in policy.catalogue.questions}
    for finding in analysis.findings:
        if finding.example is None or finding.fault is Fault.FAILING_EXAMPLE:
            continue
        example = Tree(policy, finding.example)
        assert example.complete()
        assert example.kept == dict(finding.example)
        matter = [by_text[line.split("»")[0][1:]] for line in finding.example_lines]
        assert shown_by_all(policy, finding, intakes, matter)
        assert not any(shown_by_all(policy, finding, intakes, [c for c in matter if c != code]) for code in matter)


def shown_by_all(policy: Policy, finding: Finding, intakes: tuple[Tree, ...], matter: list[str]) -> bool:
    """Say whether every intake with the same answers to these questions shows the finding."""
    assert finding.example is not None
    given = {code: finding.example.get(code) for code in matter}
    alike = [intake for intake in intakes if all(intake.kept.get(code) == value for code, value in given.items())]
    return all(shows(policy, finding, intake) for intake in alike)
