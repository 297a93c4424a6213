"""Questions of the KvK with their answers stand together in the PDF, wherever the page ends."""

from __future__ import annotations

import copy

import pytest

from referrals.domain.dossier import Content
from referrals.dossier import render
from tests.domain.dossier.sample import scan
from tests.referrals.dossier.reading import pages

pytestmark = pytest.mark.pango
HEADING = "Vragen van de KvK na de zelfscan"


def with_questions(lines_before: int) -> Content:
    """Return the sample with so many lines before the questions, so that the page ends elsewhere each time."""
    content = copy.deepcopy(scan())
    last = content["answers"][-1]
    last["lines"] += [
        {"code": f"X{number}", "question": "Een vraag van één regel?", "answer": ["Ja"]}
        for number in range(lines_before)
    ]
    content["answers"].append(
        {
            "code": "K",
            "step": HEADING,
            "lines": [{"code": "K1", "question": "Welk land eerst?", "answer": ["Denemarken, met meetkasten."]}],
        }
    )
    return content


@pytest.mark.parametrize("lines_before", range(0, 36, 2))
def test_the_heading_is_never_left_behind(lines_before: int) -> None:
    texts = pages(render.render(with_questions(lines_before)))
    (page,) = [text for text in texts if HEADING in text]
    assert "Welk land eerst?" in page
    assert "Denemarken, met meetkasten." in page
