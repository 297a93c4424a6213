"""The templates of the mails: readable, short sentences, every template used, nothing that tracks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

from referrals.letters import Part, read
from referrals.mail import WRITERS

FOLDER = Path(settings.ROOT) / "templates" / "mail"
TEXTS = sorted(path for path in FOLDER.glob("*.txt") if path.name != "letter.txt")
LONGEST_SENTENCE = 20


def sentences(text: str) -> list[int]:
    """Return how many words each sentence has."""
    plain = re.sub(r"\{\{.*?\}\}", "X", text)
    return [len(one.split()) for one in re.split(r"(?<=[.!?:])\s+|\n+", plain) if re.search(r"\w", one)]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_every_mail_is_written_in_short_sentences(path: Path) -> None:
    lengths = sentences(path.read_text(encoding="utf-8"))
    assert max(lengths) <= LONGEST_SENTENCE
    assert sum(lengths) / len(lengths) <= 10


def test_every_template_belongs_to_a_mail_and_every_mail_has_one() -> None:
    assert {f"mail.{path.name.split('.')[0]}" for path in TEXTS} == set(WRITERS)


def test_the_html_loads_nothing_and_follows_nobody() -> None:
    html = (FOLDER / "letter.html").read_text(encoding="utf-8")
    assert not re.search(r"<(img|script|link|iframe|object)\b|url\(|@import", html)


def test_a_letter_is_read_into_subject_paragraphs_button_and_large_line() -> None:
    letter = read("Onderwerp\n\nEen alinea\nmet twee regels.\n\n> Klik hier | https://x.example/a\n\n# 123456\n")
    assert letter.subject == "Onderwerp"
    assert letter.parts == (
        Part("text", "Een alinea\nmet twee regels."),
        Part("button", "Klik hier", "https://x.example/a"),
        Part("large", "123456"),
    )
    assert letter.parts[1].plain == "Klik hier:\nhttps://x.example/a"
