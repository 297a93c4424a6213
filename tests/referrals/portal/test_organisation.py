"""The own organisation: who manages it changes what is the partner's to say, and the KvK sees by whom."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from nnmkb.ledger.models import Event
from nnmkb.web.permissions import Role
from referrals.models import Partner, PartnerContact
from referrals.services import partners
from referrals.services.partners import Change
from tests.referrals.desk import making
from tests.referrals.portal.making import browser, said

pytestmark = pytest.mark.django_db
HOME = "/partner/organisatie/"
READER, HANDLER, MANAGER = Role.PARTNER_READER, Role.PARTNER_HANDLER, Role.PARTNER_MANAGER


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(making.NOW, tick=False):
        yield


@pytest.fixture
def metaal() -> Partner:
    return making.partner("metaalunie", name="Metaalunie Noord", email="post@metaal.example")


@pytest.fixture
def lead() -> User:
    return making.staff("teamleider", Role.TEAM_LEAD)


def form(partner: Partner, **changes: Any) -> dict[str, Any]:
    """Return the form of the organisation as a browser would send it now."""
    partner.refresh_from_db()
    stands = {name: getattr(partner, name) for name in ("channel", "response_days", "capacity", "activities",
              "provinces", "sectors", "themes")}  # fmt: skip
    return {"sleutel": str(uuid.uuid4()), "versie": str(partner.version), **stands, **changes}


def edit(client: Client, partner: Partner, **changes: Any) -> HttpResponse:
    """Send that form."""
    return client.post(f"{HOME}wijzigen/", form(partner, **changes))


def by_staff(lead: User, partner: Partner) -> Change:
    """Return a change by somebody of the KvK, of the partner as it stands."""
    partner.refresh_from_db()
    return Change(lead, partner.version, str(uuid.uuid4()), making.NOW)


def test_manager_changes_what_the_organisation_does_and_the_kvk_reads_by_whom(metaal: Partner, lead: User) -> None:
    client, eva = browser(metaal, MANAGER, name="Eva Postma")
    done = edit(client, metaal, capacity="7", activities=["P4"], provinces=["drenthe"], channel="portal")
    assert done["Location"] == HOME
    metaal.refresh_from_db()
    assert (metaal.capacity, metaal.activities, metaal.provinces, metaal.channel) == (7, ["P4"], ["drenthe"], "portal")
    event = Event.objects.get(stream=metaal.stream)
    assert event.actor == f"partner:{metaal.pk}/person:{eva.user_id}"
    assert "Eva" not in str(event.payload)
    assert "Eva Postma" in said(client.get(HOME))
    desk = Client()
    desk.force_login(lead)
    assert "Metaalunie Noord, Eva Postma" in said(desk.get(f"/partners/{metaal.code}/"))


def test_what_the_kvk_keeps_cannot_be_sent_along(metaal: Partner) -> None:
    client, _ = browser(metaal, MANAGER)
    extra = {"name": "Andere Naam", "organisation": "nom", "email": "boef@boef.example", "agreement_date": "2020-01-01",
             "active": "", "capacity": "9"}  # fmt: skip
    edit(client, metaal, **extra)
    metaal.refresh_from_db()
    assert metaal.capacity == 9
    assert (metaal.name, metaal.organisation, metaal.email) == ("Metaalunie Noord", "metaalunie", "post@metaal.example")
    assert (metaal.agreement_date, metaal.active) == (None, True)
    page = client.get(f"{HOME}wijzigen/").content.decode()
    for name in ("name", "organisation", "email", "agreement_date"):
        assert f'name="{name}"' not in page


@pytest.mark.parametrize("path", ["wijzigen/", "pauze/", "pauze-voorbij/", "contact/", "contact/1/"])
@pytest.mark.parametrize("role", [READER, HANDLER])
def test_only_a_manager_changes(metaal: Partner, role: Role, path: str) -> None:
    client, _ = browser(metaal, role)
    assert client.post(HOME + path, form(metaal, capacity="3", until="2026-12-24", name="Piet")).status_code == 403
    assert client.get(HOME + path).status_code in {403, 405}
    metaal.refresh_from_db()
    assert (metaal.capacity, metaal.paused_until, metaal.version) == (20, None, 1)
    text = client.get(HOME).content.decode()
    assert "Metaalunie Noord" in text
    assert "wijzigen/" not in text


def test_pause_and_going_on(metaal: Partner) -> None:
    client, _ = browser(metaal, MANAGER)
    until = (making.NOW + timedelta(days=20)).date()
    client.post(f"{HOME}pauze/", {**form(metaal), "until": until.isoformat()})
    metaal.refresh_from_db()
    assert metaal.paused_until == until
    assert "Beëindig de pauze" in said(client.get(HOME))
    client.post(f"{HOME}pauze-voorbij/", form(metaal))
    metaal.refresh_from_db()
    assert metaal.paused_until is None


@pytest.mark.parametrize("until", ["", "gisteren", "2020-01-01", "2031-01-01"])
def test_pause_that_cannot_be_is_explained(metaal: Partner, until: str) -> None:
    client, _ = browser(metaal, MANAGER)
    back = client.post(f"{HOME}pauze/", {**form(metaal), "until": until})
    assert back.status_code == 200
    assert "datum" in said(back)
    metaal.refresh_from_db()
    assert metaal.paused_until is None


def test_contact_person_is_added_changed_and_forgotten(metaal: Partner) -> None:
    client, _ = browser(metaal, MANAGER)
    key = form(metaal)
    for _ in range(2):
        client.post(f"{HOME}contact/", {**key, "name": "Piet Jansen", "phone": "0592 11 22 33"})
    (person,) = PartnerContact.objects.all()
    client.post(f"{HOME}contact/{person.pk}/", {**form(metaal), "name": "Piet Jansma"})
    person.refresh_from_db()
    assert person.name == "Piet Jansma"
    client.post(f"{HOME}contact/{person.pk}/", {**form(metaal), "weghalen": "ja"})
    assert not PartnerContact.objects.exists()
    assert "Piet" not in str(list(Event.objects.values_list("payload", flat=True)))


def test_contact_person_of_another_partner_is_out_of_reach(metaal: Partner) -> None:
    other = making.partner("nom", name="NOM", email="n@nom.example")
    person = other.contacts.create(name="Van een ander")
    client, _ = browser(metaal, MANAGER)
    assert client.get(f"{HOME}contact/{person.pk}/").status_code == 404
    for extra in ({"name": "Gekaapt"}, {"weghalen": "ja"}):
        client.post(f"{HOME}contact/{person.pk}/", {**form(metaal), **extra})
    person.refresh_from_db()
    assert person.name == "Van een ander"


def test_manager_who_is_too_late_sees_both_and_loses_nothing(metaal: Partner, lead: User) -> None:
    client, _ = browser(metaal, MANAGER)
    old = form(metaal, capacity="7")
    partners.pause(metaal.pk, (making.NOW + timedelta(days=5)).date(), by_staff(lead, metaal))
    late = client.post(f"{HOME}wijzigen/", old)
    assert late.status_code == 409
    text = said(late)
    assert "Iemand anders heeft deze gegevens net veranderd" in text
    assert "de KvK" in text
    assert (lead.get_full_name() or lead.username) not in text
    assert 'value="7"' in late.content.decode()
    metaal.refresh_from_db()
    assert metaal.capacity == 20
    edit(client, metaal, capacity="7")
    metaal.refresh_from_db()
    assert metaal.capacity == 7


def test_button_from_an_old_page_says_why_not(metaal: Partner, lead: User) -> None:
    client, _ = browser(metaal, MANAGER)
    partners.pause(metaal.pk, (making.NOW + timedelta(days=5)).date(), by_staff(lead, metaal))
    old = form(metaal)
    partners.checked(metaal.pk, by_staff(lead, metaal))
    late = client.post(f"{HOME}pauze-voorbij/", old)
    assert late.status_code == 409
    assert 'href="/partner/organisatie/">Bekijk de nieuwe stand' in late.content.decode()
    assert '<a href="/werkbak/"' not in late.content.decode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"capacity": "0"}, "Kies een getal"),
        ({"response_days": "40"}, "werkdagen"),
        ({"activities": ["verzonnen"]}, "Kies uit de lijst."),
        ({"channel": "post"}, "Kies een manier uit de lijst."),
        ({"provinces": ["\x00"]}, "Kies uit de lijst."),
    ],
)
def test_entry_that_cannot_be_is_explained(metaal: Partner, changes: dict[str, Any], words: str) -> None:
    client, _ = browser(metaal, MANAGER)
    back = edit(client, metaal, **{"capacity": "8", **changes})
    assert back.status_code == 200
    assert words in said(back)
    metaal.refresh_from_db()
    assert metaal.version == 1


def test_what_the_kvk_notes_for_itself_is_not_in_the_history_of_the_partner(metaal: Partner, lead: User) -> None:
    client, _ = browser(metaal)
    partners.checked(metaal.pk, by_staff(lead, metaal))
    assert "Nog niets vastgelegd." in said(client.get(HOME))
