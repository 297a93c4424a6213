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
    """What each answer to one question adds to the atoms of no answer at all: its own, less that of a missing one.

    `known` is a plain dictionary, because the interpreter has a short way to those; what it lacks, `learn` adds.
    """

    def __init__(self, wanted: Wanted) -> None:
        self.missing = sum(bit for leaf, sense, bit in wanted if isinstance(leaf, Unanswered) and sense)
        self.known: dict[Value, int] = {}
        self._wanted = wanted

    def added(self, answer: Value) -> int:
        """Return what an answer adds."""
        return sum(bit for leaf, sense, bit in self._wanted if leaf_truth(leaf, answer) is sense) - self.missing

    def learn(self, answer: Value) -> int:
        """Return what an answer adds, and remember it."""
        if len(self.known) >= REMEMBERED:
            self.known.clear()
        found = self.known[answer] = self.added(answer)
        return found


class MatrixEncoder(Encoder):
    """What scores by row add. Such an answer is no key, so its rows are remembered one by one."""

    def __init__(self, wanted: Wanted) -> None:
        super().__init__(wanted)
        rows = dict.fromkeys(leaf.row for leaf, _, _ in wanted if isinstance(leaf, RowIn))
        self.known = _Scores(self.added({}), {row: _RowEncoder(row, wanted) for row in rows})

    def learn(self, answer: Value) -> int:
        return self.known[answer]


class _RowEncoder(Encoder):
    def __init__(self, row: str, wanted: Wanted) -> None:
        super().__init__(tuple(item for item in wanted if isinstance(item[0], RowIn) and item[0].row == row))
        self._row = row

    def added(self, answer: Value) -> int:
        return super().added({self._row: answer} if isinstance(answer, int) else {})


class _Scores(dict[Value, int]):
    """Looks like what another encoder knows, and adds up the rows."""

    def __init__(self, answered: int, rows: Mapping[str, Encoder]) -> None:
        super().__init__()
        self._answered = answered
        self._rows = tuple((row, encoder.known, encoder.learn) for row, encoder in rows.items())

    def __getitem__(self, answer: Value) -> int:
        found = self._answered
        scores: Mapping[str, int] = answer  # type: ignore[assignment]
        for row, known, learn in self._rows:
            if row in scores:
                score = scores[row]
                found += known[score] if score in known else learn(score)
        return found


def encoders(policy: Policy, layout: Layout) -> dict[str, Encoder]:
    """Return one encoder for each question."""
    found: dict[str, Encoder] = {}
    for question in policy.catalogue.questions:
        wanted = layout.of_question(question.code)
        found[question.code] = MatrixEncoder(wanted) if question.kind is Kind.MATRIX else Encoder(wanted)
    return found
