"""Two advisors at one referral both understand what happened; ticks of one page are not lost on the next."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import Page, expect

from referrals.domain.lifecycle import State
from referrals.models import Referral
from tests.browser.cast import PASSWORD
from tests.browser.conftest import Opener
from tests.browser.judge import axe_findings, overflow
from tests.referrals.desk import making


def sign_in(page: Page, name: str) -> None:
    """Sign in and open the list of everything."""
    page.goto("/inloggen/?next=/werkbak/%3Flijst=alles")
    page.get_by_label("Gebruikersnaam").fill(name)
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Werkbak", exact=True)).to_be_visible()
    # What is ticked before the script is there goes along only when the page stays until then.
    page.wait_for_load_state()


def test_second_of_two_advisors_reads_who_was_first_and_loses_no_word(
    visit: Opener, people: None, javascript: bool
) -> None:
    row = making.referral("Hunze Sensoren")
    making.staff("bram", "team_lead", password=PASSWORD)
    first, second = visit(javascript=javascript), visit(javascript=javascript, allow=(409,))
    sign_in(first, "adviseur")
    sign_in(second, "bram")
    for page in (first, second):
        page.get_by_role("link", name="Hunze Sensoren", exact=True).click()
        expect(page.locator("#pane-title")).to_have_text("Hunze Sensoren")
    expect(second.get_by_text("Jikke Wiersma kijkt ook.")).to_be_visible()
    first.get_by_role("button", name="Neem ik").click()
    expect(first.get_by_text(f"U hebt {row.number} opgepakt.")).to_be_visible()
    second.get_by_role("button", name="Neem ik").click()
    expect(second.get_by_role("heading", name="Dit is niet gedaan")).to_be_visible()
    expect(second.get_by_text("van Jikke Wiersma")).to_be_visible()
    if javascript:
        assert axe_findings(second) == []
        assert overflow(second) == []
    second.get_by_role("link", name="Bekijk de nieuwe stand").click()
    expect(second.get_by_role("heading", name="Hunze Sensoren")).to_be_visible()
    assert Referral.objects.get().state == State.IN_REVIEW


def test_ticks_go_along_from_page_to_page_until_they_are_wiped(visit: Opener, people: None) -> None:
    for number in range(30):
        making.referral(f"Bedrijf {number:02}", due=timedelta(days=1, minutes=number))
    page = visit()
    sign_in(page, "adviseur")
    page.get_by_label("Kies").first.check()
    page.get_by_role("link", name="Volgende").last.click()
    expect(page.get_by_text("1 gekozen, 1 op een andere bladzijde.")).to_be_visible()
    page.get_by_label("Kies").first.check()
    expect(page.get_by_text("2 gekozen, 1 op een andere bladzijde.")).to_be_visible()
    page.get_by_label("Met de gekozen rijen").select_option("oppakken")
    page.get_by_role("button", name="Ga verder").click()
    expect(page.get_by_text("2 kunnen. Er is nog niets veranderd.")).to_be_visible()
    page.goto("/werkbak/?lijst=alles")
    expect(page.locator("[data-chosen]")).to_have_text("")
    page.get_by_label("Kies").first.check()
    page.get_by_role("button", name="Wis de keuze").click()
    expect(page.locator("input:checked[name=nummer]")).to_have_count(0)
