"""Completes the PDF just before it is written, so that it is PDF/UA-1 besides PDF/A-3a, and refuses what leads away."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from referrals.dossier.continued import join_pages

RDF_END = b"</rdf:RDF>"
# PDF/A wants every foreign namespace described; WeasyPrint itself can claim one standard only.
CLAIM = b"""<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"><pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Indicates, which part of ISO 14289 standard is followed</pdfaProperty:description>
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
"""
POINTS_PER_PIXEL = 0.75
LISTS = {"ol": "/Decimal", "ul": "/Disc"}
# What makes a reader do something: no dossier has any of it.
ACTIVE = frozenset(("AA", "OpenAction", "JS", "JavaScript", "AcroForm", "XFA", "RichMedia", "Launch"))


class Stray(Exception):
    """The file holds an address, an action or an attachment that belongs in no dossier."""


def finish(document: Any, pdf: Any, *, links: Mapping[str, str], attachment: str) -> None:
    """Claim PDF/UA-1 in the metadata; repair figure boxes, header scopes, lists, tab order and link descriptions.

    `links` says in words where each allowed address goes. Raises Stray for any other address, any other action, and
    any attachment but the one that is named.
    """
    claim_accessible(pdf)
    # Written twice by WeasyPrint: from the list of attachments and from the objects.
    pdf.catalog["AF"][:] = dict.fromkeys(pdf.catalog["AF"])
    repair_elements(document, pdf)
    join_pages(document, pdf)
    for page in dictionaries(pdf, "Page"):
        page["Tabs"] = "/S"
    for note in dictionaries(pdf, "Annot"):
        describe(note, links)
    refuse_strays(pdf, links, attachment)
    compress(pdf)


def claim_accessible(pdf: Any) -> None:
    """Put the claim and its schema inside the existing RDF; validators ignore a second one."""
    import pydyf

    for one in pdf.objects:
        if isinstance(one, pydyf.Stream) and one.extra.get("Type") == "/Metadata":
            text = b"\n".join(part if isinstance(part, bytes) else part.data for part in one.stream)
            assert RDF_END in text
            one.stream = [text.replace(RDF_END, CLAIM + RDF_END)]


def dictionaries(pdf: Any, kind: str) -> Iterator[Any]:
    """Yield the objects of this type."""
    wanted = f"/{kind}"
    for one in list(pdf.objects):
        if isinstance(one, dict) and one.get("Type") == wanted:
            yield one


def repair_elements(document: Any, pdf: Any) -> None:
    """Complete the figures, header cells and lists in the tree."""
    import pydyf

    heights = page_heights(pdf)
    numbering = numberings(document)
    for element in dictionaries(pdf, "StructElem"):
        kind = element.get("S")
        if kind == "/Figure":
            repair_box(element, heights)
        elif kind == "/TH":
            # In the tree a header of a row has no header above it in the same cell; see `scope` in the templates.
            element["A"]["Scope"] = "/Row" if in_body(pdf, element) else "/Column"
        elif kind == "/L":
            element["A"] = pydyf.Dictionary({"O": "/List", "ListNumbering": next(numbering)})


def numberings(document: Any) -> Iterator[str]:
    """Yield how each list is numbered, in the order in which WeasyPrint makes their elements."""
    for page in document.pages:
        for box in page._page_box.descendants():
            if box.element_tag in LISTS and not type(box).__name__.startswith("Line"):
                yield LISTS[box.element_tag] if box.style["list_style_type"] != "none" else "/None"


def page_heights(pdf: Any) -> dict[bytes, float]:
    """Return the height of each page in points, by its reference."""
    return {page.reference: float(page["MediaBox"][3]) for page in dictionaries(pdf, "Page")}


def repair_box(figure: Any, heights: dict[bytes, float]) -> None:
    """Turn a box in pixels from the top into points from the bottom."""
    import pydyf

    left, top, right, bottom = (float(side) * POINTS_PER_PIXEL for side in figure["A"]["BBox"])
    height = heights[figure["Pg"]]
    figure["A"]["BBox"] = pydyf.Array([left, height - bottom, right, height - top])


def in_body(pdf: Any, header: Any) -> bool:
    """Say whether a header cell stands in the body of its table: then it names its row."""
    row = referred(pdf, header["P"])
    return bool(referred(pdf, row["P"]).get("S") == "/TBody")


def describe(note: Any, links: Mapping[str, str]) -> None:
    """Put the words for an address where a screen reader looks for them; WeasyPrint puts the address there."""
    import pydyf

    url = note.get("A", {}).get("URI")
    if url is not None and url.string in links:
        note["Contents"] = pydyf.String(links[url.string])


def refuse_strays(pdf: Any, links: Mapping[str, str], attachment: str) -> None:
    """Look at everything that is about to be written; raise Stray for what belongs in no dossier."""
    files = [one["UF"].string for one in dictionaries(pdf, "Filespec")]
    if files != [attachment]:
        raise Stray(f"a dossier has one attachment, this has {len(files)}")
    for one in inside(pdf.objects):
        if not ACTIVE.isdisjoint(one):
            raise Stray("a dossier does nothing by itself")
        if "URI" in one and one["URI"].string not in links:
            raise Stray("a dossier leads nowhere but to its own site")
        if one.get("Type") == "/Action" and one.get("S") != "/URI":
            raise Stray("a dossier holds no action but a link")


def compress(pdf: Any) -> None:
    """Compress every stream once and for all; the library does it twice, to write it and for the digest in the ID."""
    import pydyf

    for one in pdf.objects:
        if isinstance(one, pydyf.Stream) and one.compress:
            _, _, rest = plain(one).partition(b"\nstream\n")
            assert rest.endswith(b"\nendstream")
            one.stream = [zlib.compress(rest.removesuffix(b"\nendstream"), 9)]
            one.extra["Filter"] = "/FlateDecode"
            one.compress = False


def plain(stream: Any) -> bytes:
    """Return a stream as the library writes it without compression."""
    stream.compress = False
    written: bytes = stream.data
    stream.compress = True
    return written


def inside(things: Any) -> Iterator[Any]:
    """Yield every dictionary among these things and in them, at any depth."""
    waiting = [things]
    while waiting:
        for one in waiting.pop():
            if isinstance(one, dict):
                yield one
                waiting.append(one.values())
            elif isinstance(one, list):
                waiting.append(one)
            elif extra := getattr(one, "extra", None):
                waiting.append([extra])


def referred(pdf: Any, reference: bytes) -> Any:
    """Return the object that a reference points to."""
    return pdf.objects[int(reference.split()[0])]
