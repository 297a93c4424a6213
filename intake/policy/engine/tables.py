"""Ordered tables as masks: derived values, the outcome, the intensity, and facts with a bit of their own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from intake.policy.engine.clauses import Test, inputs_of
from intake.policy.engine.shortcuts import MOST_INPUTS, Shortcut, Words

MaskRow = tuple[int, Test]


class Uncovered(Exception):
    """Raised when no row of a table holds: the analysis refuses such a policy before it is published."""

    def __init__(self, table: str) -> None:
        self.table = table
        super().__init__(f"Geen rij van «{table}» klopt bij deze antwoorden. Controleer het beleid met check_policy.")


class MaskTable:
    """The rows of one table: the atoms that a row settles, and what must hold for it. The first that holds wins.

    Only the atoms in `inputs` can change which row that is. A table that is `open` may have no row that holds: then
    it settles no atom, so that whatever leans on it stays unknown. Beside the atoms stands the place of the row that
    was hit, in the bits of `mark` from bit `first` up: what was settled once need not be looked for again.
    """

    __slots__ = ("_first", "inputs", "mark", "name", "open", "rows", "settled")

    def __init__(self, name: str, rows: Sequence[MaskRow], first: int) -> None:
        self.name = name
        self.rows = tuple(rows)
        self.inputs = inputs_of(test for _, test in rows)
        self.open = all(test.clauses or test.counts for _, test in rows)
        last = len(rows) if self.open else len(rows) - 1
        self.mark = (1 << last.bit_length()) - 1 << first
        self.settled = self.mark
        for settled, _ in rows:
            self.settled |= settled
        self._first = first

    def settle(self, bits: int) -> int:
        """Return the atoms of the row that is hit, and its mark."""
        for place, (settled, test) in enumerate(self.rows):
            if test.holds(bits):
                return settled | place << self._first
        return len(self.rows) << self._first

    def covers(self, bits: int) -> bool:
        """Say whether some row was hit when these atoms were settled."""
        return self._place(bits) < len(self.rows)

    def row(self, bits: int) -> int:
        """Return the place of the row that was hit when these atoms were settled; Uncovered when there was none."""
        place = self._place(bits)
        if place == len(self.rows):
            raise Uncovered(self.name)
        return place

    def _place(self, bits: int) -> int:
        return (bits & self.mark) >> self._first


def fact_table(name: str, bit: int, test: Test, first: int) -> MaskTable:
    """Return a fact as a table that sets its bit or none."""
    return MaskTable(name, [(bit, test), (0, Test(()))], first)


def stages(tables: Iterable[MaskTable]) -> list[Shortcut[int]]:
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


def _stage(tables: Sequence[MaskTable]) -> Shortcut[int]:
    inputs = settled = 0
    for table in tables:
        inputs |= table.inputs & ~settled
        settled |= table.settled

    def settle(bits: int) -> int:
        for table in tables:
            bits |= table.settle(bits)
        return bits & settled

    return Shortcut(inputs, settle)


def words(tables: Iterable[tuple[MaskTable, Sequence[str]]]) -> Words:
    """Return how to tell the row that was hit in each of the tables, given the name of every row."""
    groups: list[list[tuple[MaskTable, Sequence[str]]]] = []
    width = 0
    for table, names in tables:
        width += table.mark.bit_count()
        if not groups or width > MOST_INPUTS:
            groups.append([])
            width = table.mark.bit_count()
        groups[-1].append((table, names))
    return Words(map(_named, groups))


def _named(tables: Sequence[tuple[MaskTable, Sequence[str]]]) -> Shortcut[tuple[str, ...]]:
    return Shortcut(
        sum(table.mark for table, _ in tables), lambda bits: tuple(names[table.row(bits)] for table, names in tables)
    )
