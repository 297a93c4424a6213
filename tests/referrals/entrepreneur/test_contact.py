"""Contact, consent, preview and confirmation, as a browser without JavaScript sees them."""

from __future__ import annotations

import re
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from intake.models import Consent, Contact, Intake
from nnmkb.ledger.models import Outgoing
from referrals.models import Referral
from referrals.services import refer
from tests.referrals.services import cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_at_nine")]
TYPED = {
    "company": "Zilverwiek Techniek",
    "kvk_number": "9000 0749",
    "place": "Leeuwarden",
    "person": "Anna Zilverwiek",
    "email": "anna@zilverwiek.example",
    "phone": "058 123 45 67",
    "message": "Wij maken pompen.",
}


@pytest.fixture
def _at_nine() -> Any:
    """Stand still at the moment of the cast."""
    with time_machine.travel(cast.NOW, tick=False):
        yield


def opened(client: Client, **more: Any) -> Intake:
    """Return an assessed intake that this browser may open."""
    intake = cast.assessed(**more)
    session = client.session
    session["intakes"] = [intake.reference]
    session.save()
    return intake


def path(intake: Intake, page: str = "contact") -> str:
    """Return the address of a page of this intake."""
    return f"/zelfscan/{intake.reference}/{page}/"


def hidden(response: HttpResponse) -> dict[str, str]:
    """Return the hidden fields that the page carries."""
    text = response.content.decode()
    return {
        name: value
        for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', text)
        if name in {"sleutel", "teksten"}
    }


def send(client: Client, intake: Intake, *ticked: str, **more: str) -> HttpResponse:
    """Fill in the page and press the button."""
    page = client.get(path(intake))
    boxes = dict.fromkeys(ticked or ("C1", "C2_nom", "C2_water_alliance"), "on")
    return client.post(path(intake), {**hidden(page), **TYPED, **boxes, **more})


def test_every_box_starts_empty(client: Client) -> None:
    page = client.get(path(opened(client)))
    text = page.content.decode()
    assert page.status_code == 200
    assert text.count('type="checkbox"') == len(cast.boxes(Intake.objects.get()))
    assert not re.search(r"<input[^>]*type=\"checkbox\"[^>]*checked", text)


def test_page_needs_the_grant_of_this_browser(client: Client) -> None:
    foreign = cast.assessed()
    answers = [client.get(path(foreign, page)) for page in ("contact", "verstuurd", "voorbeeld/nom")]
    unknown = client.get("/zelfscan/NN-0000-0000/contact/")
    assert {answer.status_code for answer in [*answers, unknown]} == {403}


def test_contact_is_asked_only_after_the_result(client: Client) -> None:
    intake = opened(client)
    intake.assessments.all().delete()
    assert client.get(path(intake)).status_code == 302


def test_sending_leads_to_the_confirmation_with_number_date_and_link(client: Client) -> None:
    intake = opened(client)
    response = send(client, intake)
    assert (response.status_code, response["Location"]) == (302, path(intake, "verstuurd"))
    page = client.get(response["Location"]).content.decode()
    intake.refresh_from_db()
    for text in (intake.reference, f"{intake.reference}-1", "woensdag 25 november", refer.follow_path(intake)):
        assert text in page
    assert Contact.objects.get().kvk_number == "90000749"


def test_double_submit_and_back_button_show_the_same_confirmation(client: Client) -> None:
    intake = opened(client)
    page = client.get(path(intake))
    form = {**hidden(page), **TYPED, "C1": "on", "C2_nom": "on"}
    first, second = client.post(path(intake), form), client.post(path(intake), form)
    assert first["Location"] == second["Location"] == path(intake, "verstuurd")
    assert client.get(path(intake))["Location"] == path(intake, "verstuurd")
    assert Outgoing.objects.filter(kind="mail.receipt").count() == 1
    assert Referral.objects.count() == 2


def test_without_the_kvk_nothing_is_sent_and_no_box_is_cleared(client: Client) -> None:
    intake = opened(client)
    response = send(client, intake, "C2_nom", "C4")
    text = response.content.decode()
    assert response.status_code == 200
    assert "Zonder uw toestemming mag niemand u helpen" in text
    assert "<title>Fout:" in text
    for name in ("C2_nom", "C4"):
        assert re.search(rf'<input[^>]*name="{name}"[^>]*checked', text), name
    assert "Zilverwiek Techniek" in text
    assert not Consent.objects.exists()


@pytest.mark.parametrize(
    ("field", "typed", "why"),
    [
        ("company", "", "Vul de naam van uw bedrijf in."),
        ("company", "x" * 121, "Dit is te lang: 121 tekens."),
        ("person", "  ", "Vul uw naam in."),
        ("email", "", "Vul uw e-mailadres in."),
        ("email", "anna.zilverwiek", "«anna.zilverwiek» is geen e-mailadres"),
        ("phone", "bel maar", "«bel maar» is geen telefoonnummer"),
        ("kvk_number", "1234", "«1234» is geen KvK-nummer"),
        ("kvk_number", "123456789", "Een KvK-nummer heeft 8 cijfers"),
        ("message", "x" * 1001, "Dit is te lang: 1001 tekens. Gebruik er hoogstens 1000."),
        ("message", "x" * 50_000, "Dit is te lang: 50000 tekens."),
    ],
)
def test_wrong_input_gets_its_own_message_and_is_kept(client: Client, field: str, typed: str, why: str) -> None:
    intake = opened(client)
    response = send(client, intake, **{field: typed})
    assert response.status_code == 200
    assert why in response.content.decode()
    assert not Contact.objects.exists()
    again = client.get(path(intake)).content.decode()
    assert "Anna Zilverwiek" in again or field == "person"
    assert "anna@zilverwiek.example" in again or field == "email"


def test_no_message_is_one_of_djangos_own(client: Client) -> None:
    intake = opened(client)
    page = client.get(path(intake))
    text = client.post(path(intake), {**hidden(page), "email": "x", "phone": "y", "kvk_number": "z"}).content.decode()
    for words in ("Dit veld is verplicht", "Voer een geldig", "This field", "Selecteer een geldige"):
        assert words not in text


def test_control_characters_do_no_harm(client: Client) -> None:
    intake = opened(client)
    assert send(client, intake, company="Zilver\x00wiek\x1b", message="a\x00b").status_code == 302
    assert Contact.objects.get().company == "Zilverwiek"


def test_hostile_text_is_shown_as_text(client: Client) -> None:
    intake = opened(client)
    send(client, intake, company='<script>alert("x")</script>', email="fout")
    text = client.get(path(intake)).content.decode()
    assert "<script>alert" not in text
    assert "&lt;script&gt;" in text


def test_forged_box_for_an_organisation_that_was_not_offered_is_ignored(client: Client) -> None:
    intake = opened(client)
    assert send(client, intake, "C1", "C2_nom", "C2_snn", "C9").status_code == 302
    assert not Consent.objects.filter(organisation="snn").exists()


def test_changed_sentence_is_read_again_before_it_counts(client: Client) -> None:
    intake = opened(client)
    response = send(client, intake, teksten="0" * 64)
    assert response.status_code == 200
    assert "net veranderd" in response.content.decode()
    assert not Consent.objects.exists()
    form = {**hidden(response), **TYPED, "C1": "on"}
    assert client.post(path(intake), form).status_code == 302


def test_preview_shows_exactly_what_the_organisation_gets_and_keeps_what_was_typed(client: Client) -> None:
    intake = opened(client)
    response = send(client, intake, "C1", "C2_nom", voorbeeld="nom")
    assert response["Location"] == path(intake, "voorbeeld/nom")
    page = client.get(response["Location"]).content.decode()
    assert "Zilverwiek Techniek" in page
    assert "anna@zilverwiek.example" not in page
    assert "058 123" not in page
    assert not Consent.objects.exists()
    back = client.get(path(intake)).content.decode()
    assert "Anna Zilverwiek" in back
    assert re.search(r'<input[^>]*name="C2_nom"[^>]*checked', back)


def test_preview_of_an_organisation_that_is_not_on_the_page_does_not_exist(client: Client) -> None:
    intake = opened(client)
    assert client.get(path(intake, "voorbeeld/snn")).status_code == 404
    assert send(client, intake, voorbeeld="snn").status_code == 302
    assert Intake.objects.get().state == "submitted"


def test_answers_changed_after_the_result_lead_back_to_the_check(client: Client) -> None:
    intake = opened(client)
    Intake.objects.filter(pk=intake.pk).update(answers={**intake.answers, "O7": "enkele"})
    assert client.get(path(intake))["Location"] == path(intake, "controleren")


def test_expired_draft_offers_a_new_link(client: Client) -> None:
    intake = opened(client)
    Intake.objects.filter(pk=intake.pk).update(expires_at=cast.NOW)
    assert client.get(path(intake)).status_code == 410


def test_confirmation_says_so_when_the_mail_failed(client: Client) -> None:
    intake = opened(client)
    send(client, intake)
    Outgoing.objects.filter(kind="mail.receipt").update(state="dead")
    assert "De mail kwam niet aan" in client.get(path(intake, "verstuurd")).content.decode()


def test_whole_submission_takes_at_most_sixty_queries(client: Client) -> None:
    intake = opened(client)
    page = client.get(path(intake))
    boxes = {box.field: "on" for box in cast.boxes(intake)}
    with CaptureQueriesContext(connection) as queries:
        response = client.post(path(intake), {**hidden(page), **TYPED, **boxes})
    assert response.status_code == 302
    assert len(queries) <= 60, len(queries)


def test_too_many_submissions_from_one_address_are_asked_to_wait(client: Client, settings: Any) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "submit": (1, 3600)}
    first = opened(client)
    assert send(client, first).status_code == 302
    second = opened(client)
    response = send(client, second)
    assert response.status_code == 429
    assert "Anna Zilverwiek" in client.get(path(second)).content.decode()


def test_pages_have_no_script_and_no_inline_style(client: Client) -> None:
    intake = opened(client)
    pages = [client.get(path(intake)), client.get(path(intake, "voorbeeld/nom"))]
    send(client, intake)
    pages += [client.get(path(intake, "verstuurd"))]
    for page in pages:
        assert page.status_code == 200
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=", page.content.decode())
