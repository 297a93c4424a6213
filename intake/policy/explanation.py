"""Why a rule holds, in its own words and answers, and why another does not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from intake.policy.answers import NOT_ANSWERED, answer_label, listed
from intake.policy.conditions import (
    All,
    AnyOf,
    AtLeast,
    ChoiceIs,
    Condition,
    DerivedIs,
    FactHolds,
    HasAll,
    HasAny,
    HasOnly,
    Leaf,
    Not,
    NumberIn,
    OutcomeIs,
    RowIn,
    Unanswered,
    truth,
)
from intake.policy.evaluation import Situation
from intake.policy.model import Policy, Rule
from intake.policy.names import every_option
from intake.policy.rules_reading import PLACEHOLDER

NOT_ASKED = "niet gesteld"


def reason_text(policy: Policy, reason: str, situation: Situation) -> str:
    """Return the reason with answers filled in; only `{key}` and `{key:group}` are replaced."""
    return PLACEHOLDER.sub(lambda match: _filled(policy, match[1], situation), reason)


def _filled(policy: Policy, name: str, situation: Situation) -> str:
    key, _, group = name.partition(":")
    question = policy.catalogue.by_key[key]
    value = situation.answer(question.code)
    if isinstance(value, (str, tuple)):
        chosen = (value,) if isinstance(value, str) else value
        if group:
            chosen = tuple(item for item in chosen if item in policy.rules.groups[group].values)
        phrases = {option.value: option.phrase for option in every_option(question)}
        return listed([phrases[item] for item in chosen])
    return answer_label(policy, question.code, value, situation.answers)


def carriers(situation: Situation, condition: Condition) -> set[str]:
    """Return the codes of the answers that make the condition what it now is."""
    match condition:
        case All(parts) | AnyOf(parts) | AtLeast(_, parts):
            whole = truth(condition, situation)
            same = [part for part in parts if truth(part, situation) is whole]
            return set().union(*(carriers(situation, part) for part in same))
        case Not(part):
            return carriers(situation, part)
        case FactHolds(fact):
            return carriers(situation, situation.policy.rules.facts[fact].when)
        case DerivedIs(derived, values):
            return _table_carriers(situation, derived, values)
        case OutcomeIs():
            return set()
        case _:
            question = getattr(condition, "question", None)
            return {question} if isinstance(question, str) and situation.answer(question) is not None else set()


def _table_carriers(situation: Situation, derived: str, values: tuple[str, ...]) -> set[str]:
    """The row that was hit carries; where rows were missed, what made them miss does."""
    rows = situation.policy.rules.derived[derived].rows
    hit = situation.derived_row(derived)
    before = rows[: rows.index(hit)]
    if hit.value in values:
        carrying = before if hit is rows[-1] else (hit,)
    else:
        carrying = tuple(row for row in before if row.value in values) or (hit,)
    return set().union(*(carriers(situation, row.when) for row in carrying))


@dataclass(frozen=True, slots=True)
class Unmet:
    """One condition that keeps a rule from holding; `state` is nee, nog niet beantwoord or niet gesteld."""

    text: str
    question: str | None
    needed: str
    given: str
    state: str


def why_not(situation: Situation, asked: tuple[str, ...], rule: Rule) -> tuple[Unmet, ...]:
    """Return the failing conditions of a rule in Dutch; nothing when the rule holds."""
    found: dict[tuple[str, str], Unmet] = {}
    for unmet in _unmet(situation, asked, rule.when, wanted=True):
        found.setdefault((unmet.text, unmet.needed), unmet)
    return tuple(found.values())


def _unmet(situation: Situation, asked: tuple[str, ...], condition: Condition, *, wanted: bool) -> Iterator[Unmet]:
    if truth(condition, situation) is wanted:
        return
    match condition:
        case All(parts) | AnyOf(parts) | AtLeast(_, parts):
            for part in parts:
                yield from _unmet(situation, asked, part, wanted=wanted)
        case Not(part):
            yield from _unmet(situation, asked, part, wanted=not wanted)
        case FactHolds(fact):
            yield from _unmet_fact(situation, asked, fact, wanted=wanted)
        case DerivedIs(derived, values):
            yield _unmet_derived(situation, derived, values, wanted=wanted)
        case OutcomeIs(codes):
            names = listed([item.name for item in situation.policy.rules.outcomes if item.code in codes])
            needed = names if wanted else f"niet: {names}"
            yield Unmet("De uitkomst", None, needed, situation.outcome.name, "nee")
        case _:
            yield from _unmet_leaf(situation, asked, condition, wanted=wanted)


def _unmet_fact(situation: Situation, asked: tuple[str, ...], fact: str, *, wanted: bool) -> Iterator[Unmet]:
    item = situation.policy.rules.facts[fact]
    below = list(_unmet(situation, asked, item.when, wanted=wanted))
    yield from below or [Unmet(item.text, None, "ja" if wanted else "nee", "nee" if wanted else "ja", "nee")]


def _unmet_derived(situation: Situation, derived: str, values: tuple[str, ...], *, wanted: bool) -> Unmet:
    table = situation.policy.rules.derived[derived]
    names = " of ".join(f"«{table.label(value)}»" for value in values)
    given = table.label(situation.derived(derived))
    return Unmet(table.name, None, names if wanted else f"niet {names}", given, "nee")


def _unmet_leaf(situation: Situation, asked: tuple[str, ...], leaf: Condition, *, wanted: bool) -> Iterator[Unmet]:
    code = getattr(leaf, "question", None)
    if not isinstance(code, str):
        return
    policy = situation.policy
    value = situation.answer(code)
    state = "nee" if value is not None else NOT_ANSWERED if code in asked else NOT_ASKED
    given = state if value is None else answer_label(policy, code, value, situation.answers)
    needed = describe(policy, leaf)  # type: ignore[arg-type]
    yield Unmet(policy.catalogue.by_code[code].text, code, needed if wanted else f"niet {needed}", given, state)


def describe(policy: Policy, leaf: Leaf) -> str:
    """Return in words what one question's condition asks for."""
    question = policy.catalogue.by_code[leaf.question]
    labels = {option.value: option.label for option in every_option(question)}
    match leaf:
        case Unanswered():
            return "geen antwoord"
        case NumberIn(_, low, high):
            return f"van {low} tot en met {high}"
        case RowIn(_, row, low, high):
            name = next(item.label for item in question.rows if item.value == row)
            return f"«{name}» van {low} tot en met {high}"
        case ChoiceIs(_, values) | HasAny(_, values):
            return " of ".join(f"«{labels[value]}»" for value in values)
        case HasAll(_, values):
            return " en ".join(f"«{labels[value]}»" for value in values)
        case HasOnly(_, values):
            return "alleen " + " of ".join(f"«{labels[value]}»" for value in values)
