"""Answers written as a vector read back as they were; what the policy does not know is missing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from intake.policy import Policy, read_answers
from intake.policy.model import Register, VectorField
from intake.policy.vectors import from_vector, to_vector
from tests.domain.policy.samples import READY, policy_2013, random_answers
from tests.domain.policy.vector_samples import registered_2013


def field_of(code: str, row: str = "") -> VectorField:
    return next(item for item in registered_2013().register.fields if (item.question, item.row) == (code, row))


def written(code: str, value: Any) -> bytes:
    """Return the bytes of the field of this question."""
    policy = registered_2013()
    vector = to_vector(policy.register, read_answers(policy, {code: value}))
    field = field_of(code)
    assert not any(vector[: field.offset])
    assert not any(vector[field.offset + field.width :])
    return vector[field.offset : field.offset + field.width]


def with_question(policy: Policy, code: str, **changes: Any) -> Policy:
    """Return the policy with another form of one question, or without it when nothing is given."""
    changed = {
        item.code: replace(item, **changes) if item.code == code else item for item in policy.catalogue.questions
    }
    if not changes:
        del changed[code]
    questions = tuple(changed.values())
    by_key = {item.key: item for item in questions}
    return replace(policy, catalogue=replace(policy.catalogue, questions=questions, by_code=changed, by_key=by_key))


def without_option(policy: Policy, code: str, value: str) -> Policy:
    options = tuple(option for option in policy.catalogue.by_code[code].options if option.value != value)
    return with_question(policy, code, options=options)


def test_answers_read_back_as_they_were_written() -> None:
    policy = registered_2013()
    for raw in random_answers(1000):
        answers = read_answers(policy, raw)
        back = from_vector(policy, to_vector(policy.register, answers))
        assert back.to_json() == answers.to_json()
        assert [*back] == [*answers]


@pytest.mark.parametrize(
    ("code", "value", "expected"),
    [
        ("B1", "groningen", b"\x01"),
        ("B1", "anders", b"\x04"),
        ("B3", 0, b"\x00\x01"),
        ("B3", 9999, b"\x27\x10"),
        ("B4", ["agri"], b"\x01"),
        ("B4", ["agri", "water"], b"\x11"),
        ("S5", ["duitsland"], b"\x00\x01"),
        ("S5", ["weet_niet"], b"\x10\x00"),
    ],
)
def test_an_answer_stands_where_the_register_says(code: str, value: Any, expected: bytes) -> None:
    assert written(code, value) == expected


def test_no_answer_is_zero() -> None:
    register = registered_2013().register
    assert to_vector(register, {}) == bytes(register.width)
    assert len(from_vector(registered_2013(), bytes(register.width))) == 0


def test_score_of_a_row_has_a_byte_of_its_own() -> None:
    policy = registered_2013()
    vector = to_vector(policy.register, {"U5": {"personeel": 3}})
    assert vector[field_of("U5", "personeel").offset] == 4
    assert sum(vector) == 4


def test_older_shorter_vector_lacks_the_newer_answers() -> None:
    policy = registered_2013()
    answers = read_answers(policy, READY)
    whole = to_vector(policy.register, answers)
    for field in policy.register.fields:
        older = from_vector(policy, whole[: field.offset])
        gone = {item.question for item in policy.register.fields if item.offset >= field.offset}
        kept = {code: value for code, value in answers.items() if code not in gone}
        assert {code: value for code, value in older.items() if code not in gone} == kept
        assert field.question not in older or field.row


def test_number_of_which_half_is_missing_is_missing() -> None:
    field = field_of("B3")
    vector = to_vector(registered_2013().register, {"B3": 300})[: field.offset + 1]
    assert "B3" not in from_vector(registered_2013(), vector)


def test_newer_longer_vector_is_read_as_far_as_the_policy_goes() -> None:
    policy = registered_2013()
    answers = read_answers(policy, READY)
    assert from_vector(policy, to_vector(policy.register, answers) + b"\x05\x06") == answers


def test_retired_option_reads_as_missing_and_its_place_stays_taken() -> None:
    policy = without_option(registered_2013(), "B1", "friesland")
    vector = to_vector(registered_2013().register, {"B1": "friesland"})
    assert "B1" not in from_vector(policy, vector)
    assert from_vector(policy, to_vector(policy.register, {"B1": "drenthe"}))["B1"] == "drenthe"


def test_of_several_options_only_the_retired_one_is_missing() -> None:
    policy = without_option(registered_2013(), "B4", "sensor")
    register = policy.register
    assert from_vector(policy, to_vector(register, {"B4": ("sensor", "water")}))["B4"] == ("water",)
    assert "B4" not in from_vector(policy, to_vector(register, {"B4": ("sensor",)}))


def test_option_that_a_newer_version_added_reads_as_missing() -> None:
    vector = bytearray(to_vector(policy_2013().register, {}).ljust(registered_2013().register.width, b"\0"))
    vector[field_of("B1").offset] = 5
    assert "B1" not in from_vector(registered_2013(), bytes(vector))


def test_retired_question_is_passed_over() -> None:
    policy = with_question(registered_2013(), "U9")
    answers = from_vector(policy, to_vector(policy.register, {"U9": "ja", "U10": "deels"}))
    assert answers.to_json() == {"U10": "deels"}


def test_number_outside_the_bounds_of_the_policy_reads_as_missing() -> None:
    policy = with_question(registered_2013(), "B3", maximum=500)
    assert from_vector(policy, to_vector(policy.register, {"B3": 500}))["B3"] == 500
    assert "B3" not in from_vector(policy, to_vector(policy.register, {"B3": 501}))


def test_question_of_many_options_goes_on_in_a_second_field() -> None:
    policy = registered_2013()
    first = replace(field_of("B4"), values=("agri", "health", "energie", "sensor"))
    second = VectorField("B4", "", ("water", "geen"), policy.register.width, 1)
    fields = tuple(first if item.question == "B4" else item for item in policy.register.fields)
    grown = replace(policy, register=Register((*fields, second), policy.register.width + 1))
    answers = read_answers(grown, {"B4": ["health", "water"]})
    vector = to_vector(grown.register, answers)
    assert vector[-1] == 1
    assert from_vector(grown, vector) == answers
    assert from_vector(grown, vector[:-1])["B4"] == ("health",)
