"""Ordered tables as masks: derived values, the outcome, the intensity, and facts with a bit of their own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from intake.policy.engine.clauses import Test, inputs_of
from intake.policy.engine.shortcuts import MOST_INPUTS, Shortcut

MaskRow = tuple[int, Test]


class Uncovered(Exception):
    """Raised when no row of a table holds: the analysis refuses such a policy before it is published."""

    def __init__(self, table: str) -> None:
        self.table = table
        super().__init__(f"Geen rij van «{table}» klopt bij deze antwoorden. Controleer het beleid met check_policy.")


class MaskTable:
    """The rows of one table: the atoms that a row settles, and what must hold for it. The first that holds wins.

    Only the atoms in `inputs` can change which row that is. A table that is `open` may have no row that holds: then
    it settles nothing, so that whatever leans on it stays unknown.
    """

    __slots__ = ("_hits", "inputs", "name", "open", "rows", "settled")

    def __init__(self, name: str, rows: Sequence[MaskRow]) -> None:
        self.name = name
        self.rows = tuple(rows)
        self.inputs = inputs_of(test for _, test in rows)
        self.settled = 0
        for settled, _ in rows:
            self.settled |= settled
        self.open = all(test.clauses or test.counts for _, test in rows)
        self._hits = Shortcut(self.inputs, self._hit)

    def _hit(self, bits: int) -> int:
        for index, (_, test) in enumerate(self.rows):
            if test.holds(bits):
                return index
        return len(self.rows)

    def settle(self, bits: int) -> int:
        """Return the atoms of the row that is hit, none when no row holds."""
        index = self._hits.find(bits)
        return self.rows[index][0] if index < len(self.rows) else 0

    def covers(self, bits: int) -> bool:
        """Say whether some row holds."""
        return self._hits.find(bits) < len(self.rows)

    def row(self, bits: int) -> int:
        """Return the place of the row that is hit; Uncovered when no row holds."""
        index = self._hits.find(bits)
        if index == len(self.rows):
            raise Uncovered(self.name)
        return index


def fact_table(name: str, bit: int, test: Test) -> MaskTable:
    """Return a fact as a table that sets its bit or none."""
    return MaskTable(name, [(bit, test), (0, Test(()))])


def stages(tables: Iterable[MaskTable]) -> list[Shortcut]:
    """Return tables that follow each other, in groups that lean on few atoms: each group is settled as one."""
    groups: list[list[MaskTable]] = []
    inputs = settled = 0
    for table in tables:
        grown = inputs | table.inputs & ~settled
        if not groups or grown.bit_count() > MOST_INPUTS:
            groups.append([])
            grown, settled = table.inputs, 0
        groups[-1].append(table)
        inputs, settled = grown, settled | table.settled
    return [_stage(group) for group in groups]


def _stage(tables: Sequence[MaskTable]) -> Shortcut:
    inputs = settled = 0
    for table in tables:
        inputs |= table.inputs & ~settled
        settled |= table.settled

    def settle(bits: int) -> int:
        for table in tables:
            bits |= table.settle(bits)
        return bits & settled

    return Shortcut(inputs, settle)
