"""The PDF: what can be read in it, how it is tagged, what is embedded, and that nothing is fetched."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path

import jsonschema
import pytest

from referrals.domain.dossier import canonical, digest
from referrals.dossier import render
from referrals.dossier.verify import address
from tests.domain.dossier.companies import COMPANIES, content
from tests.domain.dossier.sample import foreign, scan
from tests.referrals.dossier.reading import attachments, links, names, opened, pages, tags

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
    logo, code = [tag for tag in tags(document) if str(tag.S) == "/Figure"]
    assert str(logo.Alt).startswith("Beeldmerk van Noord over de grens")
    assert str(code.Alt).startswith("QR-code met het adres van de controlepagina")
    for figure, lowest, highest in ((logo, 600, 842), (code, 50, 400)):
        left, bottom, right, top = (float(side) for side in figure.A.BBox)
        assert 0 <= left < right <= 596
        assert lowest < bottom < top <= highest


def test_every_list_says_how_it_is_numbered(pdf: bytes) -> None:
    assert numberings(pdf) == ["/None", "/None", "/Disc"]
    several = scan()
    several["reasons"] = [{**several["reasons"][0], "rule": f"R-{number}"} for number in range(2)]
    assert numberings(render.render(several)) == ["/None", "/Decimal", "/Disc", "/Disc"]


def numberings(pdf: bytes) -> list[str]:
    """Return how each list says that it is numbered."""
    document = opened(pdf)
    return [str(tag.A.ListNumbering) for tag in tags(document) if str(tag.S) == "/L"]


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


def test_another_content_gives_another_identifier(pdf: bytes) -> None:
    changed = scan()
    changed["company"]["name"] = "Anders B.V."
    assert opened(render.render(changed)).trailer.ID[0] != opened(pdf).trailer.ID[0]


def test_the_links_are_to_the_site_and_to_the_page_that_checks_it_and_say_so(pdf: bytes) -> None:
    document = opened(pdf)
    assert {str(note.A.URI): str(note.Contents) for note in links(document)} == {
        "http://127.0.0.1:8000": "Naar de website van Noord over de grens",
        address(digest(scan())): "Naar de pagina waar u controleert of dit dossier echt is en nog geldt",
    }
