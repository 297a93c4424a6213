"""What is different between two versions of the policy: thing by thing, side by side, in Dutch."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum

from intake.policy import content_traits as content
from intake.policy import rule_traits as about
from intake.policy.model import Policy
from intake.policy.rule_traits import Trait
from intake.policy.wording import Line


class Subject(Enum):
    """What kind of thing changed, in the order of telling; the value is its name on the screen."""

    RULE = "Regel"
    MESSAGE = "Bericht «nog niet»"
    OUTCOME = "Uitkomst"
    INTENSITY = "Intensiteit"
    GATE = "Poort"
    DERIVED = "Afgeleide waarde"
    FACT = "Feit"
    GROUP = "Groep"
    QUESTION = "Vraag"
    CHECK = "Waarschuwing"
    ACTIVITY = "Activiteit"
    PARTY = "Rol"
    ORGANISATION = "Organisatie"
    SUCCESSION = "Opvolging"
    CONSENT = "Toestemming"
    BENCHMARK = "Vergelijking"
    DOCUMENT = "Bron"
    SETTING = "Instelling"


class Happened(Enum):
    """What happened to a thing; the value is its word on the screen."""

    ADDED = "toegevoegd"
    REMOVED = "verwijderd"
    CHANGED = "gewijzigd"
    MOVED = "verplaatst"


class Mark(Enum):
    """What happened to a line; the value is the sign before it."""

    SAME = " "
    REMOVED = "-"
    ADDED = "+"


@dataclass(frozen=True, slots=True)
class MarkedLine:
    mark: Mark
    depth: int
    text: str


@dataclass(frozen=True, slots=True)
class TraitChange:
    """One side of a thing before and after; of what was added or removed only one of both is there."""

    name: str
    before: tuple[Line, ...]
    after: tuple[Line, ...]

    @property
    def lines(self) -> tuple[MarkedLine, ...]:
        """Return both as one list of lines, of which some went and some came."""
        return tuple(_marked(self.before, self.after))


@dataclass(frozen=True, slots=True)
class ItemChange:
    """One thing that is different; `traits` names the sides that are, or all of them when it came or went."""

    subject: Subject
    code: str
    title: str
    happened: Happened
    traits: tuple[TraitChange, ...]


@dataclass(frozen=True, slots=True)
class _Item:
    title: str
    traits: tuple[Trait, ...]


ORDER = "Volgorde"
# Where the order of things says something: which result comes first, which row decides, what is asked first.
_ORDERED = (Subject.RULE, Subject.MESSAGE, Subject.OUTCOME, Subject.DERIVED, Subject.QUESTION)


def changes(old: Policy, new: Policy) -> tuple[ItemChange, ...]:
    """Return everything that is different, by subject and in the order of the new version; what went comes last."""
    before, after = _items(old), _items(new)
    return tuple(change for subject in Subject for change in _changed(subject, before[subject], after[subject]))


def rule_changes(old: Policy, new: Policy) -> tuple[ItemChange, ...]:
    """Return only the rules that are different."""
    return tuple(_changed(Subject.RULE, _rules(old), _rules(new)))


def _changed(subject: Subject, old: Mapping[str, _Item], new: Mapping[str, _Item]) -> Iterator[ItemChange]:
    moved = _moved(list(old), list(new)) if subject in _ORDERED else {}
    for code, item in new.items():
        if code not in old:
            yield ItemChange(subject, code, item.title, Happened.ADDED, _whole(item, came=True))
            continue
        traits = tuple(_different(old[code], item))
        if traits or code in moved:
            happened = Happened.CHANGED if traits else Happened.MOVED
            yield ItemChange(subject, code, item.title, happened, (*traits, *moved.get(code, ())))
    for code, item in old.items():
        if code not in new:
            yield ItemChange(subject, code, item.title, Happened.REMOVED, _whole(item, came=False))


def _whole(item: _Item, *, came: bool) -> tuple[TraitChange, ...]:
    return tuple(TraitChange(trait.name, *(((), trait.lines) if came else (trait.lines, ()))) for trait in item.traits)


def _different(old: _Item, new: _Item) -> Iterator[TraitChange]:
    for one, other in zip(old.traits, new.traits, strict=True):
        if one.value != other.value:
            yield TraitChange(one.name, one.lines, other.lines)


def _moved(old: Sequence[str], new: Sequence[str]) -> dict[str, tuple[TraitChange]]:
    """Return as few things as explain the other order; what came or went moves nothing."""
    places = {code: index for index, code in enumerate(code for code in old if code in set(new))}
    kept = [code for code in new if code in places]
    still = _longest_rising([places[code] for code in kept])
    before = sorted(kept, key=lambda code: places[code])
    return {
        code: (TraitChange(ORDER, _place(code, before), _place(code, kept)),)
        for code in kept
        if places[code] not in still
    }


def _place(code: str, order: Sequence[str]) -> tuple[Line]:
    at = order.index(code)
    return (Line(0, f"na {order[at - 1]}" if at else "als eerste"),)


def _longest_rising(numbers: Sequence[int]) -> set[int]:
    """Return the longest run of numbers that rise, others left out between them."""
    ends: list[int] = []
    before: dict[int, int | None] = {}
    for number in numbers:
        at = bisect_left(ends, number)
        before[number] = ends[at - 1] if at else None
        ends[at : at + 1] = [number]
    found: set[int] = set()
    last = ends[-1] if ends else None
    while last is not None:
        found.add(last)
        last = before[last]
    return found


def _marked(before: Sequence[Line], after: Sequence[Line]) -> Iterator[MarkedLine]:
    matcher = SequenceMatcher(a=before, b=after, autojunk=False)
    for word, start, end, from_, to in matcher.get_opcodes():
        if word == "equal":
            yield from (MarkedLine(Mark.SAME, line.depth, line.text) for line in before[start:end])
            continue
        yield from (MarkedLine(Mark.REMOVED, line.depth, line.text) for line in before[start:end])
        yield from (MarkedLine(Mark.ADDED, line.depth, line.text) for line in after[from_:to])


def _items(policy: Policy) -> dict[Subject, dict[str, _Item]]:
    return {**_rule_items(policy), **_content_items(policy)}


def _rules(policy: Policy) -> dict[str, _Item]:
    titles = {code: activity.title for code, activity in policy.activities.items()}
    return {
        rule.code: _Item(titles[rule.activity], tuple(about.rule_traits(policy, rule))) for rule in policy.rules.rules
    }


def _rule_items(policy: Policy) -> dict[Subject, dict[str, _Item]]:
    rules = policy.rules
    return {
        Subject.RULE: _rules(policy),
        Subject.MESSAGE: {
            item.code: _Item(item.text, tuple(about.message_traits(policy, item))) for item in rules.withheld
        },
        Subject.OUTCOME: {
            item.code: _Item(item.name, tuple(about.outcome_traits(policy, item))) for item in rules.outcomes
        },
        Subject.INTENSITY: {
            "tabel": _Item("Tabel van de intensiteit", tuple(about.levels_traits(policy, rules.levels)))
        },
        Subject.GATE: {
            step.code: _Item(step.label, tuple(about.gate_traits(policy, gate))) for step, gate in rules.gates.items()
        },
        Subject.DERIVED: {
            table.code: _Item(table.name, tuple(about.derived_traits(policy, table)))
            for table in rules.derived.values()
        },
        Subject.FACT: {
            name: _Item(fact.text, tuple(about.fact_traits(policy, fact))) for name, fact in rules.facts.items()
        },
        Subject.GROUP: {
            name: _Item(policy.catalogue.by_key[group.question].text, tuple(about.group_traits(policy, group)))
            for name, group in rules.groups.items()
        },
        Subject.SETTING: {
            "uitkomst_keuze": _Item("Welke uitkomst", (_choice_of_outcome(rules.unique_outcome),)),
        },
    }


def _choice_of_outcome(unique: bool) -> Trait:
    words = "er mag er maar één kloppen" if unique else "de eerste die klopt"
    return Trait("Keuze", unique, (Line(0, words),))


def _content_items(policy: Policy) -> dict[Subject, dict[str, _Item]]:
    names = {code: item.name for code, item in policy.organisations.items()}
    return {
        Subject.QUESTION: {
            item.code: _Item(item.text, tuple(content.question_traits(policy, item)))
            for item in policy.catalogue.questions
        },
        Subject.CHECK: {
            item.code: _Item(item.message, tuple(content.check_traits(policy, item)))
            for item in policy.catalogue.checks
        },
        Subject.ACTIVITY: {
            code: _Item(item.title, tuple(content.activity_traits(policy, item)))
            for code, item in policy.activities.items()
        },
        Subject.PARTY: {
            code: _Item(item.name, tuple(content.party_traits(policy, item))) for code, item in policy.parties.items()
        },
        Subject.ORGANISATION: {
            code: _Item(item.name, tuple(content.organisation_traits(policy, item)))
            for code, item in policy.organisations.items()
        },
        Subject.SUCCESSION: {
            code: _Item(names[code], tuple(content.succession_traits(policy, items)))
            for code, items in policy.successions.items()
        },
        Subject.CONSENT: {
            code: _Item(item.text, tuple(content.consent_traits(policy, item)))
            for code, item in policy.consents.items()
        },
        Subject.BENCHMARK: {
            item.code: _Item(item.title, tuple(content.benchmark_traits(policy, item))) for item in policy.comparisons
        },
        Subject.DOCUMENT: {
            code: _Item(title, (about.text("Titel", title),)) for code, title in policy.documents.items()
        },
    }
