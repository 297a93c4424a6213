"""Own checks of a dossier PDF, for every machine: what veraPDF asks and, above all, what it does not ask."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pikepdf
from django.conf import settings

from referrals.domain.dossier import canonical, digest
from referrals.dossier import render
from referrals.dossier.text import BREAK, printable_content
from tests.referrals.dossier.reading import attachments, links, opened, pages
from tests.referrals.dossier.standards import layout, structure
from tests.referrals.dossier.standards.painting import Painting

SCHEMA = json.loads((Path(render.__file__).parent / "schema.json").read_text(encoding="utf-8"))
# Keys whose presence makes a reader do something, and actions other than going to an address.
ACTIVE = ("/AA", "/OpenAction", "/JS", "/JavaScript", "/XFA", "/Launch", "/RichMedia", "/3D")
# Everything of a content that must be on the paper.
PLACES = (
    "number", "company.name", "company.kvk_number", "company.place", "company.province", "company.sector",
    "company.size", "recipient.name", "asked.title", "asked.text", "outcome.name", "outcome.text",
    "outcome.intensity.label", "model.rows.step", "model.rows.cells.word", "reasons.title", "reasons.text",
    "reasons.rule", "reasons.source.document", "reasons.source.place", "reasons.source.gist", "later.title",
    "later.text", "not_yet.text", "not_yet.opens", "not_yet.activities.label", "comparison.title", "comparison.text",
    "comparison.figures.label", "comparison.figures.value", "comparison.caveat", "answers.step",
    "answers.lines.question", "answers.lines.answer", "consent.text", "receipt.policy", "receipt.version",
    "receipt.rules", "receipt.catalogue", "receipt.answers",
)  # fmt: skip
# What stands between two answers to one question.
BETWEEN = (";", ",", "")
ACTIONS = {
    "/JavaScript", "/Launch", "/SubmitForm", "/ResetForm", "/ImportData", "/GoToR", "/GoToE", "/Movie", "/Sound",
    "/Rendition", "/Hide", "/Named", "/SetOCGState", "/Trans", "/GoTo3DView", "/RichMediaExecute",
}  # fmt: skip


def problems(pdf: bytes, content: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with this PDF of this content; nothing when all is well."""
    document = opened(pdf)
    painting = Painting(document)
    found = [*document_problems(document, content), *active_problems(document)]
    found += [
        *attached(document, painting, content),
        *font_problems(painting),
        *structure.problems(document, painting),
        *address_problems(document),
    ]
    root = structure.tree(document)
    found += [*outline_problems(document, root, painting), *layout.problems(layout.sheets(pdf), root)]
    found += [*word_problems(structure.words(root, painting), content), *page_problems(pages(pdf), content)]
    return found


def document_problems(document: pikepdf.Pdf, content: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the claims about the whole document."""
    yield from (f"syntax: {one}" for one in document.check_pdf_syntax())
    if document.Root.get("/Lang") != "nl":
        yield "the language is not Dutch"
    title = str(document.docinfo.get("/Title", ""))
    name = printable_content(content).content["company"]["name"]
    if content["number"] not in title or plain(name) not in plain(title) or BREAK in title:
        yield f"the title does not name the dossier: {title!r}"
    if not document.Root.get("/ViewerPreferences", {}).get("/DisplayDocTitle"):
        yield "a reader would show the name of the file, not the title"
    with document.open_metadata() as metadata:
        claims = {name: metadata.get(name) for name in ("pdfaid:part", "pdfaid:conformance", "pdfuaid:part")}
        if metadata.get("dc:title") != title:
            yield "the metadata have another title"
    if claims != {"pdfaid:part": "3", "pdfaid:conformance": "A", "pdfuaid:part": "1"}:
        yield f"the metadata do not claim both standards: {claims}"
    intents = list(document.Root.get("/OutputIntents", ()))
    if [one.get("/S") for one in intents] != ["/GTS_PDFA1"] or "/DestOutputProfile" not in intents[0]:
        yield "there is no output intent with a profile"
    if [len(bytes(one)) >= 16 for one in document.trailer.get("/ID", ())] != [True, True]:
        yield "the file has no identifier"
    if any(page.get("/Tabs") != "/S" for page in document.pages):
        yield "a page does not go through its links in the order of the tags"


def active_problems(document: pikepdf.Pdf) -> Iterator[str]:
    """Yield everything that would make a reader act, and every annotation that is not a link."""
    for one in document.objects:
        for part in dictionaries(one):
            for key in ACTIVE:
                if key in part:
                    yield f"active content: {key}"
            if part.get("/S") in ACTIONS and part.get("/Type", "/Action") == "/Action":
                yield f"active content: {part.get('/S')}"
    for page in document.pages:
        for note in page.get("/Annots", ()):
            if note.get("/Subtype") != "/Link":
                yield f"an annotation that is no link: {note.get('/Subtype')}"
    if "/AcroForm" in document.Root:
        yield "a form"


def dictionaries(one: Any) -> Iterator[Any]:
    """Yield a dictionary and those that stand directly in it; what is referred to comes by itself."""
    if isinstance(one, pikepdf.Stream):
        one = one.stream_dict
    if isinstance(one, pikepdf.Dictionary):
        yield one
        for _, value in one.items():
            if isinstance(value, pikepdf.Dictionary | pikepdf.Array) and not value.is_indirect:
                yield from dictionaries(value)
    elif isinstance(one, pikepdf.Array):
        for value in one:
            if isinstance(value, pikepdf.Dictionary | pikepdf.Array) and not value.is_indirect:
                yield from dictionaries(value)


def attached(document: pikepdf.Pdf, painting: Painting, content: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the one embedded file."""
    files = attachments(document)
    streams = [
        one for one in document.objects if isinstance(one, pikepdf.Stream) and one.get("/Type") == "/EmbeddedFile"
    ]
    if set(files) != {render.ATTACHMENT} or len(streams) != 1:
        yield f"the embedded files are {sorted(files)}, in {len(streams)} streams"
        return
    text, relation = files[render.ATTACHMENT]
    (associated,) = document.Root.get("/AF", [{}])
    if relation != "/Source" or associated.get("/UF") != render.ATTACHMENT:
        yield "the embedded file is not the source of the document"
    if streams[0].get("/Subtype") != "/application/json":
        yield f"the embedded file calls itself {streams[0].get('/Subtype')}"
    try:
        read = json.loads(text)
    except ValueError:
        yield "the embedded file is no JSON"
        return
    if canonical(read) != text:
        yield "the embedded file is not in its one way of writing"
    if read != content:
        yield "the embedded file has another content"
    yield from (f"the embedded file does not fit the schema: {one}" for one in misfits(read))
    if digest(read) not in plain("".join(piece.text for piece in painting.pieces)):
        yield "the fingerprint of the embedded file is not on the page"


def misfits(content: Any) -> list[str]:
    """Return where a content does not fit the schema."""
    return [
        f"{one.json_path} {one.message[:60]}" for one in jsonschema.Draft202012Validator(SCHEMA).iter_errors(content)
    ]


def font_problems(painting: Painting) -> Iterator[str]:
    """Yield fonts that are not in the file, and glyphs that are no letter to a reader."""
    for font in painting.fonts.values():
        if not font.embedded:
            yield f"font {font.name} is not embedded"
        if "+Nnmkb" not in font.name:
            yield f"font {font.name} is not ours"
    for name, glyph in sorted({glyph for piece in painting.pieces for glyph in piece.glyphs}):
        if not glyph:
            yield f"font {name} shows a letter it does not have"
        elif not readable(painting.fonts[name].letters.get(glyph, "")):
            yield f"font {name} does not say which letter glyph {glyph} is"


def readable(letters: str) -> bool:
    """Say whether these are letters, not nothing and not a control character (a missing glyph says that it is one)."""
    return bool(letters) and not {unicodedata.category(letter) for letter in letters} & {"Cc", "Cn", "Co", "Cs"}


def address_problems(document: pikepdf.Pdf) -> Iterator[str]:
    """Yield links that leave the site or do not say where they go."""
    for note in links(document):
        action = note.get("/A", {})
        address, told = str(action.get("/URI", "")), str(note.get("/Contents", "")).strip()
        ours = address == settings.SITE_URL or address.startswith((f"{settings.SITE_URL}/", f"{settings.SITE_URL}?"))
        if action.get("/S") != "/URI" or not ours:
            yield f"a link goes elsewhere: {action.get('/S')} {address}"
        if not told or told == address:
            yield f"a link does not say where it goes: {told!r}"


def outline_problems(document: pikepdf.Pdf, root: structure.Element, painting: Painting) -> Iterator[str]:
    """Yield a difference between the table of contents and the headings."""
    told = [structure.words(one, painting) for one in root.tagged("H1", "H2", "H3")]
    with document.open_outline() as outline:
        shown = list(titles(outline.root))
    if [plain(one) for one in shown] != [plain(one) for one in told]:
        yield f"the table of contents is not the headings: {shown} {told}"


def titles(items: Any) -> Iterator[str]:
    """Yield the titles of a table of contents in order."""
    for item in items:
        yield item.title
        yield from titles(item.children)


def word_problems(told: str, content: Mapping[str, Any]) -> Iterator[str]:
    """Yield the words of the content, as they pass the gate for print, that a screen reader would not hear."""
    shown, heard = printable_content(content).content, plain(told)
    for kind, text in expected(shown):
        if plain(text) not in heard:
            yield f"{kind} is not in the text: {text[:60]!r}"
    for group in shown["answers"]:
        for line in group["lines"]:
            answers = [plain(one) for one in line["answer"]]
            if not any(plain(line["question"]) + between.join(answers) in heard for between in BETWEEN):
                yield f"this answer does not follow its question: {line['code']}"


def expected(shown: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield every text that must be on the paper, with what it is."""
    for place in PLACES:
        yield from ((place, text) for text in texts_at(shown, place.split(".")))


def texts_at(value: Any, path: list[str]) -> Iterator[str]:
    """Yield the texts at a path of keys; a list counts as all that is in it."""
    if isinstance(value, list):
        for one in value:
            yield from texts_at(one, path)
    elif not path:
        yield value
    elif value and path[0] in value:
        yield from texts_at(value[path[0]], path[1:])


def page_problems(texts: list[str], content: Mapping[str, Any]) -> Iterator[str]:
    """Yield pages without their number or without whom they are meant for."""
    for number, text in enumerate(texts, 1):
        if not re.search(rf"\bblad {number} van {len(texts)}\b", text):
            yield f"page {number} does not have its number"
        if "Vertrouwelijk" not in text:
            yield f"page {number} does not say that it is confidential"


def plain(text: str) -> str:
    """Return a text without spaces and places to break, to compare what lines may break."""
    return re.sub(rf"[\s\xad{BREAK}]+", "", text)
