"""Replaying a block says of every intake exactly what its own assessment says, whatever was answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from intake.policy import Kind, Policy, Question, Value, read_answers
from intake.policy import conditions as c
from intake.policy.columns import Block, Columns, any_place, places
from intake.policy.engine import TooManyClauses, compiled
from intake.policy.model import Effect, Register, VectorField
from intake.policy.names import every_option
from intake.policy.replaying import Replay
from intake.policy.vectors import to_vector
from tests.domain.policy.oracle.mutants import mutant
from tests.domain.policy.samples import seeds
from tests.domain.policy.test_vectors import with_question, without_option
from tests.domain.policy.vector_samples import (
    all_at_once,
    must_agree,
    noise,
    registered_2013,
    sample_vectors,
)

MUTANTS = len(seeds(10, 50))


def with_conditions(policy: Policy, conditions: list[c.Condition]) -> Policy:
    """Return the policy with one rule for each condition."""
    example = policy.rules.rules[0]
    rules = tuple(replace(example, code=f"R-{number}", when=when) for number, when in enumerate(conditions))
    return replace(policy, rules=replace(policy.rules, rules=rules))


def asked_always(policy: Policy) -> Policy:
    """Return the policy in which every question is asked of everyone."""
    questions = tuple(replace(item, visible_when=c.Always()) for item in policy.catalogue.questions)
    by_code, by_key = {item.code: item for item in questions}, {item.key: item for item in questions}
    return replace(policy, catalogue=replace(policy.catalogue, questions=questions, by_code=by_code, by_key=by_key))


def leaves(question: Question) -> Iterator[c.Condition]:
    """Yield conditions about one question, of every form that its kind allows."""
    values = tuple(option.value for option in every_option(question))
    yield c.Unanswered(question.code)
    match question.kind:
        case Kind.CHOICE:
            yield from (c.ChoiceIs(question.code, (value,)) for value in values)
            yield c.ChoiceIs(question.code, values[::2])
        case Kind.NUMBER:
            yield from (c.NumberIn(question.code, low, high) for low, high in BOUNDS)
        case Kind.MATRIX:
            yield from (c.RowIn(question.code, row.value, low, 4) for row in question.rows for low in (1, 3))
        case _:
            for form in (c.HasAny, c.HasAll, c.HasOnly):
                yield form(question.code, ())
                yield form(question.code, values[:1])
                yield form(question.code, values[1::2])
                yield form(question.code, (values[0], values[-1]))


BOUNDS = [(0, 0), (0, 9999), (1, 255), (5, 100), (254, 256), (255, 255), (256, 511), (300, 300), (9999, 9999)]


def test_policy_of_2013_agrees_with_assessing_one_by_one() -> None:
    must_agree(registered_2013(), sample_vectors(2000))


def test_vectors_of_any_bytes_and_lengths_agree() -> None:
    must_agree(registered_2013(), noise(600, registered_2013().register.width))


def test_changed_policies_agree() -> None:
    agreed = 0
    for seed in range(MUTANTS):
        changed = mutant(registered_2013(), seed)
        try:
            compiled(changed.policy)
        except TooManyClauses:
            continue
        must_agree(changed.policy, sample_vectors(2000)[seed : seed + 240], (seed, changed.changes))
        agreed += 1
    assert agreed > 0.9 * MUTANTS


@pytest.mark.parametrize("code", [question.code for question in registered_2013().catalogue.questions])
def test_every_form_of_condition_agrees_for_every_question(code: str) -> None:
    """Also the opposite of each, which is unknown where the answer is missing."""
    found = [*leaves(registered_2013().catalogue.by_code[code])]
    policy = with_conditions(registered_2013(), [*found, *map(c.Not, found)])
    vectors = [*sample_vectors(2000)[: len(seeds(100, 400))], *noise(len(seeds(60, 240)), policy.register.width)]
    must_agree(policy, vectors)
    used = {code for seen in all_at_once(policy, vectors) for code in seen["holding"]}
    assert len(used) > len(found)


def test_counts_of_conditions_agree() -> None:
    parts = (
        c.ChoiceIs("B1", ("drenthe",)),
        c.ChoiceIs("S1", ("ja_begin",)),
        c.NumberIn("B3", 5, 100),
        c.HasAny("B4", ("water",)),
    )
    policy = with_conditions(registered_2013(), [c.AtLeast(number, parts) for number in (1, 2, 3, 4)])
    must_agree(policy, sample_vectors(2000)[:400])


def test_options_of_another_sector_do_not_count() -> None:
    """«personeel» is on the list of the industry and not on that of the building trade."""
    policy = with_conditions(registered_2013(), [c.HasAny("U6", ("personeel",)), c.Unanswered("U6")])
    policy = asked_always(policy)
    chosen = {"U6": ("personeel", "financiering")}
    vectors = [
        to_vector(policy.register, {**chosen, "B2": "industrie_metaal"}),
        to_vector(policy.register, {**chosen, "B2": "bouw"}),
        to_vector(policy.register, {**chosen, "B2": "anders"}),
        to_vector(policy.register, chosen),
    ]
    assert [sorted(seen["holding"] & {"R-0", "R-1"}) for seen in all_at_once(policy, vectors)] == [
        ["R-0"],
        [],
        ["R-1"],
        ["R-1"],
    ]
    must_agree(policy, vectors)


def test_options_of_a_sector_that_is_not_asked_do_not_count() -> None:
    policy = asked_always(with_conditions(registered_2013(), [c.HasAny("U6", ("personeel",)), c.Unanswered("U6")]))
    policy = with_question(policy, "B2", visible_when=c.ChoiceIs("B1", ("drenthe",)))
    chosen = {"B2": "industrie_metaal", "U6": ("personeel",)}
    vectors = [to_vector(policy.register, {**chosen, "B1": province}) for province in ("drenthe", "groningen")]
    assert [sorted(seen["holding"] & {"R-0", "R-1"}) for seen in all_at_once(policy, vectors)] == [["R-0"], ["R-1"]]
    must_agree(policy, vectors)


def test_where_a_table_has_no_row_nothing_holds() -> None:
    policy = registered_2013()
    policy = replace(policy, rules=replace(policy.rules, outcomes=policy.rules.outcomes[:-1]))
    vectors = sample_vectors(2000)[:200]
    assert {seen["uncovered"] for seen in all_at_once(policy, vectors)} == {True, False}
    must_agree(policy, vectors)


def test_strongest_form_of_an_activity_counts_and_no_other() -> None:
    policy = with_conditions(registered_2013(), [c.Always(), c.Always(), c.ChoiceIs("B1", ("drenthe",))])
    weak, other, strong = policy.rules.rules
    rules = (
        replace(weak, effect=Effect.REFERRAL, intensity="licht"),
        replace(other, effect=Effect.SIGNAL, intensity=None),
        replace(strong, effect=Effect.REFERRAL, intensity="intensief"),
    )
    policy = replace(policy, rules=replace(policy.rules, rules=rules))
    vectors = [to_vector(policy.register, {"B1": province}) for province in ("drenthe", "groningen")]
    assert [seen["activities"] for seen in all_at_once(policy, vectors)] == [
        {("A1", Effect.REFERRAL, "intensief"), ("A1", Effect.SIGNAL, None)},
        {("A1", Effect.REFERRAL, "licht"), ("A1", Effect.SIGNAL, None)},
    ]


def test_options_beyond_the_first_field_count_too() -> None:
    policy = registered_2013()
    field = next(item for item in policy.register.fields if item.question == "S5")
    halves = replace(field, values=field.values[:8]), VectorField("S5", "", field.values[8:], policy.register.width, 1)
    fields = tuple(halves[0] if item is field else item for item in policy.register.fields)
    grown = replace(policy, register=Register((*fields, halves[1]), policy.register.width + 1))
    policy = with_conditions(grown, [*leaves(grown.catalogue.by_code["S5"])])
    answers = [{"S1": "ja_meer", "S5": ["duitsland", last]} for last in ("polen", "eu_anders", "buiten_eu_anders")]
    vectors = [to_vector(policy.register, read_answers(policy, raw)) for raw in answers]
    must_agree(policy, [*vectors, *(vector[:-1] for vector in vectors)])


def test_what_was_retired_agrees() -> None:
    """An option, one of several, a row, numbers that are now too high: missing for one, so missing for all."""
    policy = without_option(registered_2013(), "B1", "drenthe")
    policy = without_option(without_option(policy, "B4", "water"), "O6", "branche")
    policy = with_question(policy, "B3", maximum=50)
    rows = policy.catalogue.by_code["U5"].rows
    policy = with_question(policy, "U5", rows=rows[1:])
    policy = with_question(policy, "U9")
    conditions: list[c.Condition] = [
        c.Unanswered("B1"),
        c.Unanswered("B4"),
        c.Unanswered("O6"),
        c.Unanswered("U5"),
        c.NumberIn("B3", 5, 100),
        c.Not(c.NumberIn("B3", 5, 100)),
        c.HasAll("B4", ("agri", "water")),
    ]
    rules = replace(policy.rules, derived={}, facts={}, gates={}, withheld=(), rules=policy.rules.rules[:1])
    rules = replace(rules, outcomes=tuple(replace(item, when=c.Always()) for item in rules.outcomes))
    rules = replace(rules, levels=tuple(replace(item, when=c.Always()) for item in rules.levels))
    policy = with_conditions(asked_always(replace(policy, rules=rules)), conditions)
    must_agree(policy, [*sample_vectors(2000)[:300], *one_answer("U5", {rows[0].value: 3})])


def one_answer(code: str, value: Value) -> list[bytes]:
    return [to_vector(registered_2013().register, {code: value})]


def test_two_versions_of_which_one_knows_more_options_share_a_block() -> None:
    new = registered_2013()
    fields = tuple(
        replace(field, values=field.values[:2]) if field.question == "B1" else field for field in new.register.fields
    )
    old = replace(without_option(without_option(new, "B1", "drenthe"), "B1", "anders"), register=Register(fields, 99))
    old, new = (with_conditions(policy, [c.Unanswered("B1")]) for policy in (old, new))
    columns = Columns(
        Block.of([to_vector(new.register, {"B1": value}) for value in ("groningen", "drenthe", "anders")])
    )
    for policy, missing in ((old, [1, 2]), (new, []), (old, [1, 2])):
        assert places(Replay(policy).run(columns).holding["R-0"], 3) == missing


@pytest.mark.parametrize(
    ("low", "high"), [(0, 65534), (65534, 65534), (-5, 65533), (300, 200), (65535, 70000), (-9, -1)]
)
def test_numbers_up_to_the_last_that_fits(low: int, high: int) -> None:
    numbers = [0, 1, 255, 256, 65533, 65534]
    field = VectorField("B3", "", (), 0, 2)
    columns = Columns(Block.of([b"\0\0", *(to_vector(Register((field,), 2), {"B3": number}) for number in numbers)]))
    found = places(columns.between(field, low, high), len(numbers) + 1)
    assert found == [place for place, number in enumerate(numbers, start=1) if low <= number <= high]


def test_empty_block_and_block_without_answers() -> None:
    assert all_at_once(registered_2013(), []) == []
    must_agree(registered_2013(), [b"", b""])


def test_parts_of_a_block_are_filled_up_to_the_widest() -> None:
    joined = Block.joined([Block.of([b"ab", b"c"]), Block.of([]), Block.of([b"", b"xyz"])])
    assert (joined.width, joined.count) == (3, 4)
    assert [*joined] == [b"ab\0", b"c\0\0", b"\0\0\0", b"xyz"]


def test_second_policy_over_the_same_block_takes_no_column_apart_again(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = Columns(Block.of(sample_vectors(2000)))
    first = Replay(registered_2013()).run(columns)

    def again(*_: object) -> None:
        raise AssertionError("a column was taken apart twice")

    monkeypatch.setattr(Columns, "_lanes", again)
    assert Replay(replace(registered_2013())).run(columns) == first


@pytest.mark.parametrize("count", [1, 7, 8, 9, 63, 64, 65, 1000])
def test_bitmaps_lead_back_to_the_vectors(count: int) -> None:
    wanted = [place for place in range(count) if place % 3 == 1 or place == count - 1]
    vectors = [b"\1" if place in wanted else b"\0" for place in range(count)]
    columns = Columns(Block.of(vectors))
    bitmap = columns.plane(VectorField("B1", "", ("a",), 0, 1), 0)
    assert places(bitmap, count) == wanted
    assert places(columns.everyone, count) == [*range(count)]
    assert any_place(bitmap, count) in wanted
    assert places(0, count) == []
