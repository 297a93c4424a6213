"""One's own settings, and "geef mij de volgende" as people press it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from referrals.domain.lifecycle import State
from referrals.domain.worktime import local_date
from referrals.models import DeskProfile, Referral
from tests.referrals.desk import making
from tests.referrals.desk.making import NOW

pytestmark = pytest.mark.django_db
SETTINGS = "/werkbak/instellingen/"


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def page(client: Client, address: str) -> str:
    """Return a page."""
    response = client.get(address, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def has_keys(client: Client) -> bool:
    """Say whether the workbench sends the letter keys."""
    text = page(client, "/werkbak/?lijst=alles")
    assert ("desk-keys.js" in text) == ("data-keys" in text)
    return "desk-keys.js" in text


def test_keys_are_on_until_somebody_switches_them_off_and_stay_off(desk: Client, anke: User) -> None:
    making.referral()
    assert has_keys(desk)
    assert desk.post(SETTINGS, {"keys": "uit"}).status_code == 302
    assert not has_keys(desk)
    later = Client()
    later.force_login(User.objects.get(pk=anke.pk))
    assert not has_keys(later)
    assert desk.post(SETTINGS, {"keys": "aan"}).status_code == 302
    assert has_keys(desk)


def test_keys_of_one_person_are_not_those_of_another(desk: Client) -> None:
    desk.post(SETTINGS, {"keys": "uit"})
    other = Client()
    other.force_login(making.staff("bram"))
    assert has_keys(other)


def test_absence_is_kept_shown_and_taken_back(desk: Client, anke: User) -> None:
    until = local_date(NOW) + timedelta(days=4)
    desk.post(SETTINGS, {"keys": "aan", "absent_until": until.isoformat()})
    assert DeskProfile.objects.get().absent_until == until
    assert "U staat op afwezig" in page(desk, SETTINGS)
    desk.post(SETTINGS, {"keys": "aan", "absent_until": ""})
    assert DeskProfile.objects.get().absent_until is None
    assert "U staat op afwezig" not in page(desk, SETTINGS)


def test_start_list_survives_other_settings(desk: Client, anke: User) -> None:
    DeskProfile.objects.create(user=anke, start="lijst=laat")
    desk.post(SETTINGS, {"keys": "uit"})
    assert DeskProfile.objects.get().start == "lijst=laat"
    assert "Te laat" in page(desk, SETTINGS)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"keys": "aan", "absent_until": "2026-11-23"}, "Kies een dag vanaf vandaag"),
        ({"keys": "aan", "absent_until": "2028-01-01"}, "Kies een dag vanaf vandaag"),
        ({"keys": "aan", "absent_until": "morgen"}, "Vul de datum in als dag-maand-jaar"),
        ({"keys": "aan", "absent_until": "9" * 5000}, "Vul de datum in als dag-maand-jaar"),
        ({"keys": "misschien"}, "Kies aan of uit."),
        ({}, "Kies aan of uit."),
    ],
)
def test_setting_that_cannot_be_is_refused_and_stays_typed(desk: Client, typed: dict[str, str], words: str) -> None:
    response = desk.post(SETTINGS, typed)
    assert response.status_code == 200
    assert words in response.content.decode()
    assert not DeskProfile.objects.exists()


def test_every_key_is_explained_on_a_page(desk: Client) -> None:
    text = page(desk, "/werkbak/toetsen/")
    for key in ("j", "k", "Enter", "x", "c", "o", "r", "n", "/", "g en dan m", "?"):
        assert f"<kbd>{key}</kbd>" in text


# --- geef mij de volgende ---------------------------------------------------------------------------------------------


def test_next_one_opens_beside_ones_own_list_and_a_second_click_gives_the_same(desk: Client, anke: User) -> None:
    urgent, other = making.referral(due=timedelta(hours=1)), making.referral(due=timedelta(days=1))
    key = re.search(r'volgende/">.*?name="sleutel" value="([0-9a-f-]{36})"', page(desk, "/werkbak/?lijst=alles"), re.S)
    assert key
    for _ in range(2):
        response = desk.post("/werkbak/volgende/", {"sleutel": key[1]})
        assert response["Location"] == f"/werkbak/?lijst=mijn&open={urgent.number}"
    assert Referral.objects.get(pk=urgent.pk).owner == anke
    assert Referral.objects.get(pk=other.pk).state == State.QUEUED


def test_empty_queue_is_a_friendly_page(desk: Client) -> None:
    response = desk.post("/werkbak/volgende/", {"sleutel": str(uuid.uuid4())}, follow=True)
    assert "De wachtrij is leeg" in response.content.decode()


@pytest.mark.parametrize("key", ["", "kort", "\x00" * 36, "x" * 5000])
def test_odd_key_takes_nothing(desk: Client, key: str) -> None:
    making.referral()
    response = desk.post("/werkbak/volgende/", {"sleutel": key}, follow=True)
    assert "Er ligt werk" in response.content.decode()
    assert Referral.objects.get().state == State.QUEUED
