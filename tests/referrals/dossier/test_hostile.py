"""Hostile text in a dossier: printed as text, nothing fetched, nothing active, no endless work."""

from __future__ import annotations

import socket
import time
from typing import Any

import pytest

from referrals.domain.dossier import Content, canonical, digest
from referrals.dossier import render
from referrals.dossier.verify import address
from tests.domain.dossier.sample import scan
from tests.referrals.dossier.reading import attachments, links, opened, pages
from tests.referrals.dossier.test_text import HOSTILE

pytestmark = pytest.mark.pango


@pytest.fixture(scope="module")
def pdf() -> bytes:
    """Return the PDF of the sample."""
    return render.render(scan())


def hostile(text: str) -> Content:
    """Return the sample with this text everywhere that people can type or choose."""
    made = scan()
    made["company"] |= {"name": text[:120], "place": text[:80], "sector": text[:80]}
    made["recipient"]["name"] = text[:120]
    made["outcome"]["text"] = text
    for reason in made["reasons"]:
        reason["text"] = text
    for group in made["answers"]:
        for line in group["lines"]:
            line["answer"] = [text]
    return made


@pytest.mark.parametrize("name", ["markup", "template", "css", "url", "entity", "bidi", "null", "path", "emoji"])
def test_hostile_text_is_printed_as_text_and_embedded_as_it_was(name: str) -> None:
    made = hostile(HOSTILE[name])
    pdf = render.render(made)
    document = opened(pdf)
    assert attachments(document)["dossier.json"][0] == canonical(made)
    assert set(attachments(document)) == {"dossier.json"}
    assert "/OpenAction" not in document.Root
    assert "/AA" not in document.Root
    assert {str(note.A.URI) for note in links(document)} <= {"http://127.0.0.1:8000", address(digest(made))}


def test_a_script_tag_in_a_name_is_shown_and_a_note_tells_of_characters_that_are_not(pdf: bytes) -> None:
    assert "<script>alert(1)</script>" in pages(render.render(hostile(HOSTILE["markup"])))[1].replace("\u200b", "")
    odd = " ".join(pages(render.render(hostile(HOSTILE["chinese"]))))
    assert "staat voor een letter die hier niet kan worden afgedrukt" in odd
    assert "staat voor een letter" not in " ".join(pages(pdf))


@pytest.mark.parametrize("name", ["long word", "zalgo", "many lines", "long dashes"])
def test_endless_text_takes_no_endless_time(name: str) -> None:
    begin = time.process_time()
    render.render(hostile(HOSTILE[name]))
    assert time.process_time() - begin < 8


@pytest.mark.parametrize(
    "html",
    [
        '<img src="{url}">',
        '<link rel="stylesheet" href="{url}">',
        '<link rel="attachment" href="{url}">',
        '<a rel="attachment" href="{url}">x</a>',
        '<object data="{url}"></object>',
        '<embed src="{url}">',
        '<div style="background:url({url})">x</div>',
        "<style>@import url({url});</style>",
        "<style>@font-face {{ font-family: x; src: url({url}) }} p {{ font-family: x }}</style><p>x</p>",
        "<style>p::before {{ content: url({url}) }}</style><p>x</p>",
        "<style>li {{ list-style-image: url({url}) }}</style><ul><li>x</li></ul>",
        '<svg viewBox="0 0 9 9"><image href="{url}" width="9" height="9"/></svg>',
        '<svg viewBox="0 0 9 9"><use href="{url}#a"/></svg>',
        '<base href="{url}"><img src="x.png">',
    ],
)
@pytest.mark.parametrize("url", ["http://127.0.0.1:9/x", "file:///etc/hostname", "data:image/png;base64,AAAA"])
def test_even_markup_that_got_through_fetches_nothing(html: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("the renderer opened a connection")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    page = f'<html lang="nl"><title>x</title><body>{html.format(url=url)}</body></html>'
    monkeypatch.setattr(render, "html", lambda content: page)
    try:
        made = render.render(scan())
    except render.FetchRefused:
        return
    document = opened(made)
    assert set(attachments(document)) == {"dossier.json"}
    assert not [image for one in document.pages for image in one.get_images()]
    fonts = [str(font.BaseFont) for one in document.pages for font in one.Resources.get("/Font", {}).values()]
    assert all("Nnmkb" in name for name in fonts)


def test_a_refused_fetch_is_an_ordinary_exception(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "html", lambda content: '<img src="http://127.0.0.1:9/x" alt="x">')
    with pytest.raises(render.FetchRefused) as refused:
        render.render(scan())
    assert isinstance(refused.value, Exception)
