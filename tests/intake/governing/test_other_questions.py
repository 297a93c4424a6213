"""A version with other questions than the one before it: scans ask them, and those in progress finish on theirs."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from intake.models import Assessment, Intake, PolicyVersion
from intake.services.governing import drafting, publishing, reviewing, weighing
from tests.intake import companies
from tests.intake.governing import cast
from tests.intake.walking import address, begin, fill, prefill, text

pytestmark = pytest.mark.django_db
CATALOGUE = "catalogus.yaml"
NEW = """  - code: S10
    sleutel: haast
    stap: S
    soort: keuze
    tekst: Hoe snel wilt u beginnen?
    uitleg: Denk aan uw eerste klant.
    opties:
      nu: Nu meteen
      later: Dat komt later
    zichtbaar_als: {feit: wil}
    bron: {document: "001", plaats: "§3", strekking: "Een plan heeft een begin."}

  # ---------------------------------------------------------------- Organisatie
"""
MARK = "  # ---------------------------------------------------------------- Organisatie\n"


def without(catalogue: str, code: str) -> str:
    """Return the catalogue without one question."""
    before, _, rest = catalogue.partition(f"  - code: {code}\n")
    return before + rest[rest.index("  - code: ") :]


def put_in_force(writer: User, boss: User, catalogue: str, name: str) -> PolicyVersion:
    """Publish a version with this catalogue."""
    version = cast.draft(writer, name, base="2013")
    version = drafting.save_file(version, CATALOGUE, catalogue, by=writer, lock=version.lock, now=cast.NOW)
    version = reviewing.submit(version, by=writer, lock=version.lock, now=cast.NOW)
    version = weighing.weigh(version, by=writer, now=cast.NOW)
    return publishing.publish(version, cast.notes(version), by=boss, lock=version.lock, now=cast.LATER)


@pytest.fixture
def busy(client: Client) -> Intake:
    """A scan that began on 2013, with one page filled in."""
    intake = begin(client)
    client.get(address(intake, "uw-bedrijf"))
    return intake


def test_a_question_more_and_a_question_less(client: Client, busy: Intake) -> None:
    writer, boss = cast.author(), cast.publisher()
    catalogue = cast.draft(writer, "oud").files[CATALOGUE]
    put_in_force(writer, boss, without(catalogue.replace(MARK, NEW), "U6"), "2026-1")

    later = begin(client)
    assert later.policy == "2026-1"
    answers = {code: value for code, value in companies.READY.items() if code != "U6"}
    seen = fill(client, later, {**answers, "S10": "nu"})
    assert "strategie-meer-1" in seen
    assert seen.index("strategie-meer-1") < seen.index("organisatie")
    check = text(client.get(address(later, "controleren")))
    assert "Hoe snel wilt u beginnen? Nu meteen" in check
    assert "Welke problemen in uw sector" not in check
    client.post(address(later, "controleren"), follow=True)
    assert Assessment.objects.get(intake=later).answers["S10"] == "nu"

    assert "strategie-meer-1" not in fill(client, busy, companies.READY)
    assert client.get(address(busy, "strategie-meer-1")).status_code == 302
    client.post(address(busy, "controleren"), follow=True)
    assert Assessment.objects.get(intake=busy).policy == "2013"


def test_a_required_new_question_is_not_passed_over(client: Client) -> None:
    writer, boss = cast.author(), cast.publisher()
    catalogue = cast.draft(writer, "oud").files[CATALOGUE]
    put_in_force(writer, boss, catalogue.replace(MARK, NEW), "2026-1")
    intake = begin(client)
    prefill(intake, companies.READY)
    page = client.post(address(intake, "controleren"), follow=True)
    assert page.request["PATH_INFO"] == address(intake, "controleren")
    assert "Hoe snel wilt u beginnen?" in text(page)
    assert not Assessment.objects.exists()
