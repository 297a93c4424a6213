"""What the pages of a PDF paint: which text, in which font, and what each piece is to a reader."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pikepdf

PAINTS = {"f", "F", "f*", "B", "B*", "b", "b*", "S", "s", "sh", "Do", "Tj", "TJ", "'", '"', "EI"}
SHOWS = {"Tj", "TJ", "'", '"'}
# WeasyPrint writes each pair on a line of its own.
PAIR = re.compile(rb"<([0-9a-fA-F]{4})> *<([0-9a-fA-F]+)>")


@dataclass(slots=True)
class Font:
    """A font as the PDF describes it."""

    name: str
    embedded: bool
    letters: dict[int, str]


@dataclass(slots=True)
class Painted:
    """Everything between two marks: its number on the page (None: decoration), its text, its glyphs."""

    page: int
    number: int | None
    marked: bool
    text: str = ""
    glyphs: list[tuple[str, int]] = field(default_factory=list)
    operators: list[str] = field(default_factory=list)


@dataclass
class Painting:
    """All that is painted in a document."""

    document: pikepdf.Pdf

    @cached_property
    def fonts(self) -> dict[str, Font]:
        """Return every font by its name."""
        found = [one for one in self.document.objects if isinstance(one, pikepdf.Dictionary)]
        fonts = [read_font(one) for one in found if one.get("/Type") == "/Font" and "/DescendantFonts" in one]
        return {font.name: font for font in fonts}

    @cached_property
    def pieces(self) -> list[Painted]:
        """Return what is painted, in the order of painting."""
        found = [one for number, page in enumerate(self.document.pages) for one in self.walk(page, number)]
        return [one for one in found if one.operators]

    @cached_property
    def texts(self) -> dict[tuple[int, int], str]:
        """Return the text under each number of each page."""
        texts: dict[tuple[int, int], str] = {}
        for piece in self.pieces:
            if piece.number is not None:
                place = (piece.page, piece.number)
                texts[place] = texts.get(place, "") + piece.text
        return texts

    def walk(self, page: pikepdf.Page, number: int) -> list[Painted]:
        """Return the pieces of one page."""
        marks: list[Painted] = []
        bare = Painted(number, None, marked=False)
        found = [bare]
        font = ""
        for instruction in pikepdf.parse_content_stream(page):
            operator, operands = str(instruction.operator), list(instruction.operands)
            if operator in {"BMC", "BDC"}:
                marks.append(opened_mark(number, marks, operands))
                found.append(marks[-1])
            elif operator == "EMC":
                marks.pop()
            elif operator == "Tf":
                font = font_name(page.Resources.Font[str(operands[0])])
            elif operator in PAINTS:
                piece = marks[-1] if marks else bare
                piece.operators.append(operator)
                if operator in SHOWS:
                    self.show(piece, font, operands)
        assert not marks
        return found

    def show(self, piece: Painted, font: str, operands: list[Any]) -> None:
        """Add the glyphs that one operator shows."""
        shown = [one for part in operands for one in (part if isinstance(part, pikepdf.Array) else [part])]
        letters = self.fonts[font].letters if font in self.fonts else {}
        for string in shown:
            if isinstance(string, pikepdf.String):
                codes = bytes(string)
                glyphs = [int.from_bytes(codes[at : at + 2], "big") for at in range(0, len(codes), 2)]
                piece.glyphs += [(font, glyph) for glyph in glyphs]
                piece.text += "".join(letters.get(glyph, "\ufffd") for glyph in glyphs)


def opened_mark(page: int, around: list[Painted], operands: list[Any]) -> Painted:
    """Return a new piece: decoration, or a numbered part of the tree; a mark inside another keeps its number."""
    properties = operands[1] if len(operands) > 1 else None
    if str(operands[0]) == "/Artifact":
        return Painted(page, None, marked=True)
    if isinstance(properties, pikepdf.Dictionary) and "/MCID" in properties:
        return Painted(page, int(properties.MCID), marked=True)
    outer = around[-1] if around else Painted(page, None, marked=False)
    return Painted(page, outer.number, outer.marked)


def font_name(font: Any) -> str:
    """Return the name of a font, which has the letters of its subset in front and so is its own."""
    return str(font.BaseFont)


def read_font(font: Any) -> Font:
    """Read a font with its table from glyphs to letters."""
    described = font.DescendantFonts[0].get("/FontDescriptor", pikepdf.Dictionary())
    embedded = "/FontFile2" in described or "/FontFile3" in described
    letters = {}
    if "/ToUnicode" in font:
        for glyph, text in PAIR.findall(font.ToUnicode.read_bytes()):
            letters[int(glyph, 16)] = bytes.fromhex(text.decode()).decode("utf-16-be")
    return Font(font_name(font), embedded, letters)
