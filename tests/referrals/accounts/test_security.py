"""How one signs in is changed with the password only, never down to the password alone, and never behind one's back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django_otp.plugins.otp_totp.models import TOTPDevice

from nnmkb.ledger.models import Event, Outgoing
from nnmkb.web.permissions import Role
from referrals.mail import WRITERS
from referrals.models import Membership, Passkey
from referrals.services import second_factor
from referrals.views import halfway
from tests.referrals.accounts import cast
from tests.referrals.accounts.authenticator import Authenticator
from tests.referrals.accounts.cast import PASSWORD
from tests.referrals.accounts.test_passkeys import options
from tests.referrals.desk import making
from tests.referrals.services.cast import NOW

pytestmark = pytest.mark.django_db
NEW = "vijf andere woorden nu"
SECOND_KEY = "ab" * 20


@pytest.fixture(autouse=True)
def _at_nine() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def member() -> Membership:
    return cast.member(making.partner(), Role.PARTNER_READER, password=PASSWORD)


@pytest.fixture
def inside(client: Client, member: Membership) -> Client:
    """The browser of this person, signed in in both steps."""
    return cast.signed_in(client, member)


def text(response: Any) -> str:
    """Return the page, and say what it answered."""
    assert response.status_code == 200
    return str(response.content.decode())


def told(member: Membership) -> list[str]:
    """Return what this person was mailed that changed."""
    rows = Outgoing.objects.filter(kind="mail.account_changed", recipient=f"user:{member.user_id}").order_by("pk")
    return [row.event.payload["what"] for row in rows]


def spare(member: Membership) -> TOTPDevice:
    """Give this person a second app."""
    return TOTPDevice.objects.create(user=member.user, name="app", key=SECOND_KEY)


def test_page_shows_how_one_signs_in_and_no_secret(inside: Client, member: Membership) -> None:
    page = text(inside.get("/beveiliging/"))
    assert "App met codes" in page
    assert "Nu in gebruik" in page
    assert "Dit is uw enige tweede stap" in page
    assert cast.KEY not in page


@pytest.mark.parametrize("address", ["wachtwoord", "app", "herstelcodes", "weg/app/{}"])
@pytest.mark.parametrize("typed", ["", "niet het wachtwoord"])
def test_nothing_changes_without_the_password(inside: Client, member: Membership, address: str, typed: str) -> None:
    path = f"/beveiliging/{address.format(spare(member).pk)}/"
    inside.get(path)
    form = {
        "huidig": typed,
        "wachtwoord": NEW,
        "nogmaals": NEW,
        "code": cast.code(NOW, str(inside.session.get(halfway.APP_KEY) or SECOND_KEY)),
    }
    before = User.objects.get(pk=member.user_id).password
    page = text(inside.post(path, form))
    assert "aria-invalid" in page
    assert User.objects.get(pk=member.user_id).password == before
    assert TOTPDevice.objects.count() == 2
    assert told(member) == []


def test_ten_wrong_passwords_close_the_door_as_at_the_front(inside: Client, member: Membership) -> None:
    for _ in range(10):
        inside.post("/beveiliging/herstelcodes/", {"huidig": "mis"})
    assert inside.post("/beveiliging/herstelcodes/", {"huidig": PASSWORD}).status_code == 429
    assert Client().post("/inloggen/", {"username": member.user.username, "password": PASSWORD}).status_code == 429


def test_other_password_ends_every_other_session(inside: Client, member: Membership) -> None:
    other = cast.signed_in(Client(), member)
    page = inside.post(
        "/beveiliging/wachtwoord/", {"huidig": PASSWORD, "wachtwoord": NEW, "nogmaals": NEW}, follow=True
    )
    assert "Uw wachtwoord is veranderd" in text(page)
    assert inside.get("/beveiliging/").status_code == 200
    assert other.get("/beveiliging/").status_code == 302
    assert told(member) == ["password"]


def test_app_is_added_with_its_code(inside: Client, member: Membership) -> None:
    text(inside.get("/beveiliging/app/"))
    code = cast.code(NOW, inside.session[halfway.APP_KEY])
    page = text(inside.post("/beveiliging/app/", {"huidig": PASSWORD, "code": code}, follow=True))
    assert "Toegevoegd" in page
    assert TOTPDevice.objects.filter(user=member.user, confirmed=True).count() == 2
    assert told(member) == ["app_added"]
    assert halfway.APP_KEY not in inside.session


def test_passkey_is_added(inside: Client, member: Membership, settings: Any) -> None:
    settings.SITE_URL = "https://nnmkb.example"
    key = Authenticator("https://nnmkb.example", "nnmkb.example")
    answer = key.create(options(inside, "/beveiliging/passkey/"))
    form = {"huidig": PASSWORD, "antwoord": answer, "naam": "<b>laptop</b>"}
    page = text(inside.post("/beveiliging/passkey/", form, follow=True))
    assert "Passkey: &lt;b&gt;laptop&lt;/b&gt;" in page
    assert told(member) == ["passkey_added"]


def test_passkey_without_javascript_or_on_a_site_without_a_name(inside: Client, settings: Any) -> None:
    assert inside.get("/beveiliging/passkey/")["Location"] == "/beveiliging/"
    settings.SITE_URL = "https://nnmkb.example"
    page = text(inside.post("/beveiliging/passkey/", {"huidig": PASSWORD, "antwoord": ""}))
    assert "alleen met JavaScript" in page


def test_last_second_step_stays(inside: Client, member: Membership) -> None:
    only = TOTPDevice.objects.get()
    page = text(inside.post(f"/beveiliging/weg/app/{only.pk}/", {"huidig": PASSWORD}))
    assert "Dit is uw enige tweede stap" in page
    assert TOTPDevice.objects.get() == only


def test_one_of_two_goes_and_the_session_that_used_it_too(inside: Client, member: Membership) -> None:
    used, other = TOTPDevice.objects.get(), spare(member)
    text(inside.post(f"/beveiliging/weg/app/{other.pk}/", {"huidig": PASSWORD}, follow=True))
    assert told(member) == ["app_removed"]
    spare(member)
    page = text(inside.get(f"/beveiliging/weg/app/{used.pk}/"))
    assert "Daarna logt u opnieuw in" in page
    inside.post(f"/beveiliging/weg/app/{used.pk}/", {"huidig": PASSWORD})
    assert inside.get("/beveiliging/").status_code == 302


@pytest.mark.parametrize("kind", ["app", "passkey", "iets"])
def test_factor_of_another_is_not_there(inside: Client, member: Membership, kind: str) -> None:
    other = cast.member(member.partner)
    theirs = TOTPDevice.objects.get(user=other.user)
    spare(member)
    key = Passkey.objects.create(user=other.user, name="x", credential_id="x", public_key=b"x", created_at=NOW)
    for pk in (theirs.pk, key.pk + 1000, 10**30):
        page = text(inside.post(f"/beveiliging/weg/{kind}/{pk}/", {"huidig": PASSWORD}, follow=True))
        assert "Dit staat er niet meer" in page
    assert TOTPDevice.objects.count() == 3


def test_eleventh_factor_is_refused(inside: Client, member: Membership) -> None:
    for _ in range(second_factor.MOST_FACTORS - 1):
        spare(member)
    inside.get("/beveiliging/app/")
    code = cast.code(NOW, inside.session[halfway.APP_KEY])
    assert "U hebt al 10 manieren" in text(inside.post("/beveiliging/app/", {"huidig": PASSWORD, "code": code}))


def test_new_codes_are_shown_once(inside: Client, member: Membership) -> None:
    page = text(inside.post("/beveiliging/herstelcodes/", {"huidig": PASSWORD}))
    assert page.count("<li><code>") == 10
    assert "<li><code>" not in text(inside.get("/beveiliging/herstelcodes/"))
    assert "U hebt nog 10 codes" in text(inside.get("/beveiliging/"))
    assert told(member) == ["codes_made"]


def test_staff_add_a_second_step_of_their_own_will(client: Client) -> None:
    user = making.staff("anke", password=PASSWORD)
    client.force_login(user)
    assert "U hebt nog geen tweede stap" in text(client.get("/beveiliging/"))
    client.get("/beveiliging/app/")
    code = cast.code(NOW, client.session[halfway.APP_KEY])
    page = text(client.post("/beveiliging/app/", {"huidig": PASSWORD, "code": code}))
    assert page.count("<li><code>") == 10
    assert "Werkbak" in page
    assert Event.objects.get(kind="account_changed", payload__what="app_added").actor == f"staff:{user.pk}"
    answer = Client().post("/inloggen/", {"username": "anke", "password": PASSWORD})
    assert answer["Location"] == "/inloggen/tweede-stap/"


@pytest.mark.parametrize("what", ["password", "app_added", "code_used", "reset"])
def test_mail_says_what_changed_and_names_nobody(member: Membership, what: str) -> None:
    second_factor.new_codes(member.user, actor="x", now=NOW)
    row = Outgoing.objects.get(kind="mail.account_changed")
    row.event.payload["what"] = what
    letter = WRITERS["mail.account_changed"](row)
    assert letter.to == [member.user.email]
    assert "23 november 2026" in letter.body
    assert "Tjalling" not in letter.subject + str(letter.body)
    member.user.is_active = False
    member.user.save()
    assert WRITERS["mail.account_changed"](row).recipients() == []
