"""Why a rule holds: its reason with the answers filled in, the answers that carry it, and conditions in words."""

from __future__ import annotations

from intake.policy.answers import answer_label, listed
from intake.policy.conditions import (
    All,
    AnyOf,
    AtLeast,
    ChoiceIs,
    Condition,
    DerivedIs,
    FactHolds,
    HasAll,
    HasAny,
    HasOnly,
    Leaf,
    Not,
    NumberIn,
    OutcomeIs,
    RowIn,
    Unanswered,
    truth,
)
from intake.policy.evaluation import Situation
from intake.policy.model import Policy, Question
from intake.policy.names import every_option
from intake.policy.rules_reading import PLACEHOLDER


def reason_text(policy: Policy, reason: str, situation: Situation) -> str:
    """Return the reason with answers filled in; only `{key}` and `{key:group}` are replaced."""
    return PLACEHOLDER.sub(lambda match: _filled(policy, match[1], situation), reason)


def _filled(policy: Policy, name: str, situation: Situation) -> str:
    key, _, group = name.partition(":")
    question = policy.catalogue.by_key[key]
    value = situation.answer(question.code)
    if isinstance(value, (str, tuple)):
        chosen = (value,) if isinstance(value, str) else value
        if group:
            chosen = tuple(item for item in chosen if item in policy.rules.groups[group].values)
        phrases = {option.value: option.phrase for option in every_option(question)}
        return listed([phrases[item] for item in chosen])
    return answer_label(policy, question.code, value, situation.answers)


def carriers(situation: Situation, condition: Condition) -> set[str]:
    """Return the codes of the answers that make the condition what it now is."""
    match condition:
        case All(parts) | AnyOf(parts) | AtLeast(_, parts):
            whole = truth(condition, situation)
            same = [part for part in parts if truth(part, situation) is whole]
            return set().union(*(carriers(situation, part) for part in same))
        case Not(part):
            return carriers(situation, part)
        case FactHolds(fact):
            return carriers(situation, situation.policy.rules.facts[fact].when)
        case DerivedIs(derived, values):
            return _table_carriers(situation, derived, values)
        case OutcomeIs():
            return set()
        case _:
            question = getattr(condition, "question", None)
            return {question} if isinstance(question, str) and situation.answer(question) is not None else set()


def _table_carriers(situation: Situation, derived: str, values: tuple[str, ...]) -> set[str]:
    """The row that was hit carries; where rows were missed, what made them miss does."""
    rows = situation.policy.rules.derived[derived].rows
    hit = situation.derived_row(derived)
    before = rows[: rows.index(hit)]
    if hit.value in values:
        carrying = before if hit is rows[-1] else (hit,)
    else:
        carrying = tuple(row for row in before if row.value in values) or (hit,)
    return set().union(*(carriers(situation, row.when) for row in carrying))


def describe(policy: Policy, leaf: Leaf, *, wanted: bool = True) -> str:
    """Return in words what one question's condition asks for, or with `wanted` False what it refuses."""
    if isinstance(leaf, Unanswered):
        return "geen antwoord" if wanted else "een antwoord"
    asked = _described(policy, leaf)
    return asked if wanted else f"niet {asked}"


def _described(policy: Policy, leaf: Leaf) -> str:
    question = policy.catalogue.by_code[leaf.question]
    labels = {option.value: option.label for option in every_option(question)}
    match leaf:
        case NumberIn(_, low, high):
            return _range(low, high, question)
        case RowIn(_, row, low, high):
            name = next(item.label for item in question.rows if item.value == row)
            scale = {int(option.value): option.label for option in question.options}
            scores = " of ".join(f"«{scale[score]}»" for score in range(low, high + 1) if score in scale)
            return f"«{name}»: {scores}"
        case ChoiceIs(_, values) | HasAny(_, values):
            return " of ".join(f"«{labels[value]}»" for value in values)
        case HasAll(_, values):
            return " en ".join(f"«{labels[value]}»" for value in values)
        case HasOnly(_, values):
            return "alleen " + " of ".join(f"«{labels[value]}»" for value in values)
        case Unanswered():
            return "geen antwoord"


def _range(low: int, high: int, question: Question) -> str:
    if high == question.maximum:
        return f"{low} of meer"
    return f"hooguit {high}" if low == question.minimum else f"{low} tot en met {high}"
