"""From one text template to a whole mail: subject, plain text and HTML that say the same.

A template starts with the subject. Blank lines part the paragraphs; `> Label | address` is a button, `# text` is large.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context, engines
from django.template.backends.django import DjangoTemplates
from django.template.loader import render_to_string

from nnmkb.ledger.models import Outgoing


@dataclass(frozen=True, slots=True)
class Part:
    """One paragraph, button or large line."""

    kind: Literal["text", "button", "large"]
    text: str
    url: str = ""

    @property
    def plain(self) -> str:
        """Return the part as plain text."""
        return f"{self.text}:\n{self.url}" if self.url else self.text


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail before it is dressed."""

    subject: str
    parts: tuple[Part, ...]


def compose(outgoing: Outgoing, to: str, words: Mapping[str, str], language: str = "nl") -> EmailMultiAlternatives:
    """Return the mail of this delivery; its Message-ID is that of the row, however often it is made."""
    letter = read(write(outgoing.kind.removeprefix("mail."), words, language))
    dress = {
        "letter": letter,
        "language": language,
        "site_name": settings.SITE_NAME,
        "site_tagline": settings.SITE_TAGLINE,
        "site_phone": settings.SITE_PHONE,
        "site_email": settings.SITE_EMAIL,
    }
    mail = EmailMultiAlternatives(
        subject=letter.subject,
        body=render_to_string("mail/letter.txt", dress).strip() + "\n",
        to=[to],
        headers={"Message-ID": message_id(outgoing), "Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(render_to_string("mail/letter.html", dress), "text/html")
    return mail


def message_id(outgoing: Outgoing) -> str:
    """Return the fixed name of this mail, by which a second copy is recognised as the same."""
    return f"<{outgoing.message_id}@{urlsplit(settings.SITE_URL).hostname}>"


def write(name: str, words: Mapping[str, str], language: str) -> str:
    """Return the text of a mail; words are put on one line, so that none can start a header, paragraph or button."""
    engine = engines["django"]
    assert isinstance(engine, DjangoTemplates)
    template = engine.engine.get_template(f"mail/{name}.{language}.txt" if language != "nl" else f"mail/{name}.txt")
    flat = {key: " ".join(word.split()).lstrip("># ") for key, word in words.items()}
    return str(template.render(Context(flat, autoescape=False)))


def read(text: str) -> Letter:
    """Take the text of a mail apart."""
    subject, *blocks = [block.strip() for block in text.strip().split("\n\n")]
    return Letter(" ".join(subject.split()), tuple(part(block) for block in blocks if block))


def part(block: str) -> Part:
    """Return one block as a part."""
    if block.startswith("> "):
        label, _, url = block.removeprefix("> ").rpartition(" | ")
        return Part("button", label, url)
    if block.startswith("# "):
        return Part("large", block.removeprefix("# "))
    return Part("text", block)
