"""From answers to atoms: what every answer to a question settles."""

from __future__ import annotations

from collections.abc import Mapping

from intake.policy.conditions import Leaf, RowIn, Unanswered, Value, leaf_truth
from intake.policy.engine.layout import Layout
from intake.policy.engine.shortcuts import REMEMBERED
from intake.policy.model import Kind, Policy

# Conditions on one question, each with the truth that is looked for and its bit.
Wanted = tuple[tuple[Leaf, bool, int], ...]


class Encoder:
    """The atoms that each answer to one question settles.

    The atom that says that the answer is missing is among them: with «exclusive or» it goes out where it was set.
    `known` is a plain dictionary, because the interpreter has a short way to those; what it lacks, `learn` adds.
    """

    def __init__(self, wanted: Wanted) -> None:
        self.missing = sum(bit for leaf, sense, bit in wanted if isinstance(leaf, Unanswered) and sense)
        self.known: dict[Value, int] = {}
        self._wanted = wanted

    def atoms(self, answer: Value) -> int:
        """Return the atoms of an answer."""
        found = self.missing
        for leaf, sense, bit in self._wanted:
            if leaf_truth(leaf, answer) is sense:
                found |= bit
        return found

    def learn(self, answer: Value) -> int:
        """Return the atoms of an answer, and remember them."""
        if len(self.known) >= REMEMBERED:
            self.known.clear()
        found = self.known[answer] = self.atoms(answer)
        return found


class MatrixEncoder(Encoder):
    """The atoms that scores by row settle. Such an answer is no key, so its rows are remembered one by one."""

    def __init__(self, wanted: Wanted) -> None:
        super().__init__(wanted)
        rows = dict.fromkeys(leaf.row for leaf, _, _ in wanted if isinstance(leaf, RowIn))
        self.known = _Scores(self.atoms({}), {row: _RowEncoder(row, wanted) for row in rows})

    def learn(self, answer: Value) -> int:
        return self.known[answer]


class _RowEncoder(Encoder):
    def __init__(self, row: str, wanted: Wanted) -> None:
        super().__init__(tuple(item for item in wanted if isinstance(item[0], RowIn) and item[0].row == row))
        self._row = row

    def atoms(self, answer: Value) -> int:
        return super().atoms({self._row: answer} if isinstance(answer, int) else {})


class _Scores(dict[Value, int]):
    """Looks like what another encoder knows, and adds up the rows."""

    def __init__(self, answered: int, rows: Mapping[str, Encoder]) -> None:
        super().__init__()
        self._answered = answered
        self._rows = tuple((row, encoder.known, encoder) for row, encoder in rows.items())

    def __getitem__(self, answer: Value) -> int:
        found = self._answered
        if isinstance(answer, Mapping):
            for row, known, encoder in self._rows:
                score = answer.get(row)
                if score is not None:
                    atoms = known.get(score)
                    found |= encoder.learn(score) if atoms is None else atoms
        return found


def encoders(policy: Policy, layout: Layout) -> dict[str, Encoder]:
    """Return one encoder for each question."""
    found: dict[str, Encoder] = {}
    for question in policy.catalogue.questions:
        wanted = layout.of_question(question.code)
        found[question.code] = MatrixEncoder(wanted) if question.kind is Kind.MATRIX else Encoder(wanted)
    return found
