"""What goes over a page: one table in the tree, with its head once, and headers and footers that no tag holds."""

from __future__ import annotations

from typing import Any

import pikepdf
import pytest

from referrals.domain.dossier import Content
from referrals.dossier import render
from tests.domain.dossier.sample import line, scan
from tests.referrals.dossier.reading import names, opened, pages, tags

pytestmark = pytest.mark.pango


def long() -> Content:
    """Return the sample with so many answers in its last group that they fill more than two pages."""
    made = scan()
    made["answers"][-1]["lines"] += [line(f"X{number}", "Een vraag van één regel?", "Ja") for number in range(120)]
    return made


@pytest.fixture(scope="module")
def document() -> pikepdf.Pdf:
    """Return the PDF of the long one."""
    return opened(render.render(long()))


def rows(document: pikepdf.Pdf) -> list[Any]:
    """Return the rows with the many answers."""
    table = [one for one in tags(document) if one.S == "/Table"][-1]
    return [one for one in tags_under(table) if one.S == "/TR"]


def tags_under(element: Any) -> list[Any]:
    """Return the elements under this one."""
    found = [one for one in element.K if isinstance(one, pikepdf.Dictionary) and "/S" in one]
    return [deeper for one in found for deeper in (one, *tags_under(one))]


def test_a_table_over_pages_is_one_table(document: pikepdf.Pdf) -> None:
    assert len(document.pages) > 5
    assert names(document).count("/Table") == names(opened(render.render(scan()))).count("/Table")
    assert len(rows(document)) == len(long()["answers"][-1]["lines"]) + 1


def test_every_cell_points_to_the_head_of_that_one_table(document: pikepdf.Pdf) -> None:
    head, *body = rows(document)
    columns = [str(cell.ID) for cell in head.K]
    for row in body:
        _, question, answer = row.K
        assert [str(name) for name in answer.A.Headers] == [str(question.ID), columns[2]]


def test_what_every_page_repeats_is_pagination(document: pikepdf.Pdf) -> None:
    for page in document.pages[1:]:
        marks = [one for one in pikepdf.parse_content_stream(page) if str(one.operator) == "BDC"]
        # Two in the head of the page, two at its foot.
        assert len([one for one in marks if str(one.operands[0]) == "/Artifact"]) >= 4
    assert "Een vraag van één regel?" in pages(render.render(long()))[-1]


def test_no_page_claims_a_mark_for_what_is_in_no_tree(document: pikepdf.Pdf) -> None:
    within = {one.objgen for one in tags(document)}
    numbers = document.Root.StructTreeRoot.ParentTree.Nums
    for page in document.pages:
        parents = numbers[list(numbers).index(page.StructParents) + 1]
        assert {one.objgen for one in parents if one is not None} <= within
