"""Everything that can be wrong in a form of the partner list gets words at its field, and nothing typed is lost."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from nnmkb.ledger.models import Event
from referrals.models import Partner, PartnerContact
from referrals.services import organisations, partners
from referrals.services.errors import Refused
from referrals.services.partner_entry import Entry
from tests.referrals.desk import making
from tests.referrals.directory.making import button, change, form

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)
WRONG = [
    ({"name": ""}, "Vul de naam in"),
    ({"name": "x"}, "Gebruik ten minste 2 tekens."),
    ({"name": "x" * 100_000}, "Gebruik hoogstens 120 tekens."),
    ({"name": "Naam\x00"}, "Typ de tekst opnieuw."),
    ({"organisation": ""}, "Kies een organisatie."),
    ({"organisation": "verzonnen"}, "Kies een organisatie uit de lijst."),
    ({"email": ""}, "Vul een e-mailadres in"),
    ({"email": "geen adres"}, "Vul een e-mailadres in"),
    ({"email": "a@" + "b" * 300 + ".nl"}, "Dit adres is te lang."),
    ({"channel": "duif"}, "Kies een manier uit de lijst."),
    ({"response_days": "1"}, "Kies 2 tot en met 15 werkdagen."),
    ({"response_days": "16"}, "Kies 2 tot en met 15 werkdagen."),
    ({"response_days": "vijf"}, "Kies 2 tot en met 15 werkdagen."),
    ({"response_days": ""}, "Kies 2 tot en met 15 werkdagen."),
    ({"capacity": "0"}, "Geen ruimte? Geef dan een pauze."),
    ({"capacity": "-1"}, "Kies een getal van 1"),
    ({"capacity": "1001"}, "Kies een getal van 1"),
    ({"capacity": "9" * 400}, "Kies een getal van 1"),
    ({"agreement_date": "morgen"}, "Vul de datum in als dag-maand-jaar"),
    ({"agreement_date": "2026-11-25"}, "Die datum ligt in de toekomst."),
    ({"activities": ["Z9"]}, "Kies uit de lijst."),
    ({"provinces": ["zeeland"]}, "Kies uit de lijst."),
    ({"sectors": ["ruimtevaart"]}, "Kies uit de lijst."),
    ({"themes": ["wijn"]}, "Kies uit de lijst."),
    ({"sleutel": "kort"}, "Deze pagina was niet compleet."),
    ({"versie": "x"}, "Deze pagina was niet compleet."),
]


@pytest.mark.parametrize(("wrong", "words"), WRONG)
@pytest.mark.parametrize("path", ["nieuw", "metaalunie/wijzigen"])
def test_each_wrong_value_gets_its_words_and_the_rest_stays(
    lead: Client, path: str, wrong: dict[str, Any], words: str
) -> None:
    partner = making.partner("metaalunie") if "/" in path else None
    response = lead.post(f"/partners/{path}/", form(partner, **{"name": "Mijn naam", **wrong}))
    text = response.content.decode()
    assert response.status_code == 200
    assert words in text
    assert "Fout: " in text
    assert "name" in wrong or "Mijn naam" in text
    assert Partner.objects.filter(version__gt=1).count() == 0
    assert Partner.objects.count() == (1 if partner else 0)
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("organisation", "verzonnen"),
        ("organisation", "snn"),
        ("channel", "duif"),
        ("response_days", 1),
        ("response_days", 16),
        ("capacity", 0),
        ("capacity", 1001),
        ("agreement_date", TODAY + timedelta(days=1)),
        ("activities", ("Z9",)),
        ("provinces", ("zeeland",)),
        ("sectors", ("ruimtevaart",)),
        ("themes", ("wijn",)),
    ],
)
def test_the_service_refuses_what_a_form_let_through(field: str, value: object) -> None:
    making.partner("snn")
    partner, harm = making.partner("nom"), making.staff("harm", "team_lead")
    good = Entry("NOM", "nom", "post@nom.example", "link", 5, 20)
    values: dict[str, Any] = {**good.columns(), field: value}
    entry = Entry(**{name: tuple(one) if isinstance(one, list) else one for name, one in values.items()})
    with pytest.raises(Refused) as refused:
        partners.change(partner.pk, entry, change(harm, partner))
    assert refused.value.field == field
    assert Partner.objects.get(code="nom").version == 1


def test_the_service_refuses_an_organisation_that_ended_meanwhile(harm: User, monkeypatch: pytest.MonkeyPatch) -> None:
    partner = making.partner("nom")
    monkeypatch.setattr(organisations, "ending", lambda code, today: "SNN stopte.")
    with pytest.raises(Refused, match=r"bestaat niet meer\. SNN stopte"):
        partners.change(partner.pk, Entry("NOM", "snn", "post@nom.example", "link", 5, 20), change(harm, partner))
    with pytest.raises(Refused, match="SNN stopte"):
        partners.add(Entry("SNN", "snn", "post@snn.example", "link", 5, 20), by=harm, key="k", now=making.NOW)
    Partner.objects.update(active=False)
    with pytest.raises(Refused, match="SNN stopte"):
        partners.restart(partner.pk, change(harm, partner))


def test_an_organisation_that_ended_or_is_a_partner_already_is_no_choice(
    lead: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    making.partner("snn")
    ending = organisations.ending
    monkeypatch.setattr(organisations, "ending", lambda code, today: "Weg." if code == "nom" else ending(code, today))
    text = lead.get("/partners/nieuw/").content.decode()
    assert 'value="metaalunie"' in text
    for code in ("nom", "snn"):
        assert f'<option value="{code}"' not in text
        assert (
            "Wie al partner is of niet meer bestaat"
            in lead.post("/partners/nieuw/", form(organisation=code)).content.decode()
        )


def test_a_code_of_an_older_policy_stays_until_somebody_takes_it_off(lead: Client) -> None:
    partner = making.partner("nom", activities=["Q9"], themes=["wijn"])
    assert "Q9 (niet meer in het beleid)" in lead.get("/partners/nom/wijzigen/").content.decode()
    assert lead.post("/partners/nom/wijzigen/", form(partner, capacity="3")).status_code == 302
    partner.refresh_from_db()
    assert (partner.activities, partner.capacity) == (["Q9"], 3)
    lead.post("/partners/nom/wijzigen/", form(partner, activities=["V1"]))
    partner.refresh_from_db()
    assert partner.activities == ["V1"]


@pytest.mark.parametrize(
    ("until", "words"),
    [
        ("", "Vul een datum in."),
        ("gisteren", "Vul de datum in als dag-maand-jaar"),
        ("2026-11-23", "Kies een datum na vandaag."),
        ("2026-11-24", "Kies een datum na vandaag."),
        ("2027-11-26", "Kies een datum binnen een jaar."),
        ("9999-12-31", "Kies een datum binnen een jaar."),
    ],
)
def test_a_pause_has_an_end_within_a_year(lead: Client, until: str, words: str) -> None:
    partner = making.partner("nom")
    response = lead.post("/partners/nom/pauze/", button(partner, until=until))
    assert response.status_code == 200
    assert words in response.content.decode()
    assert Partner.objects.get().paused_until is None


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": ""}, "Vul de naam in."),
        ({"name": "x" * 100_000}, "Gebruik hoogstens 120 tekens."),
        ({"role": "x" * 81}, "Gebruik hoogstens 80 tekens."),
        ({"email": "geen adres"}, "Vul een e-mailadres in"),
        ({"phone": "bel maar"}, "Vul een telefoonnummer in"),
        ({"phone": "1" * 31}, "Gebruik hoogstens 30 tekens."),
        ({"name": "Tj\x00"}, "Typ de tekst opnieuw."),
    ],
)
def test_each_wrong_value_of_a_contact_person_gets_its_words(lead: Client, wrong: dict[str, str], words: str) -> None:
    partner = making.partner("nom")
    typed = button(partner, **{"name": "Tjalling", "role": "", "email": "", "phone": "058 123", **wrong})
    response = lead.post("/partners/nom/contact/", typed)
    assert response.status_code == 200
    assert words in response.content.decode()
    assert not PartnerContact.objects.exists()


@pytest.fixture
def harm() -> User:
    return making.staff("harm", "team_lead")


def test_there_is_an_end_to_the_number_of_contact_persons(harm: User) -> None:
    partner = making.partner("nom")
    PartnerContact.objects.bulk_create(
        PartnerContact(partner=partner, name=f"Iemand {number}") for number in range(partners.MOST_CONTACTS)
    )
    with pytest.raises(Refused, match="Haal eerst iemand weg"):
        partners.add_contact(partner.pk, partners.Person("Nog iemand"), change(harm, partner))
