"""Passkeys: only a true answer to this very question, from this very site, by a verified person, counts once."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
import webauthn
from django.test import Client

from nnmkb.ledger.models import Event, Outgoing
from nnmkb.web.permissions import Role
from referrals.models import Membership, Passkey
from referrals.services import passkeys
from tests.referrals.accounts import cast
from tests.referrals.accounts.authenticator import PRESENT, Authenticator
from tests.referrals.desk import making
from tests.referrals.services.cast import NOW

pytestmark = pytest.mark.django_db
SITE = "https://nnmkb.example"


@pytest.fixture(autouse=True)
def _a_site_with_a_name(settings: Any) -> Iterator[None]:
    settings.SITE_URL = SITE
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def member() -> Membership:
    """Somebody of a partner with a password, and no second step yet."""
    return cast.member(making.partner(), Role.PARTNER_MANAGER, verified=False, password=cast.PASSWORD)


@pytest.fixture
def key() -> Authenticator:
    """A passkey to be."""
    return Authenticator(SITE, "nnmkb.example")


def options(client: Client, address: str) -> str:
    """Return what the page asks of the browser."""
    page = client.get(address).content.decode()
    found = re.search(r'data-options="([^"]*)"', page)
    assert found, page
    return html.unescape(found.group(1))


def give_password(client: Client, member: Membership) -> None:
    """Take the first step."""
    client.post("/inloggen/", {"username": member.user.username, "password": cast.PASSWORD})


def set_up(client: Client, member: Membership, key: Authenticator) -> Any:
    """Make the first passkey right after the password."""
    give_password(client, member)
    answer = key.create(options(client, "/inloggen/instellen/passkey/"))
    return client.post("/inloggen/instellen/passkey/", {"antwoord": answer, "naam": "telefoon"})


def show(client: Client, key: Authenticator, **lies: str) -> Any:
    """Sign in with a passkey."""
    return client.post("/inloggen/passkey/", {"antwoord": key.get(options(client, "/inloggen/passkey/"), **lies)})


def inside(client: Client) -> bool:
    """Say whether this browser is in the portal."""
    return client.get("/partner/mensen/").status_code == 200


def test_passkey_as_the_first_second_step_brings_codes_and_the_portal(
    client: Client, member: Membership, key: Authenticator
) -> None:
    page = set_up(client, member, key)
    assert page.content.decode().count("<li><code>") == 10
    assert inside(client)
    kept = Passkey.objects.get()
    assert (kept.user, kept.name) == (member.user, "telefoon")
    assert Outgoing.objects.get(kind="mail.account_changed").recipient == f"user:{member.user_id}"
    assert Event.objects.get(kind="account_changed").payload["what"] == "passkey_added"


def test_passkey_is_the_second_step_after_the_password(client: Client, member: Membership, key: Authenticator) -> None:
    set_up(Client(), member, key)
    give_password(client, member)
    asked = options(client, "/inloggen/tweede-stap/")
    assert [one["id"] for one in json.loads(asked)["allowCredentials"]] == [Passkey.objects.get().credential_id]
    assert client.post("/inloggen/passkey/", {"antwoord": key.get(asked)})["Location"] == "/partner/"
    assert inside(client)


def test_passkey_alone_signs_in_for_it_asks_the_person_too(
    client: Client, member: Membership, key: Authenticator
) -> None:
    set_up(Client(), member, key)
    asked = json.loads(options(client, "/inloggen/passkey/"))
    assert asked["userVerification"] == "required"
    assert asked["allowCredentials"] == []
    assert show(client, key)["Location"] == "/partner/"
    assert inside(client)


def test_answer_works_once(client: Client, member: Membership, key: Authenticator) -> None:
    set_up(Client(), member, key)
    answer = {"antwoord": key.get(options(client, "/inloggen/passkey/"))}
    assert client.post("/inloggen/passkey/", answer).status_code == 302
    for other in (Client(), client):
        other.post("/uitloggen/")
        other.get("/inloggen/passkey/")
        assert other.post("/inloggen/passkey/", answer).status_code == 200
        assert not inside(other)


def test_question_is_worth_one_try(client: Client, member: Membership, key: Authenticator) -> None:
    set_up(Client(), member, key)
    asked = options(client, "/inloggen/passkey/")
    client.post("/inloggen/passkey/", {"antwoord": "{}"})
    assert client.post("/inloggen/passkey/", {"antwoord": key.get(asked)}).status_code == 200
    assert not inside(client)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("origin", "https://evil.example"),
        ("origin", "http://nnmkb.example"),
        ("rp_id", "evil.example"),
        ("flags", PRESENT),
        ("flags", 0),
        ("handle", "eA"),
    ],
)
def test_lie_of_a_site_a_key_or_a_person_lets_nobody_in(
    client: Client, member: Membership, key: Authenticator, field: str, value: Any
) -> None:
    set_up(Client(), member, key)
    setattr(key, field, value)
    page = show(client, key)
    assert page.status_code == 200
    assert "Het lukte niet met deze passkey" in page.content.decode()
    assert not inside(client)


def test_copy_of_a_key_is_seen_by_its_count(client: Client, member: Membership, key: Authenticator) -> None:
    set_up(Client(), member, key)
    key.count = 40
    assert show(client, key).status_code == 302
    key.count = 40
    assert show(Client(), key).status_code == 200
    key.count = 3
    assert show(Client(), key).status_code == 200


def test_of_two_that_show_one_count_at_one_moment_one_gets_in(
    client: Client, member: Membership, key: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(Client(), member, key)
    verify = webauthn.verify_authentication_response

    def verified_by_another_too(**asked: Any) -> Any:
        Passkey.objects.update(sign_count=key.count)
        return verify(**asked)

    monkeypatch.setattr(webauthn, "verify_authentication_response", verified_by_another_too)
    assert show(client, key).status_code == 200
    assert not inside(client)


def test_signing_in_once_more_brings_another_session_key(
    client: Client, member: Membership, key: Authenticator
) -> None:
    set_up(client, member, key)
    before = client.session.session_key
    assert show(client, key).status_code == 302
    assert client.session.session_key != before
    assert inside(client)


def test_new_passkey_answers_a_question_that_was_asked(client: Client, member: Membership, key: Authenticator) -> None:
    give_password(client, member)
    asked = json.loads(options(client, "/inloggen/instellen/passkey/"))
    session = client.session
    session.pop("passkey_challenge")
    session.save()
    answer = key.create(json.dumps({**asked, "challenge": ""}))
    page = client.post("/inloggen/instellen/passkey/", {"antwoord": answer, "naam": "telefoon"})
    assert "Het lukte niet met deze passkey" in page.content.decode()
    assert not Passkey.objects.exists()


def test_signature_of_another_key_lets_nobody_in(client: Client, member: Membership, key: Authenticator) -> None:
    set_up(Client(), member, key)
    forged = Authenticator(SITE, "nnmkb.example", credential_id=key.credential_id, handle=key.handle)
    assert show(client, forged).status_code == 200
    assert not inside(client)


def test_passkey_of_another_is_no_second_step_of_this_person(
    client: Client, member: Membership, key: Authenticator
) -> None:
    other = cast.member(member.partner, verified=False, password=cast.PASSWORD)
    theirs = Authenticator(SITE, "nnmkb.example")
    set_up(Client(), member, key)
    set_up(Client(), other, theirs)
    give_password(client, member)
    assert show(client, theirs).status_code == 200
    assert client.get("/beveiliging/").status_code == 302


def test_switched_off_account_does_not_get_in_with_a_passkey(
    client: Client, member: Membership, key: Authenticator
) -> None:
    set_up(Client(), member, key)
    member.user.is_active = False
    member.user.save()
    assert show(client, key).status_code == 200
    assert not inside(client)


@pytest.mark.parametrize(
    "answer",
    [
        *("", "x", "[]", "{}", "null", '{"id": "x"}', '{"id": 1, "response": 2}', "\x00", "x" * 30_000, "[" * 5000),
        '{"id": "x", "rawId": "x", "type": "public-key", "response": {"clientDataJSON": "é"}}',
    ],
)
def test_odd_answer_gets_words_and_lets_nobody_in(
    client: Client, member: Membership, key: Authenticator, answer: str
) -> None:
    set_up(Client(), member, key)
    if answer.startswith('{"id": "x", "rawId"'):
        answer = answer.replace('"x"', json.dumps(Passkey.objects.get().credential_id))
    client.get("/inloggen/passkey/")
    page = client.post("/inloggen/passkey/", {"antwoord": answer})
    assert page.status_code == 200
    assert "nnmkb-errors" in page.content.decode()
    assert not inside(client)
    give_password(client, cast.member(member.partner, verified=False, password=cast.PASSWORD))
    client.get("/inloggen/instellen/passkey/")
    page = client.post("/inloggen/instellen/passkey/", {"antwoord": answer})
    assert page.status_code == 200
    assert "nnmkb-errors" in page.content.decode()
    assert Passkey.objects.count() == 1


@pytest.mark.parametrize("lie", [("origin", "https://evil.example"), ("rp_id", "evil.example"), ("flags", PRESENT)])
def test_passkey_that_was_made_elsewhere_or_without_the_person_is_not_kept(
    client: Client, member: Membership, key: Authenticator, lie: tuple[str, Any]
) -> None:
    setattr(key, *lie)
    page = set_up(client, member, key)
    assert "Het lukte niet met deze passkey" in page.content.decode()
    assert not Passkey.objects.exists()
    assert not inside(client)


def test_passkey_cannot_be_kept_for_two_people(client: Client, member: Membership, key: Authenticator) -> None:
    set_up(Client(), member, key)
    other = cast.member(member.partner, verified=False, password=cast.PASSWORD)
    page = set_up(client, other, key)
    assert "Deze passkey staat er al" in page.content.decode()
    assert Passkey.objects.get().user == member.user


def test_ten_wrong_answers_close_the_door_for_this_address(client: Client, member: Membership) -> None:
    for _ in range(10):
        client.get("/inloggen/passkey/")
        client.post("/inloggen/passkey/", {"antwoord": "{}"})
    client.get("/inloggen/passkey/")
    page = client.post("/inloggen/passkey/", {"antwoord": "{}"})
    assert page.status_code == 429
    assert "Even op slot" in page.content.decode()


@pytest.mark.parametrize("address", ["http://127.0.0.1:8000", "http://[::1]:8000", "https://10.0.0.1"])
def test_site_without_a_name_offers_no_passkeys(client: Client, settings: Any, address: str) -> None:
    settings.SITE_URL = address
    assert not passkeys.possible()
    assert "passkey" not in client.get("/inloggen/").content.decode()
    assert "werken passkeys niet" in client.get("/inloggen/passkey/").content.decode()
