"""One policy under examination: what every check needs, and how it reports what it finds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from intake.policy.analysis.diagram import FALSE, NODES, NODES_FOR_ONE, BudgetSpent
from intake.policy.analysis.findings import Fault, Finding
from intake.policy.analysis.intakes import Intakes
from intake.policy.analysis.meaning import TableRow
from intake.policy.analysis.smallest import Smallest
from intake.policy.analysis.words import answer_line, intakes_in_words, share_in_words
from intake.policy.conditions import Condition
from intake.policy.model import Level, Outcome, Place, Policy, Row, Rule, Withheld

UNPLACED = Place("regels.yaml", 1)


class Table:
    """An ordered table: its code, its name on the screen, and its rows with the code of each."""

    def __init__(self, code: str, name: str, rows: Sequence[TableRow]) -> None:
        self.code = code
        self.name = name
        self.rows = tuple(rows)

    def owner(self, row: TableRow) -> str:
        """Return the code of a row, as findings and places name it."""
        match row:
            case Outcome():
                return row.code
            case Level():
                return f"intensiteit:{row.value}"
            case Row():
                return f"{self.code}:{row.value}"

    def label(self, row: TableRow) -> str:
        """Return a row in words."""
        text = row.name if isinstance(row, Outcome) else row.label if isinstance(row, Row) else row.value
        return f"«{text}»"


class Examination:
    """A policy with all its intakes. `counted` is False when only part of the questions is in view: then numbers of
    intakes would be wrong and are left out.
    """

    def __init__(self, policy: Policy, *, budget: int = NODES, counted: bool = True) -> None:
        self.policy = policy
        self.rules = policy.rules
        self.counted = counted
        self.intakes = Intakes(policy, budget=budget)
        self.meaning = self.intakes.meaning
        self.diagram = self.intakes.diagram
        self.smallest = Smallest(self.intakes)
        # What could not be decided, in words.
        self.unseen: list[str] = []

    def within_room(self, findings: Iterator[Finding], what: str) -> list[Finding]:
        """Return the findings; when they take too much, none, and it is noted what was not seen."""
        try:
            if self.diagram.spent:
                raise BudgetSpent
            with self.diagram.room(NODES_FOR_ONE):
                return [*findings]
        except BudgetSpent:
            self.unseen.append(what)
            return []

    @cached_property
    def items(self) -> tuple[Rule | Withheld, ...]:
        """Return the rules and then the messages."""
        return (*self.rules.rules, *self.rules.withheld)

    @cached_property
    def counts(self) -> dict[str, int]:
        """Return for how many intakes each rule and message holds."""
        return {item.code: self.intakes.count(self.meaning.effective(item)) for item in self.items}

    @cached_property
    def alive(self) -> tuple[Rule, ...]:
        """Return the rules that hold for some intake."""
        return tuple(rule for rule in self.rules.rules if self.counts[rule.code])

    @cached_property
    def intensive(self) -> int:
        """Return where the table of intensities says «intensief»."""
        return self.meaning.levels().get("intensief", FALSE)

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """Return all ordered tables."""
        derived = [Table(table.code, f"tabel «{table.name}»", table.rows) for table in self.rules.derived.values()]
        outcomes = Table("uitkomst", "de tabel met uitkomsten", self.rules.outcomes)
        levels = Table("intensiteit", "de tabel met intensiteit", self.rules.levels)
        # Of a part that needs no outcome the outcomes were left out.
        return tuple(table for table in (*derived, outcomes, levels) if table.rows or self.counted)

    def first(self, table: Table) -> tuple[int, ...]:
        """Return for each row of a table where it is the first one that is certain."""
        keys = {item.code: f"afgeleid:{key}" for key, item in self.rules.derived.items()}
        return self.meaning.first(keys.get(table.code, table.code), table.rows)

    @cached_property
    def reached(self) -> dict[str, int]:
        """Return for how many intakes each row of each table gives the value, by the code of the row."""
        return {
            table.owner(row): self.intakes.count(first)
            for table in self.tables
            for row, first in zip(table.rows, self.first(table), strict=True)
        }

    def certain(self, condition: Condition) -> int:
        """Return where a condition is certain."""
        return self.meaning.certain(condition)

    def place(self, *codes: str) -> Place:
        """Return where the first of these codes that has a place stands."""
        return next((self.policy.places[code] for code in codes if code in self.policy.places), UNPLACED)

    def finding(
        self, fault: Fault, code: str, other: str, text: str, intakes: int | None = None, lines: tuple[str, ...] = ()
    ) -> Finding:
        """Return a finding without an intake for example."""
        number = intakes if self.counted else None
        return Finding(fault, code, other, self.place(code, *self._rows_of(code)), text, number, None, lines)

    def shown(self, fault: Fault, code: str, other: str, text: str, function: int) -> Finding:
        """Return a finding with its number of intakes, which is added to the text, and the smallest example."""
        number = self.intakes.count(function) if self.counted else None
        example, matter = self.smallest.example(function)
        lines = tuple(answer_line(self.policy, code, example) for code in matter)
        place = self.place(code, *self._rows_of(code))
        return Finding(fault, code, other, place, f"{text} {self.how_often(number)}", number, example, lines)

    def how_often(self, number: int | None) -> str:
        """Return a sentence that says for how many of all intakes something is so."""
        if number is None:
            return "Voor hoeveel intakes dat zo is, is niet geteld."
        return f"Dat is zo bij {intakes_in_words(number)}, {share_in_words(number, self.intakes.number)}."

    def _rows_of(self, code: str) -> Iterator[str]:
        return (table.owner(row) for table in self.tables if table.code == code for row in table.rows)
