"""The pages that came with the whole life of a referral, each with its mistakes: axe, a narrow screen, sound HTML."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from intake.models import Intake
from referrals.domain.lifecycle import State
from referrals.models import Partner, ReviewItem
from referrals.services import refer
from tests.browser import steps
from tests.browser.conftest import Opener
from tests.browser.inspector import Inspector
from tests.referrals.desk import making
from tests.referrals.services.moving import case_in

pytestmark = pytest.mark.java


def send(page: Page, name: str) -> None:
    """Send a form as it is."""
    page.get_by_role("button", name=name, exact=True).click()


@pytest.mark.parametrize("language", ["nl", "en"])
def test_what_the_entrepreneur_is_asked(visit: Opener, look: Inspector, language: str) -> None:
    page = look.follow(visit())
    asked, wanted, ended = case_in(State.NEEDS_INFO), case_in(State.AWAITING_CONSENT), case_in(State.COMPLETED)
    Intake.objects.update(language=language)
    for found, name in ((asked, "antwoord"), (wanted, "toestemming"), (ended, "mening")):
        address = refer.follow_path(found.intake)
        page.goto(address)
        look(page, f"follow-{name}-{language}")
        page.goto(f"{address}{name}/?vraag={found.referral.number}")
        expect(page.locator("html")).to_have_attribute("lang", language)
        look(page, f"{name}-{language}")
        page.locator("main button[type=submit]").last.click()
        look(page, f"{name}-sent-empty-{language}")
    assert look.verdict() == []


def test_the_partner_list(visit: Opener, look: Inspector, people: None) -> None:
    page = look.follow(visit())
    partner = Partner.objects.get(organisation="water_alliance")
    ReviewItem.objects.create(
        kind="directory", partner=partner, reason="region", opened_at=making.NOW, last_at=making.NOW
    )
    ReviewItem.objects.create(
        kind="rule", rule="R-P4", reason="not_our_activity", opened_at=making.NOW, last_at=making.NOW
    )
    steps.sign_in(page, "teamleider")
    for address in (
        "/partners/",
        "/partners/?zoek=niets-hiervan",
        f"/partners/{partner.code}/",
        f"/partners/{partner.code}/wijzigen/",
        f"/partners/{partner.code}/pauze/",
        f"/partners/{partner.code}/contact/",
        f"/partners/{partner.code}/stoppen/",
        "/partners/nieuw/",
        "/partners/nakijken/",
    ):
        page.goto(address)
        look(page, address.strip("/").replace("/", "-"))
    page.goto(f"/partners/{partner.code}/wijzigen/")
    page.get_by_label("E-mailadres").first.fill("geen adres")
    page.locator("main form button[type=submit]").first.click()
    look(page, "partner-mistake")
    assert look.verdict() == []


def test_many_at_once_and_one_s_own_settings(visit: Opener, look: Inspector, people: None) -> None:
    page = look.follow(visit())
    for number in range(3):
        making.referral(f"Bedrijf {number}")
    steps.sign_in(page)
    page.goto("/werkbak/?lijst=alles")
    for box in page.locator("input[name=nummer]").all():
        box.check()
    page.locator("#bulk select, select[form=bulk]").first.select_option("oppakken")
    page.get_by_role("button", name="Ga verder").click()
    look(page, "bulk-preview")
    page.locator("main form button[type=submit]").first.click()
    expect(page.get_by_text("gedaan", exact=False).first).to_be_visible()
    look(page, "bulk-result")
    page.goto("/werkbak/?lijst=alles")
    page.get_by_role("button", name="Ga verder").click()
    look(page, "bulk-nothing-chosen")
    for address in ("/werkbak/instellingen/", "/werkbak/toetsen/"):
        page.goto(address)
        look(page, address.strip("/").replace("/", "-"))
    page.goto("/werkbak/?lijst=vrij")
    page.get_by_role("button", name="Geef mij de volgende").click()
    look(page, "nothing-next")
    assert look.verdict() == []
