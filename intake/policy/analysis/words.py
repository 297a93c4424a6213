"""Conditions, answers and numbers in Dutch, short enough for a list."""

from __future__ import annotations

from collections.abc import Mapping

from intake.policy.answers import NOT_ANSWERED, answer_label
from intake.policy.conditions import Condition, Value
from intake.policy.model import Policy
from intake.policy.wording import condition_sentence

LONGEST = 200


def in_words(policy: Policy, condition: Condition) -> str:
    """Return a condition on one line; a long one is cut off."""
    text = condition_sentence(policy, condition)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


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
