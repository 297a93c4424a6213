"""Sentences of a source text, to pick a citation from."""

from __future__ import annotations

import re

# A full stop inside a number or after one letter («o.a.») ends nothing.
_END = re.compile(r"(?<=[.!?])(?<!\b\w\.)\s+(?=[A-ZÀ-Ý‘“'\"(])|\n\s*\n")
_WORD = re.compile(r"\w+")
LONGEST = 600
SHORTEST = 20


def sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of a text, each on one line; what is too short or too long to cite is left out."""
    lines = (" ".join(piece.split()) for piece in _END.split(text))
    return tuple(dict.fromkeys(line for line in lines if SHORTEST <= len(line) <= LONGEST))


def with_words(text: str, wanted: str, most: int) -> tuple[str, ...]:
    """Return the sentences in which most of these words start a word, the best first; nothing for no words."""
    words = {word.lower() for word in _WORD.findall(wanted)}
    if not words:
        return ()
    scored = [(_score(sentence, words), -place, sentence) for place, sentence in enumerate(sentences(text))]
    return tuple(sentence for score, _, sentence in sorted(scored, reverse=True)[:most] if score)


def _score(sentence: str, words: set[str]) -> int:
    found = {word.lower() for word in _WORD.findall(sentence)}
    return sum(any(word.startswith(start) for word in found) for start in words)
