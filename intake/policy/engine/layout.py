"""Which bit says what. Every condition about one answer, and its opposite, is one bit of one number: an atom.

An atom is set when it is certain. A missing answer sets no atom of its question, except the one that says that it is
missing. So a condition that was pushed down to its leaves never needs a third value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from intake.policy.conditions import (
    Condition,
    DerivedIs,
    FactHolds,
    Leaf,
    OutcomeIs,
    Unanswered,
    Value,
    leaf_truth,
    walk,
)
from intake.policy.model import Kind, Policy

# More than a form ever gives; a stranger cannot make it grow beyond this.
REMEMBERED = 4096


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

    def of_question(self, code: str) -> dict[Atom, int]:
        """Return the atoms about one question."""
        return {atom: bit for atom, bit in self.bits.items() if getattr(atom[0], "question", None) == code}

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


class Encoder:
    """The atoms that each answer to one question settles.

    The atom that says that the answer is missing is among them: with «exclusive or» it goes out where it was set.
    `known` is a plain dictionary, because the interpreter has a short way to those; what it lacks, `learn` adds.
    """

    def __init__(self, atoms: Mapping[Atom, int]) -> None:
        self.missing = sum(bit for (leaf, wanted), bit in atoms.items() if isinstance(leaf, Unanswered) and wanted)
        self.known: dict[Value, int] = {}
        self._atoms = tuple((leaf, wanted, bit) for (leaf, wanted), bit in atoms.items())

    def learn(self, answer: Value) -> int:
        """Return the atoms of an answer, and remember them where the answer can be a key."""
        bits = self.missing
        for leaf, wanted, bit in self._atoms:
            if leaf_truth(leaf, answer) is wanted:  # type: ignore[arg-type]
                bits |= bit
        if not isinstance(answer, Mapping):
            if len(self.known) >= REMEMBERED:
                self.known.clear()
            self.known[answer] = bits
        return bits


class _Scores(dict[Value, int]):
    """The answers to a matrix are no keys: their atoms are worked out every time."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self._encoder = encoder

    def __getitem__(self, answer: Value) -> int:
        return self._encoder.learn(answer)


def encoders(policy: Policy, layout: Layout) -> dict[str, Encoder]:
    """Return one encoder for each question."""
    found: dict[str, Encoder] = {}
    for question in policy.catalogue.questions:
        encoder = found[question.code] = Encoder(layout.of_question(question.code))
        if question.kind is Kind.MATRIX:
            encoder.known = _Scores(encoder)
    return found


def conditions_of(policy: Policy) -> Iterator[Condition]:
    """Yield every condition that decides something; soft checks and closers only explain."""
    rules = policy.rules
    yield from (question.visible_when for question in policy.catalogue.questions)
    yield from (fact.when for fact in rules.facts.values())
    yield from (row.when for table in rules.derived.values() for row in table.rows)
    yield from (outcome.when for outcome in rules.outcomes)
    yield from (level.when for level in rules.levels)
    yield from (gate.when for gate in rules.gates.values())
    yield from (rule.when for rule in rules.rules)
    yield from (message.when for message in rules.withheld)


def facts_worth_a_bit(policy: Policy, clauses_of: Mapping[str, int]) -> frozenset[str]:
    """Return the facts that hold by more than one clause and are used more than once."""
    uses: dict[str, int] = {}
    for condition in conditions_of(policy):
        for part in walk(condition):
            if isinstance(part, FactHolds):
                uses[part.fact] = uses.get(part.fact, 0) + 1
    return frozenset(fact for fact in policy.rules.facts if uses.get(fact, 0) > 1 and clauses_of[fact] > 1)
