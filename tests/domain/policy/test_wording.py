"""Conditions in words: nothing gets lost, groups stand above their parts, and no bare key reaches a reader."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings

from intake.policy import Policy
from intake.policy.conditions import (
    All,
    Always,
    AnyOf,
    AtLeast,
    ChoiceIs,
    Condition,
    DerivedIs,
    FactHolds,
    HasAll,
    HasAny,
    HasOnly,
    Not,
    NumberIn,
    OutcomeIs,
    RowIn,
    Unanswered,
    walk,
)
from intake.policy.names import every_option
from intake.policy.wording import Line, condition_lines, condition_sentence
from tests.domain.policy.conditions_at_random import conditions
from tests.domain.policy.samples import policy_2013

POLICY = policy_2013()
PROVINCE = ChoiceIs("B1", ("groningen", "friesland", "drenthe"))
PLACE = "«In welke provincie staat uw bedrijf?»"
COUNTRIES = "«Op welke landen of gebieden richt u zich?»"
STAFF = "«Hoeveel mensen werken er in uw bedrijf? Tel uzelf mee.»"


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (PROVINCE, f"{PLACE}: Groningen, Friesland of Drenthe"),
        (Not(PROVINCE), f"{PLACE}: iets anders dan Groningen, Friesland of Drenthe"),
        (HasAny("S5", ("polen",)), f"{COUNTRIES}: onder meer Polen"),
        (HasAny("S5", ("polen", "china")), f"{COUNTRIES}: minstens één van Polen of China"),
        (Not(HasAny("S5", ("polen", "china"))), f"{COUNTRIES}: geen van Polen of China"),
        (HasAll("S5", ("polen", "china")), f"{COUNTRIES}: in elk geval Polen en China"),
        (Not(HasAll("S5", ("polen", "china"))), f"{COUNTRIES}: niet allemaal: Polen en China"),
        (HasOnly("S5", ("polen",)), f"{COUNTRIES}: alleen Polen"),
        (HasOnly("S5", ("weet_niet",)), f"{COUNTRIES}: alleen «Dat weet ik nog niet»"),
        (Not(HasOnly("S5", ("polen", "china"))), f"{COUNTRIES}: ook iets anders dan Polen of China"),
        (NumberIn("B3", 5, 100), f"{STAFF}: 5 tot en met 100"),
        (NumberIn("B3", 5, 9999), f"{STAFF}: 5 of meer"),
        (NumberIn("B3", 0, 4), f"{STAFF}: hooguit 4"),
        (NumberIn("B3", 7, 7), f"{STAFF}: precies 7"),
        (Not(NumberIn("B3", 5, 100)), f"{STAFF}: niet 5 tot en met 100"),
        (Unanswered("B1"), f"{PLACE}: nog geen antwoord"),
        (Not(Unanswered("B1")), f"{PLACE}: een antwoord"),
        (FactHolds("noord"), "Uw bedrijf staat in Groningen, Friesland of Drenthe"),
        (Not(FactHolds("echt")), "Niet: U wilt zeker zaken doen met het buitenland"),
        (DerivedIs("netwerken", ("nodig",)), "Netwerken: kan beter"),
        (Not(DerivedIs("netwerken", ("nodig",))), "Netwerken: iets anders dan kan beter"),
        (OutcomeIs(("UT4",)), "De uitkomst: «Geen hulp nodig»"),
        (Always(), "Altijd"),
        (All(()), "Altijd"),
        (Not(Always()), "Nooit"),
        (AnyOf(()), "Nooit"),
    ],
)
def test_a_single_condition_is_one_line(condition: Condition, words: str) -> None:
    assert condition_lines(POLICY, condition) == (Line(0, words),)


def test_a_row_of_a_table_is_named_with_its_scores() -> None:
    [line] = condition_lines(POLICY, RowIn(POLICY.catalogue.by_key["belemmeringen"].code, "personeel", 3, 4))
    assert line.text.endswith("«Moeilijk om personeel te vinden in de regio»: wel last of veel last")


@pytest.mark.parametrize(
    ("group", "heading"),
    [
        (lambda parts: All(parts), "Alle van deze:"),
        (lambda parts: AnyOf(parts), "Minstens één van deze:"),
        (lambda parts: AtLeast(2, parts), "Minstens 2 van deze:"),
        (lambda parts: Not(All(parts)), "Niet alle van deze:"),
        (lambda parts: Not(AnyOf(parts)), "Geen van deze:"),
        (lambda parts: Not(AtLeast(2, parts)), "Minder dan 2 van deze:"),
    ],
)
def test_a_group_stands_above_its_parts(group: type[All], heading: str) -> None:
    inner = AnyOf((FactHolds("wil"), PROVINCE))
    found = condition_lines(POLICY, group((FactHolds("noord"), inner)))
    assert [line.depth for line in found] == [0, 1, 1, 2, 2]
    assert found[0].text == heading
    assert found[2].text == "Minstens één van deze:"


def test_a_group_of_one_and_a_double_no_add_nothing() -> None:
    plain = condition_lines(POLICY, PROVINCE)
    for dressed in (All((PROVINCE,)), AnyOf((PROVINCE,)), Not(Not(PROVINCE)), All((AnyOf((Not(Not(PROVINCE)),)),))):
        assert condition_lines(POLICY, dressed) == plain


def test_a_sentence_keeps_groups_apart() -> None:
    condition = All((FactHolds("wil"), AnyOf((PROVINCE, DerivedIs("netwerken", ("nodig",))))))
    assert condition_sentence(POLICY, condition) == (
        "«U wilt (misschien) zaken doen met het buitenland»; en "
        f"({PLACE}: Groningen, Friesland of Drenthe; of Netwerken: kan beter)"
    )


def words_of(policy: Policy, condition: Condition) -> list[str]:
    """Return what must be read somewhere when this condition is told."""
    match condition:
        case FactHolds(fact):
            return [policy.rules.facts[fact].text]
        case DerivedIs(key, values):
            return [policy.rules.derived[key].name, *(policy.rules.derived[key].label(value) for value in values)]
        case OutcomeIs(codes):
            return [outcome.name for outcome in policy.rules.outcomes if outcome.code in codes]
        case ChoiceIs(code, values) | HasAny(code, values) | HasAll(code, values) | HasOnly(code, values):
            question = policy.catalogue.by_code[code]
            labels = {option.value: option.label for option in every_option(question)}
            return [question.text, *(labels[value] for value in values)]
        case NumberIn(code) | RowIn(code) | Unanswered(code):
            return [policy.catalogue.by_code[code].text]
        case _:
            return []


@settings(max_examples=150, deadline=None)
@given(conditions(POLICY))
def test_everything_a_condition_names_is_told_in_lines_and_in_the_sentence(condition: Condition) -> None:
    told = "\n".join(line.text for line in condition_lines(POLICY, condition))
    sentence = condition_sentence(POLICY, condition)
    for word in (word for part in walk(condition) for word in words_of(POLICY, part)):
        assert word in told
        assert word in sentence


@settings(max_examples=100, deadline=None)
@given(conditions(POLICY))
def test_a_line_is_at_most_one_deeper_than_the_line_above(condition: Condition) -> None:
    depths = [line.depth for line in condition_lines(POLICY, condition)]
    assert depths[0] == 0
    assert all(below <= above + 1 for above, below in pairwise(depths))
