"""Questions as variables of a diagram: one for a choice, a number or a simple multi-choice, more for the others."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence

from intake.policy.analysis.cells import (
    ALL,
    NONE,
    Cell,
    Group,
    Missing,
    Sets,
    Signature,
    cells_of_choice,
    cells_of_number,
    cells_of_sets,
    groups_of,
    signature,
)
from intake.policy.analysis.diagram import Diagram
from intake.policy.conditions import HasAll, HasAny, HasOnly, Leaf, RowIn, Unanswered, Value
from intake.policy.model import Kind, Question
from intake.policy.names import every_option

# A multi-choice is one variable while it has no more kinds of answers; beyond it, one for each group of options.
MOST_KINDS = 12
MOST_GROUPS = 7
Given = Mapping[str, Value]


class Field(ABC):
    """One question as variables; `first` is the level of its first one, and value 0 says that there is no answer."""

    question: Question
    first: int = 0
    # How many answers to questions that no condition reads go with each answer to this one.
    carried: int = 1
    # Whether the first variable alone says that there is an answer.
    told_by_first = True

    @property
    @abstractmethod
    def weights(self) -> tuple[tuple[int, ...], ...]:
        """Return for each variable how many answers each of its values stands for."""

    @abstractmethod
    def certain(self, diagram: Diagram, leaf: Leaf, wanted: bool) -> int:
        """Return where a leaf certainly holds, or with `wanted` False certainly does not."""

    @abstractmethod
    def answered(self, diagram: Diagram) -> int:
        """Return where there is a complete answer that can be given."""

    def missing(self, diagram: Diagram) -> int:
        """Return where there is no answer."""
        levels = range(self.first, self.first + len(self.weights))
        return diagram.every(diagram.value(level, 0) for level in reversed(levels))

    @abstractmethod
    def places(self, answers: Given) -> tuple[int, ...]:
        """Return the values for the answers."""

    def offered_of(self, value: Value, answers: Given) -> Value | None:
        """Return what is left of an answer when only what is offered counts; `answers` are the ones before it."""
        return value

    def is_at(self, places: Sequence[int], value: Value | None, answers: Given) -> bool:
        """Say whether an answer has these values; `answers` are the ones before it."""
        return value is not None and self.places({**answers, self.question.code: value}) == tuple(places)

    @abstractmethod
    def answer(self, places: Sequence[int], near: Value | None, answers: Given) -> Value | None:
        """Return the answer with these values that differs least from another; `answers` are the ones before it."""


class Whole(Field):
    """A question as one variable."""

    def __init__(self, question: Question, leaves: Sequence[Leaf], kinds: Iterable[tuple[Signature, Cell]]) -> None:
        self.question = question
        self.leaves = tuple(leaves)
        values: list[tuple[Signature, Cell]] = [(signature(leaves, None), Missing()), *kinds]
        self.signatures = tuple(said for said, _ in values)
        self.cells = tuple(cell for _, cell in values)

    @property
    def weights(self) -> tuple[tuple[int, ...], ...]:
        return ((self.cells[0].weight, *(cell.weight * self.carried for cell in self.cells[1:])),)

    def certain(self, diagram: Diagram, leaf: Leaf, wanted: bool) -> int:
        return self.certain_at(diagram, self.first, leaf, wanted)

    def certain_at(self, diagram: Diagram, level: int, leaf: Leaf, wanted: bool) -> int:
        """Return the same for the variable at another level."""
        at = self.leaves.index(leaf)
        return diagram.test(level, [said[at] is wanted for said in self.signatures])

    def answered(self, diagram: Diagram) -> int:
        return diagram.value(self.first, 0) ^ 1

    def places(self, answers: Given) -> tuple[int, ...]:
        value = answers.get(self.question.code)
        return (0,) if value is None else (self.place(value),)

    def place(self, value: Value) -> int:
        """Return the value for an answer."""
        return self.signatures.index(signature(self.leaves, value), 1)

    def answer(self, places: Sequence[int], near: Value | None, answers: Given) -> Value | None:
        return self.cells[places[0]].nearest(near)


class Choice(Whole):
    """A choice; with `lists` it also decides which options other questions offer."""

    def __init__(self, question: Question, leaves: Sequence[Leaf], lists: Mapping[str, object]) -> None:
        kinds = cells_of_choice(question, leaves, lists)
        super().__init__(question, leaves, kinds)
        self._by_value = {value: at for at, (_, cell) in enumerate(kinds, 1) for value in cell.values}

    def place(self, value: Value) -> int:
        return self._by_value[str(value)]

    def among(self, diagram: Diagram, values: frozenset[str]) -> int:
        """Return where one of these options is chosen; options of one kind must be in or out together."""
        inside = {self._by_value[value] for value in values if value in self._by_value}
        return diagram.test(self.first, [place in inside for place in range(len(self.cells))])


class BySector(Whole):
    """A multi-choice with other options for each sector; its values are a kind of answer and how many there are."""

    def __init__(self, question: Question, leaves: Sequence[Leaf], sector: str) -> None:
        self.sector = sector
        self.lists: dict[tuple[str, ...], dict[Signature, Cell]] = {}
        for options in question.per_sector.values():
            self._cells_of(tuple(option.value for option in options), question, leaves)
        kinds = {(said, cell.weight): cell for cells in self.lists.values() for said, cell in cells.items()}
        union = tuple(option.value for option in every_option(question))
        everything = cells_of_sets(union, groups_of(union, question.exclusive, leaves), leaves)
        known = {said for said, _ in kinds}
        # Only to tell why a rule is dead: answers that no sector offers together.
        impossible = [(said, Missing(0)) for said in everything if said not in known]
        super().__init__(question, leaves, [*((said, cell) for (said, _), cell in kinds.items()), *impossible])
        self._at = {kind: at for at, kind in enumerate(kinds, 1)}

    def _cells_of(self, options: tuple[str, ...], question: Question, leaves: Sequence[Leaf]) -> None:
        if options and options not in self.lists:
            groups = groups_of(options, question.exclusive, leaves)
            self.lists[options] = cells_of_sets(options, groups, leaves)

    def options(self, sector: Value | None) -> tuple[str, ...]:
        """Return what a sector offers."""
        return tuple(option.value for option in self.question.per_sector.get(str(sector), ()))

    def offered(self) -> dict[frozenset[int], frozenset[str]]:
        """Return which values go with which sectors; sectors without options are left out."""
        found: dict[frozenset[int], set[str]] = {}
        for sector in self.question.per_sector:
            options = self.options(sector)
            if options:
                found.setdefault(self._values(options), set()).add(sector)
        return {values: frozenset(sectors) for values, sectors in found.items()}

    def kinds_of_sectors(self) -> dict[str, frozenset[int]]:
        """Return for each sector with options which values it offers."""
        return {sector: values for values, sectors in self.offered().items() for sector in sectors}

    def _values(self, options: tuple[str, ...]) -> frozenset[int]:
        return frozenset(self._at[said, cell.weight] for said, cell in self.lists[options].items())

    def among(self, diagram: Diagram, values: frozenset[int]) -> int:
        """Return where the answer is of one of these kinds."""
        return diagram.test(self.first, [place in values for place in range(len(self.cells))])

    def places(self, answers: Given) -> tuple[int, ...]:
        value = answers.get(self.question.code)
        if value is None:
            return (0,)
        said = signature(self.leaves, value)
        cell = self.lists[self.options(answers.get(self.sector))][said]
        return (self._at[said, cell.weight],)

    def offered_of(self, value: Value, answers: Given) -> Value | None:
        options = self.options(answers.get(self.sector))
        return tuple(item for item in value if item in options) or None if isinstance(value, tuple) else None

    def is_at(self, places: Sequence[int], value: Value | None, answers: Given) -> bool:
        offered = None if value is None else self.offered_of(value, answers)
        return offered == value and super().is_at(places, offered, answers)

    def answer(self, places: Sequence[int], near: Value | None, answers: Given) -> Value | None:
        if places[0] == 0:
            return None
        cells = self.lists[self.options(answers.get(self.sector))]
        return cells[self.signatures[places[0]]].nearest(near)


class Chosen(Field):
    """A multi-choice as a variable for each group of options; none chosen is no answer."""

    told_by_first = False

    def __init__(self, question: Question, groups: tuple[Group, ...]) -> None:
        self.question = question
        self.groups = groups
        self.order = tuple(option.value for option in question.options)

    @property
    def weights(self) -> tuple[tuple[int, ...], ...]:
        return tuple(tuple(group.weight(state) for state in group.states) for group in self.groups)

    def _state(self, diagram: Diagram, at: int, least: int) -> int:
        group = self.groups[at]
        # Where it does not matter whether all are chosen, some are all.
        least = least if least in group.states else group.states[-1]
        return diagram.test(self.first + at, [state >= least for state in group.states])

    def _any(self, diagram: Diagram, values: Sequence[str], *, inside: bool = True) -> int:
        found = [at for at, group in enumerate(self.groups) if (group.options[0] in values) is inside]
        return diagram.some(self._state(diagram, at, least=1) for at in reversed(found))

    def certain(self, diagram: Diagram, leaf: Leaf, wanted: bool) -> int:
        match leaf:
            case Unanswered():
                return self._any(diagram, self.order) ^ wanted
            case HasAny(_, values):
                holds = self._any(diagram, values)
            case HasAll(_, values):
                members = [at for at, group in enumerate(self.groups) if group.options[0] in values]
                holds = diagram.every(self._state(diagram, at, least=ALL) for at in reversed(members))
            case HasOnly(_, values):
                holds = self._any(diagram, values, inside=False) ^ 1
            case _:
                raise TypeError(leaf)
        return diagram.conj(self._any(diagram, self.order), holds if wanted else holds ^ 1)

    def answered(self, diagram: Diagram) -> int:
        chosen = [self._state(diagram, at, least=1) for at in range(len(self.groups))]
        found = self._any(diagram, self.order)
        for at, group in enumerate(self.groups):
            if group.exclusive:
                others = diagram.some(chosen[other] for other in range(len(chosen)) if other != at)
                found = diagram.conj(found, diagram.conj(chosen[at], others) ^ 1)
        return found

    def places(self, answers: Given) -> tuple[int, ...]:
        value = answers.get(self.question.code)
        chosen = frozenset(value) if isinstance(value, tuple) else frozenset()
        return tuple(self._place(group, chosen) for group in self.groups)

    def _place(self, group: Group, chosen: frozenset[str]) -> int:
        if chosen.isdisjoint(group.options):
            return NONE
        return group.states[-1] if chosen.issuperset(group.options) else 1

    def answer(self, places: Sequence[int], near: Value | None, answers: Given) -> Value | None:
        return Sets(self.groups, (tuple(places),), self.order).nearest(near) if any(places) else None


class Scores(Field):
    """A matrix as a variable for each row in use; the first one stands for the other rows too.

    Where a condition asks whether there is any answer, or reads no row, a variable for that comes first.
    """

    def __init__(self, question: Question, leaves: Sequence[Leaf]) -> None:
        self.question = question
        read = {leaf.row for leaf in leaves if isinstance(leaf, RowIn)}
        self.rows = tuple(row.value for row in question.rows if row.value in read)
        self.unread = tuple(row.value for row in question.rows if row.value not in read)
        self.headed = not self.rows or any(isinstance(leaf, Unanswered) for leaf in leaves)
        scores = question.maximum - question.minimum + 1
        self.fields = [self._row(row, leaves) for row in self.rows]
        self._free = scores ** len(self.unread)

    def _row(self, row: str, leaves: Sequence[Leaf]) -> Whole:
        about = [leaf for leaf in leaves if isinstance(leaf, RowIn) and leaf.row == row]
        return Whole(self.question, about, cells_of_number(self.question, about, row).items())

    @property
    def weights(self) -> tuple[tuple[int, ...], ...]:
        rows = [weights for field in self.fields for weights in field.weights]
        if self.headed:
            return ((1, self._free * self.carried), *rows)
        head = rows[0]
        return ((head[0], *(weight * self._free * self.carried for weight in head[1:])), *rows[1:])

    def _level(self, row: str) -> int:
        return self.first + self.headed + self.rows.index(row)

    def certain(self, diagram: Diagram, leaf: Leaf, wanted: bool) -> int:
        if isinstance(leaf, Unanswered):
            return diagram.value(self.first, 0 if wanted else 1)
        assert isinstance(leaf, RowIn)
        return self.fields[self.rows.index(leaf.row)].certain_at(diagram, self._level(leaf.row), leaf, wanted)

    def answered(self, diagram: Diagram) -> int:
        levels = range(self.first, self.first + len(self.weights))
        return diagram.every(diagram.value(level, 0) ^ 1 for level in reversed(levels))

    def places(self, answers: Given) -> tuple[int, ...]:
        value = answers.get(self.question.code)
        given = value if isinstance(value, Mapping) else {}
        rows = [field.place({row: given[row]}) if row in given else 0 for row, field in self._pairs()]
        return (int(value is not None), *rows) if self.headed else tuple(rows)

    def _pairs(self) -> Iterator[tuple[str, Whole]]:
        return zip(self.rows, self.fields, strict=True)

    def answer(self, places: Sequence[int], near: Value | None, answers: Given) -> Value | None:
        if places[0] == 0:
            return None
        before: Mapping[str, int] = near if isinstance(near, Mapping) else {}
        values = dict(zip(self.rows, places[self.headed :], strict=True))
        found: dict[str, int] = {row: before.get(row, self.question.minimum) for row in self.unread}
        for row, field in self._pairs():
            score = field.cells[values[row]].nearest(before.get(row))
            if isinstance(score, int):
                found[row] = score
        return {row.value: found[row.value] for row in self.question.rows if row.value in found}


def field_of(question: Question, leaves: Sequence[Leaf], lists: Mapping[str, object]) -> Field:
    """Return the variables of a question; `lists` says which options make other questions offer other options."""
    match question.kind:
        case Kind.CHOICE:
            return Choice(question, leaves, lists)
        case Kind.NUMBER:
            return Whole(question, leaves, cells_of_number(question, leaves).items())
        case Kind.MATRIX:
            return Scores(question, leaves)
        case _:
            options = tuple(option.value for option in question.options)
            groups = groups_of(options, question.exclusive, leaves)
            if len(groups) <= MOST_GROUPS:
                kinds = cells_of_sets(options, groups, leaves)
                if len(kinds) <= MOST_KINDS:
                    return Whole(question, leaves, kinds.items())
            return Chosen(question, groups)
