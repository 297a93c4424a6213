"""The texts of documents in the browser: registered, read by paragraph, and looked up for each citation."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile

from intake.models import SourceText
from intake.services.governing import drafting
from tests.intake.governing import cast
from tests.intake.governing.pages import MARKUP, browser, fresh, post, text

pytestmark = pytest.mark.django_db
NOTE = "De notitie.\n\nNetwerken sluiten aan op vluchten vanaf Eelde.\nEn verder.\n\nEinde."
GIST = 'strekking: "Laat netwerken aansluiten op vluchten vanaf Eelde."'
QUOTE = "Netwerken sluiten aan op vluchten vanaf Eelde."


@pytest.fixture
def author() -> User:
    return cast.author()


def citing(author: User, quote: str) -> None:
    """Make a draft in which a rule cites the note."""
    cast.changed(author, None, f"{GIST}}}", f'{GIST}, citaat: "{quote}"}}')


def test_list_tells_what_leans_on_each_document(author: User) -> None:
    page = text(browser(author).get("/beleid/bronnen/"))
    assert "Internationalisering mkb, notitie voor de Programmaraad SNN (2013)" in page
    assert "27 regels en berichten" in page
    assert page.count("Nog niet vastgelegd") == 3


@pytest.mark.parametrize("code", ["9/9", "", "x" * 60, ".."])
def test_code_that_is_not_fit_for_an_address_keeps_no_page_from_others(author: User, code: str) -> None:
    version = cast.draft(author)
    text_of = version.files["catalogus.yaml"].replace("bronnen:\n", f'bronnen:\n  "{code}": Iets\n', 1)
    drafting.save_file(version, "catalogus.yaml", text_of, by=author, lock=version.lock, now=cast.NOW)
    client = browser(author)
    assert client.get("/beleid/bronnen/").status_code == 200
    assert "kan geen code zijn" in text(client.get("/beleid/2026-1/"))
    assert post(client, f"bronnen/{code or '-'}/", tekst=NOTE).status_code == 404
    assert SourceText.objects.count() == 0


def test_text_is_registered_once_and_read_by_paragraph(author: User) -> None:
    client = browser(author)
    for _ in range(2):
        assert post(client, "bronnen/001/", tekst=f"{NOTE}\n\n{MARKUP}")["Location"] == "/beleid/bronnen/001/"
    assert SourceText.objects.count() == 1
    page = client.get("/beleid/bronnen/001/")
    assert 'id="alinea-2"' in page.content.decode()
    assert 'id="alinea-4"' in page.content.decode()
    assert MARKUP in text(page)
    assert "<script>alert" not in page.content.decode()
    assert "Tekst vastgelegd door Roelien" in text(page)


def test_newer_text_counts_and_an_upload_does_as_well(author: User) -> None:
    client = browser(author)
    post(client, "bronnen/001/", tekst=NOTE)
    upload = SimpleUploadedFile("notitie.txt", "\ufeffEen andere tekst.".encode())
    assert post(client, "bronnen/001/", bestand=upload, tekst="").status_code == 302
    assert "Een andere tekst." in text(client.get("/beleid/bronnen/001/"))
    assert SourceText.objects.count() == 2


def test_citation_is_looked_up_and_a_draft_with_a_wrong_one_has_a_problem_at_its_line(author: User) -> None:
    client = browser(author)
    post(client, "bronnen/001/", tekst=NOTE)
    citing(author, QUOTE)
    assert "Staat in de tekst" in text(client.get("/beleid/bronnen/001/"))
    assert "1, staat in de tekst" in text(client.get("/beleid/bronnen/"))
    post(client, "bronnen/001/", tekst=NOTE.replace("sluiten aan op", "gaan over"))
    page = text(client.get("/beleid/bronnen/001/"))
    assert "Niet gevonden" in page
    assert "Versie 2026-1" in page
    assert "1 van 1 niet gevonden" in text(client.get("/beleid/bronnen/"))
    assert "staat niet in de tekst van dit document" in text(client.get("/beleid/2026-1/"))
    line = fresh().files[cast.RULES].split(QUOTE)[0].count("\n") + 1
    assert f'href="/beleid/2026-1/bestand/regels.yaml/#regel-{line}"' in client.get("/beleid/2026-1/").content.decode()


def test_citation_from_a_text_that_is_not_there_is_not_called_wrong(author: User) -> None:
    citing(author, QUOTE)
    assert "Niet op te zoeken" in text(browser(author).get("/beleid/bronnen/001/"))


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "Plak de tekst van het document, of kies een bestand."),
        ({"tekst": " \n "}, "Plak de tekst van het document, of kies een bestand."),
        ({"tekst": "x" * 600_001}, "hooguit 600.000 tekens"),
        ({"bestand": b"\xff\xfe\x00"}, "geen gewone tekst"),
        ({"bestand": b"x" * 2_400_001}, "te groot"),
        ({"bestand": b"x", "tekst": "y"}, "niet allebei"),
    ],
)
def test_odd_text_is_refused_in_words(author: User, sent: dict[str, str | bytes], words: str) -> None:
    typed = {key: SimpleUploadedFile("a.txt", part) if isinstance(part, bytes) else part for key, part in sent.items()}
    response = post(browser(author), "bronnen/001/", **typed)
    assert response.status_code == 200
    assert words in text(response)
    assert not SourceText.objects.exists()


def test_only_authors_register_and_unknown_documents_are_not_found(author: User) -> None:
    reader = browser(cast.publisher())
    assert "<textarea" not in reader.get("/beleid/bronnen/001/").content.decode()
    assert post(reader, "bronnen/001/", tekst=NOTE).status_code == 403
    assert browser(author).get("/beleid/bronnen/999/").status_code == 404
    assert post(browser(author), "bronnen/999/", tekst=NOTE).status_code == 404
