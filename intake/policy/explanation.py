"""Why a rule holds: its reason with the answers filled in, the answers that carry it, and conditions in words."""

from __future__ import annotations

from collections.abc import Iterable

from intake.policy.answers import answer_label, listed
from intake.policy.conditions import (
    LEAVES,
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
    RowIn,
    Unanswered,
    truth,
)
from intake.policy.evaluation import Situation
from intake.policy.model import Policy, Question
from intake.policy.names import every_option
from intake.policy.rules_reading import PLACEHOLDER

ANY_ANSWER = "een antwoord"


def reason_text(policy: Policy, reason: str, situation: Situation) -> str:
    """Return the reason with answers filled in; only `{key}` and `{key:group}` are replaced."""
    return PLACEHOLDER.sub(lambda match: _filled(policy, match[1], situation), reason) if "{" in reason else reason


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


class Carriers:
    """Which answers make conditions what they are, for one situation; what rules share is worked out once."""

    def __init__(self, situation: Situation) -> None:
        self.situation = situation
        self._places = {code: 1 << place for place, code in enumerate(situation.answers)}
        self._known: dict[FactHolds | DerivedIs, int] = {}

    def of(self, condition: Condition) -> tuple[str, ...]:
        """Return the codes of the answers that give a condition that holds its truth, in the order of the answers."""
        carrying = self._carrying(condition, True)
        return tuple(code for code, place in self._places.items() if carrying & place)

    def _carrying(self, condition: Condition, value: bool | None) -> int:
        """Return a bit for each answer that makes the condition `value`, which must be its truth."""
        if isinstance(condition, LEAVES):
            return self._places.get(condition.question, 0)
        if isinstance(condition, (FactHolds, DerivedIs)):
            found = self._known.get(condition)
            if found is None:
                found = self._known[condition] = self._named(condition, value)
            return found
        if isinstance(condition, All):
            return self._together(condition.parts, value, every=value is True)
        if isinstance(condition, AnyOf):
            return self._together(condition.parts, value, every=value is False)
        if isinstance(condition, AtLeast):
            return self._together(condition.parts, value, every=False)
        if isinstance(condition, Not):
            return self._carrying(condition.part, None if value is None else not value)
        return 0

    def _together(self, parts: Iterable[Condition], value: bool | None, *, every: bool) -> int:
        """Add up the parts that have the same truth as the whole: where it is known, that is every part."""
        found = 0
        for part in parts:
            if every or truth(part, self.situation) is value:
                found |= self._carrying(part, value)
        return found

    def _named(self, condition: FactHolds | DerivedIs, value: bool | None) -> int:
        if isinstance(condition, FactHolds):
            return self._carrying(self.situation.policy.rules.facts[condition.fact].when, value)
        return self._table(condition.derived, condition.values)

    def _table(self, derived: str, values: tuple[str, ...]) -> int:
        """The row that was hit carries; where rows were missed, what made them miss does."""
        rows = self.situation.policy.rules.derived[derived].rows
        hit = self.situation.derived_row(derived)
        before = rows[: rows.index(hit)]
        if hit.value in values:
            carrying = before if hit is rows[-1] else (hit,)
        else:
            carrying = tuple(row for row in before if row.value in values) or (hit,)
        found = 0
        for row in carrying:
            found |= self._carrying(row.when, True if row is hit else truth(row.when, self.situation))
        return found


def describe(policy: Policy, leaf: Leaf, *, wanted: bool = True) -> str:
    """Return in words what one question's condition asks for, or with `wanted` False what it refuses."""
    if isinstance(leaf, Unanswered):
        return "geen antwoord" if wanted else ANY_ANSWER
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
