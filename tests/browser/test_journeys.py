"""The whole way, by several people in several browsers, with and without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.cast import Postman, link_in
from tests.browser.companies import NO_NETWORK, NO_STRATEGY, ON_ITS_OWN

Opener = Callable[..., Page]
ENTREPRENEUR = "sietske@proefbedrijf.example"
COMPANY = "Proefbedrijf Waterkant"
WATER = "doorverwijzing@water-alliance.example"
SCHOOL = "doorverwijzing@nhl-stenden.example"
pytestmark = pytest.mark.usefixtures("people")


def test_one_partner_declines_another_helps_and_the_entrepreneur_sees_it(
    visit: Opener, postman: Postman, javascript: bool
) -> None:
    entrepreneur, desk = visit(javascript=javascript, width=390), visit(javascript=javascript)
    steps.see_result(entrepreneur, NO_NETWORK)
    steps.send(entrepreneur, ["Water Alliance", "NHL Stenden Hogeschool"], ENTREPRENEUR, COMPANY)
    follow = link_in(postman.letter(ENTREPRENEUR, "ontvangen"), "/volg/")

    steps.sign_in(desk)
    steps.offer(desk, COMPANY, "Water Alliance")
    first = visit(javascript=javascript, allow=(410,))
    steps.open_dossier(first, postman, WATER)
    expect(first.get_by_text("058 123 45 67")).to_have_count(0)
    steps.decline(first, "Geen capaciteit")
    expect(first.get_by_role("heading", level=1)).to_be_visible()

    desk.goto("/werkbak/?lijst=alles")
    desk.get_by_role("link", name=COMPANY).first.click()
    desk.get_by_role("button", name="Zoek verder").click()
    steps.offer(desk, COMPANY, "NHL Stenden Hogeschool")
    second = visit(javascript=javascript)
    steps.open_dossier(second, postman, SCHOOL)
    steps.accept(second, "Joop Docent")
    second.goto(second.url)
    expect(second.get_by_text("058 123 45 67").first).to_be_visible()
    steps.record_contact(second)
    second.get_by_role("link", name="dossier").first.click() if "dossier" not in second.url else None
    steps.complete(second, "Netwerk of missie gestart")

    entrepreneur.goto(follow)
    expect(entrepreneur.get_by_text("Afgerond").first).to_be_visible()
    assert "NHL Stenden" in entrepreneur.locator("main").inner_text()
    postman.letter(ENTREPRENEUR, "afgesloten")


def test_stopping_half_way_and_going_on_in_another_browser(visit: Opener, postman: Postman, javascript: bool) -> None:
    phone, laptop = visit(javascript=javascript, width=390), visit(javascript=javascript)
    steps.begin(phone)
    steps.answer_until(phone, NO_NETWORK, "/wens/")
    phone.get_by_label("Ja, wij willen beginnen").check()
    phone.get_by_role("button", name="Opslaan en later verder").click()
    phone.get_by_label("E-mailadres").fill(ENTREPRENEUR)
    phone.get_by_role("button", name="Mail mij de link").click()

    laptop.goto(link_in(postman.letter(ENTREPRENEUR), "/verder/"))
    laptop.get_by_role("button", name="Ga verder").click()
    expect(laptop).to_have_url(re.compile("/wens/"))
    expect(laptop.get_by_label("Ja, wij willen beginnen")).to_be_checked()
    steps.answer_until(laptop, NO_NETWORK, "controleren")
    expect(laptop.get_by_text("Scandinavië")).to_be_visible()


def test_withdrawing_after_the_offer_kills_the_partners_link(visit: Opener, postman: Postman, javascript: bool) -> None:
    entrepreneur, desk = visit(javascript=javascript), visit(javascript=javascript)
    steps.see_result(entrepreneur, NO_NETWORK)
    steps.send(entrepreneur, ["Water Alliance"], ENTREPRENEUR, COMPANY)
    follow = link_in(postman.letter(ENTREPRENEUR, "ontvangen"), "/volg/")
    steps.sign_in(desk)
    steps.offer(desk, COMPANY, "Water Alliance")
    partner = visit(javascript=javascript, allow=(410,))
    link = steps.open_dossier(partner, postman, WATER)
    inside = partner.url

    entrepreneur.goto(follow)
    entrepreneur.get_by_role("link", name="Trek alles in").click()
    entrepreneur.get_by_role("button", name="Ja, trek in").click()
    expect(entrepreneur.get_by_text("Ingetrokken").first).to_be_visible()

    for dead in (inside, link, inside.replace("/dossier/", "/dossier.pdf")):
        answer = partner.goto(dead)
        assert answer is not None
        assert answer.status == 410
    assert COMPANY not in partner.content()
    assert COMPANY not in str(postman.letter(WATER, "wis het dossier"))


def test_a_company_that_can_do_it_alone_hears_so_and_is_asked_nothing_more(visit: Opener, javascript: bool) -> None:
    page = visit(javascript=javascript, width=390)
    steps.see_result(page, ON_ITS_OWN)
    expect(page.get_by_role("heading", level=1)).to_contain_text("zelf")
    expect(page.get_by_role("link", name="Verder: kies wie u mag helpen")).to_have_count(0)


def test_without_a_strategy_the_mission_waits_and_the_advisor_comes_first(visit: Opener, javascript: bool) -> None:
    page = visit(javascript=javascript)
    steps.see_result(page, NO_STRATEGY)
    text = page.locator("main").inner_text()
    assert "Nu nog niet" in text
    assert re.search("handelsmissie|beurs", text)
    assert "Kamer van Koophandel" in text


def test_a_foreign_company_is_referred_in_english(visit: Opener, postman: Postman, javascript: bool) -> None:
    page, desk = visit(javascript=javascript), visit(javascript=javascript)
    page.goto("/en/settle/")
    page.get_by_label("Name of your company").fill("Fjordteknik AS")
    page.get_by_label("Country").select_option("NO")
    page.locator("select[name=sector]").select_option(index=3)
    for name in ("aim", "term", "province"):
        choose_first(page, name)
    page.locator("input[name=person]").fill("Ingrid Solberg")
    page.locator("input[name=email]").fill("ingrid@fjordteknik.example")
    for box in page.get_by_role("checkbox", name=re.compile("^May ")).all():
        box.check()
    page.get_by_role("button", name="Check your request").click()
    expect(page.get_by_text("Fjordteknik AS").first).to_be_visible()
    page.get_by_role("button", name="Send").click()
    expect(page).to_have_url(re.compile("done"))
    letter = postman.letter("ingrid@fjordteknik.example")
    page.goto(link_in(letter, "/volg/"))
    expect(page.locator("html")).to_have_attribute("lang", "en")
    steps.sign_in(desk)
    desk.goto("/werkbak/?lijst=alles")
    expect(desk.get_by_role("link", name="Fjordteknik AS").first).to_be_visible()


def choose_first(page: Page, name: str) -> None:
    """Choose the first real option, whatever kind of field it is."""
    select = page.locator(f"select[name={name}]")
    if select.count():
        select.select_option(index=1)
    else:
        page.locator(f"input[name={name}]").first.check()
