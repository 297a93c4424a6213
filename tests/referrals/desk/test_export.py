"""The file of chosen referrals: no contact data, no formula that runs, and the history says who took it along."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from intake.models import Intake
from nnmkb.ledger.models import Event
from referrals.domain.lifecycle import State
from referrals.models import Partner, Referral
from referrals.views.export import safe
from tests.referrals.desk import making
from tests.referrals.desk.making import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def taken(client: Client, *numbers: str) -> list[dict[str, str]]:
    """Return the rows of the file."""
    response = client.post("/werkbak/bulk/", {"nummer": numbers, "actie": "export"})
    assert response.status_code == 200
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="doorverwijzingen-2026-11-24.csv"'
    text = response.content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def test_row_holds_the_facts_of_the_work_and_nothing_to_reach_a_company_with(desk: Client) -> None:
    partner = making.partner("metaalunie", name="Metaalunie Noord")
    case = making.intake("Hunze Sensoren", phone="0592 00 00 00", kvk_number="90000749", message="Bel na vieren")
    row = making.referral(of=case, state=State.OFFERED, partner=partner, owner=making.staff("bram"))
    (found,) = taken(desk, row.number)
    assert found["Nummer"] == row.number
    assert found["Activiteit"] == "P4"
    assert found["Stap"] == "Uitvoering"
    assert found["Weg"] == "promotie"
    assert found["Provincie"] == "Groningen"
    assert found["Sector"] == "Industrie: metaal en machines"
    assert found["Status"] == "Aangeboden aan partner"
    assert found["Partner"] == "Metaalunie Noord"
    assert found["Termijn"] == "2026-11-26"
    assert found["Behandelaar"] == "Bram"
    assert found["Dagen oud"] == "0"
    told = " ".join(found.values())
    for personal in ("Hunze", "Sjoerd", "hunze.example", "0592", "90000749", "Bel na", "Assen"):
        assert personal not in told


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "|", "%"])
def test_cell_that_a_spreadsheet_would_run_is_shown_as_text(desk: Client, start: str) -> None:
    assert safe(f"{start}cmd()") == f"'{start}cmd()"


def test_partner_with_a_formula_for_a_name_runs_nothing(desk: Client) -> None:
    partner = making.partner("metaalunie")
    row = making.referral(state=State.OFFERED, partner=partner)
    Partner.objects.update(name='=HYPERLINK("https://x.example")')
    Referral.objects.update(partner_name='=HYPERLINK("https://x.example")')
    (found,) = taken(desk, row.number)
    assert found["Partner"].startswith("'=")


def test_words_of_a_foreign_company_stay_here(desk: Client) -> None:
    case = making.intake("Nordwind GmbH")
    Intake.objects.filter(pk=case.pk).update(kind=Intake.Kind.FOREIGN, answers={"sector": "Ask for Dieter"})
    case.refresh_from_db()
    row = making.referral(of=case, assessment=None, activity="V1", sector="", province="")
    (found,) = taken(desk, row.number)
    assert found["Sector"] == ""


def test_numbers_that_do_not_exist_and_too_many_give_no_file(desk: Client) -> None:
    for numbers in (["NN-0000-0000-1"], [f"NN-0000-{number:04}-1" for number in range(201)], ["\x00"]):
        response = desk.post("/werkbak/bulk/", {"nummer": numbers, "actie": "export"})
        assert response.status_code == 400
        assert "Dit is niet gedaan" in response.content.decode()


def test_history_says_who_took_what_along(desk: Client) -> None:
    rows = [making.referral() for _ in range(2)]
    assert len(taken(desk, *(row.number for row in rows), "NN-0000-0000-1", "\x00", "=1")) == 2
    assert Event.objects.filter(kind="dossier_exported", stream__startswith="look:").count() == 2
    assert {row.version for row in Referral.objects.all()} == {1}
