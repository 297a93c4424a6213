"""The workbench keeps its list when a referral opens beside it; without JavaScript the same links load the page."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import expect

from tests.browser.cast import PASSWORD
from tests.browser.conftest import Opener
from tests.referrals.desk import making


def test_pane_opens_beside_the_list_takes_focus_and_follows_the_back_button(
    visit: Opener, people: None, javascript: bool
) -> None:
    for number in range(3):
        making.referral(f"Bedrijf {number}", due=timedelta(days=number))
    page = visit(javascript=javascript)
    page.goto("/inloggen/?next=/werkbak/%3Flijst=alles")
    page.get_by_label("Gebruikersnaam").fill("adviseur")
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Werkbak", exact=True)).to_be_visible()
    # A click before the script is there loads the whole page, which then has the focus.
    page.wait_for_load_state()
    title = page.locator("#pane-title")

    page.get_by_role("link", name="Bedrijf 1", exact=True).click()
    expect(title).to_have_text("Bedrijf 1")
    page.get_by_role("link", name="Bedrijf 2", exact=True).click()
    expect(title).to_have_text("Bedrijf 2")
    expect(page.get_by_role("row").filter(has_text="Bedrijf 2")).to_have_attribute("aria-current", "true")
    if javascript:
        expect(title).to_be_focused()
    page.go_back()
    expect(title).to_have_text("Bedrijf 1")
    page.get_by_role("link", name="Sluit Bedrijf 1").click()
    expect(title).to_have_count(0)
    assert "open=" not in page.url
