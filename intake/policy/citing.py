"""Whether a citation stands in the text of its document, and which passage it resembles when it does not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property

_QUOTE_MARKS = re.compile(r"[\"'`´‘’‚‛“”„‟«»‹›′″]+")
# A dash inside a word may be where a line ended; any other is as good as a blank.
_IN_WORD = re.compile(r"(?<=\w)[-‐‑‒–—―−\u00ad]+\s*(?=\w)")
_DASHES = re.compile(r"[-‐‑‒–—―−\u00ad]+")
# Digits of a footnote: raised ones, between brackets, or stuck to the end of a word or sentence.
_FOOTNOTES = re.compile(
    r"[⁰¹²³⁴-⁹]+|\[\d{1,3}\]|(?<=[^\W\d_]{2})\d{1,2}(?!\w)|(?<=[^\W\d_)'’”\"][.,;:!?)'’”\"])\d{1,2}(?![\w.,]?\w)"
)
_EMPHASIS = re.compile(r"[*_]+")
_ELLIPSIS = re.compile(r"\s*(?:…|\.\.\.)\s*")
_SENTENCES = re.compile(r"(?<=[.!?])\s+|\n\s*\n")
_WORDS = re.compile(r"\w+")
# A text without an end to its sentences is looked at in stretches of so many words, each half over the one before.
_STRETCH = 200
# From so many of the same words a passage may be the one that was meant; and so long may it be on the screen.
_NEAR = 0.6
_LONGEST = 240


@dataclass(frozen=True)
class SourceText:
    """The text of one document, as it was registered."""

    text: str

    def mistake(self, quote: str) -> str:
        """Return what is wrong with a citation, in Dutch; nothing when it stands in the text.

        An ellipsis stands for anything, so the pieces around it must follow each other in the text.
        """
        pieces = [piece for piece in _ELLIPSIS.split(quote) if _WORDS.search(piece)]
        if not pieces:
            return "hier staat geen zin"
        at = 0
        for piece in pieces:
            found = self._find(piece, at)
            if found is None and at and self._find(piece, 0) is not None:
                return f"«{_short(piece)}» staat niet na wat ervoor komt"
            if found is None:
                return f"«{_short(piece)}» staat niet in de tekst van dit document{self._did_you_mean(piece)}"
            at = found
        return ""

    def _find(self, piece: str, at: int) -> int | None:
        """Return where a piece ends that stands at or after a place, with whole words."""
        plain = _normal(piece)
        found = re.compile(rf"(?<!\w){re.escape(plain)}(?!\w)").search(self._plain, at)
        return found.end() if found else None

    @cached_property
    def _plain(self) -> str:
        return _normal(self.text)

    @cached_property
    def _sentences(self) -> list[tuple[str, frozenset[str]]]:
        lines = [" ".join(_FOOTNOTES.sub("", part).split()) for part in _SENTENCES.split(self.text)]
        return [(part, frozenset(_words(part))) for line in lines if line for part in _stretches(line)]

    def _did_you_mean(self, piece: str) -> str:
        words = frozenset(_words(piece))
        scored = [(len(words & own), -len(own), line) for line, own in self._sentences]
        same, _, line = max(scored, default=(0, 0, ""))
        return f", bedoelde u «{_passage(line, piece)}»?" if same and same >= _NEAR * len(words) else ""


def _normal(text: str) -> str:
    """Return the text without what differs between copies of it: the words and their order are what counts."""
    plain = _EMPHASIS.sub("", _QUOTE_MARKS.sub("", _FOOTNOTES.sub("", text)))
    return " ".join(_DASHES.sub(" ", _IN_WORD.sub("", plain)).split())


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORDS.findall(text)]


def _stretches(line: str) -> Iterator[str]:
    """Yield a line whole, or when it has too many words as stretches that overlap: comparing goes by the square."""
    spans = [(word.start(), word.end()) for word in _WORDS.finditer(line)]
    if len(spans) <= _STRETCH:
        yield line
        return
    for first in range(0, len(spans) - _STRETCH // 2, _STRETCH // 2):
        stretch = spans[first : first + _STRETCH]
        yield line[stretch[0][0] : stretch[-1][1]]


def _passage(sentence: str, piece: str) -> str:
    """Return the part of a sentence that resembles the piece, from the first to the last word they share."""
    spans = [(word.start(), word.end()) for word in _WORDS.finditer(sentence)]
    words = _words(piece)[:_STRETCH]
    same = SequenceMatcher(None, _words(sentence), words, autojunk=False).get_matching_blocks()[:-1]
    if not same:
        return _short(sentence)
    return _short(sentence[spans[same[0].a][0] : spans[same[-1].a + same[-1].size - 1][1]])


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
