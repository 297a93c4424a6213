"""The short path in English for a company from abroad."""

from __future__ import annotations

import hashlib
import re

import pytest
from django.test import Client

from intake.models import Consent, Intake
from nnmkb.ledger.models import Outgoing
from referrals.models import Referral
from referrals.services import refer
from tests.referrals.services import cast

pytestmark = pytest.mark.django_db
FILLED = {
    "company": "Nordwind GmbH",
    "country": "DE",
    "sector": "industrie_food",
    "website": "www.nordwind.example",
    "aim": "site",
    "term": "year",
    "province": "drenthe",
    "person": "Uwe Nord",
    "email": "uwe@nordwind.example",
    "phone": "+49 421 123456",
    "message": "We make cheese.",
    "C1": "on",
    "C2_nom": "on",
}


def fill(client: Client, **changes: str) -> tuple[int, str]:
    """Fill in the form; return the status and the page it leads to."""
    page = client.get("/en/settle/").content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(sleutel|teksten)" value="([^"]*)"', page))
    form = {name: value for name, value in {**FILLED, **hidden, **changes}.items() if value}
    response = client.post("/en/settle/", form, follow=True)
    return response.redirect_chain[-1][1] if response.redirect_chain else 200, response.content.decode()


def key_on(page: str) -> str:
    """Return the idempotency key of the form on a page."""
    match = re.search(r'name="sleutel" value="([^"]+)"', page)
    assert match
    return match[1]


def test_page_is_english_throughout_with_empty_boxes(client: Client) -> None:
    page = client.get("/en/settle/").content.decode()
    assert '<html lang="en">' in page
    assert "Skip to content" in page
    assert not re.search(r"<input[^>]*type=\"checkbox\"[^>]*checked", page)
    for dutch in ("niet verplicht", "Hoogstens", "Kies ", "Vragen?"):
        assert dutch not in page
    assert ">Germany<" in page
    assert ">Netherlands<" not in page


def test_request_is_checked_sent_and_followed_in_english(client: Client) -> None:
    status, check = fill(client)
    assert status == 302
    assert "Check your request" in check
    assert "Germany" in check
    assert not Intake.objects.exists()
    response = client.post("/en/settle/check/", {"sleutel": key_on(check)}, follow=True)
    done = response.content.decode()
    intake = Intake.objects.get()
    assert intake.reference in done
    assert refer.follow_path(intake) in done
    referral = Referral.objects.get()
    assert (referral.activity, referral.state, referral.province) == ("V1", "queued", "drenthe")
    assert Outgoing.objects.get(kind="mail.receipt").recipient == f"intake:{intake.pk}"
    follow = client.get(refer.follow_path(intake)).content.decode()
    assert "How your request stands" in follow
    assert "We have received your request" in follow
    assert "Uw " not in follow
    for page in ("intrekken/?wat=alles", "gegevens/", "wissen/"):
        shown = client.get(refer.follow_path(intake) + page).content.decode()
        assert '<html lang="en">' in shown
        assert "Wilt u" not in shown


def test_nom_gets_the_request_as_an_offer(client: Client) -> None:
    from referrals.services import offering, queue

    _, check = fill(client, province="any")
    client.post("/en/settle/check/", {"sleutel": key_on(check)})
    referral, bert = Referral.objects.get(), cast.advisor()
    nom = cast.partner("nom", activities=["V1"], provinces=["groningen", "friesland", "drenthe"])
    queue.claim(referral.pk, advisor=bert, version=1, key=cast.key(), now=cast.NOW)
    offer = offering.offer(referral.pk, nom.pk, advisor=bert, version=2, key=cast.key(), now=cast.NOW)
    assert offer.dossier.content["company"]["name"] == "Nordwind GmbH"
    assert "uwe@nordwind.example" not in str(offer.dossier.content)
    # The record of consent quotes the sentence that was agreed to, so that its fingerprint fits.
    for line in offer.dossier.content["consent"]:
        assert hashlib.sha256(line["text"].encode()).hexdigest() == line["text_digest"]


def test_second_click_on_send_shows_the_same_confirmation(client: Client) -> None:
    _, check = fill(client)
    for _ in range(2):
        response = client.post("/en/settle/check/", {"sleutel": key_on(check)})
        assert response["Location"] == "/en/settle/done/"
    assert Intake.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "typed", "why"),
    [
        ("company", "", "Fill in the name of your company."),
        ("country", "", "Choose the country of your company."),
        ("country", "XX", "Choose the country of your company."),
        ("sector", "nonsense", "Choose what your company does."),
        ("aim", "", "Choose what you are looking for."),
        ("term", "yesterday", "Choose when you want to start."),
        ("province", "limburg", "Choose a province"),
        ("email", "uwe", "«uwe» is not an e-mail address."),
        ("phone", "call me", "«call me» is not a phone number."),
        ("website", "no site", "«no site» is not a website."),
        ("message", "x" * 50_000, "This is too long: 50000 characters."),
        ("C1", "", "Without your permission nobody can help you."),
        ("C2_nom", "", "Tick at least one organisation"),
    ],
)
def test_wrong_input_gets_its_own_message_in_english_and_is_kept(
    client: Client, field: str, typed: str, why: str
) -> None:
    status, page = fill(client, **{field: typed})
    assert status == 200
    assert why in page
    assert "Error:" in page
    assert not Intake.objects.exists()
    again = client.get("/en/settle/").content.decode()
    assert "Nordwind GmbH" in again or field == "company"


def test_check_page_without_a_form_leads_to_the_form(client: Client) -> None:
    assert client.get("/en/settle/check/")["Location"] == "/en/settle/"
    assert client.post("/en/settle/check/", {"sleutel": cast.key()})["Location"] == "/en/settle/"
    assert client.get("/en/settle/done/")["Location"] == "/en/settle/"


def test_consent_rows_carry_the_english_sentence(client: Client) -> None:
    _, check = fill(client)
    client.post("/en/settle/check/", {"sleutel": key_on(check)})
    rows = {(row.purpose, row.organisation): row for row in Consent.objects.all()}
    assert {key for key, row in rows.items() if row.given} == {("C1", ""), ("C2", "nom")}
    assert ("C2", "provincie_fryslan") in rows
    assert all(row.text_version.startswith("en-") for row in rows.values())
