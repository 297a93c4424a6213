"""The pages of keys: who gets in, shown once, taken back at once, and the mail before the end."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from nnmkb.ledger.models import Event, Outgoing
from nnmkb.web.permissions import Role
from referrals.mail import WRITERS, Outdated
from referrals.models import ApiKey, Partner
from referrals.services import api_keys
from tests.referrals.accounts.cast import member, signed_in
from tests.referrals.api import cast
from tests.referrals.desk import making

pytestmark = pytest.mark.django_db
PAGE = "/partner/sleutels/"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(cast.NOW, tick=False) as travelled:
        yield travelled


@pytest.fixture
def partner() -> Partner:
    return making.partner("metaalunie", name="Metaalunie Noord", email="post@metaal.example")


@pytest.fixture
def boss(client: Client, partner: Partner) -> Client:
    """A browser in which the manager of the partner signed in."""
    return signed_in(client, member(partner, Role.PARTNER_MANAGER))


def form(**changes: object) -> dict[str, object]:
    return {
        "sleutel": str(uuid.uuid4()),
        "name": "CRM",
        "scopes": ["offers:read", "offers:answer"],
        "days": "365",
        **changes,
    }


def shown(page: str) -> str:
    """Return the secret on a page."""
    (secret,) = set(re.findall(r"nnmkb_[a-z0-9]{8}_[A-Za-z0-9_-]{43}", page))
    return secret


def test_manager_makes_a_key_that_works_and_sees_it_once(boss: Client, partner: Partner) -> None:
    sent = form()
    first = boss.post(PAGE, sent)
    secret = shown(first.content.decode())
    assert "no-store" in first["Cache-Control"]
    assert cast.System(secret, Client()).get("/offers").status_code == 200
    again = boss.post(PAGE, sent, follow=True).content.decode()
    assert secret not in again
    assert "al gemaakt en getoond" in again
    assert secret not in boss.get(PAGE).content.decode()
    assert ApiKey.objects.count() == 1
    assert Event.objects.get(stream=partner.stream, kind="api_key_made").actor.startswith(
        f"partner:{partner.pk}/person:"
    )


def test_third_key_is_refused_on_the_page_and_in_the_form(boss: Client) -> None:
    for _ in range(2):
        boss.post(PAGE, form())
    page = boss.get(PAGE).content.decode()
    assert "Meer kan niet." in page
    assert "Maak de sleutel" not in page
    assert "al 2 sleutels" in boss.post(PAGE, form()).content.decode()
    assert ApiKey.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "Geef de sleutel een naam"),
        ({"name": "x" * 61}, "hoogstens 60"),
        ({"name": "C\x00M"}, "een teken dat wij niet kunnen lezen"),
        ({"scopes": []}, "Kies ten minste"),
        ({"scopes": ["alles"]}, "Kies ten minste"),
        ({"days": "9999"}, "Kies hoe lang"),
        ({"sleutel": "x"}, "niet compleet"),
    ],
)
def test_mistake_in_the_form_says_what_to_do_and_keeps_the_rest(
    boss: Client, changes: dict[str, object], words: str
) -> None:
    page = boss.post(PAGE, form(**changes))
    assert page.status_code == 200
    assert words in page.content.decode()
    assert not ApiKey.objects.exists()


def test_manager_stops_a_key_at_once_and_twice_does_no_harm(boss: Client, partner: Partner) -> None:
    key, secret = cast.made(partner)
    page = boss.get(f"{PAGE}{key.pk}/")
    assert "Sleutel intrekken?" in page.content.decode()
    for _ in range(2):
        assert boss.post(f"{PAGE}{key.pk}/").status_code == 302
    cast.verify_problem(cast.System(secret, Client()).get("/me"), 401, "key_revoked")
    assert Event.objects.filter(stream=partner.stream, kind="api_key_revoked").count() == 1
    assert "Ingetrokken" in boss.get(PAGE).content.decode()


def test_key_of_another_partner_does_not_exist(boss: Client) -> None:
    key, _ = cast.made(making.partner("nom"))
    for ask in (boss.get, boss.post):
        assert ask(f"{PAGE}{key.pk}/").status_code == 404
    key.refresh_from_db()
    assert key.revoked_at is None


@pytest.mark.parametrize("role", [Role.PARTNER_READER, Role.PARTNER_HANDLER])
def test_only_the_manager_sees_keys(client: Client, partner: Partner, role: Role) -> None:
    key, _ = cast.made(partner)
    browser = signed_in(client, member(partner, role))
    for ask in (browser.get, browser.post):
        assert ask(PAGE).status_code == 403
        assert ask(f"{PAGE}{key.pk}/").status_code == 403
    assert "Sleutels" not in browser.get("/partner/").content.decode()


def test_stranger_and_half_signed_in_are_sent_to_the_login_page(client: Client, partner: Partner) -> None:
    assert client.get(PAGE)["Location"].startswith("/inloggen/")
    person = member(partner, Role.PARTNER_MANAGER, verified=False)
    assert signed_in(client, person).get(PAGE).status_code in {302, 403}


# --- the KvK --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("role", "may_stop"), [("administrator", True), ("team_lead", True), ("advisor", False)])
def test_who_keeps_the_list_may_stop_a_key_and_an_advisor_may_look(
    client: Client, partner: Partner, role: str, may_stop: bool
) -> None:
    key, secret = cast.made(partner)
    user = making.staff("iemand", role)
    client.force_login(user)
    page = client.get("/partners/metaalunie/sleutels/").content.decode()
    assert f"nnmkb_{key.prefix}_" in page
    assert secret not in page
    assert ("Trek in" in page) == may_stop
    answer = client.post(f"/partners/metaalunie/sleutels/{key.pk}/")
    assert answer.status_code == (302 if may_stop else 403)
    key.refresh_from_db()
    assert (key.revoked_at is not None) == may_stop
    if may_stop:
        assert Event.objects.get(kind="api_key_revoked").actor == f"staff:{user.pk}"
        assert "Sleutel voor het eigen systeem ingetrokken" in client.get("/partners/metaalunie/").content.decode()


def test_key_is_only_found_under_its_own_partner(client: Client, partner: Partner) -> None:
    client.force_login(making.staff("lien", "team_lead"))
    key, _ = cast.made(making.partner("nom"))
    assert client.post(f"/partners/metaalunie/sleutels/{key.pk}/").status_code == 404


# --- the mail -------------------------------------------------------------------------------------------------------


def test_mail_before_the_end_names_the_key_and_never_its_secret(partner: Partner) -> None:
    key, secret = cast.made(partner)
    letter = WRITERS["mail.api_key_expires"](Outgoing.objects.get(kind="mail.api_key_expires"))
    assert letter.to == ["post@metaal.example"]
    text = f"{letter.subject} {letter.body}"
    assert f"nnmkb_{key.prefix}" in text
    assert "dinsdag 23 november 2027" in text
    assert secret.split("_", 2)[2] not in text


def test_no_mail_about_a_key_that_stopped_or_has_a_successor_in_use(
    partner: Partner, clock: time_machine.Coordinates
) -> None:
    first, _ = cast.made(partner)
    row = Outgoing.objects.get(recipient=f"api_key:{first.pk}")
    clock.shift(timedelta(days=1))
    later, secret = cast.made(partner, now=cast.NOW + timedelta(days=1))
    assert WRITERS["mail.api_key_expires"](row)
    cast.System(secret, Client()).get("/me")
    with pytest.raises(Outdated):
        WRITERS["mail.api_key_expires"](row)
    api_keys.revoke(partner.pk, later.pk, actor="staff:1", now=cast.NOW)
    with pytest.raises(Outdated):
        WRITERS["mail.api_key_expires"](Outgoing.objects.get(recipient=f"api_key:{later.pk}"))
