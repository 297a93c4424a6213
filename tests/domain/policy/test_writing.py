"""Rules written as text and read again are the same rules, whatever their conditions and texts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.policy import Policy, Rule, read_policy
from intake.policy.conditions import All, AtLeast, ChoiceIs, Condition, HasAny, Not, NumberIn
from intake.policy.model import Example, Source, Way
from intake.policy.problems import Problem
from intake.policy.reading import PolicyFile, unfit
from intake.policy.splicing import MESSAGES, RULES, with_block
from intake.policy.writing import block_text, condition_block, rule_block, rule_text, withheld_text
from intake.policy.yaml_text import beside, entry, one_line, quoted
from tests.domain.policy.conditions_at_random import conditions
from tests.domain.policy.samples import FOLDER, policy_2013, seeds

POLICY = policy_2013()
# Everything a file can hold; surrogates cannot be stored at all.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)


@cache
def files() -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.yaml"))}


def written(rules: Iterable[Rule]) -> Policy:
    """Return the policy of 2013 with these rules written over the old ones of the same code."""
    text = files()["regels.yaml"]
    for rule in rules:
        text = with_block(text, rule.code, rule_text(rule, POLICY))
    return read_policy({**files(), "regels.yaml": text})


def test_the_rules_of_2013_are_canonical_to_the_letter() -> None:
    text = files()["regels.yaml"]
    for rule in POLICY.rules.rules:
        assert rule_text(rule, POLICY) in text
    for item in POLICY.rules.withheld:
        assert withheld_text(item, POLICY) in text


def test_rewriting_every_rule_and_message_leaves_the_file_and_its_digest_as_they_were() -> None:
    text = files()["regels.yaml"]
    for rule in POLICY.rules.rules:
        text = with_block(text, rule.code, rule_text(rule, POLICY), part=RULES)
    for item in POLICY.rules.withheld:
        text = with_block(text, item.code, withheld_text(item, POLICY), part=MESSAGES)
    assert text == files()["regels.yaml"]
    assert read_policy({**files(), "regels.yaml": text}).digests == POLICY.digests


@settings(max_examples=len(seeds(2, 12)), deadline=None)
@given(st.lists(conditions(POLICY), min_size=len(POLICY.rules.rules), max_size=len(POLICY.rules.rules)))
def test_any_condition_is_read_as_it_was_written(several: list[Condition]) -> None:
    rules = [
        replace(rule, reason="Een reden.", when=when) for rule, when in zip(POLICY.rules.rules, several, strict=True)
    ]
    assert written(rules).rules.rules == tuple(rules)


@settings(max_examples=len(seeds(5, 20)), deadline=None)
@given(st.lists(TEXTS.map(one_line).filter(lambda text: text and not unfit(text)), min_size=2, max_size=2))
def test_any_text_is_read_as_it_was_written(texts: list[str]) -> None:
    rule = POLICY.rules.rules[0]
    reason = texts[0].replace("{", "(").replace("}", ")")
    changed = replace(rule, reason=reason, source=replace(rule.source, gist=texts[1]))
    assert written([changed]).rules.rules[0] == changed


@pytest.mark.parametrize(
    "text",
    [
        *("nee", "no", "On", "null", "~", "12", "-1", "1.5", "2013-02-05", "0x1f", "1_000", "1:30", ".inf", "=", "<<"),
        *(
            "- punt",
            "? vraag",
            ": begin",
            "a: b",
            "a #b",
            "a:",
            "'",
            '"',
            '"a" b',
            "'a' b",
            "\\",
            "\\n",
            "%",
            "@a",
            "`a",
        ),
        *(
            "&anker",
            "*anker",
            "!tag",
            "!!python/object/apply:os.system [ls]",
            "{a}",
            "[a]",
            "a, b",
            "|",
            ">",
            "---",
            "...",
        ),
        *(
            "é",
            "«a»",
            "\u2028",
            "\x85",
            "\x7f",
            "\ufeff",
            "\ufffe",
            "\x00",
            "😀",
            "a\tb",
            "a\nb",
            "a\r\nb: c",
            "x" * 5000,
        ),
    ],
)
def test_any_text_is_safe_on_a_line_of_its_own_and_inside_brackets(text: str) -> None:
    meant = one_line(text)
    for line in (entry("sleutel", text, 0)[0], f"sleutel: {beside(text)}", f"sleutel: {quoted(text)}"):
        problems: list[Problem] = []
        node = PolicyFile("proef.yaml", line, problems).root
        assert node is not None
        assert {problem.message for problem in problems} == {unfit(meant)} - {""}
        assert node.value[0][1].value == meant
        assert yaml.safe_load(line)["sleutel"] == meant
    key = meant[:100] or "leeg"  # YAML reads no key of more than 1024 signs
    assert yaml.safe_load(beside([{key: [text, 3]}])) == [{key: [meant, 3]}]


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_another_reader_sees_the_same_text(text: str) -> None:
    assert yaml.safe_load(entry("sleutel", text, 0)[0]) == {"sleutel": one_line(text)}
    assert yaml.safe_load(f"[{beside(text)}, {beside({'a': text})}]") == [one_line(text), {"a": one_line(text)}]


def test_options_that_are_exactly_a_group_are_written_by_its_name() -> None:
    noord, reversed_noord = ("groningen", "friesland", "drenthe"), ("drenthe", "friesland", "groningen")
    assert condition_block(ChoiceIs("B1", noord), POLICY) == {"provincie": "noordelijk"}
    assert condition_block(Not(ChoiceIs("B1", noord)), POLICY) == {"provincie": {"niet_in": "noordelijk"}}
    assert condition_block(ChoiceIs("B1", noord[:2]), POLICY) == {"provincie": list(noord[:2])}
    assert condition_block(ChoiceIs("B1", reversed_noord), POLICY) == {"provincie": list(reversed_noord)}


def test_a_bound_that_goes_without_saying_is_left_out() -> None:
    assert condition_block(NumberIn("B3", 0, 4), POLICY) == {"werkzame_personen": {"tot": 4}}
    assert condition_block(NumberIn("B3", 5, 9999), POLICY) == {"werkzame_personen": {"van": 5}}
    assert condition_block(NumberIn("B3", 5, 9), POLICY) == {"werkzame_personen": {"van": 5, "tot": 9}}
    assert condition_block(NumberIn("B3", 0, 9999), POLICY) == {"werkzame_personen": {"van": 0, "tot": 9999}}


def test_gate_precedence_quote_and_examples_are_written_and_defaults_are_not() -> None:
    rule = POLICY.rules.rules[0]
    assert {"poort", "gaat_voor", "voorbeelden", "manier", "intensiteit"}.isdisjoint(rule_block(rule, POLICY))
    full = replace(
        rule,
        way=Way.PROMOTION,
        gated=True,
        beats=("NN-1", "NN-2"),
        source=Source("001", "titel", "§3", "Strekking.", "Een zin: letterlijk."),
        examples=(
            Example(True, {"S1": "nee", "S5": ("polen", "china"), "B3": 12, "U8": {"personeel": 3}}),
            Example(False, {}),
        ),
    )
    by_code = {code: question.key for code, question in POLICY.catalogue.by_code.items()}
    assert rule_text(full, POLICY).splitlines() == [
        "  - code: R-A1",
        "    activiteit: A1",
        "    soort: signaal",
        "    stap: S",
        "    manier: P",
        "    poort: ja",
        "    rollen: [brancheorganisaties, ondernemersvertegenwoordiging, kvk]",
        "    gaat_voor: [NN-1, NN-2]",
        "    als: {alle: [{feit: noord}, {feit: wil}, {feit: land_bekend}]}",
        '    reden: "U richt u op {landen}. Dat telt mee in het overzicht van kansen per sector en land."',
        '    bron: {document: "001", plaats: "§3", strekking: "Strekking.", citaat: "Een zin: letterlijk."}',
        "    voorbeelden:",
        "      - {geldt: ja, antwoorden: {wens: nee, landen: [polen, china], werkzame_personen: 12, "
        f"{by_code['U8']}: {{personeel: 3}}}}}}",
        "      - {geldt: nee, antwoorden: {}}",
    ]


def test_long_or_nested_groups_get_a_line_for_every_part() -> None:
    nested = All((HasAny("S5", ("polen",)), AtLeast(1, (ChoiceIs("S1", ("nee",)), ChoiceIs("S4", ("nee",))))))
    assert entry("als", condition_block(nested, POLICY), 4) == [
        "    als:",
        "      alle:",
        "        - landen: {minstens_een: [polen]}",
        "        - aantal: {minstens: 1, van: [{wens: [nee]}, {product: [nee]}]}",
    ]


def test_an_unfinished_block_is_written_too() -> None:
    assert block_text({"code": "R-X", "als": {"alle": []}, "reden": ""}) == (
        '  - code: R-X\n    als: {alle: []}\n    reden: ""\n'
    )
    assert block_text({}) == "  - {}\n"
