"""Signing in: a lock after wrong guesses, a new session, and no way to be sent elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from tests.referrals.desk import making

pytestmark = pytest.mark.django_db
PASSWORD = "een lang wachtwoord"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(datetime(2026, 11, 24, 10, 0, tzinfo=UTC), tick=False) as travelled:
        yield travelled


def sign_in(client: Client, name: str = "anke", password: str = PASSWORD, **more: str) -> HttpResponse:
    """Send the form."""
    return client.post("/inloggen/", {"username": name, "password": password, **more})


def test_right_password_leads_to_the_workbench_under_a_new_session_key(client: Client) -> None:
    making.staff("anke", password=PASSWORD)
    session = client.session
    session["planted"] = 1
    session.save()
    planted = session.session_key
    assert sign_in(client)["Location"] == "/werkbak/"
    assert client.session.session_key != planted
    assert client.get("/werkbak/").status_code == 200


def test_page_that_was_asked_for_comes_after_the_login(client: Client) -> None:
    making.staff("anke", password=PASSWORD)
    login = client.get("/werkbak/?lijst=laat")["Location"]
    assert 'value="/werkbak/?lijst=laat"' in client.get(login).content.decode()
    assert sign_in(client, next="/werkbak/?lijst=laat")["Location"] == "/werkbak/?lijst=laat"


@pytest.mark.parametrize("evil", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_login_never_leads_to_another_site(client: Client, evil: str) -> None:
    making.staff("anke", password=PASSWORD)
    assert sign_in(client, next=evil)["Location"] == "/werkbak/"


def test_wrong_name_and_wrong_password_get_the_same_answer(client: Client) -> None:
    making.staff("anke", password=PASSWORD)
    wrong = sign_in(client, password="mis getypt")
    unknown = sign_in(client, name="niemand", password="mis getypt")
    for response in (wrong, unknown):
        assert response.status_code == 200
        assert "horen niet bij elkaar" in response.content.decode()
    assert "mis getypt" not in wrong.content.decode()


def test_ten_wrong_guesses_lock_the_name_also_for_the_right_password_and_from_elsewhere(
    client: Client, clock: time_machine.Coordinates
) -> None:
    making.staff("anke", password=PASSWORD)
    for number in range(10):
        sign_in(Client(REMOTE_ADDR=f"10.0.0.{number}"), password="mis")
    locked = sign_in(Client(REMOTE_ADDR="10.9.9.9"))
    assert locked.status_code == 429
    assert "Probeer het over 15 minuten opnieuw." in locked.content.decode()
    clock.shift(timedelta(minutes=15))
    assert sign_in(client).status_code == 302


def test_ten_wrong_guesses_lock_the_address_for_every_name(client: Client) -> None:
    making.staff("anke", password=PASSWORD)
    for number in range(10):
        sign_in(client, name=f"n{number}", password="mis")
    assert sign_in(client).status_code == 429
    assert sign_in(Client(REMOTE_ADDR="10.9.9.9")).status_code == 302


def test_right_passwords_of_a_whole_office_never_lock_its_address(client: Client) -> None:
    making.staff("anke", password=PASSWORD)
    assert {sign_in(Client()).status_code for _ in range(15)} == {302}


def test_administrator_lands_in_the_administration(client: Client) -> None:
    making.staff("beheer", "administrator", password=PASSWORD, is_staff=True)
    assert sign_in(client, name="beheer")["Location"] == "/beheer/"


def test_administration_has_no_login_of_its_own(client: Client) -> None:
    assert client.get("/beheer/", follow=True).redirect_chain[-1][0].startswith("/inloggen/")
    assert client.post("/beheer/login/", {"username": "a", "password": "b"})["Location"].startswith("/inloggen/")


def test_administration_gives_no_uncounted_guesses_to_who_signed_in_without_that_role(client: Client) -> None:
    making.staff("beheer", "administrator", password=PASSWORD, is_staff=True)
    client.force_login(making.staff("anke"))
    for ask in (client.get, client.post):
        assert ask("/beheer/login/", {"username": "beheer", "password": PASSWORD}).status_code == 403
    assert client.get("/beheer/", follow=True).status_code == 403


def test_logout_needs_a_post(client: Client) -> None:
    client.force_login(making.staff("anke"))
    assert client.get("/uitloggen/").status_code == 405
    assert client.get("/werkbak/").status_code == 200
    assert client.post("/uitloggen/").status_code == 302
    assert client.get("/werkbak/").status_code == 302


@pytest.mark.parametrize("typed", [{"username": ""}, {"password": ""}, {"username": "x" * 5000}, {"username": "\x00"}])
def test_odd_input_gets_words(client: Client, typed: dict[str, str]) -> None:
    response = client.post("/inloggen/", {"username": "anke", "password": "x", **typed})
    assert response.status_code == 200
    assert "Vul uw " in response.content.decode()


def test_password_managers_know_the_fields(client: Client) -> None:
    text = client.get("/inloggen/").content.decode()
    assert 'autocomplete="username"' in text
    assert 'autocomplete="current-password"' in text
