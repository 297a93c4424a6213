"""The icons: outline drawings from static/src/icons, put in the page itself."""

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "static" / "src" / "icons"
NAME = re.compile(r"^[a-z][a-z0-9-]*$")


@cache
def icon_body(name: str) -> str:
    """Return the drawing inside the 24 × 24 box; raise LookupError for a name that is not in the folder."""
    path = FOLDER / f"{name}.svg"
    if not NAME.match(name) or not path.is_file():
        raise LookupError(f"no icon named «{name}» in static/src/icons")
    return path.read_text().split(">", 1)[1].rsplit("</svg>", 1)[0]


def icon_svg(name: str) -> str:
    """Return the icon as markup that a screen reader passes over; the word beside it says what it means."""
    return (
        '<svg class="nnmkb-icon" viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor"'
        ' stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">'
        f"{icon_body(name)}</svg>"
    )
