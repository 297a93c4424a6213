"""Which bit says what. Every condition about one answer, and its opposite, is one bit of one number: an atom.

An atom is set when it is certain. A missing answer sets no atom of its question, except the one that says that it is
missing. So a condition that was pushed down to its leaves never needs a third value.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from intake.policy.conditions import Condition, DerivedIs, FactHolds, Leaf, OutcomeIs, walk
from intake.policy.model import Policy


@dataclass(frozen=True, slots=True)
class FactIs:
    """A fact with a bit of its own: certain, worked out once."""

    fact: str


Subject = Leaf | DerivedIs | OutcomeIs | FactIs
Atom = tuple[Subject, bool]


@dataclass(slots=True)
class Layout:
    """The atoms of one policy in the order in which conditions first named them; «wanted» False is the opposite."""

    bits: dict[Atom, int] = field(default_factory=dict)

    def bit(self, subject: Subject, wanted: bool = True) -> int:
        """Return the bit of an atom."""
        return self.bits.setdefault((subject, wanted), 1 << len(self.bits))

    @property
    def width(self) -> int:
        """Return how many bits are in use."""
        return len(self.bits)

    def of_question(self, code: str) -> tuple[tuple[Leaf, bool, int], ...]:
        """Return the atoms about one question: the condition, the truth that sets the bit, and the bit."""
        return tuple(
            (subject, wanted, bit)
            for (subject, wanted), bit in self.bits.items()
            if not isinstance(subject, (DerivedIs, OutcomeIs, FactIs)) and subject.question == code
        )

    def of_row(self, key: str, value: str) -> int:
        """Return the atoms that are certain when a derived value (or, with an empty key, the outcome) is this one."""
        return sum(bit for (subject, wanted), bit in self.bits.items() if _settled(subject, key, value) is wanted)


def _settled(subject: Subject, key: str, value: str) -> bool | None:
    match subject:
        case DerivedIs(derived, values) if derived == key:
            return value in values
        case OutcomeIs(codes) if not key:
            return value in codes
        case _:
            return None


def owned_conditions(policy: Policy) -> Iterator[tuple[str, Condition]]:
    """Yield every condition that decides something, with where it stands (as in `Policy.places`).

    Soft checks and what closes a message decide nothing: they only explain.
    """
    rules = policy.rules
    yield from ((question.code, question.visible_when) for question in policy.catalogue.questions)
    yield from ((f"feit:{name}", fact.when) for name, fact in rules.facts.items())
    for table in rules.derived.values():
        yield from ((f"{table.code}:{row.value}", row.when) for row in table.rows)
    yield from ((outcome.code, outcome.when) for outcome in rules.outcomes)
    yield from ((f"intensiteit:{level.value}", level.when) for level in rules.levels)
    yield from ((f"poort:{step.code}", gate.when) for step, gate in rules.gates.items())
    yield from ((rule.code, rule.when) for rule in rules.rules)
    yield from ((message.code, message.when) for message in rules.withheld)


def conditions_of(policy: Policy) -> Iterator[Condition]:
    """Yield every condition that decides something."""
    return (condition for _, condition in owned_conditions(policy))


def facts_used_again(policy: Policy) -> set[str]:
    """Return the facts that conditions name more than once."""
    once: set[str] = set()
    again: set[str] = set()
    for condition in conditions_of(policy):
        for part in walk(condition):
            if isinstance(part, FactHolds):
                (again if part.fact in once else once).add(part.fact)
    return again
