"""The printable gate: what any text must pass before it reaches the page."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings

LONGEST_TEXT = 1000
# All texts of a dossier together: six times an ordinary one. Beyond it the longest ones get shorter.
LONGEST_WHOLE = 60_000
# More than so many characters without a space are no language, and take more paper and time than any.
LONGEST_WORD, OF_SUCH_WORDS = 100, 400
# Wrapping runs without a space costs quadratic time: 27 answers of 8,000 such characters took 81 seconds.
LONGEST_RUN = 28
BREAK = "\u200b"
BOX = "¤"
FONT_FILE = "NnmkbSans-Regular.ttf"
# Control, format (bidi overrides, joiners), surrogate, private use.
DROPPED = {"Cc", "Cf", "Cs", "Co"}
SPACES = {"Zs", "Zl", "Zp"}
# Accents that stand on the letter before them. Two, as any language writes them, may stay; no tower of them.
MARK = "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
MARKS = re.compile(f"({MARK}{{2}}){MARK}+")
NO_LANGUAGE = re.compile(rf"\S{{{LONGEST_WORD + 1}}}")
RUN = re.compile(rf"\S{{{LONGEST_RUN}}}(?=\S)")


@dataclass(frozen=True, slots=True)
class Printable:
    """A text as it can be printed, whether something could not be shown, and whether it was cut off."""

    text: str
    replaced: bool
    cut: bool


class Shown(NamedTuple):
    """A content as it can be printed, and what the reader must be told about it."""

    content: dict[str, Any]
    replaced: bool
    cut: bool


@cache
def covered() -> frozenset[int]:
    """Return the characters of the dossier's own font."""
    from fontTools.ttLib import TTFont

    with TTFont(settings.ROOT / "static" / "dossier" / "fonts" / FONT_FILE, lazy=True) as font:
        return frozenset(font.getBestCmap())


def printable(text: str, *, longest: int = LONGEST_TEXT) -> Printable:
    """Return the text composed, without controls and direction overrides, in characters that the font has.

    Other characters become ¤, any space an ordinary one, towers of accents two; the length is capped, that of texts
    with endless words sooner; and runs without a space get places to break.
    """
    part = text[: longest + 1]
    if longest > OF_SUCH_WORDS and NO_LANGUAGE.search(part):
        longest = OF_SUCH_WORDS
    short = MARKS.sub(r"\1", unicodedata.normalize("NFC", part))
    cut = len(part) > longest
    known = covered()
    kept: list[str] = []
    replaced = False
    for char in short[:longest]:
        kind = unicodedata.category(char)
        # Pango breaks a line at none of the hard spaces, so such a text would run off the page.
        if kind in SPACES or char in "\n\t\r":
            kept.append(" ")
        elif kind in DROPPED:
            continue
        elif ord(char) in known:
            kept.append(char)
        else:
            kept.append(BOX)
            replaced = True
    made = "".join(kept).rstrip() + "…" if cut else "".join(kept)
    return Printable(RUN.sub(lambda run: run.group() + BREAK, made), replaced, cut)


def printable_content(content: Mapping[str, Any]) -> Shown:
    """Return the content with every text through the gate, and whether something could not be shown or was cut."""
    longest = room(content)
    done: list[Printable] = []

    def gate(value: Any) -> Any:
        if isinstance(value, str):
            done.append(printable(value, longest=longest))
            return done[-1].text
        if isinstance(value, Mapping):
            return {key: gate(one) for key, one in value.items()}
        return [gate(one) for one in value] if isinstance(value, list) else value

    made = gate(content)
    return Shown(made, any(one.replaced for one in done), any(one.cut for one in done))


def room(content: Mapping[str, Any]) -> int:
    """Return how long a text of this content may be, so that all of them together stay within bounds.

    Short ones stay as they are: only the longest give way, and only when there are many.
    """
    lengths = sorted(min(len(text), LONGEST_TEXT) for text in texts(content))
    left = LONGEST_WHOLE
    for before, length in enumerate(lengths):
        share = left // (len(lengths) - before)
        if length > share:
            return share
        left -= length
    return LONGEST_TEXT


def texts(value: Any) -> Iterator[str]:
    """Yield every text in a content."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for one in value.values() if isinstance(value, Mapping) else value:
            yield from texts(one)


def safe_url(url: str) -> str:
    """Return the address when it may be a link: http or https, with a host and without user and password; else ''."""
    try:
        parts = urlsplit(url.strip())
        named = parts.hostname
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not named or parts.username or parts.password:
        return ""
    return url.strip()
