"""The first page: postcode to province, SBI code to sector, and who wins when they differ."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from intake.models import Intake
from tests.intake import companies
from tests.intake.walking import address, begin, errors, fields, text

pytestmark = pytest.mark.django_db
FORM = fields(companies.READY, "uw-bedrijf")


def post(client: Client, intake: Intake, **change: Any) -> Any:
    """Post the first page with these changes, and follow."""
    form = {"versie": Intake.objects.get().version, **FORM, **change}
    return client.post(address(intake, "uw-bedrijf"), form, follow=True)


@pytest.mark.parametrize(
    ("typed", "kept", "province", "municipality"),
    [
        ("9711 LX", "9711 LX", "groningen", "Groningen"),
        ("8911ax", "8911 AX", "friesland", "Leeuwarden"),
        (" 9401-AB ", "9401 AB", "drenthe", "Assen"),
        ("nl 9401", "9401", "drenthe", "Assen"),
        ("1012 JS", "1012 JS", "anders", ""),
    ],
)
def test_postcode_gives_the_province(client: Client, typed: str, kept: str, province: str, municipality: str) -> None:
    intake = begin(client)
    response = post(client, intake, postcode=typed, B1="")
    assert response.request["PATH_INFO"] == address(intake, "vernieuwing"), errors(response)
    row = Intake.objects.get()
    assert (row.postcode, row.answers["B1"], row.municipality) == (kept, province, municipality)


def test_postcode_and_province_that_differ_the_postcode_counts_and_it_is_said(client: Client) -> None:
    response = post(client, begin(client), postcode="9711 LX", B1="drenthe")
    assert Intake.objects.get().answers["B1"] == "groningen"
    assert "Uw postcode ligt in Groningen. Dat is nu uw provincie." in text(response)


def test_province_changed_afterwards_counts_and_empties_the_postcode(client: Client) -> None:
    intake = begin(client)
    post(client, intake, postcode="9711 LX", B1="")
    response = post(client, intake, postcode="9711 LX", B1="drenthe")
    row = Intake.objects.get()
    assert (row.answers["B1"], row.postcode, row.municipality) == ("drenthe", "", "")
    assert "Daarom is de postcode weer leeg." in text(response)


@pytest.mark.parametrize("typed", ["97111 LX", "0123 AB", "Groningen", "x" * 50_000])
def test_text_that_is_no_postcode_is_quoted_and_kept(client: Client, typed: str) -> None:
    response = post(client, begin(client), postcode=typed, B1="")
    [message] = errors(response)
    assert message.startswith(f"«{typed[:40]}")
    assert "Maak het vak leeg" in message
    assert Intake.objects.get().typed["postcode"] == typed[:2000]


def test_postcode_that_nobody_knows_asks_for_the_province(client: Client) -> None:
    intake = begin(client)
    assert "Kies hieronder uw provincie" in errors(post(client, intake, postcode="9700 AA", B1=""))[0]
    post(client, intake, postcode="9700 AA", B1="groningen")
    assert Intake.objects.get().answers["B1"] == "groningen"


def test_emptied_postcode_is_forgotten(client: Client) -> None:
    intake = begin(client)
    post(client, intake, postcode="9711 LX")
    post(client, intake, postcode="")
    assert Intake.objects.get().postcode == ""


@pytest.mark.parametrize(("typed", "sector"), [("10.71", "industrie_food"), ("62", "ict"), ("43.21", "bouw")])
def test_sbi_code_gives_the_sector(client: Client, typed: str, sector: str) -> None:
    response = post(client, begin(client), sbi=typed, B2="")
    assert not errors(response)
    row = Intake.objects.get()
    assert row.answers["B2"] == sector
    assert row.sbi_code == typed.replace(".", "")
    assert row.sbi_version == "2025"


def test_sbi_code_and_sector_that_differ_the_code_counts_and_it_is_said(client: Client) -> None:
    response = post(client, begin(client), sbi="62", B2="zorg")
    assert Intake.objects.get().answers["B2"] == "ict"
    assert "Dat is nu uw sector." in text(response)


def test_sector_changed_afterwards_counts_and_empties_the_code(client: Client) -> None:
    intake = begin(client)
    post(client, intake, sbi="62", B2="")
    post(client, intake, sbi="62", B2="zorg")
    row = Intake.objects.get()
    assert (row.answers["B2"], row.sbi_code, row.sbi_version) == ("zorg", "", "")


@pytest.mark.parametrize("typed", ["00", "bakker", "1234567", "9" * 50_000])
def test_sbi_code_that_nobody_knows_is_quoted_and_kept(client: Client, typed: str) -> None:
    [message] = errors(post(client, begin(client), sbi=typed, B2=""))
    assert message.startswith("Wij kennen SBI-code «")
    assert Intake.objects.get().typed["sbi"] == typed[:2000]


def test_codes_are_shown_again(client: Client) -> None:
    intake = begin(client)
    post(client, intake, postcode="9711lx", sbi="62", B1="", B2="")
    page = client.get(address(intake, "uw-bedrijf")).content.decode()
    assert 'value="9711 LX"' in page
    assert 'value="62"' in page
