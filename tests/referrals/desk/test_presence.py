"""Who else looks: named for two minutes, written twice a minute at most, and never in anybody's way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from referrals.models import Presence
from referrals.services import presence, queue
from tests.referrals.desk import making
from tests.referrals.desk.making import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOW, tick=False) as moved:
        yield moved


@pytest.fixture
def bram() -> User:
    return making.staff("bram")


def test_opening_a_referral_names_who_opened_it_in_the_last_two_minutes(
    client: Client, anke: User, bram: User, clock: time_machine.Coordinates
) -> None:
    row = making.referral()
    for address in (f"/werkbak/{row.number}/", f"/werkbak/?lijst=alles&open={row.number}"):
        client.force_login(anke)
        assert "kijkt ook" not in client.get(address).content.decode()
        client.force_login(bram)
        assert "Anke kijkt ook." in client.get(address).content.decode()
        clock.shift(timedelta(minutes=2))
        assert "kijkt ook" not in client.get(address).content.decode()
        Presence.objects.all().delete()


def test_three_who_look_are_named_together(anke: User, bram: User) -> None:
    row, cees = making.referral(), making.staff("cees")
    for user in (bram, cees):
        presence.look(row.pk, user, NOW)
    assert presence.look(row.pk, anke, NOW) == ["Bram", "Cees"]


def test_small_page_answers_what_the_hint_says_now(client: Client, anke: User, bram: User) -> None:
    row = making.referral()
    presence.look(row.pk, bram, NOW)
    client.force_login(anke)
    response = client.get(f"/werkbak/{row.number}/aanwezig/")
    assert response.content.decode() == "Bram kijkt ook."
    assert response["Cache-Control"] == "no-store"
    for unknown in ("NN-0000-0000-1", "x", "%00"):
        assert client.get(f"/werkbak/{unknown}/aanwezig/").status_code == 404


def test_name_of_a_colleague_is_only_text(client: Client, anke: User) -> None:
    row, odd = making.referral(), making.staff("odd")
    User.objects.filter(pk=odd.pk).update(first_name="<b>Odd</b>")
    presence.look(row.pk, odd, NOW)
    client.force_login(anke)
    assert "<b>" not in client.get(f"/werkbak/{row.number}/aanwezig/").content.decode()


def test_a_look_costs_one_read_and_at_most_one_write(anke: User) -> None:
    row = making.referral()
    for after, most in ((0, 2), (10, 1), (31, 2)):
        with CaptureQueriesContext(connection) as asked:
            presence.look(row.pk, anke, NOW + timedelta(seconds=after))
        assert len([query for query in asked if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]) == most
    assert Presence.objects.get().seen_at == NOW + timedelta(seconds=31)


def test_colleague_who_looks_locks_nobody_out(anke: User, bram: User) -> None:
    row = making.referral()
    presence.look(row.pk, bram, NOW)
    assert queue.claim(row.pk, advisor=anke, version=1, key="x", now=NOW).owner_id == anke.pk


def test_old_looks_are_forgotten(anke: User, bram: User) -> None:
    row = making.referral()
    presence.look(row.pk, anke, NOW - timedelta(hours=2))
    presence.look(row.pk, bram, NOW)
    assert presence.forget(NOW) == 1
    assert Presence.objects.get().user == bram
