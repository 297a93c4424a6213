"""The partner list and the page of one partner: what needs attention comes first, and what may be seen by whom."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from intake.policy.standing import CHECK_DAYS
from referrals.domain.lifecycle import State
from referrals.models import Partner, PartnerContact, ReviewItem
from referrals.services import organisations
from tests.referrals.desk import making

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)
FINE = {"last_checked": TODAY, "agreement_date": date(2026, 1, 15)}


def listed(client: Client, query: str = "") -> list[str]:
    """Return the codes of the list, in order."""
    text = client.get(f"/partners/{query}").content.decode()
    return re.findall(r'nnmkb-strong" href="/partners/([a-z_0-9-]+)/"', text)


def words_of(client: Client, code: str) -> str:
    return " ".join(client.get(f"/partners/{code}/").content.decode().split())


def everyone(monkeypatch: pytest.MonkeyPatch) -> None:
    """One partner for everything that needs attention, in the order of the alphabet turned round."""
    ending = organisations.ending
    monkeypatch.setattr(
        organisations, "ending", lambda code, today: "Weg." if code == "z-ended" else ending(code, today)
    )
    making.partner("a-fine", **FINE)
    making.partner("b-off", active=False)
    making.partner("c-paused", paused_until=TODAY + timedelta(days=1), **FINE)
    making.referral(partner=making.partner("d-full", capacity=1, **FINE), state=State.ACCEPTED)
    making.partner("e-no-agreement", last_checked=TODAY)
    making.partner("f-long", **{**FINE, "last_checked": TODAY - timedelta(days=CHECK_DAYS + 1)})
    making.partner("g-never", agreement_date=TODAY)
    row = making.partner("h-review", **FINE)
    ReviewItem.objects.create(kind="directory", partner=row, reason="region", opened_at=making.NOW, last_at=making.NOW)
    making.partner("z-ended", **FINE)


def test_what_needs_attention_comes_first_and_the_rest_by_name(lead: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    everyone(monkeypatch)
    assert listed(lead) == [
        "z-ended", "h-review", "g-never", "f-long", "e-no-agreement", "d-full", "c-paused", "b-off", "a-fine",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "codes"),
    [
        ("", 9),
        ("alles", 5),
        ("gestopt", ["z-ended"]),
        ("nakijken", ["h-review"]),
        ("nooit", ["g-never"]),
        ("controle", ["f-long"]),
        ("afspraak", ["e-no-agreement"]),
        ("vol", ["d-full"]),
        ("pauze", ["c-paused"]),
        ("uit", ["b-off"]),
    ],
)
def test_each_kind_of_attention_can_be_chosen(
    lead: Client, monkeypatch: pytest.MonkeyPatch, value: str, codes: list[str] | int
) -> None:
    everyone(monkeypatch)
    found = listed(lead, f"?aandacht={value}")
    assert found == codes if isinstance(codes, list) else len(found) == codes


@pytest.mark.parametrize(("days", "late"), [(CHECK_DAYS, False), (CHECK_DAYS + 1, True)])
def test_a_check_lasts_its_days_and_no_longer(lead: Client, days: int, late: bool) -> None:
    making.partner("a", **{**FINE, "last_checked": TODAY - timedelta(days=days)})
    assert ("Lang niet gecontroleerd</span>" in words_of(lead, "a")) is late


@pytest.mark.parametrize(("until", "paused"), [(TODAY, False), (TODAY + timedelta(days=1), True)])
def test_a_pause_is_over_on_its_day(lead: Client, until: date, paused: bool) -> None:
    making.partner("a", paused_until=until, **FINE)
    text = words_of(lead, "a")
    assert ("Beëindig de pauze" in text) is paused
    assert ("Geef pauze" in text) is not paused


def test_filters_by_activity_and_province_keep_partners_without_a_limit(lead: Client) -> None:
    making.partner("all")
    making.partner("here", activities=["P4"], provinces=["drenthe"])
    making.partner("there", activities=["N3"], provinces=["friesland"])
    assert listed(lead, "?activiteit=P4") == ["all", "here"]
    assert listed(lead, "?provincie=friesland") == ["all", "there"]
    assert listed(lead, "?activiteit=P4&provincie=friesland") == ["all"]


def test_search_reads_names_organisations_parties_and_people(lead: Client) -> None:
    water = making.partner("water_alliance", name="Watermensen")
    making.partner("nom")
    PartnerContact.objects.create(partner=water, name="Tjalling Haanstra")
    for text in ("watermens", "water alliance", "TJALLING", "haanstra water", "netwerken van de topsectoren"):
        assert listed(lead, f"?zoek={text}") == ["water_alliance"], text
    assert listed(lead, "?zoek=niemand") == []


@pytest.mark.parametrize(
    "query", ["?activiteit=Z9", "?provincie=zeeland", "?aandacht=x", "?zoek=%00", f"?zoek={'x' * 5000}", "?a=b"]
)
def test_odd_filters_get_an_answer(lead: Client, query: str) -> None:
    making.partner("a")
    response = lead.get(f"/partners/{query}")
    assert response.status_code == 200
    assert "Partners</h1>" in response.content.decode()


def test_list_asks_the_database_as_often_for_many_as_for_few(lead: Client) -> None:
    making.partner("p0")
    lead.get("/partners/")
    counts = []
    for number in (1, 20):
        for more in range(number):
            PartnerContact.objects.create(partner=making.partner(f"p{number}-{more}"), name="Iemand")
        with CaptureQueriesContext(connection) as asked:
            lead.get("/partners/")
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 10


def test_page_of_a_partner_shows_all_that_is_known(lead: Client) -> None:
    partner = making.partner("water_alliance", activities=["N3"], provinces=["friesland"], capacity=7, **FINE)
    PartnerContact.objects.create(partner=partner, name="Tjalling Haanstra", role="netwerk", phone="058 1234567")
    row = making.referral(partner=partner, state=State.ACCEPTED)
    text = words_of(lead, "water_alliance")
    for words in (
        "N3 Contacten via een netwerk",
        "Fryslân",
        "Netwerken van de topsectoren",
        "1 van 7",
        "5 werkdagen",
        "link per e-mail",
        "post@water_alliance.example",
        "24 november 2026",
        "15 januari 2026",
        "Tjalling Haanstra",
        "058 1234567",
        row.number,
    ):
        assert words in text, words


def test_page_says_how_much_lies_there_and_shows_ten(lead: Client) -> None:
    partner = making.partner("nom")
    for _ in range(12):
        making.referral(partner=partner, state=State.ACCEPTED)
    text = words_of(lead, "nom")
    assert text.count('href="/werkbak/NN-') == 10
    assert "En nog 2." in text


@pytest.mark.parametrize("code", ["onbekend", "x" * 500])
def test_partner_that_does_not_exist_is_not_found(lead: Client, code: str) -> None:
    assert lead.get(f"/partners/{code}/").status_code == 404
    assert lead.get(f"/partners/{code}/wijzigen/").status_code == 404


def test_advisor_reads_and_gets_no_buttons(client: Client) -> None:
    client.force_login(making.staff())
    making.partner("nom")
    text = words_of(client, "nom")
    assert "<h1" in text
    for word in ("Wijzig", "Gecontroleerd vandaag", "Geef pauze", "Laat stoppen", "Voeg een contactpersoon toe"):
        assert word not in text, word
    assert "Nieuwe partner" not in client.get("/partners/").content.decode()


def test_administrator_sees_numbers_without_a_way_into_the_workbench(client: Client) -> None:
    client.force_login(making.staff("beheer", "administrator"))
    row = making.referral(partner=making.partner("nom"), state=State.ACCEPTED)
    text = words_of(client, "nom")
    assert row.number in text
    assert f'href="/werkbak/{row.number}' not in text


def test_menu_shows_partners_to_who_may_read_them(client: Client, lead: Client) -> None:
    assert 'href="/partners/" aria-current="page">Partners' in lead.get("/partners/nieuw/").content.decode()
    client.force_login(making.staff("beleid", "policy_author"))
    assert 'href="/partners/"' not in client.get("/partners/nakijken/").content.decode()


def test_an_empty_list_says_so(lead: Client) -> None:
    assert "Nog geen partners" in lead.get("/partners/").content.decode()
    assert Partner.objects.count() == 0
