"""The lines of a condition that is being built, and how they are added, moved and taken away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

GROUP, OUTCOME = "groep", "uitkomst"
# More than this nobody can read, and a form would get too many fields; a rule of 2013 has 20 at most.
MOST_LINES = 80
DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Draft:
    """One line, or a group of them. `key` is unique in the whole; what does not fit the subject is left as it is.

    `subject` is "groep", "uitkomst", "vraag:S1", "feit:wil" or "afgeleid:strategie". Numbers are kept as typed.
    """

    key: int
    subject: str
    how: str = ""
    values: tuple[str, ...] = ()
    low: str = ""
    high: str = ""
    row: str = ""
    number: str = ""
    parts: tuple[Draft, ...] = ()

    @property
    def is_group(self) -> bool:
        return self.subject == GROUP

    def walk(self) -> Iterator[Draft]:
        """Yield this line and all below it."""
        yield self
        for part in self.parts:
            yield from part.walk()


def added(root: Draft, group: int, subject: str, how: str) -> tuple[Draft, int]:
    """Return the draft with a new line at the end of a group, and the key of that line; 0 when there is no room."""
    key = max(line.key for line in root.walk()) + 1
    if sum(1 for _ in root.walk()) >= MOST_LINES or (subject == GROUP and _depth(root, group) >= DEEPEST):
        return root, 0
    line = Draft(key, subject, how)
    return _mapped(root, group, lambda found: (replace(found, parts=(*found.parts, line)),)), key


def removed(root: Draft, key: int) -> Draft:
    """Return the draft without a line and what is below it; the top stays."""
    return root if key == root.key else _mapped(root, key, lambda found: ())


def wrapped(root: Draft, key: int) -> Draft:
    """Return the draft with a line put in a group of its own."""
    new = max(line.key for line in root.walk()) + 1
    if key == root.key or _depth(root, key) > DEEPEST or sum(1 for _ in root.walk()) >= MOST_LINES:
        return root
    return _mapped(root, key, lambda found: (Draft(new, GROUP, "een_van", parts=(found,)),))


def moved(root: Draft, key: int, by: int) -> Draft:
    """Return the draft with a line some places up or down within its group."""
    for line in root.walk():
        keys = [part.key for part in line.parts]
        if key in keys:
            parts = list(line.parts)
            at = keys.index(key)
            to = min(max(at + by, 0), len(parts) - 1)
            parts.insert(to, parts.pop(at))
            return _mapped(root, line.key, partial(_with_parts, tuple(parts)))
    return root


def _with_parts(parts: tuple[Draft, ...], line: Draft) -> tuple[Draft, ...]:
    return (replace(line, parts=parts),)


def _depth(root: Draft, key: int) -> int:
    """Return how many groups a line is in, the line itself counted; 0 when it is not there."""
    if root.key == key:
        return 1
    below = max((_depth(part, key) for part in root.parts), default=0)
    return below + 1 if below else 0


def _mapped(draft: Draft, key: int, change: Callable[[Draft], tuple[Draft, ...]]) -> Draft:
    """Return the draft with one line replaced by what the change makes of it; the top becomes one line."""
    if draft.key == key:
        return change(draft)[0]
    return replace(draft, parts=_parts(draft.parts, key, change))


def _parts(parts: tuple[Draft, ...], key: int, change: Callable[[Draft], tuple[Draft, ...]]) -> tuple[Draft, ...]:
    found: list[Draft] = []
    for part in parts:
        found += change(part) if part.key == key else (replace(part, parts=_parts(part.parts, key, change)),)
    return tuple(found)
