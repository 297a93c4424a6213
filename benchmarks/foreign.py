"""The same decision for three other engines: zen-engine, datalogic-py and common-expression-language.

Each gets two compiled lists, one of table values and one of truths: the quickest form found for all three. They get
plain dictionaries with sentinels (see formulas.py); making those is not counted against them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.formulas import NO_NUMBER, Both, Constant, Count, Decision, Either, Fails, Formula, Settled, Table, Test
from intake.policy.conditions import ChoiceIs, HasAll, HasAny, HasOnly, Leaf, NumberIn, RowIn, Unanswered

Found = tuple[str, ...]
Judge = Callable[[dict[str, Any]], Found]


class Notation:
    """How one expression language writes a formula; what they share, with a few words of their own."""

    both, either, no = "&&", "||", "!"
    # The texts of these questions are lists: an empty one is a missing answer.
    lists: frozenset[str] = frozenset()

    def write(self, item: Formula) -> str:
        """Return the formula in this language."""
        match item:
            case Constant(holds):
                return "true" if holds else "false"
            case Both(parts):
                return self.joined(self.both, parts)
            case Either(parts):
                return self.joined(self.either, parts)
            case Fails(part):
                return f"{self.no}({self.write(part)})"
            case Count(number, parts):
                ones = " + ".join(f"({self.write(part)} ? 1 : 0)" for part in parts)
                return f"(({ones}) >= {number})"
            case Settled(table, values, wanted):
                return self.wanted(f"{table} in {listed(values)}", wanted)
            case Test(leaf, wanted):
                return self.leaf(leaf, wanted)

    def joined(self, word: str, parts: tuple[Formula, ...]) -> str:
        """Return the parts with a word between them."""
        return "(" + f" {word} ".join(map(self.write, parts)) + ")"

    def wanted(self, text: str, wanted: bool) -> str:
        """Return the text, or its opposite."""
        return f"({text})" if wanted else f"{self.no}({text})"

    def leaf(self, leaf: Leaf, wanted: bool) -> str:
        """Return one leaf; a negated one asks for an answer first."""
        match leaf:
            case Unanswered(question):
                return self.wanted(self.given(question), not wanted)
            case NumberIn(question, low, high):
                return self.guarded(f"{question} != {NO_NUMBER}", self.between(question, low, high), wanted)
            case RowIn(question, row, low, high):
                name = f"{question}_{row}"
                return self.guarded(f"{name} != {NO_NUMBER}", self.between(name, low, high), wanted)
            case ChoiceIs(question, values):
                return self.guarded(self.given(question), f"({question} in {listed(values)})", wanted)
            case HasAny(question, values):
                found = f" {self.either} ".join(f"('{value}' in {question})" for value in values)
                return self.guarded(self.given(question), f"({found})", wanted)
            case HasAll(question, values):
                found = f" {self.both} ".join(f"('{value}' in {question})" for value in values)
                return self.guarded(self.given(question), f"({found})", wanted)
            case HasOnly(question, values):
                only = f"({self.given(question)} {self.both} {self.only(question, values)})"
                return self.guarded(self.given(question), only, wanted)

    def guarded(self, given: str, inside: str, wanted: bool) -> str:
        """A sentinel never matches, so only the opposite needs to ask for an answer."""
        return inside if wanted else f"({given} {self.both} {self.no}{inside})"

    def between(self, name: str, low: int, high: int) -> str:
        """Return that a number lies between both bounds."""
        return f"({name} >= {low} {self.both} {name} <= {high})"

    def given(self, question: str) -> str:
        """Return that the question was answered."""
        return f"({self.size(question)} > 0)" if question in self.lists else f"({question} != '')"

    def size(self, question: str) -> str:
        """Return how many were chosen."""
        raise NotImplementedError

    def only(self, question: str, values: tuple[str, ...]) -> str:
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
    """The expression language of zen-engine."""

    both, either, no = "and", "or", "not"

    def size(self, question: str) -> str:
        """Return how many were chosen."""
        return f"len({question})"

    def only(self, question: str, values: tuple[str, ...]) -> str:
        """Return that nothing outside the values was chosen."""
        return f"all({question}, # in {listed(values)})"


class Cel(Notation):
    """The Common Expression Language."""

    def size(self, question: str) -> str:
        """Return how many were chosen."""
        return f"size({question})"

    def only(self, question: str, values: tuple[str, ...]) -> str:
        """Return that nothing outside the values was chosen."""
        return f"{question}.all(x, x in {listed(values)})"


class JsonLogic:
    """JSON logic as datalogic-py reads it."""

    def __init__(self, lists: frozenset[str]) -> None:
        self.lists = lists

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
            case Settled(table, values, wanted):
                return self.wanted({"in": [{"var": table}, list(values)]}, wanted)
            case Test(leaf, wanted):
                return self.leaf(leaf, wanted)

    def wanted(self, item: Any, wanted: bool) -> Any:
        """Return the item, or its opposite."""
        return item if wanted else {"!": [item]}

    def leaf(self, leaf: Leaf, wanted: bool) -> Any:
        """Return one leaf; a negated one asks for an answer first."""
        name = leaf.question
        match leaf:
            case Unanswered(question):
                return self.wanted(self.given(question), not wanted)
            case NumberIn(_, low, high):
                return self.guarded({"!=": [{"var": name}, NO_NUMBER]}, {"<=": [low, {"var": name}, high]}, wanted)
            case RowIn(_, row, low, high):
                var = {"var": f"{name}_{row}"}
                return self.guarded({"!=": [var, NO_NUMBER]}, {"<=": [low, var, high]}, wanted)
            case ChoiceIs(_, values):
                return self.guarded(self.given(name), {"in": [{"var": name}, list(values)]}, wanted)
            case HasAny(_, values):
                found: Any = {"or": [{"in": [value, {"var": name}]} for value in values]}
            case HasAll(_, values):
                found = {"and": [{"in": [value, {"var": name}]} for value in values]}
            case HasOnly(_, values):
                each = {"all": [{"var": name}, {"in": [{"var": ""}, list(values)]}]}
                found = {"and": [self.given(name), each]}
        return self.guarded(self.given(name), found, wanted)

    def guarded(self, given: Any, inside: Any, wanted: bool) -> Any:
        """A sentinel never matches, so only the opposite needs to ask for an answer."""
        return inside if wanted else {"and": [given, {"!": [inside]}]}

    def given(self, question: str) -> Any:
        """Return that the question was answered."""
        return {"!!": [{"var": question}]} if question in self.lists else {"!=": [{"var": question}, ""]}

    def table(self, table: Table) -> Any:
        """Return the value of an ordered table."""
        parts: list[Any] = []
        for value, row in table.rows[:-1]:
            parts += [self.write(row), value]
        return {"if": [*parts, table.rows[-1][0]]}


def _judge(decision: Decision, first: Callable[[Any], Any], second: Callable[[Any], Any]) -> Judge:
    names = tuple(table.name for table in decision.tables)
    codes = tuple(code for code, _ in decision.rules)

    def judge(answers: dict[str, Any]) -> Found:
        settled = first(answers)
        truths = second(answers | dict(zip(names, settled, strict=True)))
        return (*settled, *(code for code, holds in zip(codes, truths, strict=True) if holds))

    return judge


def zen(decision: Decision, lists: frozenset[str]) -> Judge:
    """Return the decision in zen-engine, as two compiled expressions."""
    import zen as engine

    notation = Zen()
    notation.lists = lists
    first = engine.compile_expression("[" + ", ".join(map(notation.table, decision.tables)) + "]")
    second = engine.compile_expression("[" + ", ".join(notation.write(item) for _, item in decision.rules) + "]")
    return _judge(decision, first.evaluate, second.evaluate)


def cel(decision: Decision, lists: frozenset[str]) -> Judge:
    """Return the decision in common-expression-language (Rust), as two programs."""
    import cel as engine

    notation = Cel()
    notation.lists = lists
    first = engine.compile("[" + ", ".join(map(notation.table, decision.tables)) + "]")
    second = engine.compile("[" + ", ".join(notation.write(item) for _, item in decision.rules) + "]")
    return _judge(decision, first.execute, second.execute)


def datalogic(decision: Decision, lists: frozenset[str]) -> Judge:
    """Return the decision in datalogic-py, as two compiled rules in one session."""
    import datalogic_py

    notation = JsonLogic(lists)
    engine = datalogic_py.Engine()
    session = engine.session()
    first = engine.compile([notation.table(table) for table in decision.tables])
    second = engine.compile([notation.write(item) for _, item in decision.rules])
    return _judge(
        decision, lambda answers: session.evaluate(first, answers), lambda answers: session.evaluate(second, answers)
    )


ENGINES = {"datalogic-py": datalogic, "zen-engine": zen, "common-expression-language": cel}
