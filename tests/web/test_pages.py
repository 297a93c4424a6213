"""Every page of the look: no inline code, one heading, a way out, and plain Dutch."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from lxml import html

from nnmkb.web.icons import icon_svg
from tests.web.gallery.urls import ADDRESSES, ERRORS, PAGES

Look = Callable[[str], html.HtmlElement]
ROOT = Path(settings.ROOT)
HARD_WORDS = re.compile(
    r"\b(indien|middels|conform|teneinde|alsmede|tevens|reeds|omtrent|inzake|betreffende|dient te|gelieve|derhalve)\b"
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_page_carries_inline_code_or_reaches_elsewhere(look: Look, address: str) -> None:
    page = look(address)
    assert page.xpath("//@style | //style | //script") == []
    assert page.xpath("//@*[starts-with(name(), 'on')]") == []
    assert [link for link in page.xpath("//@src | //link/@href") if not link.startswith("/static/")] == []


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_page_has_one_heading_a_language_a_title_and_a_description(look: Look, address: str) -> None:
    page = look(address)
    headings = page.xpath("//h1")
    assert len(headings) == 1
    assert page.get("lang") == "nl"
    assert page.findtext(".//title").endswith(" – Noord over de grens")
    assert page.xpath("//meta[@name='description']/@content")[0].strip()


@pytest.mark.parametrize("address", ADDRESSES)
def test_help_and_the_way_past_the_menu_are_at_the_same_place_on_every_page(look: Look, address: str) -> None:
    page = look(address)
    assert page.xpath("//body/a[1]/@href") == ["#inhoud"]
    assert page.xpath("//main/@id") == ["inhoud"]
    (footer,) = page.xpath("//body/footer")
    assert footer.xpath(".//a/@href") == [
        "tel:0880000000",
        "mailto:hulp@noordoverdegrens.example",
        "/privacy/",
        "/toegankelijkheid/",
        "/over/",
    ]


@pytest.mark.parametrize("code", ERRORS)
def test_every_error_page_can_be_made_from_nothing(code: int) -> None:
    page = html.fromstring(render_to_string(f"errors/{code}.html", {}))
    assert page.xpath("//h1")[0].text_content().strip()
    assert page.xpath("//main//a[contains(@class, 'nl-button--primary')]/@href")


def test_a_conflict_keeps_what_was_typed_and_escapes_it() -> None:
    text = render_to_string("errors/409.html", {"own_text": "<b>Gebeld</b>", "back_href": "/dossier/1/"})
    assert "&lt;b&gt;Gebeld&lt;/b&gt;" in text
    assert 'href="/dossier/1/"' in text


def test_a_stale_form_is_told_apart_from_a_page_that_is_forbidden() -> None:
    assert "stond te lang open" in render_to_string("errors/403.html", {"stale_form": True})
    assert "niet bekijken" in render_to_string("errors/403.html", {})


def test_the_accessibility_page_does_not_promise_what_nobody_tested(look: Look) -> None:
    text = look("/accessibility/").text_content()
    assert "nog niet getoetst door mensen met een schermlezer" in text
    assert "nog niet volledig toegankelijk" in text


@pytest.mark.parametrize("address", [f"/{name}/" for name in PAGES] + [f"/error/{code}/" for code in ERRORS])
def test_our_sentences_are_short_and_without_hard_words(look: Look, address: str) -> None:
    blocks = [
        " ".join(b.text_content().split()) for b in look(address).xpath("//main//*[self::p or self::li or self::h1]")
    ]
    sentences = [s for block in blocks for s in re.split(r"(?<=[.?!:])\s+", block) if len(s) > 1]
    lengths = [len(sentence.split()) for sentence in sentences]
    assert max(lengths) <= 20, max(sentences, key=lambda s: len(s.split()))
    assert sum(lengths) / len(lengths) <= 10
    assert [s for s in sentences if HARD_WORDS.search(s.lower())] == []


def test_an_unknown_icon_is_an_error_and_no_path_leads_out_of_the_folder() -> None:
    assert 'aria-hidden="true"' in icon_svg("check")
    for name in ("nonsense", "../../icon", "LICENSE"):
        with pytest.raises(LookupError, match="no icon named"):
            icon_svg(name)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (-2, "2 dagen te laat"),
        (-1, "1 dag te laat"),
        (0, "Vandaag"),
        (1, "Nog 1 dag"),
        (3, "Nog 3 dagen"),
        (None, "Geen termijn"),
    ],
)
def test_a_deadline_says_in_words_how_long_is_left(days: int | None, words: str) -> None:
    badge = html.fromstring(render_to_string("parts/deadline.html", {"days": days}))
    assert badge.text_content() == words


def test_a_deadline_that_stands_still_says_so() -> None:
    assert "Stilgezet" in render_to_string("parts/deadline.html", {"days": -4, "paused": True})


def test_a_question_without_an_answer_is_named_in_the_summary(look: Look) -> None:
    row = look("/parts/").xpath("//dl[contains(@class, 'nnmkb-summary')]/div")[1]
    assert "Nog geen antwoord" in row.text_content()
    assert row.xpath(".//a")[0].text_content() == "Wijzig Naar welk land wilt u als eerste?"


def test_every_vendored_file_names_its_licence_and_is_listed() -> None:
    listed = (ROOT / "THIRD_PARTY.md").read_text()
    for path in (ROOT / "static" / "src" / "vendor").glob("*.css"):
        head = path.read_text()[:200]
        package = re.search(r"\* (@\S+) (\S+)\n", head)
        assert package
        assert "@license EUPL-1.2" in head
        assert f"| {package[1]} | {package[2]} | EUPL-1.2 | `sha512-" in listed
