"""The condition of a rule as form fields: read from what was sent, changed by a button, and shown again.

Every line travels as `v` («key:parent:subject»), in the order of the screen, beside its own fields. What was sent is
never trusted: a line below something that is no group, too many lines, or groups too deep inside each other, make the
whole unreadable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.http import QueryDict

from intake.policy import Policy
from intake.policy.drafting import (
    GROUP,
    MOST_LINES,
    Choice,
    Draft,
    LineProblem,
    added,
    bounds,
    comparisons,
    moved,
    options,
    removed,
    rows,
    subject_name,
    wrapped,
)
from intake.policy.drafting.choices import BETWEEN, COUNTING, EMPTY
from intake.policy.reading import MOST_NESTED

EMPTY_RULE = Draft(0, GROUP, "alle")
LONGEST = 60
# A group takes two levels of a file, so no rule that can be read has more of them inside each other.
DEEPEST = MOST_NESTED // 2


class Unreadable(Exception):
    """Raised when the lines that were sent cannot belong together."""


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose, and whether it is chosen."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class LineView:
    """One line ready for the screen; `head` is its hidden field, `above` the group that it is in."""

    key: int
    head: str
    name: str
    code: str
    is_group: bool
    known: bool
    comparisons: tuple[Option, ...]
    options: tuple[Option, ...]
    rows: tuple[Option, ...]
    limits: tuple[int, int] | None
    scale: tuple[str, ...]
    counts: bool
    asks_answers: bool
    asks_numbers: bool
    line: Draft
    above: int
    first: bool
    last: bool
    problem: str
    parts: tuple[LineView, ...]


def read_lines(posted: QueryDict) -> Draft:
    """Return the draft that was sent; an empty group when nothing was, Unreadable when it cannot be one."""
    heads = posted.getlist("v")
    if not heads:
        return EMPTY_RULE
    if len(heads) > MOST_LINES:
        raise Unreadable
    lines: dict[int, Draft] = {}
    below: dict[int, list[int]] = {}
    depth: dict[int, int] = {}
    for place, head in enumerate(heads):
        key, parent, subject = _split(head)
        fits = parent in lines and lines[parent].is_group if place else subject == GROUP
        depth[key] = depth.get(parent, 0) + 1
        if key in lines or not fits or depth[key] > DEEPEST:
            raise Unreadable
        lines[key] = _line(posted, key, subject)
        below[key] = []
        if place:
            below[parent].append(key)
    return _joined(next(iter(lines)), lines, below)


def _split(head: str) -> tuple[int, int, str]:
    key, _, rest = head.partition(":")
    parent, _, subject = rest.partition(":")
    if not all(number.isascii() and number.isdigit() and len(number) < 7 for number in (key, parent)):
        raise Unreadable
    return int(key), int(parent), subject[:LONGEST]


def _line(posted: QueryDict, key: int, subject: str) -> Draft:
    def typed(name: str) -> str:
        return posted.get(f"{name}-{key}", "")[:LONGEST]

    values = tuple(dict.fromkeys(value[:LONGEST] for value in posted.getlist(f"opties-{key}")[:MOST_LINES]))
    return Draft(key, subject, typed("hoe"), values, typed("van"), typed("tot"), typed("rij"), typed("aantal"))


def _joined(key: int, lines: Mapping[int, Draft], below: Mapping[int, list[int]]) -> Draft:
    return replace(lines[key], parts=tuple(_joined(part, lines, below) for part in below[key]))


# ------------------------------------------------------------------ buttons


def changed(policy: Policy, root: Draft, button: str, posted: QueryDict) -> tuple[Draft, int]:
    """Return the draft after a button, and the key of the line to look at; the same draft for any other button."""
    act, _, number = button.partition(":")
    if not (number.isascii() and number.isdigit() and len(number) < 7):
        return root, root.key
    key = int(number)
    match act:
        case "weg":
            return removed(root, key), _above(root, key)
        case "omhoog" | "omlaag":
            return moved(root, key, -1 if act == "omhoog" else 1), key
        case "inpakken":
            return wrapped(root, key), key
        case "voegtoe":
            return _added(policy, root, key, posted.get(f"nieuw-{key}", ""))
    return root, root.key


def _added(policy: Policy, root: Draft, group: int, subject: str) -> tuple[Draft, int]:
    fits = any(line.key == group and line.is_group for line in root.walk())
    try:
        how = next(iter(comparisons(policy, subject))) if fits and subject_name(policy, subject) else ""
    except KeyError:
        how = ""
    if not how:
        return root, group
    draft, key = added(root, group, subject, how)
    return draft, key or group


def _above(root: Draft, key: int) -> int:
    return next((line.key for line in root.walk() if key in {part.key for part in line.parts}), root.key)


# ------------------------------------------------------------------ on the screen


def view_of(policy: Policy, root: Draft, problems: tuple[LineProblem, ...] = ()) -> LineView:
    """Return the lines ready for the screen, each with what is wrong with it."""
    told = {problem.key: problem.message for problem in problems}
    return _view(policy, root, told, above=root.key, first=True, last=True)


def _view(policy: Policy, line: Draft, told: Mapping[int, str], *, above: int, first: bool, last: bool) -> LineView:
    try:
        name, known = subject_name(policy, line.subject), comparisons(policy, line.subject)
    except KeyError:
        name, known = "Dit bestaat niet in deze versie", {}
    there = bool(known)
    limits = bounds(policy, line.subject) if there else None
    at = len(line.parts) - 1
    return LineView(
        key=line.key,
        head=f"{line.key}:{above}:{line.subject}",
        name=name,
        code=line.subject.partition(":")[2] if line.subject.startswith("vraag:") else "",
        is_group=line.is_group,
        known=there,
        comparisons=tuple(Option(value, label, value == line.how) for value, label in known.items()),
        options=_options(options(policy, line.subject) if there else (), line.values),
        rows=_options(rows(policy, line.subject) if there else (), (line.row,)),
        limits=limits,
        scale=_scale(policy, line.subject) if limits else (),
        counts=line.is_group and line.how in COUNTING,
        asks_answers=line.how not in EMPTY,
        asks_numbers=limits is not None and (line.how in BETWEEN or not line.how),
        line=line,
        above=above,
        first=first,
        last=last,
        problem=told.get(line.key, ""),
        parts=tuple(
            _view(policy, part, told, above=line.key, first=place == 0, last=place == at)
            for place, part in enumerate(line.parts)
        ),
    )


def _options(choices: tuple[Choice, ...], chosen: tuple[str, ...]) -> tuple[Option, ...]:
    return tuple(Option(choice.value, choice.label, choice.value in chosen) for choice in choices)


def _scale(policy: Policy, subject: str) -> tuple[str, ...]:
    """Return what the scores of a matrix mean; a number has no such words."""
    question = policy.catalogue.by_code[subject.partition(":")[2]]
    return tuple(f"{option.value} = {option.label}" for option in question.options) if question.rows else ()
