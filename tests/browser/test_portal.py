"""People of one partner in the portal: from the inbox to the end, too late, and when the company says stop."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from nnmkb.web.permissions import Role
from referrals.models import Membership, Offer, Partner, Referral
from referrals.services import closing
from tests.browser.conftest import Opener
from tests.browser.inspector import Inspector
from tests.referrals.accounts import cast as people
from tests.referrals.desk import making

COMPANY = "Hunze Sensoren"


@pytest.fixture
def metaal() -> Partner:
    return making.partner("metaalunie", name="Metaalunie Noord", email="post@metaal.example")


@pytest.fixture
def offer(metaal: Partner) -> Offer:
    return making.offered(metaal, at=timezone.now(), company=COMPANY, person="Sjoerd Hunze", phone="0592 00 00 00")


def enter(page: Page, partner: Partner, name: str, role: Role = Role.PARTNER_HANDLER) -> Membership:
    """Put somebody of a partner, who signed in in both steps, behind this page."""
    person = people.member(partner, role)
    person.user.first_name, _, person.user.last_name = name.partition(" ")
    person.user.save()
    cookie = people.signed_in(Client(), person).cookies["nnmkb"].value
    page.context.add_cookies([{"name": "nnmkb", "value": cookie, "domain": "localhost", "path": "/"}])
    return person


def open_offer(page: Page, number: str) -> None:
    """Go from the inbox to an offer."""
    page.goto("/partner/")
    page.get_by_role("listitem").filter(has_text=number).get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(COMPANY)


def test_partner_accepts_makes_contact_and_completes(visit: Opener, offer: Offer, javascript: bool) -> None:
    page = visit(javascript=javascript, width=390, allow=(410,))
    enter(page, offer.partner, "Jan de Vries")
    number = offer.referral.number
    page.goto("/partner/")
    assert COMPANY not in page.locator("main").inner_text()
    open_offer(page, number)
    expect(page.get_by_text("0592 00 00 00")).to_have_count(0)
    expect(page.get_by_label("Wie neemt contact op met het bedrijf?")).to_have_value("Jan de Vries")
    page.get_by_role("button", name="Neem aan").click()
    expect(page.get_by_text("0592 00 00 00")).to_be_visible()
    page.get_by_role("link", name="Leg eerste contact vast").click()
    page.get_by_role("button", name="Leg eerste contact vast").click()
    expect(page.get_by_text("Het eerste contact staat vast.")).to_be_visible()
    page.get_by_role("link", name="Schrijf hoe het gaat").click()
    page.get_by_label("Hoe gaat het?").fill("Eerste gesprek was goed. Volgende week een plan.")
    page.get_by_role("button", name="Schrijf hoe het gaat").click()
    expect(page.get_by_text("Eerste gesprek was goed.")).to_be_visible()
    page.get_by_role("link", name="Rond af").click()
    page.get_by_label("Plan gemaakt").check()
    page.get_by_role("button", name="Rond af").click()
    expect(page.get_by_text("De doorverwijzing is afgerond.")).to_be_visible()
    expect(page.get_by_text("Afgesloten: plan gemaakt")).to_be_visible()
    assert COMPANY not in page.locator("main").inner_text()
    assert Referral.objects.get().state == "completed"
    answer = page.goto(f"/partner/aanbod/{number}/")
    assert answer is not None
    assert answer.status == 410


def test_colleague_who_is_too_late_sees_who_answered(visit: Opener, offer: Offer, javascript: bool) -> None:
    first, second = visit(javascript=javascript), visit(javascript=javascript, width=390, allow=(409,))
    enter(first, offer.partner, "Jan de Vries")
    enter(second, offer.partner, "Eva Postma", Role.PARTNER_MANAGER)
    number = offer.referral.number
    open_offer(first, number)
    open_offer(second, number)
    second.get_by_role("link", name="Wijs af").click()
    second.get_by_label("Anders").check()
    second.get_by_label("Toelichting").fill("Wij zijn die hele week dicht.")
    first.get_by_role("button", name="Neem aan").click()
    expect(first.get_by_text("Sjoerd Hunze").first).to_be_visible()
    second.get_by_role("button", name="Wijs af").click()
    expect(second.get_by_role("heading", level=1)).to_have_text("Iemand was u voor")
    expect(second.get_by_text(re.compile("Jan de Vries van uw organisatie nam dit aanbod aan op"))).to_be_visible()
    expect(second.get_by_text("Wij zijn die hele week dicht.")).to_be_visible()
    second.get_by_role("link", name="Bekijk de nieuwe stand").click()
    expect(second.get_by_text("Aangenomen door Jan de Vries")).to_be_visible()
    assert Referral.objects.get().state == "accepted"


def test_next_click_after_consent_was_withdrawn_says_so_and_shows_nothing(
    visit: Opener, offer: Offer, javascript: bool
) -> None:
    page = visit(javascript=javascript, allow=(410,))
    enter(page, offer.partner, "Jan de Vries")
    open_offer(page, offer.referral.number)
    closing.withdraw(offer.referral.intake_id, actor="entrepreneur", key="x", now=timezone.now())
    page.get_by_role("button", name="Neem aan").click()
    expect(page.get_by_text("De ondernemer trok de toestemming in.")).to_be_visible()
    assert COMPANY not in page.content()
    page.get_by_role("link", name="Naar het postvak", exact=True).click()
    expect(page.get_by_text("Ingetrokken")).to_be_visible()
    assert COMPANY not in page.content()


def test_manager_changes_the_organisation_and_takes_a_pause(visit: Opener, metaal: Partner, javascript: bool) -> None:
    page = visit(javascript=javascript, width=390)
    enter(page, metaal, "Eva Postma", Role.PARTNER_MANAGER)
    page.goto("/partner/")
    page.get_by_role("link", name="Organisatie").click()
    page.get_by_role("link", name="Wijzig", exact=True).click()
    page.get_by_label("Hoeveel kunt u tegelijk behandelen?").fill("7")
    page.get_by_role("button", name="Bewaar").click()
    expect(page.get_by_text("Gegevens veranderd: ruimte van 20 naar 7")).to_be_visible()
    page.get_by_role("link", name="Neem pauze").click()
    page.get_by_label("Pauze tot").fill((timezone.localdate() + timedelta(days=10)).isoformat())
    page.get_by_role("button", name="Neem pauze").click()
    expect(page.get_by_role("button", name="Beëindig de pauze")).to_be_visible()
    metaal.refresh_from_db()
    assert (metaal.capacity, metaal.paused_until is not None) == (7, True)


@pytest.mark.java
def test_every_page_of_the_portal_passes_the_judges(visit: Opener, offer: Offer, look: Inspector) -> None:
    page = look.follow(visit(allow=(409, 410)))
    enter(page, offer.partner, "Eva Postma", Role.PARTNER_MANAGER)
    making.offered(offer.partner, at=timezone.now(), company="Tweede Bedrijf")
    address = f"/partner/aanbod/{offer.referral.number}/"

    def see(path: str, name: str) -> None:
        page.goto(path)
        look(page, name)

    see("/partner/", "inbox")
    see("/partner/?groep=beantwoorden", "group")
    see(address, "offer")
    see(f"{address}antwoord/?wat=afwijzen", "decline")
    page.get_by_role("button", name="Wijs af").click()
    look(page, "decline-error")
    see(f"{address}antwoord/?wat=vraag", "question")
    see(address, "offer")
    page.get_by_role("button", name="Neem aan").click()
    look(page, "accepted")
    see(f"{address}antwoord/?wat=aannemen", "conflict")
    see(f"{address}antwoord/?wat=contact", "contact")
    see(f"{address}antwoord/?wat=voortgang", "note")
    see("/partner/organisatie/", "organisation")
    see("/partner/organisatie/wijzigen/", "organisation-edit")
    see("/partner/organisatie/pauze/", "pause")
    see("/partner/organisatie/contact/", "contact-person")
    closing.withdraw(offer.referral.intake_id, actor="entrepreneur", key="x", now=timezone.now())
    see(address, "ended")
    assert look.verdict() == []
