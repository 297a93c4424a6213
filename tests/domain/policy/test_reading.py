"""What stands in regels.yaml beside conditions is read as it was written, and everything knows its line."""

from __future__ import annotations

import re
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.policy import Policy, PolicyProblems, Rule, read_answers, read_policy
from intake.policy.analysis import Fault, analyse
from intake.policy.model import Example, Way, Withheld
from intake.policy.splicing import MESSAGES, RULES, with_block
from intake.policy.writing import rule_text, withheld_text
from tests.domain.policy.samples import policy_2013, random_answer, seeds
from tests.domain.policy.test_writing import files

POLICY = policy_2013()
RULE_CODES = [rule.code for rule in POLICY.rules.rules]
MESSAGE_CODES = [item.code for item in POLICY.rules.withheld]
EVERYTHING = Example(
    True,
    {
        "B1": "drenthe",
        "B3": 12,
        "S5": ("duitsland", "polen"),
        "U5": {"personeel": 3, "tijd": 1},
        "U6": ("personeel",),
    },
)


def reread(policy: Policy, *items: Rule | Withheld, **others: str) -> Policy:
    """Return the policy of 2013 with these written over what has the same code, read again."""
    text = others.get("regels", files()["regels.yaml"])
    for item in items:
        if isinstance(item, Rule):
            text = with_block(text, item.code, rule_text(item, policy), part=RULES)
        else:
            text = with_block(text, item.code, withheld_text(item, policy), part=MESSAGES)
    return read_policy({**files(), "regels.yaml": text})


def problems(old: str, new: str) -> list[str]:
    """Return what is said of regels.yaml with another piece of text in it."""
    text = files()["regels.yaml"]
    assert old in text
    with pytest.raises(PolicyProblems) as found:
        read_policy({**files(), "regels.yaml": text.replace(old, new, 1)})
    return [str(problem) for problem in found.value.problems]


# ------------------------------------------------------------------ places


def line_at(code: str) -> str:
    place = POLICY.places[code]
    return files()[place.file].splitlines()[place.line - 1].strip()


def test_everything_with_a_code_stands_at_its_line() -> None:
    rules = POLICY.rules
    asked = [item.code for item in POLICY.catalogue.questions] + [item.code for item in POLICY.catalogue.checks]
    found = [table.code for table in rules.derived.values()] + [item.code for item in rules.outcomes]
    for code in [*asked, *found, *RULE_CODES, *MESSAGE_CODES, *POLICY.activities]:
        assert line_at(code) == f"- code: {code}"


def test_facts_gates_and_rows_stand_at_their_line() -> None:
    rules = POLICY.rules
    for name in rules.facts:
        assert line_at(f"feit:{name}") == f"{name}:"
    for step in rules.gates:
        assert line_at(f"poort:{step.code}") == f"{step.code}:"
    rows = [(f"{table.code}:{row.value}", row.value) for table in rules.derived.values() for row in table.rows]
    for code, value in [*rows, *((f"intensiteit:{level.value}", level.value) for level in rules.levels)]:
        assert line_at(code) == f"- waarde: {value}"


def test_every_finding_stands_at_the_line_of_what_it_is_about() -> None:
    found = analyse(POLICY).findings
    assert len(found) > 40
    for finding in found:
        line = files()[finding.place.file].splitlines()[finding.place.line - 1].strip()
        about = finding.code.rpartition(":")[2]
        # Of two rows of a table, the first one.
        row = finding.fault is Fault.ORDER_DECIDES
        assert re.fullmatch(r"- (waarde|code): \S+" if row else rf"- (waarde|code): {about}|{about}:", line), (
            finding.key
        )


def test_example_that_does_not_come_out_stands_at_its_own_line() -> None:
    rule = replace(POLICY.rules.rule("R-N4"), examples=(Example(False, {}), Example(True, {"S1": "nee"})))
    policy = reread(POLICY, rule)
    [finding] = [item for item in analyse(policy).findings if item.fault is Fault.FAILING_EXAMPLE]
    assert finding.place == policy.places["voorbeeld:R-N4:2"]
    assert finding.place.line == policy.places["R-N4"].line + 11


# ------------------------------------------------------------------ round trip


def full(rule: Rule) -> Rule:
    return replace(
        rule,
        way=Way.PROMOTION,
        gated=True,
        beats=("NN-2", "NN-1"),
        source=replace(rule.source, quote="Een zin: «letterlijk» … en 'meer'."),
        examples=(EVERYTHING, Example(False, {})),
    )


def test_rule_and_message_with_everything_in_them_are_read_as_they_were_written() -> None:
    rule = full(POLICY.rules.rule("R-A1"))
    message = POLICY.rules.withheld[2]
    message = replace(message, beats=("R-P3", "R-A2"), source=replace(message.source, quote="Een zin."))
    read = reread(POLICY, rule, message)
    assert read.rules.rule("R-A1") == rule
    assert read.rules.withheld[2] == message


def test_every_rule_and_message_of_2013_is_read_as_it_was_written() -> None:
    read = reread(POLICY, *POLICY.rules.rules, *POLICY.rules.withheld)
    assert read.rules == POLICY.rules


def some_answers(seed: int) -> dict[str, Any]:
    rng = Random(seed)
    raw = {item.code: random_answer(item, rng) for item in POLICY.catalogue.questions if rng.random() < 0.5}
    return dict(read_answers(POLICY, raw))


EXAMPLES = st.lists(st.builds(Example, st.booleans(), st.integers(0, 10**6).map(some_answers)), max_size=3).map(tuple)
BEATS = st.lists(st.sampled_from(MESSAGE_CODES), unique=True, max_size=3).map(tuple)


@settings(max_examples=len(seeds(2, 12)), deadline=None)
@given(st.lists(st.tuples(st.booleans(), BEATS, EXAMPLES), min_size=len(RULE_CODES), max_size=len(RULE_CODES)))
def test_any_gate_precedence_and_examples_are_read_as_they_were_written(
    several: list[tuple[bool, tuple[str, ...], tuple[Example, ...]]],
) -> None:
    rules = tuple(
        replace(rule, gated=gated, beats=beats, examples=examples)
        for rule, (gated, beats, examples) in zip(POLICY.rules.rules, several, strict=True)
    )
    assert reread(POLICY, *rules).rules.rules == rules


def test_answers_of_an_example_come_in_the_order_of_the_catalogue() -> None:
    rule = replace(
        POLICY.rules.rule("R-A1"), examples=(Example(True, {"S5": ("polen", "duitsland"), "B1": "drenthe"}),)
    )
    [example] = reread(POLICY, rule).rules.rule("R-A1").examples
    assert [*example.answers.items()] == [("B1", "drenthe"), ("S5", ("duitsland", "polen"))]


# ------------------------------------------------------------------ which outcome


LAST = "  - code: UT1\n"


def with_choice(word: str, *, last: str = "") -> str:
    text = files()["regels.yaml"]
    before, found, after = text.partition(LAST)
    after = after.replace("als: altijd", last, 1) if last else after
    return f"uitkomst_keuze: {word}\n{before}{found}{after}"


def test_first_outcome_that_holds_is_the_one_unless_told_otherwise() -> None:
    assert not POLICY.rules.unique_outcome
    assert not reread(POLICY, regels=with_choice("eerste")).rules.unique_outcome
    assert reread(POLICY, regels=with_choice("uniek")).rules.unique_outcome


def test_unique_outcomes_need_no_last_row_and_the_analysis_looks_whether_they_are() -> None:
    policy = reread(POLICY, regels=with_choice("uniek", last="als: {wens: [ja_meer]}"))
    faults = {finding.fault for finding in analyse(policy).errors}
    assert {Fault.UNCOVERED, Fault.DOUBLE_OUTCOME} <= faults
    with pytest.raises(PolicyProblems, match="de laatste rij moet"):
        reread(POLICY, regels=with_choice("eerste", last="als: {wens: [ja_meer]}"))


# ------------------------------------------------------------------ mistakes


def test_rule_and_message_that_go_before_each_other_are_both_told() -> None:
    rule = replace(POLICY.rules.rule("R-A1"), beats=("NN-1",))
    message = replace(POLICY.rules.withheld[0], beats=("R-A1",))
    with pytest.raises(PolicyProblems) as found:
        reread(POLICY, rule, message)
    assert [problem.message for problem in found.value.problems] == [
        "gaat_voor: R-A1 en NN-1 gaan voor elkaar; kies er één",
        "gaat_voor: NN-1 en R-A1 gaan voor elkaar; kies er één",
    ]


def test_precedence_that_goes_round_is_told() -> None:
    rules = [replace(POLICY.rules.rule(code), beats=(beaten,)) for code, beaten in (("R-A1", "NN-1"), ("R-A2", "NN-2"))]
    messages = [
        replace(item, beats=(code,)) for item, code in zip(POLICY.rules.withheld[:2], ("R-A2", "R-A1"), strict=True)
    ]
    with pytest.raises(PolicyProblems, match="dit gaat rond: R-A1 → NN-1 → R-A2 → NN-2 → R-A1"):
        reread(POLICY, *rules, *messages)


def test_code_that_is_used_for_two_things_is_told_with_the_line_of_the_other() -> None:
    [said] = problems("code: D9", "code: UT7")
    assert re.fullmatch(r"regels\.yaml:232: afgeleid: «UT7» bestaat al, zie regels\.yaml:288", said)
