"""Conditions as total, two-valued formulas: what every other engine is given, each in its own notation.

A formula never meets a missing answer: data for the other engines holds a sentinel instead (an empty text, -1, an
empty list), and a negated leaf asks for an answer first. So the three values of our language cost them nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
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
OUTCOME = "UT"


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
    """An ordered table: the first row that holds gives the value."""

    name: str
    rows: tuple[tuple[str, Formula], ...]


@dataclass(frozen=True)
class Decision:
    """All that one evaluation answers: the tables first, then the rules and messages that hold."""

    tables: tuple[Table, ...]
    rules: tuple[tuple[str, Formula], ...]


def decision(policy: Policy) -> Decision:
    """Return the decision of a policy, with tables worked into each other so that one pass settles them all."""
    rules = policy.rules
    drafts = [
        Table(table.code, tuple((row.value, formula(policy, row.when)) for row in table.rows))
        for table in rules.derived.values()
    ]
    drafts.append(Table(OUTCOME, tuple((item.code, formula(policy, item.when)) for item in rules.outcomes)))
    by_name = {table.name: table for table in drafts}
    tables = tuple(Table(t.name, tuple((v, _worked_in(f, by_name)) for v, f in t.rows)) for t in drafts)
    if any(rule.gated for rule in rules.rules):
        gates = {step: formula(policy, gate.when) for step, gate in rules.gates.items()}
    else:
        gates = {}
    effects: list[tuple[str, Formula]] = []
    for rule in rules.rules:
        own = formula(policy, rule.when)
        effects.append((rule.code, Both((gates[rule.step], own)) if rule.gated and rule.step in gates else own))
    effects += [(item.code, formula(policy, item.when)) for item in rules.withheld]
    return Decision(tables, tuple(effects))


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


def flat(policy: Policy, answers: Mapping[str, Value]) -> dict[str, object]:
    """Return the answers as the other engines get them, with a sentinel for every missing one."""
    found: dict[str, object] = {}
    for question in policy.catalogue.questions:
        value = answers.get(question.code)
        match question.kind:
            case Kind.CHOICE:
                found[question.code] = value if value is not None else ""
            case Kind.NUMBER:
                found[question.code] = value if value is not None else NO_NUMBER
            case Kind.MATRIX:
                scores = value if isinstance(value, Mapping) else {}
                found |= {f"{question.code}_{row.value}": scores.get(row.value, NO_NUMBER) for row in question.rows}
            case _:
                found[question.code] = list(value) if isinstance(value, tuple) else []
    return found
