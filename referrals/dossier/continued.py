"""Puts together again what a page end takes apart: a continued table is one table, and what each page repeats is décor.

WeasyPrint tags page by page. It makes a table of every part of a table, and marks running headers and footers as text
that stands in no tree; PDF/UA wants the first as one table and the others as pagination.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

# An element of the tree for one part of a table, and the rows of the HTML that it holds.
Part = tuple[Any, list[Any]]


def join_pages(document: Any, pdf: Any) -> None:
    """Make one table of the parts of a table, and pagination of running headers, footers and repeated head rows."""
    for first, *rest in tables(document, pdf):
        for part in rest:
            join(pdf, first, part)
    within = {id(element) for element in under(pdf, referred(pdf, pdf.catalog["StructTreeRoot"]))}
    marks: dict[bytes, set[int]] = defaultdict(set)
    for element in elements(pdf):
        if id(element) not in within:
            marks[element["Pg"]].update(kid for kid in element["K"] if isinstance(kid, int))
    make_pagination(pdf, marks)


def tables(document: Any, pdf: Any) -> list[list[Part]]:
    """Return the parts of each table of the HTML, in the order of the pages."""
    boxes = (
        box
        for page in document.pages
        for box in page._page_box.descendants()
        if box.element_tag == "table" and box.is_table_wrapper
    )
    parts: dict[Any, list[Part]] = defaultdict(list)
    found = [one for one in elements(pdf) if one["S"] == "/Table"]
    for box, element in zip(boxes, found, strict=True):
        parts[box.element].append((element, [one.element for one in box.descendants() if one.element_tag == "tr"]))
    return list(parts.values())


def join(pdf: Any, table: Part, part: Part) -> None:
    """Move the rows of a part of a table into its first part, and take the part out of the tree."""
    first, told = table
    element, rows = part
    heads = header_cells(pdf, first)
    split = told[-1:] == rows[rows_in_head(pdf, element) :][:1] != []
    captioned = any(one["S"] == "/Caption" for one in children(pdf, first))
    for one in children(pdf, element):
        if (heads and one["S"] == "/THead") or (captioned and one["S"] == "/Caption"):
            continue
        for row in children(pdf, one) if heads else ():
            name_headers(pdf, row, heads)
        one["P"] = first.reference
        first["K"].append(one.reference)
    if split:
        join_rows(pdf, first)
    told += rows
    take_out(pdf, element)


def join_rows(pdf: Any, table: Any) -> None:
    """Put the cells of the first row of the last body at the end of those of the last row of the body before it."""
    *_, before, after = (one for one in children(pdf, table) if one["S"] == "/TBody")
    row, rest = children(pdf, before)[-1], children(pdf, after)[0]
    for cell, more in zip(children(pdf, row), children(pdf, rest), strict=True):
        for kid in children(pdf, more):
            kid["P"] = cell.reference
        cell["K"] += more["K"]
    take_out(pdf, rest)


def name_headers(pdf: Any, row: Any, heads: list[Any]) -> None:
    """Let the cells of a row point to the head of the whole table instead of the one that the page repeats."""
    cells = children(pdf, row)
    own = [cell["ID"] for cell in cells if cell["S"] == "/TH"]
    for cell, head in zip(cells, heads, strict=True):
        if cell["S"] == "/TD":
            cell["A"]["Headers"][:] = [*own, head["ID"]]


def header_cells(pdf: Any, table: Any) -> list[Any]:
    """Return the cells in the head of a table; none when only its caption fitted on the page."""
    rows = [row for one in children(pdf, table) if one["S"] == "/THead" for row in children(pdf, one)]
    return [cell for row in rows for cell in children(pdf, row)]


def rows_in_head(pdf: Any, table: Any) -> int:
    """Return how many rows the head of a part of a table has."""
    return sum(len(children(pdf, one)) for one in children(pdf, table) if one["S"] == "/THead")


def take_out(pdf: Any, element: Any) -> None:
    """Take an element out of the tree, and what holds it when that holds nothing else."""
    holder = referred(pdf, element["P"])
    holder["K"].remove(element.reference)
    if not holder["K"] and "P" in holder:
        take_out(pdf, holder)


def make_pagination(pdf: Any, marks: Mapping[bytes, set[int]]) -> None:
    """Turn these marks of each page, by its reference, into decoration that every page repeats."""
    import pydyf

    tree = referred(pdf, referred(pdf, pdf.catalog["StructTreeRoot"])["ParentTree"])
    for reference, numbers in marks.items():
        page = referred(pdf, reference)
        pieces = referred(pdf, page["Contents"]).stream
        for at, piece in enumerate(pieces):
            if isinstance(piece, dict) and piece.get("MCID") in numbers:
                pieces[at - 1 : at + 1] = ["/Artifact", pydyf.Dictionary({"Type": "/Pagination"})]
        parents = tree["Nums"][tree["Nums"].index(page["StructParents"]) + 1]
        for number in numbers:
            parents[number] = "null"


def elements(pdf: Any) -> list[Any]:
    """Return every element that was made, also when it is in no tree."""
    return [one for one in pdf.objects if isinstance(one, dict) and one.get("Type") == "/StructElem"]


def under(pdf: Any, element: Any) -> Iterator[Any]:
    """Yield every element under this one."""
    for child in children(pdf, element):
        yield child
        yield from under(pdf, child)


def children(pdf: Any, element: Any) -> list[Any]:
    """Return the elements directly under this one."""
    found = [referred(pdf, one) for one in element["K"] if isinstance(one, bytes)]
    return [one for one in found if one.get("Type") == "/StructElem"]


def referred(pdf: Any, reference: bytes) -> Any:
    """Return the object that a reference points to."""
    return pdf.objects[int(reference.split()[0])]
