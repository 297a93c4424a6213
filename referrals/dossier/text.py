"""The printable gate: what any text must pass before it reaches the page."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

LONGEST_TEXT = 1000
# Wrapping runs without a space costs quadratic time: 27 answers of 8,000 such characters took 81 seconds.
LONGEST_RUN = 28
BREAK = "\u200b"
BOX = "¤"
FONT_FILE = "NnmkbSans-Regular.ttf"
# Control, format (bidi overrides, joiners), surrogate, private use.
DROPPED = {"Cc", "Cf", "Cs", "Co"}
RUN = re.compile(rf"\S{{{LONGEST_RUN}}}(?=\S)")


@dataclass(frozen=True, slots=True)
class Printable:
    """A text as it can be printed, and whether something could not be shown."""

    text: str
    replaced: bool


@cache
def covered() -> frozenset[int]:
    """Return the characters of the dossier's own font."""
    from fontTools.ttLib import TTFont

    with TTFont(settings.ROOT / "static" / "dossier" / "fonts" / FONT_FILE, lazy=True) as font:
        return frozenset(font.getBestCmap())


def printable(text: str, *, longest: int = LONGEST_TEXT) -> Printable:
    """Return the text composed, without controls and direction overrides, in characters that the font has.

    Other characters become ¤, the length is capped, and runs without a space get places to break.
    """
    cut = text[: longest + 1]
    short = unicodedata.normalize("NFC", cut)[:longest] + ("…" if len(cut) > longest else "")
    known = covered()
    kept: list[str] = []
    replaced = False
    for char in short:
        if char in "\n\t\r\u2028\u2029":
            kept.append(" ")
        elif unicodedata.category(char) in DROPPED:
            continue
        elif ord(char) in known:
            kept.append(char)
        else:
            kept.append(BOX)
            replaced = True
    return Printable(RUN.sub(lambda run: run.group() + BREAK, "".join(kept)), replaced)


def printable_content(content: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
    """Return the content with every text through the gate, and whether something could not be shown."""
    replaced = False

    def gate(value: Any) -> Any:
        nonlocal replaced
        if isinstance(value, str):
            done = printable(value)
            replaced = replaced or done.replaced
            return done.text
        if isinstance(value, Mapping):
            return {key: gate(one) for key, one in value.items()}
        return [gate(one) for one in value] if isinstance(value, list) else value

    return gate(content), replaced


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
