"""The dossier on the screen: the same content, escaped, without a person in it."""

from __future__ import annotations

import pytest
from django.template.loader import render_to_string

from tests.domain.dossier.sample import foreign, scan
from tests.referrals.dossier.test_text import HOSTILE


def page(content: object) -> str:
    """Return the part of the page that shows the dossier."""
    return render_to_string("dossier/_screen.html", {"content": content})


def test_it_shows_what_is_asked_why_and_by_when() -> None:
    shown = page(scan())
    for words in (
        "Gevraagd aan Water Alliance",
        "woensdag 25 november 2026",
        "Van der Meulen Machinebouw B.V.",
        "Een netwerk helpt u op weg.",
        "Regel R-N3",
        "Nu doen",
        "Dit kan als uw organisatie klaar is.",
        "Mag Water Alliance uw dossier krijgen?",
        "Te weinig tijd: wel last",
    ):
        assert words in shown
    assert "<h1" not in shown


def test_a_preview_without_deadline_and_consent_says_so() -> None:
    content = {**scan(), "respond_by": "", "consent": []}
    shown = page(content)
    assert "Graag antwoord" not in shown
    assert "Nog niet gegeven" in shown


def test_who_is_addressed_is_said_and_what_is_not_there_has_no_heading() -> None:
    assert "«u» is de ondernemer" in page(scan())
    asked = [reason for reason in scan()["reasons"] if reason["asked"]]
    bare = page({**scan(), "reasons": asked, "later": [], "not_yet": []})
    assert "Ander advies aan dit bedrijf" in page(scan())
    assert "Ander advies aan dit bedrijf" not in bare
    assert ">Nu<" not in page({**scan(), "reasons": asked})


def test_a_foreign_company_is_shown_without_advice() -> None:
    shown = page(foreign())
    assert "A site of two hectares near Eemshaven" in shown
    assert "Waar het bedrijf nu staat" not in shown
    assert "Duitsland" in shown


@pytest.mark.parametrize("name", ["markup", "template", "css", "url", "quotes"])
def test_what_people_typed_is_shown_as_text(name: str) -> None:
    made = scan()
    made["company"]["name"] = made["outcome"]["text"] = made["answers"][0]["lines"][0]["answer"][0] = HOSTILE[name]
    shown = page(made)
    assert "<script" not in shown
    assert "<img" not in shown
    assert "</style" not in shown
    assert " style=" not in shown
    assert "SECRET" not in shown or "{{ settings.SECRET_KEY }}" in shown
