"""From a condition to a draft of it."""

from __future__ import annotations

from intake.policy.conditions import (
    All,
    Always,
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
)
from intake.policy.drafting.lines import GROUP, OUTCOME, Draft


def draft_of(condition: Condition) -> Draft:
    """Return the draft of a condition, always with a group on top."""
    draft = _Drafting().of(condition)
    return draft if draft.is_group else Draft(0, GROUP, "alle", parts=(draft,))


class _Drafting:
    """Gives every line a key, counting from 1."""

    def __init__(self) -> None:
        self.last = 0

    def of(self, condition: Condition, *, wanted: bool = True) -> Draft:
        self.last += 1
        key = self.last
        match condition:
            case Not(part):
                self.last -= 1
                return self.of(part, wanted=not wanted)
            case All(parts):
                return self._group(key, "alle" if wanted else "niet_alle", parts)
            case AnyOf(parts):
                return self._group(key, "een_van" if wanted else "geen_van", parts)
            case AtLeast(number, parts):
                return self._group(key, "minstens" if wanted else "minder", parts, str(number))
            case Always():
                return Draft(key, GROUP, "alle" if wanted else "een_van")
            case FactHolds(fact):
                return Draft(key, f"feit:{fact}", "klopt" if wanted else "klopt_niet")
            case DerivedIs(name, values):
                return Draft(key, f"afgeleid:{name}", "is" if wanted else "niet", values)
            case OutcomeIs(codes):
                return Draft(key, OUTCOME, "is" if wanted else "niet", codes)
            case leaf:
                return _line_of(key, leaf, wanted)

    def _group(self, key: int, how: str, parts: tuple[Condition, ...], number: str = "") -> Draft:
        return Draft(key, GROUP, how, number=number, parts=tuple(self.of(part) for part in parts))


def _line_of(key: int, leaf: Leaf, wanted: bool) -> Draft:
    subject = f"vraag:{leaf.question}"
    match leaf:
        case Unanswered():
            return Draft(key, subject, "leeg" if wanted else "gevuld")
        case NumberIn(_, low, high):
            return Draft(key, subject, "tussen" if wanted else "niet_tussen", low=str(low), high=str(high))
        case RowIn(_, row, low, high):
            return Draft(key, subject, "tussen" if wanted else "niet_tussen", low=str(low), high=str(high), row=row)
        case ChoiceIs(_, values):
            return Draft(key, subject, "is" if wanted else "niet", values)
        case HasAny(_, values):
            return Draft(key, subject, "minstens_een" if wanted else "geen_van", values)
        case HasAll(_, values):
            return Draft(key, subject, "allemaal" if wanted else "niet_allemaal", values)
        case HasOnly(_, values):
            return Draft(key, subject, "alleen" if wanted else "niet_alleen", values)
