"""Conditions, answers and numbers in Dutch, short enough for a list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from intake.policy.answers import NOT_ANSWERED, answer_label
from intake.policy.conditions import (
    All,
    Always,
    AnyOf,
    AtLeast,
    Condition,
    DerivedIs,
    FactHolds,
    Not,
    OutcomeIs,
    Value,
)
from intake.policy.explanation import describe
from intake.policy.model import Policy

LONGEST = 200


def in_words(policy: Policy, condition: Condition) -> str:
    """Return a condition on one line; a long one is cut off."""
    text = _words(policy, condition)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _words(policy: Policy, condition: Condition) -> str:
    match condition:
        case Always():
            return "altijd"
        case All(parts):
            return _joined(policy, parts, " en ")
        case AnyOf(parts):
            return _joined(policy, parts, " of ")
        case AtLeast(number, parts):
            return f"minstens {number} van: {_joined(policy, parts, '; ')}"
        case Not(part):
            return f"niet ({_words(policy, part)})"
        case FactHolds(fact):
            return f"«{policy.rules.facts[fact].text}»"
        case DerivedIs(key, values):
            table = policy.rules.derived[key]
            return f"{table.name} is {' of '.join(f'«{table.label(value)}»' for value in values)}"
        case OutcomeIs(codes):
            names = [item.name for item in policy.rules.outcomes if item.code in codes]
            return f"de uitkomst is {' of '.join(f'«{name}»' for name in names)}"
        case leaf:
            return f"«{policy.catalogue.by_code[leaf.question].text}» {describe(policy, leaf)}"


def _joined(policy: Policy, parts: Iterable[Condition], word: str) -> str:
    texts = [f"({_words(policy, part)})" if isinstance(part, All | AnyOf) else _words(policy, part) for part in parts]
    return word.join(texts)


def answer_line(policy: Policy, code: str, answers: Mapping[str, Value]) -> str:
    """Return one question with its answer."""
    value = answers.get(code)
    label = NOT_ANSWERED if value is None else answer_label(policy, code, value, answers)
    return f"«{policy.catalogue.by_code[code].text}»: «{label}»"


def intakes_in_words(number: int) -> str:
    """Return a number of intakes: in full while it can be read, rounded beyond that."""
    noun = "intake" if number == 1 else "intakes"
    if number < 1_000_000:
        return f"{number:,} {noun}".replace(",", ".")
    mantissa = f"{number:.2e}"
    digits, power = mantissa.split("e+")
    return f"{digits.replace('.', ',')} × 10^{int(power)} {noun}"


def share_in_words(number: int, total: int) -> str:
    """Return which part of the total a number is."""
    tenths = number * 1000 // total
    if tenths == 0:
        return "minder dan 0,1% van alle mogelijke"
    return f"{tenths // 10},{tenths % 10}% van alle mogelijke".replace(",0%", "%")
