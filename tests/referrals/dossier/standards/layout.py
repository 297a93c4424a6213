"""Where things lie on the page: nothing over something else, nothing off the page, every box around its figure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as raw

from tests.referrals.dossier.standards.structure import Element

# White around the page, in points (5 mm): where a printer cannot be trusted.
EDGE = 14.0
# Letters of two lines may touch in their tails; more than this share of the smaller one is one over the other.
SHARE = 0.25
# How much of a figure must lie in its box, and how much of the box the figure must fill.
WHOLE, FULL = 0.98, 0.5
KINDS = {raw.FPDF_PAGEOBJ_TEXT: "text", raw.FPDF_PAGEOBJ_PATH: "shape", raw.FPDF_PAGEOBJ_FORM: "form"}


@dataclass(frozen=True, slots=True)
class Box:
    """Where one thing lies on a page, in points from the bottom left, and the mark that it stands under."""

    page: int
    mark: int
    kind: str
    left: float
    bottom: float
    right: float
    top: float

    @property
    def area(self) -> float:
        """Return its size."""
        return max(self.right - self.left, 0.0) * max(self.top - self.bottom, 0.0)

    def common(self, other: Box) -> float:
        """Return the size of what both cover."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.top, other.top) - max(self.bottom, other.bottom)
        return max(wide, 0.0) * max(high, 0.0)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page: its size and what lies on it."""

    width: float
    height: float
    boxes: tuple[Box, ...]


def sheets(pdf: bytes) -> list[Sheet]:
    """Return where everything lies on each page."""
    document = pypdfium2.PdfDocument(pdf)
    found = []
    for number, page in enumerate(document):
        boxes = tuple(
            Box(number, raw.FPDFPageObj_GetMarkedContentID(one.raw), KINDS[one.type], *one.get_bounds())
            for one in page.get_objects(max_depth=1)
            if one.type in KINDS
        )
        found.append(Sheet(*page.get_size(), boxes))
        page.close()
    document.close()
    return found


def problems(pages: list[Sheet], root: Element) -> Iterator[str]:
    """Yield what lies wrong."""
    for number, page in enumerate(pages):
        texts = sorted((box for box in page.boxes if box.kind == "text" and box.area), key=lambda box: box.bottom)
        for box in texts:
            if box.left < EDGE or box.bottom < EDGE or box.right > page.width - EDGE or box.top > page.height - EDGE:
                yield f"page {number + 1} has text outside its edges: {rounded(box)}"
        yield from overlaps(number, texts)
    for figure in root.tagged("Figure"):
        yield from frames(figure, pages)


def overlaps(number: int, texts: list[Box]) -> Iterator[str]:
    """Yield text over other text; `texts` lie from low to high."""
    for at, one in enumerate(texts):
        for other in texts[at + 1 :]:
            if other.bottom >= one.top:
                break
            if one.common(other) > SHARE * min(one.area, other.area):
                yield f"page {number + 1} has text over text: {rounded(one)} and {rounded(other)}"


def frames(figure: Element, pages: list[Sheet]) -> Iterator[str]:
    """Yield a figure whose box does not hold what is painted, or holds much more (a QR code has white around it)."""
    sides = [float(side) for side in figure.source.get("/A", {}).get("/BBox", ())]
    inside = [box for place in figure.places for box in pages[place[0]].boxes if box.mark == place[1]]
    if len(sides) != 4 or not inside:
        yield "a figure without a box or without anything painted"
        return
    box = Box(inside[0].page, inside[0].mark, "figure", *sides)
    ink = Box(
        inside[0].page,
        inside[0].mark,
        "ink",
        min(one.left for one in inside),
        min(one.bottom for one in inside),
        max(one.right for one in inside),
        max(one.top for one in inside),
    )
    if box.common(ink) < WHOLE * ink.area or ink.area < FULL * box.area:
        yield f"the box of a figure {rounded(box)} is not around what is painted {rounded(ink)}"


def rounded(box: Box) -> tuple[int, int, int, int]:
    """Return a box in whole points."""
    return (round(box.left), round(box.bottom), round(box.right), round(box.top))
