"""A forgotten password: the same answer whoever asks, a link for an hour, and never without the second step."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone

from nnmkb.ledger.models import Event, Outgoing
from nnmkb.web.permissions import Role
from referrals.mail import WRITERS
from referrals.models import Membership
from referrals.services import passwords, second_factor
from tests.referrals.accounts import cast
from tests.referrals.accounts.cast import PASSWORD
from tests.referrals.desk import making
from tests.referrals.services.cast import NOW

pytestmark = pytest.mark.django_db
NEW = "vijf andere woorden nu"
FORM = {"wachtwoord": NEW, "nogmaals": NEW}


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOW, tick=False) as travelled:
        yield travelled


@pytest.fixture
def member() -> Membership:
    return cast.member(making.partner(), Role.PARTNER_MANAGER, password=PASSWORD)


def ask(email: str) -> str:
    """Ask for a link, as a stranger; return the page."""
    answer = Client().post("/inloggen/vergeten/", {"email": email})
    assert answer.status_code == 200
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())


def link() -> str:
    """Return the address in the mail."""
    letter = WRITERS["mail.password_reset"](Outgoing.objects.get(kind="mail.password_reset"))
    found = re.search(r"/inloggen/nieuw-wachtwoord/\S+", str(letter.body))
    assert found
    return found.group()


def test_answer_is_the_same_for_everybody_and_only_one_gets_mail(member: Membership) -> None:
    without = cast.member(member.partner, verified=False)
    off = cast.member(member.partner)
    off.user.is_active = False
    off.user.save()
    pages = {ask(email) for email in ("niemand@x.example", without.user.email, off.user.email)}
    assert not Outgoing.objects.exists()
    pages.add(ask(member.user.email.upper()))
    assert len(pages) == 1
    row = Outgoing.objects.get()
    assert (row.kind, row.recipient) == ("mail.password_reset", f"user:{member.user_id}")
    assert member.user.email not in str(Event.objects.values().get())


def test_link_gives_another_password_and_then_the_second_step(client: Client, member: Membership) -> None:
    other = cast.signed_in(Client(), member)
    ask(member.user.email)
    address = link()
    assert client.get(address).status_code == 200
    assert client.get("/partner/").status_code == 302
    assert client.post(address, FORM)["Location"] == "/inloggen/tweede-stap/"
    assert client.get("/partner/mensen/").status_code == 302
    assert other.get("/partner/mensen/").status_code == 302
    client.post("/inloggen/tweede-stap/", {"code": cast.code(NOW)})
    assert client.get("/partner/mensen/").status_code == 200
    member.user.refresh_from_db()
    assert member.user.check_password(NEW)
    assert Outgoing.objects.filter(kind="mail.account_changed").count() == 1


def test_link_works_once_and_for_an_hour(client: Client, member: Membership, clock: time_machine.Coordinates) -> None:
    ask(member.user.email)
    address = link()
    clock.shift(timedelta(hours=1, seconds=1))
    assert client.get(address).status_code == client.post(address, FORM).status_code == 410
    clock.shift(-timedelta(hours=1))
    client.post(address, FORM)
    assert client.post(address, {"wachtwoord": PASSWORD, "nogmaals": PASSWORD}).status_code == 410
    member.user.refresh_from_db()
    assert member.user.check_password(NEW)


def test_link_dies_when_the_second_step_is_taken_away(client: Client, member: Membership) -> None:
    token = passwords.token_of(member.user)
    assert passwords.by_token(token) == member.user
    second_factor.clear(member.user)
    assert passwords.by_token(token) is None
    assert client.post(f"/inloggen/nieuw-wachtwoord/{token}/", FORM).status_code == 410


@pytest.mark.parametrize("token", ["x", "-", "MQ-x-y", "Mg", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5-a-b", "é-x", "%00-a"])
def test_made_up_link_is_over(client: Client, member: Membership, token: str) -> None:
    for ask_for in (client.get, client.post):
        assert ask_for(f"/inloggen/nieuw-wachtwoord/{token}/", FORM).status_code == 410
    assert passwords.by_token(token) is None


def test_weak_password_gets_words(client: Client, member: Membership) -> None:
    page = client.post(f"/inloggen/nieuw-wachtwoord/{passwords.token_of(member.user)}/", {"wachtwoord": "kort"})
    assert "ten minste 12 tekens" in page.content.decode()
    member.user.refresh_from_db()
    assert member.user.check_password(PASSWORD)


def test_mailbox_cannot_be_filled_and_the_answer_stays_the_same(member: Membership) -> None:
    pages = {ask(member.user.email) for _ in range(settings.RATE_LIMITS["mail_to"][0] + 1)}
    assert len(pages) == 1
    assert Outgoing.objects.count() == settings.RATE_LIMITS["mail_to"][0]
    assert Client().post("/inloggen/vergeten/", {"email": "a@b.example"}).status_code == 429


@pytest.mark.parametrize("email", ["", "x", "\x00@x.example", "x" * 300 + "@x.example"])
def test_odd_address_gets_words(client: Client, email: str) -> None:
    page = client.post("/inloggen/vergeten/", {"email": email})
    assert "Vul een e-mailadres in" in page.content.decode()
    assert not Event.objects.filter(at__lte=timezone.now()).exists()
