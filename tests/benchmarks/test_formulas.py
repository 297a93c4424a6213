"""What the other engines are given says the same as our own, on every intake that is generated for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from benchmarks import formulas as f
from benchmarks.foreign import Cel, JsonLogic, Zen, listed
from benchmarks.intakes import intakes
from intake.policy import Kind, Policy, Step, Value
from intake.policy.conditions import leaf_truth
from intake.policy.engine import compiled
from tests.domain.policy.samples import policy_2013

INTAKES = 400


def holds(item: f.Formula, answers: Mapping[str, Value], settled: Mapping[str, str]) -> bool:
    """Say whether a formula holds."""
    match item:
        case f.Constant(truth):
            return truth
        case f.Both(parts):
            return all(holds(part, answers, settled) for part in parts)
        case f.Either(parts):
            return any(holds(part, answers, settled) for part in parts)
        case f.Fails(part):
            return not holds(part, answers, settled)
        case f.Count(number, parts):
            return sum(holds(part, answers, settled) for part in parts) >= number
        case f.Settled(table, values, wanted):
            return (settled[table] in values) is wanted
        case f.Test(leaf, wanted):
            return leaf_truth(leaf, answers.get(leaf.question)) is wanted


def judged(decision: f.Decision, answers: Mapping[str, Value]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what the decision says of answers; the rules that name tables must say what those without names say."""
    settled: dict[str, str] = {}
    for table in decision.tables:
        settled[table.name] = next(value for value, row in table.rows if holds(row, answers, {}))
    found = tuple(code for code, item in decision.rules if holds(item, answers, settled))
    assert found == tuple(code for code, item in decision.whole if holds(item, answers, {}))
    return tuple(settled.values()), found


def gated_with_precedence() -> Policy:
    """Return the policy with gates that count, a rule that goes before two others, and a message before that rule."""
    policy = policy_2013()
    first, second, third = [rule.code for rule in policy.rules.rules if rule.step is Step.ORGANISATION][:3]
    rules = [replace(rule, gated=rule.step in policy.rules.gates) for rule in policy.rules.rules]
    rules = [replace(rule, beats=(second, third)) if rule.code == first else rule for rule in rules]
    withheld = (replace(policy.rules.withheld[0], beats=(first,)), *policy.rules.withheld[1:])
    return replace(policy, rules=replace(policy.rules, rules=tuple(rules), withheld=withheld))


@pytest.mark.parametrize("policy", [policy_2013(), gated_with_precedence()], ids=["2013", "gates and precedence"])
def test_formulas_say_what_the_engine_says(policy: Policy) -> None:
    decision, evaluate = f.decision(policy), compiled(policy).evaluate
    seen: set[str] = set()
    for answers in intakes(policy, INTAKES):
        values, codes = evaluate(answers)
        assert judged(decision, answers) == (values, codes), answers.to_json()
        seen |= {*values, *codes}
    assert len(seen) > 40


def test_the_same_seed_gives_the_same_intakes() -> None:
    policy = policy_2013()
    first, again, other = ([*intakes(policy, 20, seed=seed)] for seed in (1, 1, 2))
    assert first == again != other


def test_every_formula_can_be_written_for_every_engine() -> None:
    policy = policy_2013()
    decision = f.decision(policy)
    several = frozenset(item.code for item in policy.catalogue.questions if item.kind is Kind.MULTI)
    for notation in (Zen(several), Cel(several)):
        texts = [*map(notation.table, decision.tables), *(notation.write(item) for _, item in decision.rules)]
        assert all(text.count("(") == text.count(")") for text in texts)
    assert all(JsonLogic().write(item) is not None for _, item in decision.whole)


def test_a_missing_answer_has_a_sentinel_of_its_kind() -> None:
    policy = policy_2013()
    missing = f.missing(policy)
    for answers in intakes(policy, 50):
        for name, value in f.given(answers).items():
            assert type(missing[name]) is type(value)
    assert missing["U5_" + policy.catalogue.by_code["U5"].rows[0].value] == f.NO_NUMBER


def test_lists_are_written_with_quotes() -> None:
    assert listed(("ja", "nee")) == "['ja', 'nee']"
