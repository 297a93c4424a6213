"""What a partner answers: once, with a reason where one is due, and with the contact data only after yes."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from django.test import Client

from intake.models import Consent
from nnmkb.ledger.models import Event, Outgoing
from referrals.domain.lifecycle import State
from referrals.models import Offer, Partner, Referral
from referrals.services import closing
from tests.referrals.desk import making
from tests.referrals.desk.making import NOW
from tests.referrals.partner.test_link import answer, enter, link, state

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def metaal() -> Partner:
    return making.partner("metaalunie", name="Metaalunie Noord", email="piet@metaal.example")


@pytest.fixture
def offer(metaal: Partner) -> Offer:
    return making.offered(metaal, phone="0592 00 00 00")


@pytest.fixture
def partner(client: Client, offer: Offer) -> Client:
    """A browser in which a code has opened the offer."""
    enter(client, offer)
    return client


def dossier(client: Client, offer: Offer) -> str:
    """Return the dossier page."""
    response = client.get(f"{link(offer)}dossier/")
    assert response.status_code == 200
    return response.content.decode()


def test_accepting_shows_whom_to_call_and_tells_entrepreneur_and_advisor(partner: Client, offer: Offer) -> None:
    response = answer(partner, offer, "aannemen", contact_person="Piet Jansen")
    assert response["Location"] == link(offer)
    assert state(offer) == State.ACCEPTED
    text = dossier(partner, offer)
    for words in ("Aangenomen door Piet Jansen", "Sjoerd Hunze", "0592 00 00 00", "Leg eerste contact vast"):
        assert words in text
    assert {"mail.accepted", "mail.accepted_to_advisor"} <= set(Outgoing.objects.values_list("kind", flat=True))


def test_same_answer_sent_twice_is_given_once(partner: Client, offer: Offer) -> None:
    key = str(uuid.uuid4())
    first = answer(partner, offer, "aannemen", contact_person="Piet", sleutel=key)
    second = answer(partner, offer, "aannemen", contact_person="Piet", sleutel=key)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"]
    assert Event.objects.filter(kind="offer_accepted").count() == 1


@pytest.mark.parametrize(
    ("name", "words"), [("", "Vul in wie contact opneemt."), ("x" * 200, "te lang"), ("x", "2 tot")]
)
def test_accepting_needs_a_name(partner: Client, offer: Offer, name: str, words: str) -> None:
    response = answer(partner, offer, "aannemen", contact_person=name)
    assert response.status_code == 200
    assert words in response.content.decode()
    assert state(offer) == State.OFFERED


def test_colleague_who_is_too_late_reads_who_answered(partner: Client, offer: Offer) -> None:
    colleague = Client()
    enter(colleague, offer)
    answer(partner, offer, "aannemen", contact_person="Piet Jansen")
    late = answer(colleague, offer, "afwijzen", reason="region")
    assert late.status_code == 409
    assert "Piet Jansen nam dit aanbod aan op dinsdag 24 november" in late.content.decode()
    assert colleague.get(f"{link(offer)}antwoord/?wat=afwijzen").status_code == 409
    assert state(offer) == State.ACCEPTED


def test_declining_thanks_and_kills_the_link(partner: Client, offer: Offer) -> None:
    response = answer(partner, offer, "afwijzen", reason="region")
    assert response["Location"] == link(offer)
    thanks = partner.get(link(offer))
    assert thanks.status_code == 200
    assert "Bedankt voor uw antwoord" in thanks.content.decode()
    assert "Hunze" not in thanks.content.decode()
    assert Client().get(link(offer)).status_code == 410
    assert state(offer) == State.RETURNED
    offer.refresh_from_db()
    assert (offer.state, offer.reason) == (Offer.State.DECLINED, "region")
    for path in ("dossier/", "dossier.pdf"):
        assert "Bedankt" in partner.get(link(offer) + path).content.decode()


def test_declining_twice_with_one_form_is_one_answer(partner: Client, offer: Offer) -> None:
    key = str(uuid.uuid4())
    for _ in range(2):
        assert answer(partner, offer, "afwijzen", reason="region", sleutel=key)["Location"] == link(offer)
    assert Event.objects.filter(kind="offer_declined").count() == 1


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({}, "Kies een reden."),
        ({"reason": "zomaar"}, "Kies een reden uit de lijst."),
        ({"reason": "other"}, "ten minste 10 tekens"),
        ({"reason": "other", "reason_text": "x" * 50_000}, "te lang"),
        ({"reason": "capacity", "until": "2026-11-01"}, "Kies een datum na vandaag."),
        (
            {"reason": "capacity", "until": "2226-11-01"},
            "Kies een datum binnen een jaar. Duurt het langer? Laat het de KvK weten.",
        ),
        ({"reason": "capacity", "until": "morgen"}, "dag-maand-jaar"),
    ],
)
def test_declining_asks_for_a_good_reason_and_keeps_what_was_typed(
    partner: Client, offer: Offer, typed: dict[str, str], words: str
) -> None:
    response = answer(partner, offer, "afwijzen", **typed)
    assert response.status_code == 200
    assert words in response.content.decode()
    if typed.get("reason") == "other" and len(typed.get("reason_text", "")) > 1:
        assert "x" * 100 in response.content.decode()
    assert state(offer) == State.OFFERED


def test_answers_to_questions_of_another_reason_are_dropped(partner: Client, offer: Offer, metaal: Partner) -> None:
    answer(partner, offer, "afwijzen", reason="region", reason_text="Zomaar een tekst", until="2027-01-01")
    offer.refresh_from_db()
    metaal.refresh_from_db()
    assert (offer.reason_text, metaal.paused_until) == ("", None)


def test_no_capacity_pauses_the_partner_until_its_own_date(partner: Client, offer: Offer, metaal: Partner) -> None:
    answer(partner, offer, "afwijzen", reason="capacity", until="2027-01-15")
    metaal.refresh_from_db()
    assert metaal.paused_until == date(2027, 1, 15)


def test_work_goes_from_contact_to_result(partner: Client, offer: Offer) -> None:
    answer(partner, offer, "aannemen", contact_person="Piet Jansen")
    assert answer(partner, offer, "contact", on="2026-11-24").status_code == 302
    assert state(offer) == State.IN_PROGRESS
    assert "Rond af" in dossier(partner, offer)
    assert answer(partner, offer, "afronden", outcome="plan_made", on="2026-11-24").status_code == 302
    assert state(offer) == State.COMPLETED
    assert "Bedankt voor uw antwoord" in partner.get(link(offer)).content.decode()
    assert Client().get(link(offer)).status_code == 410


def test_work_can_stop_without_result(partner: Client, offer: Offer) -> None:
    answer(partner, offer, "aannemen", contact_person="Piet Jansen")
    answer(partner, offer, "contact", on="2026-11-24")
    assert answer(partner, offer, "stoppen", reason="no_need").status_code == 302
    assert state(offer) == State.STOPPED


def test_accepted_offer_can_be_given_back(partner: Client, offer: Offer) -> None:
    answer(partner, offer, "aannemen", contact_person="Piet Jansen")
    assert answer(partner, offer, "teruggeven", reason="capacity", until="2027-01-15").status_code == 302
    assert state(offer) == State.RETURNED
    offer.refresh_from_db()
    assert offer.ended_at == NOW
    assert "Sjoerd" not in partner.get(link(offer)).content.decode()


def test_answer_that_is_not_in_the_table_is_refused(partner: Client, offer: Offer) -> None:
    for what in ("contact", "afronden", "stoppen", "teruggeven"):
        response = answer(partner, offer, what, reason="other", on="2026-11-24")
        assert response.status_code == 409, what
    assert answer(partner, offer, "verzonnen").status_code == 404
    assert state(offer) == State.OFFERED


def test_answer_without_its_key_does_nothing(partner: Client, offer: Offer) -> None:
    response = answer(partner, offer, "aannemen", contact_person="Piet", sleutel="")
    assert "niet compleet" in response.content.decode()
    assert state(offer) == State.OFFERED


def test_consent_that_ended_between_looking_and_accepting_stops_the_answer(partner: Client, offer: Offer) -> None:
    gone = Consent.objects.get(organisation="metaalunie")
    gone.pk, gone.given = None, False
    gone.save(force_insert=True)
    response = answer(partner, offer, "aannemen", contact_person="Piet")
    assert response.status_code == 410
    assert "Sjoerd" not in response.content.decode()
    assert state(offer) == State.OFFERED


def test_withdrawal_after_accepting_hides_the_contact_data_at_once(partner: Client, offer: Offer) -> None:
    answer(partner, offer, "aannemen", contact_person="Piet Jansen")
    assert "Sjoerd" in dossier(partner, offer)
    closing.withdraw(Referral.objects.get(pk=offer.referral_id).intake_id, actor="entrepreneur", key="w", now=NOW)
    response = partner.get(f"{link(offer)}dossier/")
    assert response.status_code == 410
    assert "Sjoerd" not in response.content.decode()


def test_every_page_of_the_partner_is_complete_without_script(partner: Client, offer: Offer) -> None:
    pages = [dossier(partner, offer), partner.get(f"{link(offer)}antwoord/?wat=afwijzen").content.decode()]
    for text in pages:
        assert "<script" not in text
        assert not re.search(r"\sstyle=|\son\w+=", text)
