"""What people do on the pages, as one function an errand."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.cast import PASSWORD, Postman, code_in, link_in
from tests.browser.companies import Answers

Look = Callable[[Page, str], None]
NEXT = re.compile("^Volgende")


def nothing(page: Page, name: str) -> None:
    """Look at nothing in particular."""


def begin(page: Page, look: Look = nothing) -> None:
    """Open the front door and start."""
    page.goto("/")
    look(page, "start")
    page.get_by_role("button", name="Begin").first.click()


def fill_page(page: Page, answers: Answers) -> None:
    """Answer every question that this page shows."""
    here = set(page.locator("[name]").evaluate_all("fields => fields.map(field => field.name)"))
    for code, answer in answers.items():
        for name, value in fields(code, answer):
            if name in here:
                fill(page, name, value)


def fields(code: str, answer: Any) -> list[tuple[str, str]]:
    """Return the form fields of an answer."""
    if isinstance(answer, dict):
        return [(f"{code}_{row}", str(value)) for row, value in answer.items()]
    return [(code, str(value)) for value in (answer if isinstance(answer, list) else [answer])]


def fill(page: Page, name: str, value: str) -> None:
    """Fill one field when it is on the page and visible."""
    option = page.locator(f'input[name="{name}"][value="{value}"]')
    if option.count():
        if option.first.is_visible():
            option.first.check()
        return
    select = page.locator(f'select[name="{name}"]')
    if select.count():
        select.select_option(value)
        return
    text = page.locator(f'input[name="{name}"][type="text"]')
    if text.count() and text.first.is_visible():
        text.first.fill(value)


def answer_until(page: Page, answers: Answers, stop: str, look: Look = nothing) -> None:
    """Go on from page to page until the address has this word in it."""
    for _ in range(20):
        if stop in page.url:
            return
        fill_page(page, answers)
        where = page.url
        look(page, where.rstrip("/").rsplit("/", 1)[-1])
        page.get_by_role("button", name=NEXT).click()
        assert page.url != where, page.locator("main").inner_text()
    raise AssertionError(f"never came to {stop}: {page.url}")


def see_result(page: Page, answers: Answers, look: Look = nothing) -> None:
    """Answer everything and look at the result."""
    begin(page, look)
    answer_until(page, answers, "controleren", look)
    look(page, "check")
    page.get_by_role("button", name="Bekijk uw uitslag").click()
    expect(page).to_have_url(re.compile("uitslag"))
    look(page, "result")


def send(page: Page, organisations: list[str], email: str, company: str, look: Look = nothing) -> str:
    """Choose who may help, leave contact details, send; return the reference number."""
    page.get_by_role("link", name="Verder: kies wie u mag helpen").first.click()
    for box in page.get_by_role("checkbox").all():
        assert not box.is_checked(), "a box stood ticked before the entrepreneur said yes"
    look(page, "contact")
    page.get_by_label(re.compile("^Mag de KvK")).check()
    for organisation in organisations:
        page.get_by_label(f"Mag {organisation} uw dossier krijgen?").check()
    page.get_by_label("Naam van uw bedrijf").fill(company)
    page.get_by_label("Uw naam").fill("Sietske Proef")
    page.get_by_label("E-mailadres").fill(email)
    page.get_by_label("Telefoonnummer").fill("058 123 45 67")
    page.get_by_role("button", name="Verstuur mijn vraag").click()
    expect(page).to_have_url(re.compile("verstuurd"))
    look(page, "sent")
    found = re.search(r"NN-[0-9A-Z]{4}-[0-9A-Z]{4}", page.locator("main").inner_text())
    assert found
    return found.group()


def sign_in(page: Page, username: str = "adviseur", look: Look = nothing) -> None:
    """Sign in at the desk."""
    page.goto("/inloggen/")
    look(page, "login")
    page.get_by_label("Gebruikersnaam").fill(username)
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(re.compile("werkbak"))


def offer(page: Page, company: str, partner: str, look: Look = nothing) -> None:
    """Offer the referral of a company to a partner, from the list."""
    page.goto("/werkbak/?lijst=alles")
    page.get_by_role("link", name=company).first.click()
    look(page, "desk-open")
    page.get_by_role("link", name=f"Bied aan aan {partner}").click()
    look(page, "desk-offer")
    page.get_by_role("button", name="Bied aan").click()
    expect(page.get_by_text("is aangeboden").first).to_be_visible()


def open_dossier(page: Page, postman: Postman, address: str, look: Look = nothing) -> str:
    """Follow the link of the mail, ask the code, type it; return the link."""
    link = link_in(postman.letter(address, "doorverwijzing"), "/aanbod/")
    page.goto(link)
    look(page, "partner-door")
    page.get_by_role("button", name="Stuur code").click()
    look(page, "partner-code")
    page.get_by_label("Code").fill(code_in(postman.letter(address, "code")))
    page.get_by_role("button", name="Open het dossier").click()
    expect(page).to_have_url(re.compile("dossier"))
    look(page, "partner-dossier")
    return link


def decline(page: Page, reason: str, look: Look = nothing) -> None:
    """Say no, with a reason."""
    page.get_by_role("link", name=re.compile("^Wijs af")).click()
    page.get_by_label(reason).check()
    look(page, "partner-decline")
    page.get_by_role("button", name=re.compile("^Wijs af")).click()


def accept(page: Page, person: str) -> None:
    """Say yes."""
    page.get_by_label("Wie neemt contact op met het bedrijf?").fill(person)
    page.get_by_role("button", name="Neem aan").click()


def record_contact(page: Page) -> None:
    """Write down that there was contact today."""
    page.get_by_role("link", name=re.compile("eerste contact")).click()
    page.get_by_role("button", name=re.compile("eerste contact")).click()


def complete(page: Page, outcome: str) -> None:
    """Close with an outcome."""
    page.get_by_role("link", name=re.compile("^Rond af")).click()
    page.get_by_label(outcome).check()
    page.get_by_role("button", name=re.compile("^Rond af")).click()
