"""What changes when one version of the policy follows another: the counts, and how they are written down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from intake.policy.model import Effect


@dataclass(frozen=True, slots=True)
class Shift:
    """How many intakes had something before and have it after; `plus` gained it, `minus` lost it."""

    before: int = 0
    after: int = 0
    plus: int = 0
    minus: int = 0

    @property
    def changed(self) -> bool:
        return bool(self.plus or self.minus)

    def __add__(self, other: Shift) -> Shift:
        return Shift(*(one + more for one, more in zip(self.numbers, other.numbers, strict=True)))

    @property
    def numbers(self) -> tuple[int, int, int, int]:
        """Return before, after, plus and minus."""
        return self.before, self.after, self.plus, self.minus


@dataclass(frozen=True, slots=True)
class ActivityShift:
    """An activity in one form: as a referral or otherwise, with its strongest intensity."""

    activity: str
    effect: Effect
    intensity: str | None
    shift: Shift


@dataclass(frozen=True, slots=True)
class Part:
    """The intakes with one answer to a question, with the activities that change for some of them.

    `value` is empty for the intakes without an answer.
    """

    question: str
    value: str
    intakes: int
    changed: int
    activities: tuple[ActivityShift, ...]


@dataclass(frozen=True, slots=True)
class Impact:
    """The effect of a version on all intakes that were replayed.

    An intake is `changed` when its outcome, its intensity, a message or the form of an activity is another one.
    `uncovered` are the intakes about which a version says nothing, because a table has no row for them. Rules and
    messages go by code, in the order of the files.
    """

    intakes: int
    changed: int
    uncovered: Shift
    activities: tuple[ActivityShift, ...]
    rules: Mapping[str, Shift]
    outcomes: Mapping[str, Shift]
    intensities: Mapping[str, Shift]
    parts: tuple[Part, ...]

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` reads back to the same impact."""
        return {
            "intakes": self.intakes,
            "changed": self.changed,
            "uncovered": list(self.uncovered.numbers),
            "activities": _activity_lines(self.activities),
            "rules": _lines(self.rules),
            "outcomes": _lines(self.outcomes),
            "intensities": _lines(self.intensities),
            "parts": [
                {
                    "question": part.question,
                    "value": part.value,
                    "intakes": part.intakes,
                    "changed": part.changed,
                    "activities": _activity_lines(part.activities),
                }
                for part in self.parts
            ],
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Impact:
        """Return the impact that `to_json` wrote."""
        return cls(
            intakes=raw["intakes"],
            changed=raw["changed"],
            uncovered=Shift(*raw["uncovered"]),
            activities=_activity_shifts(raw["activities"]),
            rules=_shifts(raw["rules"]),
            outcomes=_shifts(raw["outcomes"]),
            intensities=_shifts(raw["intensities"]),
            parts=tuple(Part(**{**part, "activities": _activity_shifts(part["activities"])}) for part in raw["parts"]),
        )


# Lists, not objects by code: a database may put the keys of an object in another order.
def _lines(shifts: Mapping[str, Shift]) -> list[list[Any]]:
    return [[code, *shift.numbers] for code, shift in shifts.items()]


def _shifts(lines: Iterable[Sequence[Any]]) -> dict[str, Shift]:
    return {code: Shift(*numbers) for code, *numbers in lines}


def _activity_lines(lines: Iterable[ActivityShift]) -> list[list[Any]]:
    return [[line.activity, line.effect.value, line.intensity, *line.shift.numbers] for line in lines]


def _activity_shifts(lines: Iterable[Sequence[Any]]) -> tuple[ActivityShift, ...]:
    return tuple(
        ActivityShift(activity, Effect(effect), intensity, Shift(*numbers))
        for activity, effect, intensity, *numbers in lines
    )
