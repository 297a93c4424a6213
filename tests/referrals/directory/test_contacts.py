"""Contact persons: added, changed, forgotten; their names never reach the history."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client

from nnmkb.ledger import events
from nnmkb.ledger.models import Event
from referrals.models import Partner, PartnerContact
from tests.referrals.desk import making
from tests.referrals.directory.making import button

pytestmark = pytest.mark.django_db
TJALLING = {"name": "Tjalling Haanstra", "role": "netwerk", "email": "tj@water.example", "phone": "058 123 45 67"}


@pytest.fixture
def partner() -> Partner:
    return making.partner("nom")


@pytest.fixture
def person(partner: Partner) -> PartnerContact:
    return PartnerContact.objects.create(partner=partner, **TJALLING)


def test_a_person_is_added_once(lead: Client, partner: Partner) -> None:
    typed = button(partner, **TJALLING)
    for _ in range(2):
        assert lead.post("/partners/nom/contact/", typed)["Location"] == "/partners/nom/"
    assert PartnerContact.objects.get().phone == "058 123 45 67"
    assert [event.kind for event in events.history(partner.stream)] == ["partner_contact_added"]


def test_a_person_is_changed(lead: Client, partner: Partner, person: PartnerContact) -> None:
    page = lead.get(f"/partners/nom/contact/{person.pk}/").content.decode()
    assert 'value="Tjalling Haanstra"' in page
    lead.post(f"/partners/nom/contact/{person.pk}/", button(partner, **TJALLING | {"phone": "058 999 99 99"}))
    person.refresh_from_db()
    assert person.phone == "058 999 99 99"
    (event,) = events.history(partner.stream)
    assert (event.payload["fields"], event.payload["contact"]) == (["phone"], person.pk)
    assert "Contactpersoon veranderd: telefoon" in lead.get("/partners/nom/").content.decode()


def test_saving_a_person_without_a_difference_changes_nothing(
    lead: Client, partner: Partner, person: PartnerContact
) -> None:
    assert lead.post(f"/partners/nom/contact/{person.pk}/", button(partner, **TJALLING)).status_code == 302
    assert events.history(partner.stream) == []


def test_a_person_is_forgotten(lead: Client, partner: Partner, person: PartnerContact) -> None:
    lead.post(f"/partners/nom/contact/{person.pk}/", button(partner, weghalen="ja"))
    assert not PartnerContact.objects.exists()
    assert [event.kind for event in events.history(partner.stream)] == ["partner_contact_removed"]
    assert "Tjalling" not in lead.get("/partners/nom/").content.decode()


def test_history_never_holds_a_name_an_address_or_a_number(lead: Client, partner: Partner) -> None:
    lead.post("/partners/nom/contact/", button(partner, **TJALLING))
    person = PartnerContact.objects.get()
    partner.refresh_from_db()
    lead.post(f"/partners/nom/contact/{person.pk}/", button(partner, **TJALLING | {"name": "Wietske Anders"}))
    partner.refresh_from_db()
    lead.post(f"/partners/nom/contact/{person.pk}/", button(partner, weghalen="ja"))
    told = json.dumps(list(Event.objects.values_list("payload", flat=True)))
    assert Event.objects.count() == 3
    for words in ("Tjalling", "Wietske", "water.example", "123 45 67", "netwerk"):
        assert words not in told, words
    # By itself: three digits stand somewhere in a row of digests.
    assert not re.search(r"(?<!\w)058(?!\w)", told)


def test_two_tabs_the_second_keeps_what_was_typed(lead: Client, partner: Partner, person: PartnerContact) -> None:
    old = button(partner, **TJALLING | {"name": "Andere Naam"})
    lead.post(f"/partners/nom/contact/{person.pk}/", button(partner, **TJALLING | {"role": "directeur"}))
    response = lead.post(f"/partners/nom/contact/{person.pk}/", old)
    assert response.status_code == 409
    text = response.content.decode()
    assert 'value="Andere Naam"' in text
    assert "Contactpersoon veranderd: functie" in text
    person.refresh_from_db()
    assert (person.name, person.role) == ("Tjalling Haanstra", "directeur")


def test_who_was_taken_away_meanwhile_is_told_so_and_nothing_typed_is_lost(
    lead: Client, partner: Partner, person: PartnerContact
) -> None:
    address = f"/partners/nom/contact/{person.pk}/"
    lead.post(address, button(partner, weghalen="ja"))
    partner.refresh_from_db()
    response = lead.post(address, button(partner, **TJALLING | {"name": "Andere Naam"}))
    text = response.content.decode()
    assert "Deze contactpersoon staat er niet meer." in text
    assert 'value="Andere Naam"' in text
    assert lead.get(address).status_code == 404
    assert lead.post(address, button(partner, weghalen="ja")).status_code == 409


@pytest.mark.parametrize("pk", ["0", "999999", "99999999999999999999999"])
def test_a_person_that_is_not_there_is_not_found(lead: Client, partner: Partner, pk: str) -> None:
    assert lead.get(f"/partners/nom/contact/{pk}/").status_code == 404


def test_a_person_of_another_partner_is_out_of_reach(lead: Client, partner: Partner, person: PartnerContact) -> None:
    other = making.partner("snn")
    address = f"/partners/snn/contact/{person.pk}/"
    assert lead.get(address).status_code == 404
    assert lead.post(address, button(other, **TJALLING | {"name": "Gekaapt"})).status_code == 200
    assert lead.post(address, button(other, weghalen="ja")).status_code == 409
    assert PartnerContact.objects.get().name == "Tjalling Haanstra"
    assert Partner.objects.get(code="snn").version == 1
