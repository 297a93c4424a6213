"""Who gave which answer, and for whom a condition about one answer is certain: by bitmaps, as one policy reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from intake.policy.columns import Columns
from intake.policy.conditions import ChoiceIs, HasAll, HasAny, HasOnly, Leaf, NumberIn, RowIn
from intake.policy.model import Kind, Policy, Question, VectorField
from intake.policy.names import every_option


class Reader(Protocol):
    """How the answers to one question are read from the columns."""

    def known(self, columns: Columns) -> int:
        """Return who gave an answer that the policy knows."""

    def sure(self, columns: Columns, leaf: Leaf, *, wanted: bool) -> int:
        """Return for whom the condition is certain, or with `wanted` False certainly not."""


def readers(policy: Policy) -> dict[str, Reader]:
    """Return a reader for each question; one without a place in the register was never answered."""
    fields: dict[str, list[VectorField]] = {}
    for field in policy.register.fields:
        fields.setdefault(field.question, []).append(field)
    found: dict[str, Reader] = {}
    for question in policy.catalogue.questions:
        own = tuple(fields.get(question.code, ()))
        match question.kind:
            case Kind.CHOICE:
                found[question.code] = ChoiceReader(question, own)
            case Kind.NUMBER | Kind.MATRIX:
                found[question.code] = ScoreReader(question, own)
            case Kind.MULTI:
                found[question.code] = MultiReader(question, own)
            case Kind.MULTI_PER_SECTOR:
                sector = policy.catalogue.by_key[question.sector_question]
                found[question.code] = SectorReader(question, own, ChoiceReader(sector, fields.get(sector.code, ())))
    return found


class ChoiceReader:
    """One option of a list."""

    def __init__(self, question: Question, fields: Sequence[VectorField]) -> None:
        options = {option.value for option in question.options}
        self._field = fields[0] if fields else None
        places = enumerate(self._field.values, start=1) if self._field else ()
        self._codes = {value: code for code, value in places if value in options}

    def known(self, columns: Columns) -> int:
        return self.one_of(columns, self._codes)

    def one_of(self, columns: Columns, values: Iterable[str]) -> int:
        """Return who chose one of the options."""
        codes = columns.codes(self._field) if self._field else []
        found = 0
        for value in values:
            if value in self._codes:
                found |= codes[self._codes[value]]
        return found

    def by_option(self, columns: Columns) -> dict[str, int]:
        """Return who chose which option."""
        return {value: self.one_of(columns, (value,)) for value in self._codes}

    def sure(self, columns: Columns, leaf: Leaf, *, wanted: bool) -> int:
        chosen = self.one_of(columns, leaf.values) if isinstance(leaf, ChoiceIs) else 0
        return chosen if wanted else self.known(columns) & ~chosen


class ScoreReader:
    """A number, or a score for each row; a number may stand in a wider field too, and fields that hold it agree."""

    def __init__(self, question: Question, fields: Sequence[VectorField]) -> None:
        rows = {row.value for row in question.rows}
        self._fields = [field for field in fields if not rows or field.row in rows]
        self._low, self._high = question.minimum, question.maximum

    def known(self, columns: Columns) -> int:
        return self._between(columns, self._fields, self._low, self._high)

    def _between(self, columns: Columns, fields: Sequence[VectorField], low: int, high: int) -> int:
        found = 0
        for field in fields:
            found |= columns.between(field, low, high)
        return found

    def sure(self, columns: Columns, leaf: Leaf, *, wanted: bool) -> int:
        if not isinstance(leaf, (NumberIn, RowIn)):
            return 0
        row = leaf.row if isinstance(leaf, RowIn) else ""
        own = [field for field in self._fields if field.row == row]
        within = self._between(columns, own, max(leaf.low, self._low), min(leaf.high, self._high))
        return within if wanted else self._between(columns, own, self._low, self._high) & ~within


class MultiReader:
    """Some options of a list."""

    def __init__(self, question: Question, fields: Sequence[VectorField]) -> None:
        self._options = tuple(option.value for option in every_option(question))
        self._bits = {
            value: (field, bit) for field in fields for bit, value in enumerate(field.values) if value in self._options
        }

    def known(self, columns: Columns) -> int:
        return self.any_of(columns, self._options)

    def any_of(self, columns: Columns, values: Iterable[str]) -> int:
        """Return who chose at least one of the options."""
        found = 0
        for value in values:
            found |= self.chosen(columns, value)
        return found

    def all_of(self, columns: Columns, values: Iterable[str]) -> int:
        """Return who chose every one of the options."""
        found = columns.everyone
        for value in values:
            found &= self.chosen(columns, value)
        return found

    def chosen(self, columns: Columns, value: str) -> int:
        """Return who chose the option."""
        return columns.plane(*self._bits[value]) if value in self._bits else 0

    def sure(self, columns: Columns, leaf: Leaf, *, wanted: bool) -> int:
        match leaf:
            case HasAny(_, values):
                chosen = self.any_of(columns, values)
            case HasAll(_, values):
                chosen = self.all_of(columns, values) & self.known(columns)
            case HasOnly(_, values):
                others = [value for value in self._options if value not in values]
                chosen = self.known(columns) & ~self.any_of(columns, others)
            case _:
                chosen = 0
        return chosen if wanted else self.known(columns) & ~chosen


class SectorReader(MultiReader):
    """Some options of the list of one's own sector; options of another sector do not count."""

    def __init__(self, question: Question, fields: Sequence[VectorField], sector: ChoiceReader) -> None:
        super().__init__(question, fields)
        self._sector = sector
        self._offered = _sectors_by_option(question)

    def chosen(self, columns: Columns, value: str) -> int:
        return super().chosen(columns, value) & self._sector.one_of(columns, self._offered.get(value, ()))


def _sectors_by_option(question: Question) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for sector, options in question.per_sector.items():
        for option in options:
            found.setdefault(option.value, []).append(sector)
    return found
