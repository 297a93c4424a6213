"""Reads a PDF as a reader or a screen reader would: text, tags, attachments."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pikepdf
import pypdfium2


def opened(pdf: bytes) -> pikepdf.Pdf:
    """Open a PDF."""
    return pikepdf.open(BytesIO(pdf))


def pages(pdf: bytes) -> list[str]:
    """Return the text of each page on one line, with single spaces."""
    document = pypdfium2.PdfDocument(pdf)
    texts = []
    for page in document:
        text = page.get_textpage()
        texts.append(" ".join(text.get_text_range().replace("\ufffe", "").split()))
        text.close()
        page.close()
    document.close()
    return texts


def tags(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Yield every structure element in reading order."""

    def walk(element: Any) -> Iterator[Any]:
        if isinstance(element, pikepdf.Array):
            for one in element:
                yield from walk(one)
        elif isinstance(element, pikepdf.Dictionary):
            if "/S" in element:
                yield element
            if "/K" in element:
                yield from walk(element.K)

    yield from walk(pdf.Root.StructTreeRoot.K)


def names(pdf: pikepdf.Pdf) -> list[str]:
    """Return the names of the structure elements in reading order."""
    return [str(element.S) for element in tags(pdf)]


def attachments(pdf: pikepdf.Pdf) -> dict[str, tuple[bytes, str]]:
    """Return each embedded file with what it is to the document."""
    return {
        name: (spec.get_file().read_bytes(), str(spec.obj.AFRelationship)) for name, spec in pdf.attachments.items()
    }


def links(pdf: pikepdf.Pdf) -> list[Any]:
    """Return the link annotations."""
    found = [note for page in pdf.pages for note in page.get("/Annots", pikepdf.Array())]
    return [note for note in found if str(note.Subtype) == "/Link"]
