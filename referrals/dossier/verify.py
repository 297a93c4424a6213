"""Where a reader checks a dossier: the address with its code, and that address as a QR code."""

from __future__ import annotations

from dataclasses import dataclass

import segno
from django.conf import settings

from referrals.domain.dossier import check_code

# Modules of white around a QR code; scanners count on four.
QUIET = 4


@dataclass(frozen=True, slots=True)
class Square:
    """A QR code as one path, on a field of so many modules with its white edge."""

    size: int
    path: str


def address(digest: str) -> str:
    """Return the address of the page that checks the dossier with this digest."""
    return f"{settings.SITE_URL}/c/{check_code(digest)}/"


def square(text: str) -> Square:
    """Return the QR code of a text, of medium correction: read back when a seventh of it is lost."""
    rows = segno.make(text, error="m", micro=False).matrix
    return Square(size=len(rows) + 2 * QUIET, path="".join(strokes(rows)))


def strokes(rows: tuple[bytearray, ...]) -> list[str]:
    """Return a filled rectangle for each run of dark modules in a row."""
    found = []
    for top, row in enumerate(rows):
        left = 0
        while left < len(row):
            width = 0
            while left + width < len(row) and row[left + width]:
                width += 1
            if width:
                found.append(f"M{left + QUIET} {top + QUIET}h{width}v1h-{width}z")
            left += width or 1
    return found
