"""The names that conditions may use, gathered before the conditions are read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from intake.policy.citing import SourceText
from intake.policy.model import Group, Kind, Option, Place, Question


@dataclass(frozen=True, slots=True)
class Shape:
    """What a condition needs to know of a question: its kind and what it can be answered with."""

    code: str
    key: str
    kind: Kind
    values: tuple[str, ...]
    rows: tuple[str, ...]
    exclusive: tuple[str, ...]
    minimum: int
    maximum: int


@dataclass(slots=True)
class Names:
    """Everything that can be named; filled in the order in which files are read."""

    documents: dict[str, str] = field(default_factory=dict)
    sources: Mapping[str, SourceText] = field(default_factory=dict)
    shapes: dict[str, Shape] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    facts: Collection[str] = ()
    derived: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    outcomes: Collection[str] = ()
    rules: Collection[str] = ()
    messages: Collection[str] = ()
    places: dict[str, Place] = field(default_factory=dict)

    def mark(self, code: str, place: Place) -> bool:
        """Keep where something stands, as in `Policy.places`; say whether nothing else has that code."""
        new = code not in self.places
        if new and code:
            self.places[code] = place
        return new

    def subjects(self) -> list[str]:
        """Return every word that may start a condition about an answer or a derived value."""
        return [*self.shapes, *self.derived]


def every_option(question: Question) -> tuple[Option, ...]:
    """Return the options of the question, those of all sectors together for a sector question."""
    if question.kind is not Kind.MULTI_PER_SECTOR:
        return question.options
    merged = {option.value: option for options in question.per_sector.values() for option in options}
    return tuple(merged.values())
