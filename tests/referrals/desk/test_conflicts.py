"""Two people at one referral: the second loses nothing, reads what changed, and can go on from there."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator

import pytest
import time_machine
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from referrals.domain.lifecycle import State
from referrals.models import DeskProfile, Note, Referral
from referrals.services import closing, notes, queue
from tests.referrals.desk import making
from tests.referrals.desk.making import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def bram() -> User:
    return making.staff("bram")


def post(client: Client, row: Referral, act: str, version: int, **typed: object) -> HttpResponse:
    """Send the form of an act that was made for this version."""
    known = {"sleutel": str(uuid.uuid4()), "versie": version, **typed}
    return client.post(f"/werkbak/{row.number}/{act}/", known)


def text(response: HttpResponse) -> str:
    """Return a page as people read it."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def taken(row: Referral, by: User) -> Referral:
    """Have somebody claim it."""
    return queue.claim(row.pk, advisor=by, version=row.version, key=str(uuid.uuid4()), now=NOW)


def test_loser_of_a_claim_reads_who_has_it_and_how_it_was(desk: Client, bram: User) -> None:
    row = making.referral("Hunze Sensoren")
    taken(row, bram)
    response = post(desk, row, "oppakken", row.version)
    found = text(response)
    assert response.status_code == 409
    assert "Status In wachtrij In beoordeling" in found
    assert "Behandelaar Niemand Bram" in found
    assert "Stand nu: In beoordeling , van Bram" in found
    assert "Bekijk de nieuwe stand" in found


def test_what_was_typed_comes_back_in_a_form_that_works_at_once(desk: Client, anke: User) -> None:
    row = taken(making.referral(), anke)
    seen = row.version
    queue.hand_over(row.pk, making.staff("cees").pk, advisor=anke, version=seen, key="x", now=NOW)
    fresh = Referral.objects.get()
    queue.hand_over(row.pk, anke.pk, advisor=User.objects.get(username="cees"), version=seen + 1, key="y", now=NOW)
    fresh.refresh_from_db()
    words = "Dit bedrijf belde zelf al met de exportclub."
    response = post(desk, row, "annuleren", seen, reason="other", reason_text=words)
    page = response.content.decode()
    assert response.status_code == 409
    assert "U kunt het nog doen" in page
    assert words in page
    assert re.search(r'value="other"[^>]*checked', page)
    version = re.search(r'name="versie" value="(\d+)"', page)
    key = re.search(r'name="sleutel" value="([0-9a-f-]{36})"', page)
    assert version
    assert key
    assert int(version[1]) == fresh.version
    again = post(desk, row, "annuleren", int(version[1]), reason="other", reason_text=words, sleutel=key[1])
    assert again.status_code == 302
    assert Referral.objects.get().state == State.CANCELLED


def test_what_was_typed_is_shown_when_the_act_is_over(desk: Client, anke: User, bram: User) -> None:
    row = taken(making.referral(), anke)
    lead = making.staff("lies", "team_lead")
    closing.cancel(row.pk, advisor=lead, reason="no_need", version=row.version, key="x", now=NOW)
    response = post(desk, row, "annuleren", row.version, reason="other", reason_text="Ik schreef dit al op.")
    found = text(response)
    assert response.status_code == 409
    assert "Dit had u ingevuld" in found
    assert "Ik schreef dit al op." in found
    assert "Status In beoordeling Geannuleerd" in found
    assert "U kunt het nog doen" not in found


def test_owner_stands_side_by_side_after_a_hand_over(desk: Client, anke: User, bram: User) -> None:
    row = taken(making.referral(), anke)
    queue.hand_over(row.pk, bram.pk, advisor=anke, version=row.version, key="x", now=NOW)
    found = text(post(desk, row, "loslaten", row.version))
    assert "Behandelaar Anke Bram" in found
    assert "Status In beoordeling In beoordeling" in found
    assert "Overgedragen aan een collega" in found


def test_offer_goes_by_its_own_page_again_because_the_dossier_may_differ(desk: Client, anke: User) -> None:
    metaal = making.partner("metaalunie")
    row = taken(making.referral(of=making.intake(consents=("metaalunie",))), anke)
    seen = row.version
    queue.hand_over(row.pk, making.staff("cees").pk, advisor=anke, version=seen, key="x", now=NOW)
    cees = User.objects.get(username="cees")
    queue.hand_over(row.pk, anke.pk, advisor=cees, version=seen + 1, key="y", now=NOW)
    page = post(desk, row, "aanbieden", seen, partner=metaal.pk).content.decode()
    assert f"/werkbak/{row.number}/aanbieden/?partner={metaal.pk}" in page


@pytest.mark.parametrize("partner", ["", "²", "javascript:alert(1)", "\x00", "9" * 400])
def test_odd_partner_on_a_stale_form_is_no_error(desk: Client, anke: User, partner: str) -> None:
    row = taken(making.referral(), anke)
    queue.release(row.pk, advisor=anke, version=row.version, key="x", now=NOW)
    assert post(desk, row, "aanbieden", row.version, partner=partner).status_code == 409


def test_note_and_a_change_of_somebody_else_both_succeed(desk: Client, anke: User, bram: User) -> None:
    row = making.referral()
    taken(row, bram)
    notes.add(row.pk, author=anke, text="Belde om tien uur.", key=str(uuid.uuid4()), now=NOW)
    assert post(desk, row, "notitie", row.version, text="En om elf uur.").status_code == 302
    assert Note.objects.count() == 2


def test_buttons_of_an_absent_owner_are_there_for_a_colleague(desk: Client, bram: User) -> None:
    row = making.referral(state=State.RETURNED, owner=bram)
    address = f"/werkbak/{row.number}/"
    assert "/verder-zoeken/" not in desk.get(address).content.decode()
    DeskProfile.objects.create(user=bram, absent_until=NOW.date())
    assert "/verder-zoeken/" in desk.get(address).content.decode()
    assert post(desk, row, "verder-zoeken", row.version).status_code == 302
