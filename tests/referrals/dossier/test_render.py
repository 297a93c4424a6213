"""The PDF: what can be read in it, how it is tagged, what is embedded, and that nothing is fetched."""

from __future__ import annotations

import itertools
import json
import re
import socket
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from referrals.domain.dossier import Content, canonical, digest
from referrals.dossier import render
from tests.domain.dossier.companies import COMPANIES, content
from tests.domain.dossier.sample import foreign, scan
from tests.referrals.dossier.reading import attachments, links, names, opened, pages, tags
from tests.referrals.dossier.test_text import HOSTILE

pytestmark = pytest.mark.pango
SCHEMA = Path(render.__file__).parent / "schema.json"
LARGEST = 100_000


@pytest.fixture(scope="module")
def pdf() -> bytes:
    """Return the PDF of the sample."""
    return render.render(scan())


def test_it_has_language_title_and_claims_both_standards(pdf: bytes) -> None:
    document = opened(pdf)
    assert str(document.Root.Lang) == "nl"
    assert str(document.docinfo.Title) == "Dossier NN-7K3F-92QD-1 – Van der Meulen Machinebouw B.V."
    assert document.Root.ViewerPreferences.DisplayDocTitle
    with document.open_metadata() as metadata:
        assert metadata["pdfaid:part"] == "3"
        assert metadata["pdfaid:conformance"] == "A"
        assert metadata["pdfuaid:part"] == "1"
        assert metadata["dc:title"] == str(document.docinfo.Title)
    assert "/OutputIntents" in document.Root


def test_it_is_tagged_with_headings_lists_tables_and_figures(pdf: bytes) -> None:
    document = opened(pdf)
    assert document.Root.MarkInfo.Marked
    found = names(document)
    assert found.count("/H1") == 1
    for tag in ("/H2", "/H3", "/L", "/LI", "/LBody", "/Table", "/Caption", "/TH", "/TD", "/Figure", "/Link"):
        assert tag in found
    levels = [int(tag[2]) for tag in found if re.fullmatch(r"/H\d", tag)]
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in itertools.pairwise(levels))
    assert all(str(page.Tabs) == "/S" for page in document.pages)


def test_every_table_has_a_caption_and_scoped_headers(pdf: bytes) -> None:
    document = opened(pdf)
    tables = [tag for tag in tags(document) if str(tag.S) == "/Table"]
    assert len(tables) >= 8
    for table in tables:
        inside = [str(child.S) for child in table.K]
        assert inside[0] == "/Caption"
    headers = [tag for tag in tags(document) if str(tag.S) == "/TH"]
    assert {str(header.A.Scope) for header in headers} == {"/Row", "/Column"}


def test_every_figure_has_an_alternative_and_lies_on_its_page(pdf: bytes) -> None:
    document = opened(pdf)
    figures = [tag for tag in tags(document) if str(tag.S) == "/Figure"]
    assert figures
    for figure in figures:
        assert str(figure.Alt).startswith("Beeldmerk van Noord over de grens")
        left, bottom, right, top = (float(side) for side in figure.A.BBox)
        assert 0 <= left < right <= 596
        assert 600 < bottom < top <= 842


def test_every_font_is_embedded_and_no_character_is_missing(pdf: bytes) -> None:
    document = opened(pdf)
    fonts = [font for page in document.pages for font in page.Resources.Font.values()]
    assert fonts
    for font in fonts:
        assert "Nnmkb" in str(font.BaseFont)
        described = font.DescendantFonts[0].FontDescriptor
        assert "/FontFile2" in described or "/FontFile3" in described
        assert "/ToUnicode" in font
    assert not any("\ufffd" in page or "\x00" in page for page in pages(pdf))


def test_the_content_is_embedded_as_its_canonical_text_and_fits_the_schema(pdf: bytes) -> None:
    document = opened(pdf)
    files = attachments(document)
    assert set(files) == {"dossier.json"}
    data, relation = files["dossier.json"]
    assert data == canonical(scan())
    assert relation == "/Source"
    assert [str(spec.UF) for spec in document.Root.AF] == ["dossier.json"]
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(json.loads(data))


def test_the_digest_of_the_content_is_printed(pdf: bytes) -> None:
    assert digest(scan()) in pages(pdf)[2].replace(" ", "")


def test_page_one_decides_and_the_answers_come_last(pdf: bytes) -> None:
    first, advice, account, answers = pages(pdf)
    for words in (
        "Van der Meulen Machinebouw B.V.",
        "KvK 01234567",
        "Gevraagd aan Water Alliance",
        "Breng het in contact met ervaren exporteurs.",
        "Antwoord uiterlijk 25 november 2026, 17:00 uur",
        "Waarom deze vraag",
        "Een netwerk helpt u op weg.",
        "Nu nog niet",
        "Duitsland, Denemarken",
        "Vertrouwelijk – bestemd voor Water Alliance",
    ):
        assert words in first
    for cell in ("op orde", "kan beter", "nu doen", "later", "nog niet bekend"):
        assert cell in first
    assert "Netwerken rond branches helpen bij de stap naar buiten." in advice
    assert "Regel R-N3" in advice.replace("\xa0", " ")
    assert "Dit kan als uw organisatie klaar is." in advice
    assert "Twee talen (dit bedrijf) 29%" in account
    assert "Mag Water Alliance uw dossier krijgen?" in account
    assert "Internationalisering mkb Noord-Nederland, versie 2013.1" in account
    assert "blad 4 van 4" in answers


def test_every_answer_reason_and_source_is_in_the_text(pdf: bytes) -> None:
    whole = " ".join(pages(pdf))
    made = scan()
    for group in made["answers"]:
        for line in group["lines"]:
            assert line["question"] in whole
            assert all(answer in whole for answer in line["answer"])
    for reason in made["reasons"]:
        assert reason["text"] in whole
        assert reason["source"]["gist"] in whole


@pytest.mark.parametrize("name", COMPANIES)
def test_a_dossier_has_four_pages_and_is_small(name: str) -> None:
    made = render.render(content(COMPANIES[name]))
    assert len(pages(made)) == 4
    assert len(made) <= LARGEST


def test_a_foreign_company_gets_two_pages_with_its_own_words() -> None:
    made = render.render(foreign())
    assert len(pages(made)) == 2
    assert "A site of two hectares near Eemshaven" in pages(made)[0]
    assert names(opened(made)).count("/H1") == 1


def test_the_same_content_gives_the_same_bytes(pdf: bytes) -> None:
    assert render.render(scan()) == pdf
    render.engine.cache_clear()
    assert render.render(scan()) == pdf


def test_another_content_gives_another_identifier(pdf: bytes) -> None:
    changed = scan()
    changed["company"]["name"] = "Anders B.V."
    assert opened(render.render(changed)).trailer.ID[0] != opened(pdf).trailer.ID[0]


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
    assert all(str(note.A.URI) == "http://127.0.0.1:8000" for note in links(document))


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


def test_the_only_link_is_to_the_site_and_says_where_it_goes(pdf: bytes) -> None:
    document = opened(pdf)
    found = links(document)
    assert [str(note.A.URI) for note in found] == ["http://127.0.0.1:8000"]
    assert [str(note.Contents) for note in found] == ["Naar de website van Noord over de grens"]
