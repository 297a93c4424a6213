"""The same decision for three other engines: datalogic-py, zen-engine and common-expression-language.

Each gets the quickest form that was found for it, and plain data made beforehand: only answers that the decision asks
about. datalogic-py and zen-engine read what is not there as null; common-expression-language gets a sentinel for it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from itertools import compress
from typing import Any, NamedTuple

from benchmarks.formulas import (
    NO_NUMBER,
    Both,
    Constant,
    Count,
    Decision,
    Either,
    Fails,
    Formula,
    Settled,
    Table,
    Test,
    decision,
    given,
    missing,
)
from intake.policy import Kind, Policy, Value
from intake.policy.conditions import ChoiceIs, HasAll, HasAny, HasOnly, Leaf, NumberIn, RowIn, Unanswered

Data = dict[str, Any]
# The value of every table, and the codes of rules and messages that hold.
Found = tuple[tuple[str, ...], tuple[str, ...]]


class Engine(NamedTuple):
    """One engine, ready to evaluate: `data` makes of answers what it reads, `judge` is what is measured."""

    data: Callable[[Mapping[str, Value]], Any]
    judge: Callable[[Any], Found]


class Notation:
    """How one expression language writes a formula; what they share, with a few words of their own."""

    both, either, no = "&&", "||", "!"

    def __init__(self, lists: frozenset[str]) -> None:
        self.lists = lists

    def write(self, item: Formula) -> str:
        """Return the formula in this language."""
        match item:
            case Constant(holds):
                return "true" if holds else "false"
            case Both(parts):
                return self.joined(self.both, map(self.write, parts))
            case Either(parts):
                return self.joined(self.either, map(self.write, parts))
            case Fails(part):
                return f"{self.no}({self.write(part)})"
            case Count(number, parts):
                ones = " + ".join(f"({self.write(part)} ? 1 : 0)" for part in parts)
                return f"(({ones}) >= {number})"
            case Settled(table, values, wanted):
                return self.wanted(f"{table} in {listed(values)}", wanted)
            case Test(leaf, wanted):
                return self.leaf(leaf, wanted)

    def joined(self, word: str, parts: Iterable[str]) -> str:
        """Return the parts with a word between them."""
        return "(" + f" {word} ".join(parts) + ")"

    def wanted(self, text: str, wanted: bool) -> str:
        """Return the text, or its opposite."""
        return f"({text})" if wanted else f"{self.no}({text})"

    def leaf(self, leaf: Leaf, wanted: bool) -> str:
        """Return one leaf; a negated one asks for an answer first."""
        name = f"{leaf.question}_{leaf.row}" if isinstance(leaf, RowIn) else leaf.question
        there = self.there(name, leaf)
        if isinstance(leaf, Unanswered):
            return self.wanted(there, not wanted)
        inside = self.inside(name, leaf)
        return inside if wanted else self.joined(self.both, (there, f"{self.no}{inside}"))

    def inside(self, name: str, leaf: Leaf) -> str:
        """Return a leaf that does not hold when the answer is missing."""
        match leaf:
            case NumberIn(_, low, high) | RowIn(_, _, low, high):
                return self.joined(self.both, (f"{name} >= {low}", f"{name} <= {high}"))
            case ChoiceIs(_, values):
                return f"({name} in {listed(values)})"
            case HasAny(_, values):
                return self.joined(self.either, (f"'{value}' in {name}" for value in values))
            case HasAll(_, values):
                return self.joined(self.both, (f"'{value}' in {name}" for value in values))
            case HasOnly(_, values):
                return self.joined(self.both, (self.there(name, leaf), self.only(name, values)))
        raise ValueError(leaf)

    def there(self, name: str, leaf: Leaf) -> str:
        """Return that the answer is there."""
        raise NotImplementedError

    def only(self, name: str, values: tuple[str, ...]) -> str:
        """Return that nothing outside the values was chosen."""
        raise NotImplementedError

    def table(self, table: Table) -> str:
        """Return the value of an ordered table."""
        text = f"'{table.rows[-1][0]}'"
        for value, row in reversed(table.rows[:-1]):
            text = f"({self.write(row)} ? '{value}' : {text})"
        return text


def listed(values: tuple[str, ...]) -> str:
    """Return a list of texts, as both expression languages write it."""
    return "[" + ", ".join(f"'{value}'" for value in values) + "]"


class Zen(Notation):
    """The expression language of zen-engine: a missing answer is null, and no choice and in no list."""

    both, either, no = "and", "or", "not"

    def inside(self, name: str, leaf: Leaf) -> str:
        """Ask first that the answer is there, where null would be an error."""
        match leaf:
            case HasAny(_, values):
                found = f"some({name}, # in {listed(values)})"
            case ChoiceIs() | HasOnly():
                return super().inside(name, leaf)
            case _:
                found = super().inside(name, leaf)
        return self.joined(self.both, (self.there(name, leaf), found))

    def there(self, name: str, leaf: Leaf) -> str:
        """Return that the answer is there."""
        return f"({name} != null)"

    def only(self, name: str, values: tuple[str, ...]) -> str:
        """Return that nothing outside the values was chosen."""
        return f"all({name}, # in {listed(values)})"


class Cel(Notation):
    """The Common Expression Language: a variable must be there, so a missing answer has a sentinel."""

    def there(self, name: str, leaf: Leaf) -> str:
        """Return that the answer is there."""
        if isinstance(leaf, (NumberIn, RowIn)):
            return f"({name} != {NO_NUMBER})"
        return f"(size({name}) > 0)" if name in self.lists else f"({name} != '')"

    def only(self, name: str, values: tuple[str, ...]) -> str:
        """Return that nothing outside the values was chosen."""
        return f"{name}.all(x, x in {listed(values)})"


class JsonLogic:
    """JSON logic as datalogic-py reads it: null is no choice and in no list, but as a number it would be 0."""

    def write(self, item: Formula) -> Any:
        """Return the formula as JSON logic."""
        match item:
            case Constant(holds):
                return holds
            case Both(parts):
                return {"and": [self.write(part) for part in parts]}
            case Either(parts):
                return {"or": [self.write(part) for part in parts]}
            case Fails(part):
                return {"!": [self.write(part)]}
            case Count(number, parts):
                return {">=": [{"+": [{"if": [self.write(part), 1, 0]} for part in parts]}, number]}
            case Test(leaf, wanted):
                return self.leaf(leaf, wanted)
        raise ValueError(item)

    def leaf(self, leaf: Leaf, wanted: bool) -> Any:
        """Return one leaf; a negated one asks for an answer first."""
        there: Any = {"!!": [{"var": leaf.question}]}
        inside: Any
        match leaf:
            case Unanswered():
                return {"!": [there]} if wanted else there
            case NumberIn(question, low, high):
                there, inside = self.number(question, low, high)
            case RowIn(question, row, low, high):
                there, inside = self.number(f"{question}_{row}", low, high)
            case ChoiceIs(question, values):
                inside = {"in": [{"var": question}, list(values)]}
            case HasAny(question, values):
                inside = {"or": [{"in": [value, {"var": question}]} for value in values]}
            case HasAll(question, values):
                inside = {"and": [{"in": [value, {"var": question}]} for value in values]}
            case HasOnly(question, values):
                inside = {"and": [there, {"all": [{"var": question}, {"in": [{"var": ""}, list(values)]}]}]}
        return inside if wanted else {"and": [there, {"!": [inside]}]}

    def number(self, name: str, low: int, high: int) -> tuple[Any, Any]:
        """Return that a number is there, and that it lies between both bounds."""
        var = {"var": [name, NO_NUMBER]}
        return {"!=": [var, NO_NUMBER]}, {"<=": [low, var, high]}

    def table(self, table: Table) -> Any:
        """Return the value of an ordered table."""
        parts: list[Any] = []
        for value, row in table.rows[:-1]:
            parts += [self.write(row), value]
        return {"if": [*parts, table.rows[-1][0]]}


def datalogic(policy: Policy) -> Engine:
    """Return the decision in datalogic-py: one list for all, because reading the data costs most."""
    import datalogic_py

    wanted, notation, engine = decision(policy), JsonLogic(), datalogic_py.Engine()
    logic = [*map(notation.table, wanted.tables), *(notation.write(item) for _, item in wanted.whole)]
    evaluate, compiled = engine.session().evaluate, engine.compile(logic)
    codes, tables = _codes(wanted), len(wanted.tables)

    def judge(data: Data) -> Found:
        found = evaluate(compiled, data)
        return tuple(found[:tables]), tuple(compress(codes, found[tables:]))

    return Engine(_reader(json.dumps(logic), {}, missing(policy)), judge)


def zen(policy: Policy) -> Engine:
    """Return the decision in zen-engine: a list of table values, and one of truths that names those."""
    import zen as engine

    wanted = decision(policy)
    texts = _lists(wanted, Zen(_lists_of(policy)))
    first, second = map(engine.compile_expression, texts)
    codes, names = _codes(wanted), [table.name for table in wanted.tables]

    def judge(data: Data) -> Found:
        settled = first.evaluate(data)
        return tuple(settled), tuple(compress(codes, second.evaluate(data | dict(zip(names, settled, strict=True)))))

    return Engine(_reader(" ".join(texts), {}, missing(policy)), judge)


def cel(policy: Policy) -> Engine:
    """Return the decision in common-expression-language (Rust): two programs that share what was read of the data."""
    import cel as engine

    wanted = decision(policy)
    texts = _lists(wanted, Cel(_lists_of(policy)))
    first, second = map(engine.compile, texts)
    codes, names = _codes(wanted), [table.name for table in wanted.tables]

    def judge(data: Data) -> Found:
        context = engine.Context(variables=data)
        settled = first.execute(context)
        context.update(dict(zip(names, settled, strict=True)))
        return tuple(settled), tuple(compress(codes, second.execute(context)))

    return Engine(_reader(" ".join(texts), missing(policy), missing(policy)), judge)


def _lists(wanted: Decision, notation: Notation) -> tuple[str, str]:
    tables, rules = map(notation.table, wanted.tables), (notation.write(item) for _, item in wanted.rules)
    return "[" + ", ".join(tables) + "]", "[" + ", ".join(rules) + "]"


def _codes(wanted: Decision) -> tuple[str, ...]:
    return tuple(code for code, _ in wanted.rules)


def _lists_of(policy: Policy) -> frozenset[str]:
    several = (Kind.MULTI, Kind.MULTI_PER_SECTOR)
    return frozenset(question.code for question in policy.catalogue.questions if question.kind in several)


def _reader(text: str, otherwise: Data, names: Data) -> Callable[[Mapping[str, Value]], Data]:
    """Return what keeps of answers, and of what stands in for missing ones, only the names that the text names."""
    used = {*re.findall(r"\w+", text)} & {*names}
    return lambda answers: {name: value for name, value in (otherwise | given(answers)).items() if name in used}


ENGINES: dict[str, Callable[[Policy], Engine]] = {
    "datalogic-py": datalogic,
    "zen-engine": zen,
    "common-expression-language": cel,
}
