"""Questions as variables: every answer has its values, its count, and a way back."""

from __future__ import annotations

from collections import Counter
from math import prod
from typing import Any

import pytest

from intake.policy.analysis.diagram import Diagram
from intake.policy.analysis.fields import BySector, Chosen, Field, Scores, Whole, field_of
from intake.policy.conditions import (
    ChoiceIs,
    HasAll,
    HasAny,
    HasOnly,
    Leaf,
    NumberIn,
    RowIn,
    Unanswered,
    Value,
    leaf_truth,
)
from intake.policy.model import Kind, Question
from tests.domain.policy.analysis.questions import every_answer, options, question

CHOICE = question("S1", Kind.CHOICE, "a b c d e")
NUMBER = question("S2", Kind.NUMBER, maximum=30)
FEW = question("S3", Kind.MULTI, "a b c d geen", exclusive=("geen",))
MANY = question("S4", Kind.MULTI, "a b c d e f g h geen niets", exclusive=("geen", "niets"))
MATRIX = question("S5", Kind.MATRIX, "1 2 3", rows=options("x y z"), minimum=1, maximum=3)
CASES: list[tuple[Question, tuple[Leaf, ...]]] = [
    (CHOICE, ()),
    (CHOICE, (ChoiceIs("S1", ("a", "c")), ChoiceIs("S1", ("c",)), Unanswered("S1"))),
    (NUMBER, ()),
    (NUMBER, (NumberIn("S2", 5, 10), NumberIn("S2", 8, 30), NumberIn("S2", 0, 3))),
    (FEW, ()),
    (FEW, (HasAny("S3", ("a", "b")), HasOnly("S3", ("geen",)), HasAll("S3", ("c", "d")))),
    (FEW, (HasAll("S3", ("a", "b", "c")), HasAll("S3", ("b", "c", "d")), Unanswered("S3"))),
    (MANY, tuple(HasAny("S4", (letter,)) for letter in "abcdefg")),
    (
        MANY,
        (*(HasAny("S4", (letter,)) for letter in "abcd"), HasAll("S4", ("e", "f", "g")), HasOnly("S4", ("a", "geen"))),
    ),
    (MANY, (*(HasAll("S4", (letter, "h")) for letter in "abcdef"), Unanswered("S4"), HasAny("S4", ("geen", "niets")))),
    (MATRIX, ()),
    (MATRIX, (RowIn("S5", "y", 2, 3),)),
    (MATRIX, (RowIn("S5", "y", 2, 3), RowIn("S5", "x", 1, 2), RowIn("S5", "x", 3, 3), Unanswered("S5"))),
]


def in_a_diagram(field: Field) -> Diagram:
    return Diagram(field.weights)


@pytest.mark.parametrize(("asked", "leaves"), CASES)
def test_leaves_say_of_every_answer_what_they_should(asked: Question, leaves: tuple[Leaf, ...]) -> None:
    field = field_of(asked, leaves, {})
    diagram = in_a_diagram(field)
    for value in (None, *every_answer(asked)):
        places = field.places({} if value is None else {asked.code: value})
        assert diagram.holds(field.answered(diagram), places) is (value is not None)
        assert diagram.holds(field.missing(diagram), places) is (value is None)
        for leaf in leaves:
            truth = leaf_truth(leaf, value)
            assert diagram.holds(field.certain(diagram, leaf, True), places) is (truth is True)
            assert diagram.holds(field.certain(diagram, leaf, False), places) is (truth is False)


@pytest.mark.parametrize(("asked", "leaves"), CASES)
def test_every_kind_of_answer_is_counted(asked: Question, leaves: tuple[Leaf, ...]) -> None:
    field = field_of(asked, leaves, {})
    diagram = in_a_diagram(field)
    answers = [*every_answer(asked)]
    assert diagram.count(field.answered(diagram)) == len(answers)
    counted = Counter(field.places({asked.code: value}) for value in answers)
    for places, number in counted.items():
        weights = (weights[place] for weights, place in zip(field.weights, places, strict=True))
        assert prod(weights) == number


@pytest.mark.parametrize(("asked", "leaves"), CASES)
def test_values_lead_back_to_an_answer_of_that_kind(asked: Question, leaves: tuple[Leaf, ...]) -> None:
    field = field_of(asked, leaves, {})
    answers = [*every_answer(asked)]
    for value in answers:
        places = field.places({asked.code: value})
        for near in (None, *answers[:: max(1, len(answers) // 5)]):
            found = field.answer(places, near, {})
            assert found in answers
            assert field.places({asked.code: found} if found is not None else {}) == places
        assert field.is_at(places, value, {})
    nothing = field.places({})
    assert field.answer(nothing, answers[0], {}) is None
    assert not field.is_at(nothing, answers[0], {})


def nearest(field: Field, wanted: Value, near: Value) -> Any:
    return field.answer(field.places({field.question.code: wanted}), near, {})


def test_the_nearest_answer_changes_least() -> None:
    choice = field_of(CHOICE, (ChoiceIs("S1", ("a", "e")),), {})
    assert nearest(choice, "a", "d") == "e"
    assert nearest(choice, "a", "b") == "a"
    number = field_of(NUMBER, (NumberIn("S2", 5, 10),), {})
    assert nearest(number, 7, 30) == 10
    assert nearest(number, 7, 0) == 5
    assert nearest(number, 20, 9) == 11
    few = field_of(FEW, (HasAny("S3", ("a", "b")),), {})
    assert nearest(few, ("a",), ("c", "d")) == ("a", "c", "d")
    assert nearest(few, ("c",), ("b", "d")) == ("d",)
    many = field_of(MANY, tuple(HasAny("S4", (letter,)) for letter in "abcdefg"), {})
    assert nearest(many, ("a", "b"), ("b", "c")) == ("a", "b")
    matrix = field_of(MATRIX, (RowIn("S5", "y", 2, 3),), {})
    assert nearest(matrix, {"x": 1, "y": 3, "z": 1}, {"x": 2, "y": 1, "z": 3}) == {"x": 2, "y": 2, "z": 3}


def test_a_simple_question_is_one_variable_and_a_tangled_one_more() -> None:
    kinds = [type(field_of(asked, leaves, {})) for asked, leaves in CASES]
    assert Chosen in kinds
    assert Scores in kinds
    assert isinstance(field_of(*CASES[5], {}), Whole)
    assert len(field_of(*CASES[7], {}).weights) > 5


BY_SECTOR = question(
    "U6",
    Kind.MULTI_PER_SECTOR,
    per_sector={"bouw": options("a b"), "ict": options("b c"), "zorg": options("a b c"), "kunst": ()},
    sector_question="b2",
)
SECTORS = ("bouw", "ict", "zorg")


@pytest.mark.parametrize("leaves", [(), (HasAny("U6", ("a",)), HasAll("U6", ("b", "c")), Unanswered("U6"))])
def test_a_sector_counts_only_what_it_offers(leaves: tuple[Leaf, ...]) -> None:
    field = BySector(BY_SECTOR, leaves, "B2")
    diagram = in_a_diagram(field)
    for values, sectors in field.offered().items():
        for sector in sectors:
            answers = [*every_answer(BY_SECTOR, field.options(sector))]
            assert diagram.count(field.among(diagram, values)) == len(answers)
            for value in answers:
                places = field.places({"B2": sector, "U6": value})
                assert diagram.holds(field.among(diagram, values), places)
                assert field.answer(places, None, {"B2": sector}) in answers
                for leaf in leaves:
                    assert diagram.holds(field.certain(diagram, leaf, True), places) is (
                        leaf_truth(leaf, value) is True
                    )
    assert {sector for sectors in field.offered().values() for sector in sectors} == {*SECTORS}


def test_an_answer_of_another_sector_does_not_stay() -> None:
    field = BySector(BY_SECTOR, (), "B2")
    places = field.places({"B2": "bouw", "U6": ("a",)})
    assert field.is_at(places, ("a",), {"B2": "bouw"})
    assert not field.is_at(places, ("c",), {"B2": "bouw"})
    assert field.offered_of(("a", "c"), {"B2": "ict"}) == ("c",)
    assert field.offered_of(("a",), {"B2": "ict"}) is None
