"""A dossier made worse in 22 ways, one at a time, to see which check notices."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from referrals.domain.dossier import canonical
from tests.referrals.dossier.reading import links, opened, tags
from tests.referrals.dossier.standards.painting import PAIR

Change = Callable[[pikepdf.Pdf], None]


@dataclass(frozen=True, slots=True)
class Mutant:
    """One way to make a dossier worse; `seen` says that the page looks different."""

    name: str
    change: Change
    seen: bool = False

    def of(self, pdf: bytes) -> bytes:
        """Return the worse file."""
        document = opened(pdf)
        self.change(document)
        out = BytesIO()
        document.save(out, fix_metadata_version=False)
        document.close()
        return out.getvalue()


def tagged(document: pikepdf.Pdf, name: str) -> Any:
    """Return the first element with this tag."""
    return next(one for one in tags(document) if name == one.S)


def replace_metadata(document: pikepdf.Pdf, old: bytes, new: bytes) -> None:
    """Change the metadata as text."""
    text = document.Root.Metadata.read_bytes()
    assert old in text
    document.Root.Metadata.write(text.replace(old, new))


def lose_language(document: pikepdf.Pdf) -> None:
    """A screen reader would read Dutch with the voice of its own language."""
    del document.Root.Lang


def lose_title(document: pikepdf.Pdf) -> None:
    """Only the name of the file would say what it is."""
    del document.docinfo.Title
    document.Root.Metadata.write(
        re.sub(rb"<dc:title>.*?</dc:title>", b"", document.Root.Metadata.read_bytes(), flags=re.S)
    )


def lose_accessible_claim(document: pikepdf.Pdf) -> None:
    """The file would no longer say that it is PDF/UA."""
    replace_metadata(document, b"<pdfuaid:part>1</pdfuaid:part>", b"")


def lower_archive_claim(document: pikepdf.Pdf) -> None:
    """The file would claim level B: the look only, not the structure."""
    replace_metadata(document, b'pdfaid:conformance="A"', b'pdfaid:conformance="B"')


def lose_output_intent(document: pikepdf.Pdf) -> None:
    """The colours would depend on the machine."""
    del document.Root.OutputIntents


def run_script(document: pikepdf.Pdf) -> None:
    """A click would run a script."""
    links(document)[0].A = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def lose_attachment(document: pikepdf.Pdf) -> None:
    """A machine would have nothing to read."""
    del document.Root.AF
    del document.Root.Names.EmbeddedFiles


def alter_attachment(document: pikepdf.Pdf) -> None:
    """The attachment would say something else than the page."""
    (spec,) = [one for _, one in document.attachments.items()]
    stream = spec.obj.EF.F
    content = json.loads(stream.read_bytes())
    content["company"]["size"] = "340 werkzame personen"
    stream.write(canonical(content))
    stream.Params = Dictionary(Size=len(canonical(content)), ModDate=stream.Params.ModDate)


def plain_cell_for_header(document: pikepdf.Pdf) -> None:
    """One header of a row would be an ordinary cell."""
    headers = [one for one in tags(document) if one.S == "/TH" and one.get("/A", {}).get("/Scope") == "/Row"]
    headers[-1].S = Name.TD
    del headers[-1].A


def lose_link_words(document: pikepdf.Pdf) -> None:
    """A link would not say where it goes."""
    for note in links(document):
        note.Contents = String("")


def lose_alternative(document: pikepdf.Pdf) -> None:
    """The figure would be silent."""
    del tagged(document, "/Figure").Alt


def misplace_box(document: pikepdf.Pdf) -> None:
    """The box of the figure would be measured from the top, as WeasyPrint does."""
    figure = tagged(document, "/Figure")
    left, bottom, right, top = (float(side) for side in figure.A.BBox)
    figure.A.BBox = Array([left, 842 - top, right, 842 - bottom])


def skip_heading(document: pikepdf.Pdf) -> None:
    """A heading would come two levels deeper than the one before."""
    tagged(document, "/H2").S = Name.H3


def lose_mark(document: pikepdf.Pdf) -> None:
    """One text would be painted outside the tree."""
    lost: list[bool] = []

    def change(one: Any) -> Iterator[Any]:
        operator = str(one.operator)
        if operator in {"BDC", "BMC"}:
            lost.append(not any(lost) and operator == "BDC" and "/MCID" in one.operands[1])
            dropped.append(lost[-1])
            if dropped[-1]:
                return
        elif operator == "EMC" and dropped.pop():
            return
        yield one

    dropped: list[bool] = []
    rewrite(document, document.pages[1], change)


def lose_letters(document: pikepdf.Pdf) -> None:
    """The text could be seen, but not read or searched."""
    del next(iter(document.pages[0].Resources.Font.values())).ToUnicode


def lose_font(document: pikepdf.Pdf) -> None:
    """Another machine would choose a font of its own."""
    for font in document.pages[0].Resources.Font.values():
        described = font.DescendantFonts[0].FontDescriptor
        for key in ("/FontFile2", "/FontFile3"):
            if key in described:
                del described[key]


def rewrite(document: pikepdf.Pdf, page: pikepdf.Page, change: Callable[[Any], Iterator[Any]]) -> None:
    """Write what a page paints again, instruction by instruction."""
    found = [after for before in pikepdf.parse_content_stream(page) for after in change(before)]
    page.Contents = document.make_stream(pikepdf.unparse_content_stream(found))


def glyph_of(document: pikepdf.Pdf, letter: str) -> set[int]:
    """Return the glyphs that show this letter; the fonts of a dossier number their glyphs alike."""
    wanted = letter.encode("utf-16-be").hex().encode()
    fonts = document.pages[-1].Resources.Font.values()
    return {
        int(glyph, 16) for font in fonts for glyph, text in PAIR.findall(font.ToUnicode.read_bytes()) if text == wanted
    }


def change_digit(document: pikepdf.Pdf) -> None:
    """The page would say another number of people than the company answered."""
    three, eight = glyph_of(document, "3"), glyph_of(document, "8")
    four = glyph_of(document, "4")
    (other,) = eight & {glyph + 5 for glyph in three}
    done: list[bool] = []

    def change(one: Any) -> Iterator[Any]:
        if str(one.operator) == "TJ" and not done:
            codes = b"".join(bytes(part) for part in one.operands[0] if isinstance(part, String))
            glyphs = [int.from_bytes(codes[at : at + 2], "big") for at in range(0, len(codes), 2)]
            if len(glyphs) == 2 and glyphs[0] in three and glyphs[1] in four:
                done.append(True)
                text = other.to_bytes(2, "big") + glyphs[1].to_bytes(2, "big")
                yield pikepdf.ContentStreamInstruction([Array([String(text)])], one.operator)
                return
        yield one

    rewrite(document, document.pages[-1], change)
    assert done


def lose_footer(document: pikepdf.Pdf) -> None:
    """One page would not have its number."""
    rewrite(document, document.pages[1], without_last("TJ"))


def without_last(operator: str) -> Callable[[Any], Iterator[Any]]:
    """Return a change that drops text near the foot of the page."""
    low: list[bool] = [False]

    def change(one: Any) -> Iterator[Any]:
        if str(one.operator) == "Tm":
            low[0] = float(one.operands[5]) * 0.75 > 842 - 50
        if str(one.operator) != operator or not low[0]:
            yield one

    return change


def recolour(document: pikepdf.Pdf, page: int, old: str, new: str, times: int = 1) -> None:
    """Paint with another colour, the first so many times."""
    left = [times]
    before, after = (tuple(round(int(colour[at : at + 2], 16) / 255, 3) for at in (0, 2, 4)) for colour in (old, new))

    def change(one: Any) -> Iterator[Any]:
        if str(one.operator) == "rg" and left[0] and tuple(round(float(part), 3) for part in one.operands) == before:
            left[0] -= 1
            yield pikepdf.ContentStreamInstruction(list(after), one.operator)
        else:
            yield one

    rewrite(document, document.pages[page], change)
    assert not left[0]


def swap_cell(document: pikepdf.Pdf) -> None:
    """A cell of the model would have the colour of another word."""
    recolour(document, 0, "0b4f58", "b3420e", times=2)


def darken_slightly(document: pikepdf.Pdf) -> None:
    """The background of the question would be ten steps darker: nobody sees it."""
    recolour(document, 0, "f3efe6", "e9e5dc")


def hide_text(document: pikepdf.Pdf) -> None:
    """A note would be white on white: only a machine reads it."""
    recolour(document, 1, "4a5a68", "ffffff", times=3)


def lose_bar(document: pikepdf.Pdf) -> None:
    """A bar of the comparison would be gone."""
    recolour(document, 2, "b3420e", "ffffff")


def shift_text(document: pikepdf.Pdf) -> None:
    """One line would stand over another."""
    moved: list[bool] = []

    def change(one: Any) -> Iterator[Any]:
        if str(one.operator) == "Tm":
            moved.append(True)
            if len(moved) == 30:
                parts = [float(part) for part in one.operands]
                yield pikepdf.ContentStreamInstruction([*parts[:5], parts[5] + 17], one.operator)
                return
        yield one

    rewrite(document, document.pages[1], change)


MUTANTS = (
    Mutant("geen taal", lose_language),
    Mutant("geen titel", lose_title),
    Mutant("zegt niet dat het PDF/UA is", lose_accessible_claim),
    Mutant("noemt zich PDF/A-3b", lower_archive_claim),
    Mutant("geen kleurprofiel", lose_output_intent),
    Mutant("link met script", run_script),
    Mutant("geen bijlage", lose_attachment),
    Mutant("andere bijlage", alter_attachment),
    Mutant("kopcel is gewone cel", plain_cell_for_header),
    Mutant("link zonder woorden", lose_link_words),
    Mutant("figuur zonder tekst", lose_alternative),
    Mutant("kader van figuur verkeerd", misplace_box),
    Mutant("kopniveau overgeslagen", skip_heading),
    Mutant("tekst buiten de boom", lose_mark),
    Mutant("letters niet te lezen", lose_letters),
    Mutant("lettertype niet in het bestand", lose_font),
    Mutant("ander cijfer op het blad", change_digit, seen=True),
    Mutant("geen voettekst", lose_footer, seen=True),
    Mutant("vakje in andere kleur", swap_cell, seen=True),
    Mutant("balk weg", lose_bar, seen=True),
    Mutant("regel over regel", shift_text, seen=True),
    Mutant("tint tien stappen donkerder", darken_slightly, seen=True),
)
