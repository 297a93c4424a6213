"""Accounts of partners in a real browser: an invitation by mail, an app or a passkey, and the people page."""

from __future__ import annotations

import re
from base64 import b32decode
from collections.abc import Iterator
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import pytest
import zxingcpp
from django.contrib.auth.models import Group
from django.utils import timezone
from django_otp.oath import totp
from PIL import Image
from playwright.sync_api import CDPSession, Page, Route, expect

from nnmkb.web.permissions import PARTNER_ROLES, Role
from referrals.models import Invitation, Partner, Passkey
from referrals.services import invitations
from tests.browser import steps
from tests.browser.cast import PASSWORD, Postman, link_in
from tests.browser.conftest import Opener
from tests.browser.inspector import Inspector
from tests.referrals.accounts import cast

EMAIL = "nienke@water-alliance.example"
OWN = "vier losse woorden hier"
PARTNER = "/partners/water_alliance/mensen/"


@pytest.fixture(autouse=True)
def _roles(people: None) -> None:
    for role in PARTNER_ROLES:
        Group.objects.get_or_create(name=role)


def secret_in(page: Page) -> bytes:
    """Return the secret that the page shows as text."""
    return b32decode((page.locator(".nnmkb-secret code").text_content() or "").replace(" ", ""))


def give_code(page: Page, secret: bytes, *, later: int = 0) -> None:
    """Fill in what an app shows; a code that was used does not work again, the next one does a moment early."""
    page.get_by_label("Code").fill(f"{totp(secret, t0=-30 * later):06d}")
    page.locator("form button[type=submit]").last.click()


def accept(page: Page, address: str, look: steps.Look = steps.nothing) -> None:
    """Open the link of an invitation and choose a password."""
    page.goto(address)
    look(page, "invitation")
    page.get_by_role("button", name="Ga verder").click()
    expect(page.locator(".nnmkb-errors")).to_be_visible()
    look(page, "invitation-mistake")
    page.get_by_label("Voornaam").fill("Nienke")
    page.get_by_label("Achternaam").fill("Terpstra")
    page.get_by_label("Nieuw wachtwoord").fill(OWN)
    page.get_by_label("Herhaal het wachtwoord").fill(OWN)
    page.get_by_role("button", name="Ga verder").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Stel uw tweede stap in")


def sign_in(page: Page) -> None:
    """Take the first step."""
    page.goto("/inloggen/")
    page.get_by_label("Gebruikersnaam").fill(EMAIL)
    page.get_by_label("Wachtwoord", exact=True).fill(OWN)
    page.get_by_role("button", name="Log in").click()


def invited(site: str) -> str:
    """Return the link of an invitation for a manager, without its mail."""
    partner = Partner.objects.get(organisation="water_alliance")
    by = cast.kvk()
    made = invitations.invite(partner.pk, EMAIL, Role.PARTNER_MANAGER, by=by, now=timezone.now())
    return f"{site}/uitnodiging/{invitations.token_of(made)}/"


def test_from_an_invitation_to_the_inbox(visit: Opener, postman: Postman, javascript: bool) -> None:
    lead = visit(javascript=javascript)
    lead.goto("/inloggen/")
    lead.get_by_label("Gebruikersnaam").fill("teamleider")
    lead.get_by_label("Wachtwoord", exact=True).fill(PASSWORD)
    lead.get_by_role("button", name="Log in").click()
    lead.goto(PARTNER)
    lead.get_by_label("E-mailadres").fill(EMAIL)
    lead.get_by_label("Beheerder").check()
    lead.get_by_role("button", name="Stuur de uitnodiging").click()
    expect(lead.locator("main")).to_contain_text("De uitnodiging staat klaar")
    page = visit(javascript=javascript, allow=(410,))
    address = link_in(postman.letter(EMAIL), "/uitnodiging/")
    accept(page, address)
    secret = secret_in(page)
    page.goto("/partner/")
    expect(page).to_have_url(re.compile("/inloggen/"))
    page.goto("/inloggen/instellen/")
    give_code(page, secret)
    expect(page.locator(".nnmkb-codes li")).to_have_count(10)
    recovery = page.locator(".nnmkb-codes li").first.inner_text()
    page.get_by_role("link", name="Ik heb ze bewaard").click()
    expect(page).to_have_url(re.compile("/partner/$"))
    page.get_by_role("button", name="Uitloggen").click()
    sign_in(page)
    give_code(page, secret, later=1)
    expect(page).to_have_url(re.compile("/partner/$"))
    page.get_by_role("button", name="Uitloggen").click()
    sign_in(page)
    page.get_by_label("Code").fill(recovery)
    page.get_by_role("button", name="Log in").last.click()
    expect(page).to_have_url(re.compile("/partner/$"))
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_have_text("Uw account is er al")


def test_square_says_what_the_text_says(visit: Opener, site: str) -> None:
    page = visit()
    accept(page, invited(site))
    image = Image.open(BytesIO(page.locator(".nnmkb-qr").screenshot()))
    # The dots of a random secret may also look like a bar code of four digits.
    (found,) = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)
    asked = parse_qs(urlsplit(found.text).query)
    assert found.text.startswith("otpauth://totp/")
    assert b32decode(asked["secret"][0]) == secret_in(page)
    give_code(page, b32decode(asked["secret"][0]))
    expect(page.locator(".nnmkb-codes li")).to_have_count(10)


@pytest.fixture
def authenticator() -> Iterator[list[CDPSession]]:
    """Sessions with a virtual authenticator, to be let go of."""
    sessions: list[CDPSession] = []
    yield sessions
    for session in sessions:
        session.detach()


def give_authenticator(page: Page, sessions: list[CDPSession]) -> tuple[CDPSession, str]:
    """Put an authenticator in this browser that knows its owner."""
    session = page.context.new_cdp_session(page)
    sessions.append(session)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, made["authenticatorId"]


def test_passkey_is_made_and_signs_in(visit: Opener, site: str, authenticator: list[CDPSession]) -> None:
    page = visit()
    session, key = give_authenticator(page, authenticator)
    accept(page, invited(site))
    page.get_by_role("link", name="Gebruik een passkey").click()
    session.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": False})
    page.get_by_role("button", name="Maak een passkey").click()
    expect(page.locator("[data-passkey-told]")).to_contain_text("Het lukte niet")
    session.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": True})
    page.get_by_label("Naam").fill("laptop")
    page.get_by_role("button", name="Maak een passkey").click()
    expect(page.locator(".nnmkb-codes li")).to_have_count(10)
    assert Passkey.objects.get().name == "laptop"
    page.get_by_role("link", name="Ik heb ze bewaard").click()
    expect(page).to_have_url(re.compile("/partner/$"))
    for way in ("second step", "instead of a password"):
        page.get_by_role("button", name="Uitloggen").click()
        if way == "second step":
            sign_in(page)
        else:
            page.goto("/inloggen/")
            page.get_by_role("link", name="Log in met een passkey").click()
        page.get_by_role("button", name="Gebruik uw passkey").click()
        expect(page).to_have_url(re.compile("/partner/$"))
    assert Passkey.objects.get().last_used_at is not None


def test_passkey_without_javascript_says_what_to_do(visit: Opener, site: str) -> None:
    page = visit(javascript=False)
    page.goto("/inloggen/passkey/")
    expect(page.locator("main")).to_contain_text("alleen met JavaScript")
    expect(page.get_by_role("button", name="Gebruik uw passkey")).to_be_hidden()
    page.get_by_role("link", name="Log in met uw wachtwoord").click()
    expect(page.get_by_label("Wachtwoord")).to_be_visible()


def test_passkey_button_waits_for_its_script(visit: Opener, site: str) -> None:
    """A click before the script is there would send an empty answer."""
    page = visit()
    held: list[Route] = []
    page.route("**/passkey.js", lambda route: held.append(route))
    with page.expect_request("**/passkey.js"):
        page.goto("/inloggen/passkey/", wait_until="commit")
    expect(page.locator("[data-passkey-told]")).to_contain_text("alleen met JavaScript")
    expect(page.get_by_role("button", name="Gebruik uw passkey")).to_be_hidden()
    held[0].continue_()
    expect(page.get_by_role("button", name="Gebruik uw passkey")).to_be_visible()
    expect(page.locator("[data-passkey-told]")).to_be_empty()


@pytest.mark.java
def test_every_page_with_its_mistakes(visit: Opener, look: Inspector, site: str) -> None:
    page = look.follow(visit(allow=(410, 409)))
    for address, name in (("/inloggen/", "login"), ("/inloggen/passkey/", "login-passkey")):
        page.goto(address)
        look(page, name)
    page.goto("/inloggen/vergeten/")
    look(page, "forgotten")
    page.get_by_role("button", name="Stuur de link").click()
    look(page, "forgotten-mistake")
    page.get_by_label("E-mailadres").fill(EMAIL)
    page.get_by_role("button", name="Stuur de link").click()
    look(page, "forgotten-sent")
    page.goto("/inloggen/nieuw-wachtwoord/x/")
    look(page, "password-over")
    address = invited(site)
    accept(page, address, look)
    look(page, "set-up")
    page.get_by_role("link", name="Gebruik een passkey").click()
    look(page, "set-up-passkey")
    page.goto("/inloggen/instellen/")
    secret = secret_in(page)
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Klaar").click()
    look(page, "set-up-mistake")
    give_code(page, secret)
    look(page, "codes")
    page.goto(address)
    look(page, "invitation-over")
    portal(page, look)
    page.get_by_role("button", name="Uitloggen").click()
    sign_in(page)
    look(page, "second")
    page.get_by_role("button", name="Log in").last.click()
    look(page, "second-mistake")
    assert look.verdict() == []


def portal(page: Page, look: Inspector) -> None:
    """Look at the pages about people and security, with somebody invited and a colleague who has no second step."""
    partner = Invitation.objects.get().partner
    colleague = cast.member(partner, Role.PARTNER_READER, verified=False)
    invitations.invite(
        partner.pk, f"{'lang' * 12}@water-alliance.example", Role.PARTNER_READER, by=cast.kvk(), now=timezone.now()
    )
    for address in (
        "mensen/",
        f"mensen/{colleague.pk}/rol/",
        f"mensen/{colleague.pk}/weghalen/",
        f"mensen/{colleague.pk}/tweede-stap/",
    ):
        page.goto(f"/partner/{address}")
        look(page, address.strip("/").replace("/", "-"))
    page.goto("/partner/mensen/")
    page.get_by_role("button", name="Stuur de uitnodiging").click()
    look(page, "people-mistake")
    for address in ("", "app/", "passkey/", "herstelcodes/", "wachtwoord/"):
        page.goto(f"/beveiliging/{address}")
        look(page, f"security-{address.strip('/')}")
        if address:
            page.locator("main form button[type=submit]").last.click()
            page.wait_for_load_state()
            look(page, f"security-{address.strip('/')}-mistake")
