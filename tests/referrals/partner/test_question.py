"""A question of the partner, from the page behind the code to the pane of the advisor and back."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from referrals.models import Offer, PartnerQuestion, Referral
from referrals.services import answering, offering, partner_questions
from tests.referrals.desk import making
from tests.referrals.desk.making import NOW
from tests.referrals.partner.test_link import answer, enter, link

pytestmark = pytest.mark.django_db
ASKED = "Mag het <b>ook</b> na 1 januari?"
ANSWERED = "Ja, als u <i>maar</i> belt."


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def anke() -> User:
    return making.staff()


@pytest.fixture
def offer(anke: User) -> Offer:
    return making.offered(making.partner("metaalunie", name="Metaalunie Noord"), advisor=anke)


@pytest.fixture
def desk(anke: User) -> Client:
    return signed_in(anke)


def signed_in(user: User) -> Client:
    """Return the browser of somebody of the KvK."""
    browser = Client()
    browser.force_login(user)
    return browser


def pane(desk: Client, offer: Offer) -> str:
    """Return the page of the referral at the desk."""
    return desk.get(f"/werkbak/{offer.referral.number}/").content.decode()


def reply(desk: Client, offer: Offer, text: str, **more: object) -> HttpResponse:
    """Answer in the pane."""
    typed = {"sleutel": str(uuid.uuid4()), "versie": 1, "text": text, **more}
    return desk.post(f"/werkbak/{offer.referral.number}/partner-antwoord/", typed)


def dossier(client: Client, offer: Offer) -> str:
    """Return what the partner sees."""
    return client.get(f"{link(offer)}dossier/").content.decode()


def test_question_and_answer_go_there_and_back(client: Client, desk: Client, offer: Offer) -> None:
    enter(client, offer)
    assert "Stel een vraag aan de KvK" in dossier(client, offer)
    form = client.get(f"{link(offer)}antwoord/?wat=vraag").content.decode()
    assert "Wat wilt u van de KvK weten?" in form
    assert "Uw termijn loopt gewoon door." in form
    assert answer(client, offer, "vraag", text=ASKED).status_code == 302
    shown = dossier(client, offer)
    assert "Mag het &lt;b&gt;ook&lt;/b&gt; na 1 januari?" in shown
    assert "Wacht op antwoord van de KvK" in shown
    assert "Uw termijn loopt gewoon door." in shown
    assert "?wat=vraag" not in shown
    assert "Neem aan" in shown
    waiting = pane(desk, offer)
    assert "Mag het &lt;b&gt;ook&lt;/b&gt;" in waiting
    assert "Vraag van partner" in waiting
    assert reply(desk, offer, ANSWERED).status_code == 302
    shown = dossier(client, offer)
    assert "Ja, als u &lt;i&gt;maar&lt;/i&gt; belt." in shown
    assert "?wat=vraag" in shown
    waiting = pane(desk, offer)
    assert "&lt;i&gt;maar&lt;/i&gt;" in waiting
    assert "Vraag van partner" not in waiting
    assert "partner-antwoord" not in waiting


def test_second_question_waits_and_nothing_typed_is_lost(client: Client, offer: Offer) -> None:
    enter(client, offer)
    answer(client, offer, "vraag", text=ASKED)
    assert client.get(f"{link(offer)}antwoord/?wat=vraag")["Location"] == f"{link(offer)}dossier/#vragen"
    text = answer(client, offer, "vraag", text="En dit dan?").content.decode()
    assert "Uw vorige vraag wacht nog op antwoord" in text
    assert "En dit dan?" in text
    assert PartnerQuestion.objects.count() == 1


@pytest.mark.parametrize("typed", ["", " \r\n ", "x" * 1001, "a\x00b"])
def test_question_that_cannot_be_asked_says_why_at_the_field(client: Client, offer: Offer, typed: str) -> None:
    enter(client, offer)
    response = answer(client, offer, "vraag", text=typed)
    assert response.status_code == 200
    assert 'id="id_text-error"' in response.content.decode() or "Fout:" in response.content.decode()
    assert not PartnerQuestion.objects.exists()


def test_line_end_of_a_browser_counts_as_one_character(client: Client, offer: Offer) -> None:
    enter(client, offer)
    assert answer(client, offer, "vraag", text="x\r\n" * 499 + "xx").status_code == 302


@pytest.mark.parametrize("typed", ["", "y" * 2001, "a\x00b"])
def test_answer_that_cannot_be_sent_is_shown_again_with_what_was_typed(desk: Client, offer: Offer, typed: str) -> None:
    partner_questions.ask(offer.pk, actor=f"partner:{offer.partner_id}", text=ASKED, key="k" * 36, now=NOW)
    response = reply(desk, offer, typed)
    text = response.content.decode()
    assert response.status_code == 200
    assert "Uw antwoord aan de partner" in text
    assert typed[:2000].replace("\x00", "") in text
    assert PartnerQuestion.objects.get().closed_at is None


def test_answer_after_the_offer_ended_is_kept_on_the_screen_and_not_sent(
    desk: Client, anke: User, offer: Offer
) -> None:
    partner_questions.ask(offer.pk, actor=f"partner:{offer.partner_id}", text=ASKED, key="k" * 36, now=NOW)
    version = Referral.objects.get(pk=offer.referral_id).version
    offering.recall(offer.referral_id, advisor=anke, version=version, key="r", now=NOW)
    text = reply(desk, offer, ANSWERED).content.decode()
    assert "het aanbod loopt niet meer" in text
    assert "&lt;i&gt;maar&lt;/i&gt;" in text
    assert "Vervallen, want het aanbod eindigde" in pane(desk, offer)


def test_answer_from_a_page_of_before_the_partner_accepted_still_goes(desk: Client, offer: Offer) -> None:
    actor = f"partner:{offer.partner_id}"
    partner_questions.ask(offer.pk, actor=actor, text=ASKED, key="k" * 36, now=NOW)
    answering.accept(offer.pk, actor=actor, contact_person="Piet", key="a" * 36, now=NOW)
    assert reply(desk, offer, ANSWERED).status_code == 302
    assert PartnerQuestion.objects.get().answer == ANSWERED


def test_colleague_reads_the_question_and_cannot_answer_it(offer: Offer) -> None:
    partner_questions.ask(offer.pk, actor=f"partner:{offer.partner_id}", text=ASKED, key="k" * 36, now=NOW)
    colleague = signed_in(making.staff("daan"))
    text = pane(colleague, offer)
    assert "Mag het &lt;b&gt;ook&lt;/b&gt;" in text
    assert "Anke antwoordt hier." in text
    assert "Alleen de behandelaar kan dit doen." in reply(colleague, offer, ANSWERED).content.decode()
    lead = signed_in(making.staff("lea", "team_lead", "advisor"))
    assert reply(lead, offer, ANSWERED).status_code == 302


def test_list_shows_who_waits_for_the_kvk_without_a_question_more(desk: Client, offer: Offer) -> None:
    address = "/werkbak/?lijst=alles"
    desk.get(address)
    with CaptureQueriesContext(connection) as before:
        assert "Vraag van partner" not in desk.get(address).content.decode()
    partner_questions.ask(offer.pk, actor=f"partner:{offer.partner_id}", text=ASKED, key="k" * 36, now=NOW)
    with CaptureQueriesContext(connection) as after:
        assert "Vraag van partner" in desk.get(address).content.decode()
    assert len(after) <= len(before)


def test_nobody_asks_without_a_code(client: Client, offer: Offer) -> None:
    assert answer(client, offer, "vraag", text=ASKED)["Location"] == link(offer)
    assert not PartnerQuestion.objects.exists()


def test_question_of_one_attempt_is_not_shown_to_the_next_partner(client: Client, anke: User, offer: Offer) -> None:
    enter(client, offer)
    answer(client, offer, "vraag", text="Geheim van Metaalunie?")
    version = Referral.objects.get(pk=offer.referral_id).version
    offering.recall(offer.referral_id, advisor=anke, version=version, key="r", now=NOW)
    other = making.partner("water_alliance")
    making.Consent.objects.create(
        intake=offer.referral.intake, purpose="C2", organisation="water_alliance", given=True,
        text_version="2013.1", text_digest="0" * 64, source="contact", at=NOW - timedelta(hours=1),
    )  # fmt: skip
    version = Referral.objects.get(pk=offer.referral_id).version
    again = offering.offer(offer.referral_id, other.pk, advisor=anke, version=version, key="o2", now=NOW)
    second = Client()
    enter(second, again)
    assert not re.search("Geheim|Uw vragen aan de KvK", dossier(second, again))
