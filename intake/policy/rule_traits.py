"""What there is to say about each thing in a rule set, in Dutch and with the value behind it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from intake.policy.answers import answer_label
from intake.policy.conditions import Condition
from intake.policy.model import (
    Derived,
    Example,
    Fact,
    Gate,
    Group,
    Level,
    Outcome,
    Policy,
    Rule,
    Source,
    Way,
    Withheld,
)
from intake.policy.names import every_option
from intake.policy.wording import Line, condition_lines

NONE = "geen"


@dataclass(frozen=True, slots=True)
class Trait:
    """One side of a thing: what it is called, what it is, and how that reads. Only `value` says whether it changed."""

    name: str
    value: object
    lines: tuple[Line, ...]


def text(name: str, value: str, shown: str | None = None) -> Trait:
    """Return a trait of one line."""
    return Trait(name, value, (Line(0, shown if shown is not None else value),))


def listed(name: str, value: object, shown: Iterable[str]) -> Trait:
    """Return a trait with a line for each."""
    return Trait(name, value, tuple(Line(0, item) for item in shown) or (Line(0, NONE),))


def met(name: str, policy: Policy, condition: Condition) -> Trait:
    """Return a trait that is a condition."""
    return Trait(name, condition, condition_lines(policy, condition))


def sourced(source: Source) -> list[Trait]:
    """Return where something comes from."""
    where = Trait("Bron", (source.document, source.place), (Line(0, f"{source.title}, {source.place}"),))
    return [where, text("Strekking", source.gist), text("Citaat", source.quote, source.quote or NONE)]


def way_name(way: Way | None) -> str:
    return way.label if way is not None else NONE


def rule_traits(policy: Policy, rule: Rule) -> list[Trait]:
    """Return everything about a rule."""
    title = policy.activities[rule.activity].title
    waits = f"wacht op de poort van stap {rule.step.code}" if rule.gated else "wacht niet op de poort"
    return [
        text("Activiteit", rule.activity, f"{rule.activity} {title}"),
        text("Soort", rule.effect.value),
        text("Stap", rule.step.code, rule.step.label),
        Trait("Manier", rule.way, (Line(0, way_name(rule.way)),)),
        Trait("Poort", rule.gated, (Line(0, waits),)),
        Trait("Intensiteit", rule.intensity, (Line(0, _intensity(rule)),)),
        listed("Rollen", rule.parties, [policy.parties[code].name for code in rule.parties]),
        listed("Gaat voor", rule.beats, [beaten_name(policy, code) for code in rule.beats]),
        met("Voorwaarden", policy, rule.when),
        text("Reden", rule.reason),
        *sourced(rule.source),
        Trait("Voorbeelden", rule.examples, tuple(_examples(policy, rule.examples)) or (Line(0, NONE),)),
    ]


def _intensity(rule: Rule) -> str:
    if rule.intensity is not None:
        return rule.intensity
    return "volgt de tabel" if rule.effect.value == "verwijzing" else NONE


def beaten_name(policy: Policy, code: str) -> str:
    """Return a rule or message by code, with what it is about."""
    for item in policy.rules.withheld:
        if item.code == code:
            return f"{code} {item.text}"
    rule = next((rule for rule in policy.rules.rules if rule.code == code), None)
    return f"{code} {policy.activities[rule.activity].title}" if rule is not None else code


def _examples(policy: Policy, examples: tuple[Example, ...]) -> Iterable[Line]:
    for example in examples:
        yield Line(0, "Geldt bij:" if example.holds else "Geldt niet bij:")
        for code, value in example.answers.items():
            label = answer_label(policy, code, value, example.answers)
            yield Line(1, f"«{policy.catalogue.by_code[code].text}»: {label}")


def message_traits(policy: Policy, item: Withheld) -> list[Trait]:
    """Return everything about a message «nog niet»."""
    closers = tuple(line for part in item.closed_by for line in condition_lines(policy, part))
    return [
        listed(
            "Activiteiten", item.activities, [f"{code} {policy.activities[code].title}" for code in item.activities]
        ),
        listed("Gaat voor", item.beats, [beaten_name(policy, code) for code in item.beats]),
        met("Voorwaarden", policy, item.when),
        text("Tekst", item.text),
        text("Opent", item.opens),
        Trait("Dicht door", item.closed_by, closers or (Line(0, NONE),)),
        *sourced(item.source),
    ]


def group_traits(policy: Policy, group: Group) -> list[Trait]:
    """Return the options of a group, by their labels."""
    question = policy.catalogue.by_key[group.question]
    labels = {option.value: option.label for option in every_option(question)}
    return [
        text("Vraag", group.question, question.text),
        listed("Opties", group.values, [labels[value] for value in group.values]),
    ]


def fact_traits(policy: Policy, fact: Fact) -> list[Trait]:
    return [text("Tekst", fact.text), met("Voorwaarden", policy, fact.when)]


def derived_traits(policy: Policy, table: Derived) -> list[Trait]:
    """Return a derived value; its rows in order, because the first that holds decides."""
    rows = [(f"{row.label} ({row.value})", row.when) for row in table.rows]
    return [text("Naam", table.name), Trait("Rijen", table.rows, _rows(policy, rows)), *sourced(table.source)]


def _rows(policy: Policy, rows: Iterable[tuple[str, Condition]]) -> tuple[Line, ...]:
    lines: list[Line] = []
    for head, when in rows:
        lines.append(Line(0, f"{head}, als:"))
        lines += [Line(line.depth + 1, line.text) for line in condition_lines(policy, when)]
    return tuple(lines)


def outcome_traits(policy: Policy, outcome: Outcome) -> list[Trait]:
    return [
        text("Naam", outcome.name),
        text("Tekst", outcome.text),
        Trait("Accent", outcome.emphasis, (Line(0, way_name(outcome.emphasis)),)),
        met("Voorwaarden", policy, outcome.when),
        *sourced(outcome.source),
    ]


def levels_traits(policy: Policy, levels: tuple[Level, ...]) -> list[Trait]:
    """Return the table of intensity as one thing."""
    rows = [(level.value, level.when) for level in levels]
    sources = [f"{level.value}: {level.source.label}. {level.source.gist}" for level in levels]
    return [
        Trait("Rijen", tuple(rows), _rows(policy, rows)),
        listed("Bronnen", tuple(level.source for level in levels), sources),
    ]


def gate_traits(policy: Policy, gate: Gate) -> list[Trait]:
    return [met("Open als", policy, gate.when), text("Tekst als dicht", gate.closed)]
