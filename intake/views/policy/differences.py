"""What is different between a version and the one it is compared with, rule by rule, and for which answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from intake.policy import Policy
from intake.policy.analysis import Difference, Differences
from intake.policy.analysis.words import intakes_in_words
from intake.policy.diffing import Happened, ItemChange, MarkedLine, Subject, changes

# Deeper than this a condition is not indented further on the screen.
DEEPEST = 5
TONES = {Happened.ADDED: "ok", Happened.REMOVED: "error", Happened.CHANGED: "active", Happened.MOVED: ""}
SYMBOLS = {Happened.ADDED: "plus", Happened.REMOVED: "minus", Happened.CHANGED: "edit", Happened.MOVED: "refresh"}
ANY_ANSWER = ("welk antwoord ook",)


@dataclass(frozen=True, slots=True)
class Reach:
    """For how many possible intakes a rule now holds or no longer does, and the answers that make it so."""

    text: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TraitShown:
    name: str
    lines: tuple[MarkedLine, ...]


@dataclass(frozen=True, slots=True)
class ChangeShown:
    """One thing that is different."""

    subject: str
    code: str
    title: str
    happened: str
    tone: str
    symbol: str
    traits: tuple[TraitShown, ...]
    reach: tuple[Reach, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """Everything that is different; `others` are rules that hold elsewhere without being changed themselves."""

    changes: tuple[ChangeShown, ...]
    others: tuple[tuple[str, str, tuple[Reach, ...]], ...]
    note: str


@lru_cache(maxsize=8)
def compare(old: Policy, new: Policy) -> Compared:
    """Return what is different; two policies are only looked at once, because that can take a while."""
    differences = Differences(old, new)
    titles = {rule.code: policy.activities[rule.activity].title for policy in (old, new) for rule in policy.rules.rules}
    reaches = {} if differences.note else {code: tuple(_reaches(differences.of(code))) for code in titles}
    found = changes(old, new)
    shown = tuple(_change(one, reaches.get(one.code, ()) if one.subject is Subject.RULE else ()) for one in found)
    told = {one.code for one in found if one.subject is Subject.RULE}
    others = tuple((code, titles[code], reach) for code, reach in reaches.items() if reach and code not in told)
    return Compared(shown, others, differences.note)


def _change(one: ItemChange, reach: tuple[Reach, ...]) -> ChangeShown:
    return ChangeShown(
        one.subject.value,
        one.code,
        one.title,
        one.happened.value,
        TONES[one.happened],
        SYMBOLS[one.happened],
        tuple(TraitShown(trait.name, tuple(_shallow(line) for line in trait.lines)) for trait in one.traits),
        reach,
    )


def _shallow(line: MarkedLine) -> MarkedLine:
    return line if line.depth <= DEEPEST else replace(line, depth=DEEPEST)


def _reaches(found: Difference) -> Iterator[Reach]:
    if found.note:
        yield Reach(found.note, ())
    if found.gained:
        text = f"Deze regel geldt nu ook bij {intakes_in_words(found.gained)}, zoals met:"
        yield Reach(text, found.gained_lines or ANY_ANSWER)
    if found.lost:
        text = f"Deze regel geldt niet meer bij {intakes_in_words(found.lost)}, zoals met:"
        yield Reach(text, found.lost_lines or ANY_ANSWER)
