"""What is different between a version and the one it is compared with, rule by rule, and for which answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from intake.policy import Policy
from intake.policy.analysis import Difference, Differences
from intake.policy.analysis.differing import TOO_LARGE
from intake.policy.analysis.words import intakes_in_words
from intake.policy.diffing import Happened, ItemChange, MarkedLine, Subject, changes
from intake.policy.impact import Impact, Shift
from intake.services.governing.checking import NODES_AT_ONCE
from intake.views.policy.counting import answers_in_words, scans_in_words

# Deeper than this a condition is not indented further on the screen.
DEEPEST = 5
TONES = {Happened.ADDED: "ok", Happened.REMOVED: "error", Happened.CHANGED: "active", Happened.MOVED: ""}
SYMBOLS = {Happened.ADDED: "plus", Happened.REMOVED: "minus", Happened.CHANGED: "edit", Happened.MOVED: "refresh"}
FURTHER = "De opdracht replay kijkt verder."
ANY_ANSWER = ("welk antwoord ook",)
NOW_ALSO, NO_LONGER = "Deze regel geldt nu ook bij", "Deze regel geldt niet meer bij"


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a rule now holds or no longer does: of all possible answers, and of the stored scans once counted.

    `text` begins the sentence; without a `share` it is all there is to say.
    """

    text: str
    lines: tuple[str, ...] = ()
    share: str = ""
    gained: bool = False
    scans: str = ""


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
def compare(old: Policy, new: Policy, possible: int | None) -> Compared:
    """Return what is different; two policies are only looked at once, because that can take a while.

    `possible` is the number of all intakes of the new one; without it, shares are not told.
    """
    differences = Differences(old, new, budget=NODES_AT_ONCE)
    titles = {rule.code: policy.activities[rule.activity].title for policy in (old, new) for rule in policy.rules.rules}
    reaches = {} if differences.note else {code: tuple(_reaches(differences.of(code), possible)) for code in titles}
    found = changes(old, new)
    shown = tuple(_change(one, reaches.get(one.code, ()) if one.subject is Subject.RULE else ()) for one in found)
    told = {one.code for one in found if one.subject is Subject.RULE}
    others = tuple((code, titles[code], reach) for code, reach in reaches.items() if reach and code not in told)
    return Compared(shown, others, _further(differences.note))


def _further(note: str) -> str:
    return f"{note} {FURTHER}" if note == TOO_LARGE else note


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


def _reaches(found: Difference, possible: int | None) -> Iterator[Reach]:
    if found.note:
        yield Reach(_further(found.note))
    for text, number, lines, gained in (
        (NOW_ALSO, found.gained, found.gained_lines, True),
        (NO_LONGER, found.lost, found.lost_lines, False),
    ):
        if number:
            share = answers_in_words(number, possible) if possible else intakes_in_words(number)
            yield Reach(text, lines or ANY_ANSWER, share, gained)


def with_scans(compared: Compared, impact: Impact) -> Compared:
    """Return the same with for how many of the stored scans each rule is gained and lost."""
    return replace(
        compared,
        changes=tuple(replace(one, reach=_counted(one.code, one.reach, impact)) for one in compared.changes),
        others=tuple((code, title, _counted(code, reach, impact)) for code, title, reach in compared.others),
    )


def _counted(code: str, reach: tuple[Reach, ...], impact: Impact) -> tuple[Reach, ...]:
    shift = impact.rules.get(code, Shift())
    return tuple(
        replace(one, scans=scans_in_words(shift.plus if one.gained else shift.minus, impact.intakes))
        if one.share and impact.intakes
        else one
        for one in reach
    )
