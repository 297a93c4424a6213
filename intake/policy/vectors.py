"""Answers as a few bytes of fixed width, in the places that the register of the policy names.

A register only grows, so a vector that an older version wrote is a beginning of what a newer one would write: what
it lacks reads as missing. An answer that the policy does not know, an option or question that was retired, a number
outside its bounds, reads as missing too.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from intake.policy.answers import Answers
from intake.policy.conditions import Value
from intake.policy.model import Kind, Policy, Question, Register, VectorField
from intake.policy.names import every_option


def to_vector(register: Register, answers: Mapping[str, Value]) -> bytes:
    """Return the answers as bytes; an answer without a place in the register is left out."""
    vector = bytearray(register.width)
    for field in register.fields:
        value = answers.get(field.question)
        if value is not None:
            vector[field.offset : field.offset + field.width] = _code(field, value).to_bytes(field.width, "big")
    return bytes(vector)


def _code(field: VectorField, value: Value) -> int:
    if isinstance(value, str):
        return field.values.index(value) + 1 if value in field.values else 0
    if isinstance(value, int):
        return value + 1 if (value + 1) >> 8 * field.width == 0 else 0
    if isinstance(value, Mapping):
        return value[field.row] + 1 if field.row in value else 0
    return sum(1 << place for place, option in enumerate(field.values) if option in value)


def from_vector(policy: Policy, vector: bytes) -> Answers:
    """Return the answers that the policy knows; read back from what `to_vector` wrote, they are the same."""
    codes: dict[str, list[tuple[VectorField, int]]] = {}
    for field in policy.register.fields:
        end = field.offset + field.width
        code = int.from_bytes(vector[field.offset : end], "big") if end <= len(vector) else 0
        if code:
            codes.setdefault(field.question, []).append((field, code))
    values: dict[str, Value] = {}
    for question in policy.catalogue.questions:
        value = _value(question, codes[question.code]) if question.code in codes else None
        if value is not None:
            values[question.code] = value
    return Answers(MappingProxyType(values))


def _value(question: Question, codes: list[tuple[VectorField, int]]) -> Value | None:
    match question.kind:
        case Kind.CHOICE:
            (field, code), known = codes[0], {option.value for option in question.options}
            value = field.values[code - 1] if code <= len(field.values) else ""
            return value if value in known else None
        case Kind.NUMBER:
            # One that does not fit in its first field stands in a wider one at the end; fields that hold it agree.
            return _number(question, codes[0][1])
        case Kind.MATRIX:
            scores = {field.row: _number(question, code) for field, code in codes}
            kept = {row.value: score for row in question.rows if (score := scores.get(row.value)) is not None}
            return MappingProxyType(kept) or None
        case _:
            chosen = {option for field, code in codes for place, option in enumerate(field.values) if code >> place & 1}
            return tuple(option.value for option in every_option(question) if option.value in chosen) or None


def _number(question: Question, code: int) -> int | None:
    return code - 1 if question.minimum <= code - 1 <= question.maximum else None
