"""Conditions as total, two-valued formulas: what every other engine is given, each in its own notation.

A negated leaf asks for an answer first. So the three values of our language cost the other engines nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from intake.policy import Kind, Policy
from intake.policy.conditions import (
    All,
    Always,
    AnyOf,
    AtLeast,
    Condition,
    DerivedIs,
    FactHolds,
    Leaf,
    Not,
    OutcomeIs,
    Value,
)

NO_NUMBER = -1


@dataclass(frozen=True)
class Constant:
    """Always the same."""

    holds: bool


@dataclass(frozen=True)
class Test:
    """One leaf; `wanted` False asks that the answer is there and that the leaf does not hold for it."""

    leaf: Leaf
    wanted: bool


@dataclass(frozen=True)
class Settled:
    """A table came out as one of the values (or as none of them)."""

    table: str
    values: tuple[str, ...]
    wanted: bool


@dataclass(frozen=True)
class Both:
    """All parts hold."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True)
class Either:
    """One of the parts holds."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True)
class Count:
    """At least so many of the parts hold."""

    number: int
    parts: tuple[Formula, ...]


@dataclass(frozen=True)
class Fails:
    """The part does not hold."""

    part: Formula


Formula = Constant | Test | Settled | Both | Either | Count | Fails
OUTCOME, INTENSITY = "UT", "INTENSITEIT"


def formula(policy: Policy, condition: Condition, wanted: bool = True) -> Formula:
    """Return when the condition certainly holds, or with `wanted` False when it certainly does not."""
    match condition:
        case Always():
            return Constant(wanted)
        case All(parts):
            found = tuple(formula(policy, part, wanted) for part in parts)
            return Both(found) if wanted else Either(found)
        case AnyOf(parts):
            found = tuple(formula(policy, part, wanted) for part in parts)
            return Either(found) if wanted else Both(found)
        case AtLeast(number, parts):
            found = tuple(formula(policy, part, wanted) for part in parts)
            return Count(number if wanted else len(parts) - number + 1, found)
        case Not(part):
            return formula(policy, part, not wanted)
        case FactHolds(fact):
            return formula(policy, policy.rules.facts[fact].when, wanted)
        case DerivedIs(key, values):
            return Settled(policy.rules.derived[key].code, values, wanted)
        case OutcomeIs(codes):
            return Settled(OUTCOME, codes, wanted)
        case leaf:
            return Test(leaf, wanted)


@dataclass(frozen=True)
class Table:
    """An ordered table: the first row that holds gives the value, and the last one always holds."""

    name: str
    rows: tuple[tuple[str, Formula], ...]


@dataclass(frozen=True)
class Decision:
    """All that one evaluation answers: the value of every table, then the rules and messages that hold.

    No table needs another one. `rules` name tables by what they settled; `whole` is the same without naming any.
    """

    tables: tuple[Table, ...]
    rules: tuple[tuple[str, Formula], ...]
    whole: tuple[tuple[str, Formula], ...]


def decision(policy: Policy) -> Decision:
    """Return the decision of a policy: derived values in their order, the outcome, the intensity, and what holds."""
    rules = policy.rules
    drafts = [
        Table(table.code, tuple((row.value, formula(policy, row.when)) for row in table.rows))
        for table in rules.derived.values()
    ]
    drafts.append(Table(OUTCOME, tuple((item.code, formula(policy, item.when)) for item in rules.outcomes)))
    drafts.append(Table(INTENSITY, tuple((item.value, formula(policy, item.when)) for item in rules.levels)))
    by_name = {table.name: table for table in drafts}
    tables = tuple(Table(t.name, tuple((v, _worked_in(f, by_name)) for v, f in t.rows)) for t in drafts)
    effects = tuple(_effects(policy))
    return Decision(tables, effects, tuple((code, _worked_in(item, by_name)) for code, item in effects))


def _effects(policy: Policy) -> Iterator[tuple[str, Formula]]:
    """Yield when each rule and message holds, with its gate, and with what goes before it."""
    rules = policy.rules
    own: dict[str, Formula] = {}
    for rule in rules.rules:
        gate = rules.gates.get(rule.step) if rule.gated else None
        when = formula(policy, rule.when)
        own[rule.code] = when if gate is None else Both((formula(policy, gate.when), when))
    own |= {item.code: formula(policy, item.when) for item in rules.withheld}
    beats = {rule.code: rule.beats for rule in rules.rules} | {item.code: item.beats for item in rules.withheld}

    def effect(code: str) -> Formula:
        winners = tuple(Fails(effect(winner)) for winner, losers in beats.items() if code in losers)
        return Both((own[code], *winners)) if winners else own[code]

    return ((code, effect(code)) for code in own)


def _worked_in(item: Formula, tables: Mapping[str, Table]) -> Formula:
    match item:
        case Both(parts):
            return Both(tuple(_worked_in(part, tables) for part in parts))
        case Either(parts):
            return Either(tuple(_worked_in(part, tables) for part in parts))
        case Count(number, parts):
            return Count(number, tuple(_worked_in(part, tables) for part in parts))
        case Fails(part):
            return Fails(_worked_in(part, tables))
        case Settled(name, values, wanted):
            hit = _hits(tables[name], values, tables)
            return hit if wanted else Fails(hit)
        case _:
            return item


def _hits(table: Table, values: tuple[str, ...], tables: Mapping[str, Table]) -> Formula:
    """When the table comes out as one of the values: a row of them holds and no row before it does."""
    hits: list[Formula] = []
    before: list[Formula] = []
    for value, row in table.rows:
        own = _worked_in(row, tables)
        if value in values:
            earlier = tuple(Fails(other) for other in before)
            hits.append(Both((own, *earlier)) if earlier else own)
        before.append(own)
    return Either(tuple(hits))


def given(answers: Mapping[str, Value]) -> dict[str, object]:
    """Return the answers as plain data: lists for several options, and each score under a name of its own."""
    found: dict[str, object] = {}
    for code, value in answers.items():
        if isinstance(value, Mapping):
            found |= {f"{code}_{row}": score for row, score in value.items()}
        else:
            found[code] = list(value) if isinstance(value, tuple) else value
    return found


def missing(policy: Policy) -> dict[str, object]:
    """Return a sentinel for every answer: an empty text, NO_NUMBER, or an empty list."""
    found: dict[str, object] = {}
    for question in policy.catalogue.questions:
        match question.kind:
            case Kind.CHOICE:
                found[question.code] = ""
            case Kind.NUMBER:
                found[question.code] = NO_NUMBER
            case Kind.MATRIX:
                found |= {f"{question.code}_{row.value}": NO_NUMBER for row in question.rows}
            case _:
                found[question.code] = []
    return found
