"""The letter keys of the workbench: they press what is there, stay out of fields, and can be switched off."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import Page, expect

from referrals.domain.lifecycle import State
from referrals.models import Presence, Referral
from tests.browser.cast import PASSWORD
from tests.browser.conftest import Opener
from tests.browser.judge import axe_findings
from tests.referrals.desk import making


def at_the_list(page: Page, *, keys: bool = True) -> None:
    """Sign in and open the list; wait until the keys work."""
    page.goto("/inloggen/?next=/werkbak/%3Flijst=alles")
    page.get_by_label("Gebruikersnaam").fill("adviseur")
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Werkbak", exact=True)).to_be_visible()
    if keys:
        expect(page.locator("body")).to_have_attribute("data-keys", "on")


def link(page: Page, company: str):  # type: ignore[no-untyped-def]
    """Return the link of a row."""
    return page.get_by_role("link", name=company, exact=True)


def test_keys_walk_choose_open_claim_and_bring_the_focus_back(visit: Opener, people: None) -> None:
    rows = [making.referral(f"Bedrijf {number}", due=timedelta(days=number)) for number in range(3)]
    page = visit()
    at_the_list(page)
    page.keyboard.press("j")
    expect(link(page, "Bedrijf 0")).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(link(page, "Bedrijf 1")).to_be_focused()
    page.keyboard.press("x")
    expect(page.get_by_label(f"Kies {rows[1].number}")).to_be_checked()
    expect(page.get_by_text("1 gekozen.")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#pane-title")).to_be_focused()
    page.keyboard.press("n")
    expect(page.locator("#note_text")).to_be_focused()
    page.keyboard.type("jcx")
    expect(page.locator("#note_text")).to_have_value("jcx")
    page.locator("#note_text").fill("")
    page.locator("#pane-title").focus()
    page.keyboard.press("c")
    expect(page.get_by_text(f"U hebt {rows[1].number} opgepakt.")).to_be_visible()
    expect(link(page, "Bedrijf 1")).to_be_focused()
    assert Referral.objects.get(pk=rows[1].pk).state == State.IN_REVIEW
    page.keyboard.press("r")
    expect(page.get_by_text("ligt weer in de wachtrij")).to_be_visible()
    page.keyboard.press("/")
    expect(page.locator('input[name="zoek"]')).to_be_focused()
    page.keyboard.press("Tab")
    page.locator("h1").click()
    page.keyboard.press("g")
    page.keyboard.press("m")
    page.wait_for_url("**/werkbak/?lijst=mijn")


def test_focus_goes_to_the_pane_where_it_hides_the_list(visit: Opener, people: None) -> None:
    making.referral("Bedrijf")
    page = visit(width=390)
    at_the_list(page)
    link(page, "Bedrijf").click()
    page.get_by_role("button", name="Neem ik").click()
    expect(page.get_by_text("opgepakt").first).to_be_attached()
    expect(page.locator("#pane-title")).to_be_focused()


def test_help_is_a_dialog_that_axe_finds_nothing_in(visit: Opener, people: None) -> None:
    making.referral("Bedrijf")
    page = visit()
    at_the_list(page)
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Toetsen")
    expect(dialog).to_be_visible()
    assert axe_findings(page) == []
    page.keyboard.press("j")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("o")
    expect(page.locator("#pane-title")).to_have_text("Bedrijf")


def test_keys_that_are_off_do_nothing_and_are_not_sent(visit: Opener, people: None, javascript: bool) -> None:
    row = making.referral("Bedrijf")
    page = visit(javascript=javascript)
    at_the_list(page, keys=javascript)
    page.get_by_role("link", name="Jikke Wiersma").click()
    assert not javascript or axe_findings(page) == []
    page.get_by_label("Uit").check()
    page.get_by_role("button", name="Bewaar").click()
    expect(page.get_by_text("Uw instellingen zijn bewaard.")).to_be_visible()
    page.goto("/werkbak/?lijst=alles")
    assert page.locator('script[src*="desk-keys"]').count() == 0
    assert page.locator("body[data-keys]").count() == 0
    assert page.locator("[aria-keyshortcuts]").count() == 0
    page.keyboard.press("j")
    page.keyboard.press("c")
    expect(page.locator("#pane-title")).to_have_count(0)
    assert Referral.objects.get(pk=row.pk).state == State.QUEUED


def test_many_at_once_with_and_without_javascript(visit: Opener, people: None, javascript: bool) -> None:
    rows = [making.referral(f"Bedrijf {number}", due=timedelta(days=number)) for number in range(3)]
    page = visit(javascript=javascript)
    at_the_list(page, keys=javascript)
    for row in rows[:2]:
        page.get_by_label(f"Kies {row.number}").check()
    page.get_by_label("Met de gekozen rijen").select_option("oppakken")
    page.get_by_role("button", name="Ga verder").click()
    expect(page.get_by_text("2 kunnen. Er is nog niets veranderd.")).to_be_visible()
    assert not javascript or axe_findings(page) == []
    page.get_by_role("button", name="Pak op (2)").click()
    expect(page.get_by_role("heading", name="Opgepakt: 2 van 2")).to_be_visible()
    assert not javascript or axe_findings(page) == []
    page.reload()
    page.get_by_role("button", name="Draai dit terug").click()
    expect(page.get_by_text("Teruggedraaid.").first).to_be_visible()
    assert {row.state for row in Referral.objects.all()} == {State.QUEUED}


def test_next_one_opens_beside_ones_own_list_and_a_colleague_is_named(
    visit: Opener, people: None, javascript: bool
) -> None:
    row = making.referral("Bedrijf")
    page = visit(javascript=javascript)
    at_the_list(page, keys=javascript)
    page.get_by_role("button", name="Geef mij de volgende").click()
    expect(page.locator("#pane-title")).to_have_text("Bedrijf")
    assert "lijst=mijn" in page.url
    page.get_by_role("button", name="Geef mij de volgende").click()
    expect(page.get_by_role("heading", name="De wachtrij is leeg")).to_be_visible()
    Presence.objects.create(referral=row, user=making.staff("bram"), seen_at=Presence.objects.get().seen_at)
    page.goto(f"/werkbak/{row.number}/")
    expect(page.get_by_text("Bram kijkt ook.")).to_be_visible()
