"""The difference of two versions: nothing is missed, nothing is told twice, and it is told in Dutch."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from enum import Enum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.policy import Policy, Rule
from intake.policy.conditions import All, Always, AnyOf, ChoiceIs, Condition, FactHolds
from intake.policy.diffing import ORDER, Happened, ItemChange, Mark, Subject, changes
from intake.policy.model import Example, Level
from intake.policy.wording import condition_lines
from tests.domain.policy.conditions_at_random import conditions
from tests.domain.policy.samples import EVERYTHING, policy_2013, seeds

POLICY = policy_2013()


def with_rules(*rules: Rule) -> Policy:
    return replace(POLICY, rules=replace(POLICY.rules, rules=rules))


def changed_rule(code: str, **values: Any) -> Policy:
    return with_rules(*(replace(rule, **values) if rule.code == code else rule for rule in POLICY.rules.rules))


def only(found: tuple[ItemChange, ...]) -> ItemChange:
    assert len(found) == 1, found
    return found[0]


def test_a_version_does_not_differ_from_itself() -> None:
    assert changes(POLICY, replace(POLICY, version="later")) == ()


def test_a_changed_condition_shows_the_lines_that_went_and_came() -> None:
    rule = POLICY.rules.rule("R-A2")
    assert isinstance(rule.when, All)
    found = only(changes(POLICY, changed_rule("R-A2", when=All((*rule.when.parts, FactHolds("wil"))))))
    assert (found.subject, found.code, found.happened) == (Subject.RULE, "R-A2", Happened.CHANGED)
    [trait] = found.traits
    assert trait.name == "Voorwaarden"
    assert [(line.mark, line.depth, line.text) for line in trait.lines] == [
        (Mark.SAME, 0, "Alle van deze:"),
        (Mark.SAME, 1, "Uw bedrijf staat in Groningen, Friesland of Drenthe"),
        (Mark.SAME, 1, "Al actief in het buitenland: ja"),
        (Mark.ADDED, 1, "U wilt (misschien) zaken doen met het buitenland"),
    ]


@pytest.mark.parametrize(
    ("values", "name", "before", "after"),
    [
        ({"activity": "A1"}, "Activiteit", "A2 ", "A1 "),
        ({"gated": True}, "Poort", "wacht niet op de poort", "wacht op de poort van stap S"),
        ({"intensity": "intensief"}, "Intensiteit", "licht", "intensief"),
        ({"beats": ("NN-1",)}, "Gaat voor", "geen", "NN-1 "),
        ({"parties": ("kvk",)}, "Rollen", "", ""),
        ({"reason": "Omdat."}, "Reden", "U verkoopt al goed", "Omdat."),
        ({"examples": (Example(True, {"S1": "nee"}),)}, "Voorbeelden", "geen", "Geldt bij:"),
    ],
)
def test_each_side_of_a_rule_is_named_and_told(values: dict[str, Any], name: str, before: str, after: str) -> None:
    [trait] = only(changes(POLICY, changed_rule("R-A2", **values))).traits
    assert trait.name == name
    assert trait.before[0].text.startswith(before)
    assert trait.after[0].text.startswith(after)


def test_a_new_rule_is_told_whole_and_so_is_one_that_went() -> None:
    rules = POLICY.rules.rules
    new = replace(rules[0], code="R-A9")
    came, went = changes(POLICY, with_rules(*rules[1:], new))
    assert (came.code, came.happened) == ("R-A9", Happened.ADDED)
    assert (went.code, went.happened) == (rules[0].code, Happened.REMOVED)
    assert {trait.name for trait in came.traits} >= {"Activiteit", "Voorwaarden", "Reden", "Bron"}
    assert not any(trait.before for trait in came.traits)
    assert not any(trait.after for trait in went.traits)


def test_a_rule_that_stands_elsewhere_is_named_and_no_other() -> None:
    first, second, third, *rest = POLICY.rules.rules
    found = only(changes(POLICY, with_rules(second, third, first, *rest)))
    assert (found.code, found.happened) == (first.code, Happened.MOVED)
    [trait] = found.traits
    assert trait.name == ORDER
    assert trait.before[0].text == "als eerste"
    assert trait.after[0].text == f"na {third.code}"


@settings(max_examples=len(seeds(15, 50)), deadline=None)
@given(st.permutations(range(len(POLICY.rules.rules))), st.sets(st.integers(0, len(POLICY.rules.rules) - 1)))
def test_taking_the_moved_rules_away_leaves_the_old_order(order: list[int], gone: set[int]) -> None:
    new = [POLICY.rules.rules[index] for index in order if index not in gone]
    found = changes(POLICY, with_rules(*new))
    moved = {change.code for change in found if change.happened is Happened.MOVED}
    assert {change.code for change in found if change.happened is Happened.REMOVED} == {
        POLICY.rules.rules[index].code for index in gone
    }
    left = [rule.code for rule in new if rule.code not in moved]
    assert left == [rule.code for rule in POLICY.rules.rules if rule.code in set(left)]


@settings(max_examples=len(seeds(15, 50)), deadline=None)
@given(conditions(POLICY), conditions(POLICY))
def test_the_lines_give_both_conditions_back(one: Condition, other: Condition) -> None:
    found = changes(changed_rule("R-A1", when=one), changed_rule("R-A1", when=other))
    if one == other:
        assert found == ()
        return
    [trait] = only(found).traits
    for condition, absent in ((one, Mark.ADDED), (other, Mark.REMOVED)):
        told = [(line.depth, line.text) for line in trait.lines if line.mark is not absent]
        assert told == [(line.depth, line.text) for line in condition_lines(POLICY, condition)]


# What a thing is known by, or another thing is named with: another name would be another thing, or none.
NAMES = {"code", "step", "activity", "question", "key", "document"}


def altered(value: Any) -> Any:
    """Return another value of the same kind; None when there is no telling how."""
    match value:
        case bool():
            return not value
        case Enum():
            return next(item for item in type(value) if item is not value)
        case str():
            return f"{value}x" if value else "iets"
        case int():
            return value + 1
        case date():
            return date(1999, 1, 1)
        case tuple():
            return value[:-1] if value else None
        case Always():
            return FactHolds("wil")
        case _:
            return None


def variants(item: Any) -> Iterator[tuple[str, Any]]:
    """Yield the thing with each of its plain fields altered in turn, by the name of the field."""
    for field in dataclasses.fields(item):
        other = altered(getattr(item, field.name))
        if other is not None and field.name not in NAMES:
            yield field.name, replace(item, **{field.name: other})


def put(things: Any, key: Any, item: Any) -> Any:
    if isinstance(things, Mapping):
        return {**things, key: item}
    return tuple(item if index == key else old for index, old in enumerate(things))


def places_of(things: Any) -> list[tuple[Any, Any]]:
    return list(things.items()) if isinstance(things, Mapping) else list(enumerate(things))


def in_rules(name: str) -> Callable[[Any], Policy]:
    return lambda things: replace(POLICY, rules=replace(POLICY.rules, **{name: things}))


def in_policy(name: str) -> Callable[[Any], Policy]:
    return lambda things: replace(POLICY, **{name: things})


THINGS: list[tuple[str, Any, Callable[[Any], Policy]]] = [
    *((name, getattr(POLICY.rules, name), in_rules(name)) for name in ("rules", "withheld", "outcomes", "facts")),
    *((name, getattr(POLICY.rules, name), in_rules(name)) for name in ("derived", "gates")),
    *((name, getattr(POLICY, name), in_policy(name)) for name in ("activities", "parties", "organisations")),
    *((name, getattr(POLICY, name), in_policy(name)) for name in ("consents", "comparisons")),
]


@pytest.mark.parametrize(("name", "things", "policy_with"), THINGS, ids=[name for name, _, _ in THINGS])
def test_no_field_of_anything_can_change_unseen(name: str, things: Any, policy_with: Callable[[Any], Policy]) -> None:
    seen = 0
    for key, item in places_of(things)[-len(seeds(1, 4)) :]:
        for field, other in variants(item):
            if getattr(item, field) == key:
                continue
            found = changes(POLICY, policy_with(put(things, key, other)))
            assert [change for change in found if change.happened is Happened.CHANGED], (name, key, field)
            seen += 1
    assert seen > 0


def test_a_question_and_its_options_cannot_change_unseen() -> None:
    catalogue = POLICY.catalogue
    for index, question in list(enumerate(catalogue.questions))[:: 4 if EVERYTHING else 12]:
        for field, other in variants(question):
            if field == "sector_question" and not question.sector_question:
                continue
            questions = put(catalogue.questions, index, other)
            by_code = {item.code: item for item in questions}
            by_key = {item.key: item for item in questions} | {question.key: other}
            new = replace(POLICY, catalogue=replace(catalogue, questions=questions, by_code=by_code, by_key=by_key))
            found = {change.code for change in changes(POLICY, new) if change.subject is Subject.QUESTION}
            assert found == {question.code}, field


def test_tables_groups_and_settings_are_compared_too() -> None:
    rules = POLICY.rules
    group = next(iter(rules.groups.values()))
    fewer = in_rules("groups")({**rules.groups, group.name: replace(group, values=group.values[:-1])})
    assert only(changes(POLICY, fewer)).subject is Subject.GROUP
    level = Level("licht", Always(), rules.levels[0].source)
    assert only(changes(POLICY, in_rules("levels")((*rules.levels[:-1], level)))).subject is Subject.INTENSITY
    assert only(changes(POLICY, in_rules("unique_outcome")(True))).subject is Subject.SETTING
    table = rules.derived["strategie"]
    swapped = replace(table, rows=(table.rows[1], table.rows[0], *table.rows[2:]))
    found = only(changes(POLICY, in_rules("derived")({**rules.derived, "strategie": swapped})))
    assert (found.subject, found.code, found.traits[0].name) == (Subject.DERIVED, "D3", "Rijen")


def test_a_fact_that_changed_is_told_as_the_fact_and_not_with_every_rule_that_uses_it() -> None:
    fact = POLICY.rules.facts["wil"]
    new = in_rules("facts")({**POLICY.rules.facts, "wil": replace(fact, when=AnyOf((ChoiceIs("S1", ("nee",)),)))})
    found = only(changes(POLICY, new))
    assert (found.subject, found.code) == (Subject.FACT, "wil")


def test_the_difference_the_other_way_round_is_the_same_the_other_way_round() -> None:
    new = changed_rule("R-A2", reason="Omdat.")
    there, back = only(changes(POLICY, new)), only(changes(new, POLICY))
    assert [(trait.before, trait.after) for trait in there.traits] == [
        (trait.after, trait.before) for trait in back.traits
    ]
