"""A text as numbered lines with what is wrong below them, and two texts beside each other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from intake.policy.diffing import Mark, MarkedLine

# What YAML takes for the end of a line; with other ends the numbers would not be those of the problems.
BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
# A policy has some hundreds of lines. Of a text with far more only the lines around a problem are drawn.
MOST_LINES = 6_000
AROUND = 3
MOST_TO_COMPARE = 20_000


@dataclass(frozen=True, slots=True)
class NumberedLine:
    """One line of a text, with what is wrong with it."""

    number: int
    text: str
    problems: tuple[str, ...]
    after_gap: bool


@dataclass(frozen=True, slots=True)
class Numbered:
    """A text as lines; `whole` is false when only the lines around problems are there."""

    lines: tuple[NumberedLine, ...]
    total: int
    whole: bool


def numbered(text: str, problems: Iterable[tuple[int, str]]) -> Numbered:
    """Return the lines of a text, each with the problems that are about it."""
    lines = split(text)
    wrong: dict[int, list[str]] = {}
    for line, message in problems:
        # What is missing at the end is reported one line further on.
        wrong.setdefault(min(max(line, 1), len(lines)), []).append(message)
    whole = len(lines) <= MOST_LINES
    shown = range(1, len(lines) + 1) if whole else _around(wrong, len(lines))
    return Numbered(tuple(_lines(lines, shown, wrong)), len(lines), whole)


def split(text: str) -> list[str]:
    """Return the lines of a text; the end of the last line begins no new one."""
    lines = BREAK.split(text)
    return lines[:-1] if len(lines) > 1 and not lines[-1] else lines


def _around(wrong: Iterable[int], total: int) -> list[int]:
    near = {line for at in wrong for line in range(at - AROUND, at + AROUND + 1)}
    return sorted(line for line in near if 1 <= line <= total)[:MOST_LINES]


def _lines(lines: Sequence[str], shown: Iterable[int], wrong: dict[int, list[str]]) -> Iterator[NumberedLine]:
    last = 0
    for number in shown:
        yield NumberedLine(number, lines[number - 1], tuple(wrong.get(number, ())), number != last + 1)
        last = number


def compared(theirs: str, mine: str) -> list[list[MarkedLine]] | None:
    """Return the places where two texts differ, with some lines around each; None for texts that are too long."""
    one, other = split(theirs), split(mine)
    if len(one) + len(other) > MOST_TO_COMPARE:
        return None
    matcher = SequenceMatcher(a=one, b=other)
    return [list(_marked(one, other, group)) for group in matcher.get_grouped_opcodes(AROUND)]


def _marked(
    one: Sequence[str], other: Sequence[str], group: Iterable[tuple[str, int, int, int, int]]
) -> Iterator[MarkedLine]:
    for word, start, end, from_, to in group:
        if word == "equal":
            yield from (MarkedLine(Mark.SAME, 0, line) for line in one[start:end])
            continue
        yield from (MarkedLine(Mark.REMOVED, 0, line) for line in one[start:end])
        yield from (MarkedLine(Mark.ADDED, 0, line) for line in other[from_:to])
