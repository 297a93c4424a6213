"""Changing an entry: once, on the version that was on the screen, with a history that holds no names."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from nnmkb.ledger import events
from nnmkb.ledger.models import Event
from referrals.domain.lifecycle import State
from referrals.models import Offer, Partner, Referral
from referrals.services import answering
from tests.referrals.desk import making
from tests.referrals.directory.making import button, ended_offer, form

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


def kinds(partner: Partner) -> list[str]:
    return [event.kind for event in events.history(partner.stream)]


def test_a_new_partner_is_added_with_choices_of_the_policy(lead: Client) -> None:
    typed = form(activities=["P4", "A1"], provinces=["drenthe"], agreement_date="2026-01-15")
    response = lead.post("/partners/nieuw/", typed)
    made = Partner.objects.get()
    assert response["Location"] == f"/partners/{made.code}/"
    assert (made.code, made.activities, made.provinces) == ("metaalunie", ["A1", "P4"], ["drenthe"])
    assert (made.sectors, made.agreement_date, made.last_checked) == ([], date(2026, 1, 15), None)
    assert kinds(made) == ["partner_added"]


def test_sending_the_form_twice_adds_one_partner(lead: Client) -> None:
    typed = form()
    assert lead.post("/partners/nieuw/", typed)["Location"] == lead.post("/partners/nieuw/", typed)["Location"]
    assert Partner.objects.count() == 1
    assert Event.objects.filter(kind="partner_added").count() == 1


def test_code_of_a_new_partner_is_free_even_when_another_carries_the_name_of_its_organisation(lead: Client) -> None:
    making.partner("metaalunie", organisation="nom")
    lead.post("/partners/nieuw/", form())
    assert Partner.objects.get(organisation="metaalunie").code == "metaalunie-2"


def test_a_change_is_kept_and_told_without_names(lead: Client) -> None:
    partner = making.partner("metaalunie", name="Oude Naam", email="oud@adres.example", capacity=20)
    typed = form(partner, name="Nieuwe Naam", email="nieuw@adres.example", capacity="7", activities=["P4"])
    assert lead.post("/partners/metaalunie/wijzigen/", typed)["Location"] == "/partners/metaalunie/"
    partner.refresh_from_db()
    assert (partner.name, partner.capacity, partner.activities, partner.version) == ("Nieuwe Naam", 7, ["P4"], 2)
    (event,) = events.history(partner.stream)
    assert sorted(event.payload["fields"]) == ["activities", "capacity", "email", "name"]
    assert event.payload["was"] == {"activities": [], "capacity": 20}
    told = json.dumps(event.payload).casefold()
    assert not [word for word in ("naam", "adres") if word in told]
    text = lead.get("/partners/metaalunie/").content.decode()
    assert "activiteiten van geen grens naar P4" in text
    assert "ruimte van 20 naar 7" in text


def test_saving_without_a_difference_changes_nothing(lead: Client) -> None:
    partner = making.partner("metaalunie", activities=["P4", "A1"])
    # The browser sends boxes in the order of the page.
    assert lead.post("/partners/metaalunie/wijzigen/", form(partner, activities=["A1", "P4"])).status_code == 302
    partner.refresh_from_db()
    assert (partner.version, kinds(partner)) == (1, [])


def test_the_same_form_twice_is_one_change(lead: Client) -> None:
    partner = making.partner("metaalunie")
    typed = form(partner, capacity="7")
    for _ in range(2):
        assert lead.post("/partners/metaalunie/wijzigen/", typed).status_code == 302
    assert kinds(partner) == ["partner_changed"]


def test_two_tabs_the_second_sees_what_changed_and_keeps_what_was_typed(lead: Client) -> None:
    partner = making.partner("metaalunie", capacity=20, response_days=5)
    first, second = form(partner, capacity="7"), form(partner, name="Mijn naam", capacity="9")
    lead.post("/partners/metaalunie/wijzigen/", first)
    response = lead.post("/partners/metaalunie/wijzigen/", second)
    text = response.content.decode()
    assert response.status_code == 409
    for words in ("Iemand anders heeft deze gegevens net veranderd", 'value="Mijn naam"', 'value="9"'):
        assert words in text, words
    assert "<td>7</td><td>9</td>" in text
    assert "Gegevens veranderd: ruimte van 20 naar 7" in text
    assert "Harm" in text
    partner.refresh_from_db()
    assert (partner.capacity, partner.version) == (7, 2)
    again = form(partner, name="Mijn naam", capacity="9", versie="2")
    assert 'name="versie" value="2"' in text
    assert lead.post("/partners/metaalunie/wijzigen/", again).status_code == 302
    partner.refresh_from_db()
    assert (partner.name, partner.capacity, partner.version) == ("Mijn naam", 9, 3)


def test_two_tabs_that_touch_other_fields_do_not_undo_each_other(lead: Client) -> None:
    partner = making.partner("metaalunie", capacity=20, activities=["P4"], agreement_date=None)
    second = form(partner, response_days="9")
    lead.post(
        "/partners/metaalunie/wijzigen/",
        form(partner, capacity="7", activities=["P4", "N3"], agreement_date="2026-01-15"),
    )
    text = lead.post("/partners/metaalunie/wijzigen/", second).content.decode()
    assert "<td>5</td><td>9</td>" in text
    assert "<td>7</td>" not in text
    for words in ('name="capacity" value="7"', 'name="response_days" value="9"', 'value="2026-01-15"'):
        assert words in text, words
    assert re.search(r'value="N3" id="[^"]+" checked', text)


@pytest.mark.parametrize(
    ("path", "kind", "column", "value"),
    [
        ("gecontroleerd", "partner_checked", "last_checked", TODAY),
        ("pauze-voorbij", "pause_ended", "paused_until", None),
        ("stoppen", "partner_stopped", "active", False),
    ],
)
def test_each_button_does_its_thing_once(lead: Client, path: str, kind: str, column: str, value: object) -> None:
    partner = making.partner("nom", paused_until=TODAY + timedelta(days=9))
    typed = button(partner)
    for _ in range(2):
        assert lead.post(f"/partners/nom/{path}/", typed)["Location"] == "/partners/nom/"
    partner.refresh_from_db()
    assert (getattr(partner, column), partner.version, kinds(partner)) == (value, 2, [kind])


@pytest.mark.parametrize("path", ["gecontroleerd", "pauze-voorbij", "stoppen", "weer-mee"])
def test_each_button_on_an_old_page_does_nothing_and_says_why(lead: Client, path: str) -> None:
    partner = making.partner("nom", paused_until=TODAY + timedelta(days=9))
    old = button(partner)
    lead.post("/partners/nom/gecontroleerd/", button(partner))
    response = lead.post(f"/partners/nom/{path}/", old)
    assert response.status_code == 409
    assert "Gecontroleerd" in response.content.decode()
    assert kinds(partner) == ["partner_checked"]


@pytest.mark.parametrize(
    ("path", "fields", "words"),
    [
        ("pauze-voorbij", {}, "heeft geen pauze"),
        ("stoppen", {"active": False}, "doet al niet meer mee"),
        ("weer-mee", {}, "doet al mee"),
        ("gecontroleerd", {"wrong": {"versie": "x"}}, "niet compleet"),
        ("gecontroleerd", {"wrong": {"sleutel": "x" * 500}}, "niet compleet"),
    ],
)
def test_a_button_that_makes_no_sense_says_so(lead: Client, path: str, fields: dict[str, Any], words: str) -> None:
    wrong = fields.pop("wrong", {})
    partner = making.partner("nom", **fields)
    response = lead.post(f"/partners/nom/{path}/", button(partner, **wrong))
    assert response.status_code == 409
    assert words in response.content.decode()
    assert kinds(partner) == []


def test_a_button_has_no_page_and_an_unknown_one_is_not_found(lead: Client) -> None:
    partner = making.partner("nom")
    assert lead.get("/partners/nom/gecontroleerd/")["Location"] == "/partners/nom/"
    assert lead.post("/partners/nom/verzonnen/", button(partner)).status_code == 404


def test_stopping_says_what_still_runs_and_breaks_none_of_it(lead: Client) -> None:
    partner = making.partner("metaalunie")
    offer = making.offered(partner)
    making.referral(partner=partner, state=State.ACCEPTED)
    text = lead.get("/partners/metaalunie/stoppen/").content.decode()
    # Stopping takes no account or key away, so the page says where that is done.
    assert all(f'href="/partners/metaalunie/{place}/"' in text for place in ("mensen", "sleutels"))
    assert "liggen nog 2 doorverwijzingen" in text
    assert "haalt de adviseur het zelf terug" in text
    assert offer.referral.number in text
    before = list(Referral.objects.order_by("pk").values())
    lead.post("/partners/metaalunie/stoppen/", button(partner))
    assert list(Referral.objects.order_by("pk").values()) == before
    assert Offer.objects.get().ended_at is None
    assert events.history(partner.stream)[-1].payload["open"] == 2


def test_a_partner_that_stopped_takes_part_again(lead: Client) -> None:
    partner = making.partner("nom", active=False)
    assert "Doet weer mee" in lead.get("/partners/nom/").content.decode()
    lead.post("/partners/nom/weer-mee/", button(partner))
    assert Partner.objects.get().active


def test_pause_starts_at_once_and_ends_on_its_day(lead: Client) -> None:
    partner = making.partner("nom")
    response = lead.post("/partners/nom/pauze/", button(partner, until="2026-12-24"))
    assert response["Location"] == "/partners/nom/"
    partner.refresh_from_db()
    assert partner.paused_until == date(2026, 12, 24)
    assert "Pauze tot 24 december 2026" in lead.get("/partners/nom/").content.decode()


def test_a_pause_that_the_partner_took_itself_makes_an_open_form_stale(lead: Client) -> None:
    partner = making.partner("metaalunie")
    offer = making.offered(partner)
    typed = button(partner, until="2026-12-01")
    answering.decline(
        offer.pk, actor=f"partner:{partner.pk}", reason="capacity", key="d" * 36, now=making.NOW, until=date(2027, 1, 4)
    )
    response = lead.post("/partners/metaalunie/pauze/", typed)
    assert response.status_code == 409
    assert "Pauze tot 4 januari 2027: geen capaciteit" in response.content.decode()
    assert Partner.objects.get().paused_until == date(2027, 1, 4)


def test_an_organisation_that_was_offered_to_cannot_become_another(lead: Client) -> None:
    partner = making.partner("nom")
    ended_offer(partner)
    response = lead.post("/partners/nom/wijzigen/", form(partner, organisation="snn"))
    assert "Maak een nieuwe partner voor de opvolger" in response.content.decode()
    assert Partner.objects.get().organisation == "nom"


def test_a_partner_without_an_offer_may_be_another_organisation(lead: Client) -> None:
    partner = making.partner("nom")
    lead.post("/partners/nom/wijzigen/", form(partner, organisation="snn"))
    assert Partner.objects.get().organisation == "snn"
