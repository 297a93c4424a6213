"""What a screen reader gets: the tree of tags, and whether it holds all that is painted, in the right kinds."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pikepdf

from tests.referrals.dossier.standards.painting import Painting

ALLOWED = {
    "Document", "Sect", "Div", "NonStruct", "P", "Span", "H1", "H2", "H3", "L", "LI", "Lbl", "LBody", "Table",
    "Caption", "THead", "TBody", "TR", "TH", "TD", "Figure", "Link",
}  # fmt: skip
ANNOUNCES = {"H1", "H2", "H3", "Caption", "THead"}


@dataclass(slots=True)
class Element:
    """One tag with what is under it."""

    tag: str
    source: Any
    children: list[Element] = field(default_factory=list)
    places: list[tuple[int, int]] = field(default_factory=list)
    annotations: list[Any] = field(default_factory=list)

    def every(self) -> Iterator[Element]:
        """Yield this element and all under it, in reading order."""
        yield self
        for child in self.children:
            yield from child.every()

    def tagged(self, *tags: str) -> list[Element]:
        """Return the elements under this one with one of these tags."""
        return [one for one in self.every() if one.tag in tags]


def tree(document: pikepdf.Pdf) -> Element:
    """Return the tree of tags."""
    numbers = {page.objgen: number for number, page in enumerate(document.pages)}
    return read(document.Root.StructTreeRoot.K, numbers)


def read(source: Any, pages: dict[Any, int]) -> Element:
    """Read one element with its children."""
    if isinstance(source, pikepdf.Array):
        (source,) = source
    element = Element(str(source.S)[1:], source)
    kids = source.get("/K", pikepdf.Array())
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary):
            if "/S" in kid:
                element.children.append(read(kid, pages))
            elif kid.get("/Type") == "/OBJR":
                element.annotations.append(kid.Obj)
            else:
                element.places.append((pages[kid.get("/Pg", source.get("/Pg")).objgen], int(kid.MCID)))
        else:
            element.places.append((pages[source.Pg.objgen], int(kid)))
    return element


def words(element: Element, painting: Painting) -> str:
    """Return the text of an element in reading order."""
    places = [place for one in element.every() for place in one.places]
    return "".join(painting.texts.get(place, "") for place in places)


def problems(document: pikepdf.Pdf, painting: Painting) -> Iterator[str]:
    """Yield what is wrong with the tree."""
    if not document.Root.get("/MarkInfo", {}).get("/Marked"):
        yield "the document does not say that it is tagged"
    if "/StructTreeRoot" not in document.Root:
        yield "there are no tags"
        return
    root = tree(document)
    for tag, times in Counter(one.tag for one in root.every()).items():
        if tag not in ALLOWED:
            yield f"tag {tag} is not ours ({times} times)"
    yield from unmarked(root, painting)
    yield from headings(root, painting)
    for table in root.tagged("Table"):
        yield from table_problems(table, words(table, painting)[:40])
    for bullets in root.tagged("L"):
        if {one.tag for one in bullets.children} - {"LI", "Caption"}:
            yield f"list {words(bullets, painting)[:40]!r} holds more than items"
    for figure in root.tagged("Figure"):
        yield from figure_problems(figure, document)
    yield from link_problems(root, painting, document)
    yield from left_behind(root, painting)


def unmarked(root: Element, painting: Painting) -> Iterator[str]:
    """Yield what is painted outside the tree, or is in the tree twice or without being painted."""
    for piece in painting.pieces:
        if not piece.marked:
            yield f"page {piece.page + 1} paints without a mark: {piece.operators[:3]} {piece.text[:40]!r}"
    claimed = Counter(place for one in root.every() for place in one.places)
    twice = [place for place, times in claimed.items() if times > 1]
    painted = {(one.page, one.number) for one in painting.pieces if one.number is not None}
    if twice:
        yield f"marks that two tags claim: {twice[:5]}"
    if painted - set(claimed):
        yield f"marks that no tag claims: {sorted(painted - set(claimed))[:5]}"


def headings(root: Element, painting: Painting) -> Iterator[str]:
    """Yield what is wrong with the headings."""
    found = root.tagged("H1", "H2", "H3", "H4", "H5", "H6")
    levels = [int(one.tag[1]) for one in found]
    if levels.count(1) != 1 or levels[:1] != [1]:
        yield f"the headings do not begin with the only H1: {levels}"
    if any(later > earlier + 1 for earlier, later in itertools.pairwise(levels)):
        yield f"a heading level is skipped: {levels}"
    for one in found:
        if not words(one, painting).strip():
            yield f"an empty {one.tag}"


def table_problems(table: Element, name: str) -> Iterator[str]:
    """Yield what is wrong with a table: every row must have a header, and every header a scope."""
    if [one.tag for one in table.children].count("Caption") != 1 or table.children[0].tag != "Caption":
        yield f"table {name!r} does not begin with its only caption"
    if len({len(row.children) for row in table.tagged("TR")}) != 1:
        yield f"table {name!r} has no rows, or rows of different lengths"
    for part in table.tagged("THead", "TBody"):
        scope = "/Column" if part.tag == "THead" else "/Row"
        for row in part.tagged("TR"):
            headers = [one for one in row.children if one.tag == "TH"]
            if len(headers) != (len(row.children) if part.tag == "THead" else 1):
                yield f"table {name!r} has a row in its {part.tag} with {len(headers)} headers"
            if any(one.source.get("/A", {}).get("/Scope") != scope for one in headers):
                yield f"table {name!r} has a header in its {part.tag} without scope {scope}"


def figure_problems(figure: Element, document: pikepdf.Pdf) -> Iterator[str]:
    """Yield what is wrong with a figure: its words, and its box, which must frame what is painted."""
    if not str(figure.source.get("/Alt", "")).strip():
        yield "a figure has no alternative text"
    box = [float(side) for side in figure.source.get("/A", {}).get("/BBox", ())]
    if len(box) != 4:
        yield "a figure has no box"
        return
    page = next(one for one in document.pages if one.objgen == figure.source.Pg.objgen)
    left, bottom, right, top = (float(side) for side in page.mediabox)
    if not (left <= box[0] < box[2] <= right and bottom <= box[1] < box[3] <= top):
        yield f"the box of a figure is not on its page: {box}"


def left_behind(root: Element, painting: Painting) -> Iterator[str]:
    """Yield headings, captions and head rows at the foot of a page while what they announce is on the next."""
    found = [one for one in root.every() if one.places or one.tag in ANNOUNCES]
    for at, one in enumerate(found):
        if one.tag in ANNOUNCES:
            own = [place for under in one.every() for place in under.places]
            after = [place for later in found[at + 1 :] for place in later.places if place not in own][:1]
            if own and after and after[0][0] != own[-1][0]:
                yield f"page {own[-1][0] + 1} ends with the {one.tag} {words(one, painting)[:40]!r}"


def link_problems(root: Element, painting: Painting, document: pikepdf.Pdf) -> Iterator[str]:
    """Yield links that a reader cannot see or hear: an annotation outside a Link, a Link without words."""
    reached = set()
    for link in root.tagged("Link"):
        reached |= {one.objgen for one in link.annotations}
        if not words(link, painting).strip():
            yield "a link without words"
        if not link.annotations:
            yield "a Link tag without a place to click"
    for page in document.pages:
        for note in page.get("/Annots", ()):
            if note.get("/Subtype") == "/Link" and note.objgen not in reached:
                yield "a link that is not in the tree"
