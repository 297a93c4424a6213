"""The rule language: what is unknown stays unknown, and only `onbeantwoord` lets a gap count."""

from __future__ import annotations

import itertools

import pytest

from intake.policy.conditions import (
    All,
    Always,
    AnyOf,
    AtLeast,
    ChoiceIs,
    Condition,
    HasAll,
    HasAny,
    HasOnly,
    Not,
    NumberIn,
    RowIn,
    Unanswered,
    Value,
    truth,
)

YES, NO, GAP = ChoiceIs("yes", ("x",)), ChoiceIs("no", ("x",)), ChoiceIs("gap", ("x",))
LETTERS: dict[bool | None, Condition] = {True: YES, False: NO, None: GAP}


class Given:
    """Answers without a policy."""

    def __init__(self, **answers: Value) -> None:
        self.answers: dict[str, Value] = {"yes": "x", "no": "y", **answers}

    def answer(self, question: str) -> Value | None:
        return self.answers.get(question)

    def fact(self, name: str) -> bool | None:
        return None

    def derived(self, key: str) -> str:
        return ""

    def outcome_code(self) -> str:
        return ""


@pytest.mark.parametrize(("left", "right"), list(itertools.product([True, False, None], repeat=2)))
def test_and_or_and_counting_follow_kleene(left: bool | None, right: bool | None) -> None:
    parts = (LETTERS[left], LETTERS[right])
    pair = {left, right}
    assert truth(All(parts), Given()) is (False if False in pair else None if None in pair else True)
    assert truth(AnyOf(parts), Given()) is (True if True in pair else None if None in pair else False)
    assert truth(AtLeast(2, parts), Given()) is truth(All(parts), Given())
    assert truth(AtLeast(1, parts), Given()) is truth(AnyOf(parts), Given())


def test_not_of_unknown_stays_unknown() -> None:
    assert truth(Not(GAP), Given()) is None
    assert truth(Not(NO), Given()) is True
    assert truth(Not(Not(YES)), Given()) is True


def test_only_unanswered_makes_a_gap_count() -> None:
    assert truth(Unanswered("gap"), Given()) is True
    assert truth(Unanswered("yes"), Given()) is False
    assert truth(AnyOf((Unanswered("gap"), Not(GAP))), Given()) is True


@pytest.mark.parametrize(
    ("condition", "answer", "expected"),
    [
        (HasAny("m", ("a", "b")), ("b", "c"), True),
        (HasAny("m", ("a",)), ("b", "c"), False),
        (HasAll("m", ("a", "b")), ("a", "b", "c"), True),
        (HasAll("m", ("a", "b")), ("a", "c"), False),
        (HasOnly("m", ("a",)), ("a",), True),
        (HasOnly("m", ("a",)), ("a", "b"), False),
        (NumberIn("m", 5, 100), 5, True),
        (NumberIn("m", 5, 100), 100, True),
        (NumberIn("m", 5, 100), 4, False),
        (NumberIn("m", 5, 100), 101, False),
        (RowIn("m", "tijd", 3, 4), {"tijd": 3}, True),
        (RowIn("m", "tijd", 3, 4), {"tijd": 2}, False),
        (RowIn("m", "tijd", 3, 4), {"regels": 4}, None),
        (Always(), "a", True),
    ],
)
def test_leaf_means_what_the_manual_says(condition: Condition, answer: Value, expected: bool | None) -> None:
    assert truth(condition, Given(m=answer)) is expected


@pytest.mark.parametrize("leaf", [HasAny("m", ("a",)), HasAll("m", ("a",)), HasOnly("m", ("a",)), NumberIn("m", 0, 1)])
def test_leaf_on_a_missing_answer_is_unknown(leaf: Condition) -> None:
    assert truth(leaf, Given()) is None
