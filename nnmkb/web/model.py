"""The 3×3 model of steps and ways: one structure, drawn as SVG for page and dossier, and as rows for a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from nnmkb.web.icons import icon_body

Status = Literal["now", "better", "fine", "later", "unknown"]

ICONS: dict[str, str] = {
    "now": "arrow-right",
    "better": "plus",
    "fine": "check",
    "later": "lock",
    "unknown": "help",
}
WAY_ICONS = ("bulb", "users-group", "speakerphone")

LEFT, TOP, WIDE, HIGH, GAP = 132, 58, 85, 76, 7
EDGE = 5


@dataclass(frozen=True)
class Row:
    """A step, and whether it is the one to work on now."""

    label: str
    current: bool = False


@dataclass(frozen=True)
class Cell:
    """What to do at one step by one way; the word says the same as the colour and the icon."""

    status: Status
    word: str
    href: str | None = None


@dataclass(frozen=True)
class Model:
    """The whole model: `cells[step][way]`."""

    rows: Sequence[Row]
    columns: Sequence[str]
    cells: Sequence[Sequence[Cell]]
    title: str = "Waar uw bedrijf nu staat"

    def __post_init__(self) -> None:
        if len(self.cells) != len(self.rows) or any(len(line) != len(self.columns) for line in self.cells):
            raise ValueError("the model needs one cell for every step and way")

    @property
    def description(self) -> str:
        """The model in words, for who cannot see the drawing."""
        return " ".join(
            f"{row.label}: "
            + ", ".join(f"{way} {cell.word.lower()}" for way, cell in zip(self.columns, line, strict=True))
            + "."
            for row, line in zip(self.rows, self.cells, strict=True)
        )

    @property
    def lines(self) -> list[tuple[Row, Sequence[Cell]]]:
        """Each step with its cells, for the table."""
        return list(zip(self.rows, self.cells, strict=True))


def draw_model(model: Model, *, identity: str = "model", links: bool = True) -> str:
    """Return the model as one SVG; the classes carry the colours, so the caller's stylesheet must know them.

    `identity` must be unique on the page. With `links` off nothing in it can be clicked (the dossier).
    """
    width = LEFT + len(model.columns) * (WIDE + GAP) + EDGE
    height = TOP + len(model.rows) * (HIGH + GAP) + EDGE
    linked = links and any(cell.href for line in model.cells for cell in line)
    # role=img hides what is inside from a screen reader, and with it the links: then the drawing is a group.
    # HTML does not let the svg element itself be one.
    named = f'aria-labelledby="{identity}-title {identity}-desc"'
    parts = [
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}"',
        f'><g role="group" {named}>' if linked else f' role="img" {named}>',
        f'<title id="{identity}-title">{escape(model.title)}</title>',
        f'<desc id="{identity}-desc">{escape(model.description)}</desc>',
    ]
    parts += [head(index, label) for index, label in enumerate(model.columns)]
    parts += rail(model, width)
    for at, line in enumerate(model.cells):
        parts += [box(model, at, column, cell, linked=bool(links and cell.href)) for column, cell in enumerate(line)]
    return "".join([*parts, "</g></svg>" if linked else "</svg>"])


def head(index: int, label: str) -> str:
    """Return the name of a way with its icon, above its column."""
    middle = LEFT + index * (WIDE + GAP) + WIDE / 2
    drawing = placed(WAY_ICONS[index % len(WAY_ICONS)], middle, 2, 22)
    return (
        f'<g class="nnmkb-model__head" aria-hidden="true">{drawing}'
        f'<text class="nnmkb-model__way" x="{middle:g}" y="44">{escape(label)}</text></g>'
    )


def rail(model: Model, width: int) -> list[str]:
    """Return the names of the steps along the line that joins them; the current one stands on a band."""
    middles = [TOP + at * (HIGH + GAP) + HIGH / 2 for at in range(len(model.rows))]
    parts = [
        f'<rect class="nnmkb-model__row" x="0" y="{middle - HIGH / 2 - GAP / 2:g}" width="{width}"'
        f' height="{HIGH + GAP}" rx="10"/>'
        for row, middle in zip(model.rows, middles, strict=True)
        if row.current
    ]
    parts.append(f'<path class="nnmkb-model__rail" d="M20 {middles[0]:g}V{middles[-1]:g}"/>')
    for number, (row, middle) in enumerate(zip(model.rows, middles, strict=True), start=1):
        state = " nnmkb-model__dot--current" if row.current else ""
        parts.append(
            f'<g aria-hidden="true"><circle class="nnmkb-model__dot{state}" cx="20" cy="{middle:g}" r="14"/>'
            f'<text class="nnmkb-model__digit" x="20" y="{middle + 5:g}">{number}</text>'
            f'<text class="nnmkb-model__label" x="41" y="{middle + 5.5:g}">{escape(row.label)}</text></g>'
        )
    return parts


def box(model: Model, at: int, column: int, cell: Cell, *, linked: bool) -> str:
    """Return one cell: box, icon and word; as a link when it leads to its advice."""
    left, top = LEFT + column * (WIDE + GAP), TOP + at * (HIGH + GAP)
    middle = left + WIDE / 2
    inner = (
        f'<rect class="nnmkb-model__box" x="{left + 1}" y="{top + 1}" width="{WIDE - 2}" height="{HIGH - 2}" rx="9"/>'
        f"{placed(ICONS[cell.status], middle, top + 12, 26)}"
        f'<text class="nnmkb-model__word" x="{middle:g}" y="{top + 59}">{escape(cell.word)}</text>'
    )
    kind = f"nnmkb-model__cell nnmkb-model__cell--{cell.status}"
    if not linked:
        return f'<g class="{kind}" aria-hidden="true">{inner}</g>'
    name = f"{model.rows[at].label}, {model.columns[column]}: {cell.word}"
    return f'<a class="{kind}" href="{escape(cell.href or "")}" aria-label="{escape(name)}">{inner}</a>'


def placed(name: str, middle: float, top: float, size: int) -> str:
    """Return an icon of this size with its top centre at this point."""
    scale = size / 24
    return (
        f'<g class="nnmkb-model__icon" transform="translate({middle - size / 2:g} {top:g}) scale({scale:.4g})">'
        f"{icon_body(name)}</g>"
    )
