"""A partner with a link in a real browser: says no, asks the KvK, and loses the dossier when consent is withdrawn."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from referrals.models import AccessCode, Offer, Partner, Referral
from referrals.services import access, closing, offering
from tests.browser import steps
from tests.browser.inspector import Inspector
from tests.referrals.desk import making

Opener = Callable[..., Page]
COMPANY = "Hunze Sensoren"
QUESTION = "Mag het ook na 1 januari? Wij zitten dit jaar vol, en een tweede partner kan pas in februari."
pytestmark = pytest.mark.usefixtures("people")


@pytest.fixture
def offer() -> Offer:
    """An offer of the advisor who signs in, at a partner without limits."""
    known = {"activities": [], "provinces": [], "sectors": [], "themes": [], "capacity": 50}
    Partner.objects.filter(organisation="metaalunie").update(**known)
    owner, metaal = User.objects.get(username="adviseur"), Partner.objects.get(organisation="metaalunie")
    return making.offered(metaal, advisor=owner, at=timezone.now(), company=COMPANY, phone="0592 00 00 00")


def enter(page: Page, offer: Offer) -> None:
    """Follow the link, ask the code, type it."""
    page.goto(f"/aanbod/{offering.token_of(offer)}/")
    page.get_by_role("button", name="Stuur code").click()
    page.get_by_label("Code").fill(access.code_of(AccessCode.objects.filter(offer=offer).latest("id")))
    page.get_by_role("button", name="Open het dossier").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(COMPANY)


def test_partner_declines_in_its_own_words_and_the_link_is_over(visit: Opener, offer: Offer, javascript: bool) -> None:
    page = visit(javascript=javascript, width=390, allow=(410,))
    enter(page, offer)
    page.get_by_role("link", name="Wijs af").click()
    page.get_by_role("button", name="Wijs af").click()
    expect(page.get_by_text("Kies een reden.").first).to_be_visible()
    page.get_by_label("Anders").check()
    page.get_by_label("Toelichting").fill("te kort")
    page.get_by_role("button", name="Wijs af").click()
    expect(page.get_by_text("ten minste 10 tekens").first).to_be_visible()
    expect(page.get_by_label("Toelichting")).to_have_value("te kort")
    page.get_by_label("Toelichting").fill("Wij doen dit jaar geen beurzen meer.")
    page.get_by_role("button", name="Wijs af").click()
    expect(page.get_by_role("heading", name="Bedankt voor uw antwoord")).to_be_visible()
    assert COMPANY not in page.content()
    stranger = visit(javascript=javascript, allow=(410,))
    stranger.goto(f"/aanbod/{offering.token_of(offer)}/")
    expect(stranger.get_by_role("heading", name="Deze link werkt niet meer")).to_be_visible()
    assert Referral.objects.get(pk=offer.referral_id).state == "returned"


@pytest.mark.parametrize("click", ["Wijs af", "Stel een vraag aan de KvK", "Neem aan"])
def test_next_click_after_the_consent_was_withdrawn_says_so_and_shows_nothing(
    visit: Opener, offer: Offer, javascript: bool, click: str
) -> None:
    page = visit(javascript=javascript, allow=(410,))
    enter(page, offer)
    if click == "Neem aan":
        page.get_by_label("Wie neemt contact op met het bedrijf?").fill("Piet Jansen")
    closing.withdraw(offer.referral.intake_id, actor="entrepreneur", key="w", now=timezone.now())
    page.get_by_role("button" if click == "Neem aan" else "link", name=click).click()
    expect(page.get_by_role("heading", name="Deze link werkt niet meer")).to_be_visible()
    expect(page.get_by_text("trok de toestemming in")).to_be_visible()
    for secret in (COMPANY, "Sjoerd", "0592 00 00 00"):
        assert secret not in page.content()
    assert Offer.objects.get(pk=offer.pk).state == "withdrawn"


def test_partner_asks_and_the_kvk_answers(visit: Opener, offer: Offer, javascript: bool) -> None:
    partner, desk = visit(javascript=javascript, width=390), visit(javascript=javascript)
    enter(partner, offer)
    ask(partner, QUESTION)
    expect(partner.get_by_text("Wacht op antwoord van de KvK")).to_be_visible()
    steps.sign_in(desk)
    desk.goto("/werkbak/?lijst=alles")
    expect(desk.get_by_text("Vraag van partner").first).to_be_visible()
    desk.get_by_role("link", name=COMPANY).first.click()
    reply(desk, "Ja. Laat de ondernemer weten wanneer u belt.")
    expect(desk.get_by_text("De partner krijgt uw antwoord.")).to_be_visible()
    partner.reload()
    expect(partner.get_by_text("Laat de ondernemer weten wanneer u belt.")).to_be_visible()
    expect(partner.get_by_role("link", name="Stel een vraag aan de KvK")).to_be_visible()
    expect(partner.get_by_role("button", name="Neem aan")).to_be_visible()


def ask(page: Page, words: str) -> None:
    """Ask the KvK."""
    page.get_by_role("link", name="Stel een vraag aan de KvK").click()
    page.get_by_label("Uw vraag").fill(words)
    page.get_by_role("button", name="Stel een vraag aan de KvK").click()


def reply(page: Page, words: str) -> None:
    """Answer in the pane, or on the page of the form that came back."""
    page.get_by_label("Uw antwoord").fill(words)
    page.get_by_role("button", name="Stuur het antwoord").click()


@pytest.mark.java
def test_judges_find_nothing_where_a_partner_asks(visit: Opener, offer: Offer, look: Inspector) -> None:
    partner, desk = look.follow(visit()), look.follow(visit())
    enter(partner, offer)
    partner.get_by_role("link", name="Stel een vraag aan de KvK").click()
    look(partner, "ask")
    partner.get_by_role("button", name="Stel een vraag aan de KvK").click()
    look(partner, "ask-mistake")
    partner.get_by_label("Uw vraag").fill(QUESTION * 3)
    partner.get_by_role("button", name="Stel een vraag aan de KvK").click()
    look(partner, "asked")
    steps.sign_in(desk)
    desk.goto(f"/werkbak/{offer.referral.number}/")
    look(desk, "pane-asked")
    reply(desk, "")
    expect(desk).to_have_url(re.compile("partner-antwoord"))
    look(desk, "answer-mistake")
    reply(desk, "Ja.\nDat mag, " + "als u eerst belt. " * 20)
    look(desk, "pane-answered")
    partner.reload()
    look(partner, "answered")
    assert look.verdict() == []
