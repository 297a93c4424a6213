"""Ordered tables as masks: derived values, the outcome, the intensity, and facts with a bit of their own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from intake.policy.engine.clauses import Clauses, Test
from intake.policy.engine.layout import REMEMBERED

MaskRow = tuple[int, Clauses, tuple[tuple[int, int], ...]]


class Uncovered(Exception):
    """Raised when no row of a table holds: the analysis refuses such a policy before it is published."""

    def __init__(self, table: str) -> None:
        self.table = table
        super().__init__(f"Geen rij van «{table}» klopt bij deze antwoorden. Controleer het beleid met check_policy.")


class MaskTable:
    """The rows of one table: the atoms that a row settles, and what must hold for it. The first that holds wins.

    Only the atoms in `inputs` can change which row that is, so every combination of them is worked out once.
    """

    __slots__ = ("_hit", "inputs", "known", "name", "rows")

    def __init__(self, name: str, rows: Sequence[MaskRow]) -> None:
        self.name = name
        self.rows = tuple(rows)
        self.inputs = 0
        for _, clauses, counts in rows:
            for mask in (*clauses, *(mask for mask, _ in counts)):
                self.inputs |= mask
        self.known: dict[int, int] = {}
        self._hit: dict[int, int] = {}

    def settle(self, bits: int) -> int:
        """Return the atoms of the row that is hit; Uncovered when there is none."""
        key = bits & self.inputs
        found = self.known.get(key)
        return self._work_out(key) if found is None else found

    def row(self, bits: int) -> int:
        """Return the place of the row that is hit; Uncovered when there is none."""
        key = bits & self.inputs
        if key not in self._hit:
            self._work_out(key)
        return self._hit[key]

    def _work_out(self, key: int) -> int:
        if len(self.known) >= REMEMBERED:
            self.known.clear()
            self._hit.clear()
        for index, (settled, clauses, counts) in enumerate(self.rows):
            if all(key & mask for mask in clauses) and all((key & mask).bit_count() >= least for mask, least in counts):
                self.known[key], self._hit[key] = settled, index
                return settled
        raise Uncovered(self.name)


def mask_table(name: str, rows: Iterable[tuple[int, Test]]) -> MaskTable:
    """Return a table."""
    return MaskTable(name, [(settled, test.clauses, test.counts) for settled, test in rows])


def fact_table(name: str, bit: int, test: Test) -> MaskTable:
    """Return a fact as a table that sets its bit or none."""
    return MaskTable(name, [(bit, test.clauses, test.counts), (0, (), ())])
