"""Completes the PDF just before it is written, so that it is PDF/UA-1 besides PDF/A-3a."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

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


def finish(document: Any, pdf: Any, *, links: Mapping[str, str]) -> None:
    """Claim PDF/UA-1 in the metadata, and repair figure boxes, header scopes, tab order and link descriptions.

    `links` says in words where each address goes.
    """
    claim_accessible(pdf)
    # Written twice by WeasyPrint: from the list of attachments and from the objects.
    pdf.catalog["AF"][:] = dict.fromkeys(pdf.catalog["AF"])
    heights = page_heights(pdf)
    for element in dictionaries(pdf, "StructElem"):
        if element.get("S") == "/Figure":
            repair_box(element, heights)
        elif element.get("S") == "/TH":
            # In the tree a header of a row has no header above it in the same cell; see `scope` in the templates.
            element["A"]["Scope"] = "/Row" if in_body(pdf, element) else "/Column"
    for page in dictionaries(pdf, "Page"):
        page["Tabs"] = "/S"
    for note in dictionaries(pdf, "Annot"):
        describe(note, links)


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
    for one in list(pdf.objects):
        if isinstance(one, dict) and one.get("Type") == f"/{kind}":
            yield one


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


def referred(pdf: Any, reference: bytes) -> Any:
    """Return the object that a reference points to."""
    return pdf.objects[int(reference.split()[0])]
