"""Policy from change to use, by an author and a publisher in two browsers, with and without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Locator, Page, expect

from intake.models import PolicyVersion
from nnmkb.web.permissions import Role
from tests.browser import steps
from tests.browser.cast import PASSWORD
from tests.browser.companies import NO_NETWORK
from tests.browser.inspector import Inspector
from tests.intake.governing import cast

Opener = Callable[..., Page]
NETWORK = "Contacten via een netwerk"
pytestmark = pytest.mark.usefixtures("people")


@pytest.fixture
def author(people: None) -> User:
    """Somebody who both writes and publishes: so that only having written keeps them from publishing."""
    return with_password(cast.person("roelien", Role.POLICY_AUTHOR, Role.POLICY_PUBLISHER))


@pytest.fixture
def publisher(people: None) -> User:
    return with_password(cast.publisher())


def with_password(user: User) -> User:
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(page: Page, user: User) -> None:
    page.goto("/inloggen/")
    page.get_by_label("Gebruikersnaam").fill(user.username)
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(re.compile("/beleid/$"))


def begin(page: Page) -> None:
    """Begin a version from the one in force."""
    page.get_by_role("link", name="Nieuwe versie").click()
    page.get_by_label("Naam").fill("2026-1")
    page.get_by_label("Titel").fill("Netwerken voor grote bedrijven")
    page.get_by_role("button", name=re.compile("Begin")).click()
    expect(page).to_have_url(re.compile("/beleid/2026-1/$"))


def open_rule(page: Page, code: str) -> None:
    page.goto("/beleid/2026-1/")
    page.get_by_role("link", name=code, exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Regel {code}")


def line(page: Page, about: str) -> Locator:
    return page.get_by_role("group", name=about, exact=True)


def save(page: Page) -> None:
    page.get_by_role("button", name="Opslaan", exact=True).click()
    expect(page.get_by_text("is opgeslagen")).to_be_visible()


def fill_notes(page: Page) -> None:
    """Say of every warning why it may stay."""
    for box in page.locator("textarea").all():
        if box.is_visible() and not box.input_value():
            box.fill("Dit is zo bedoeld.")


def test_a_contradiction_is_mended_and_a_second_person_publishes(
    visit: Opener, author: User, publisher: User, javascript: bool
) -> None:
    earlier = visit(javascript=javascript, width=390)
    steps.see_result(earlier, NO_NETWORK)
    expect(earlier.get_by_text(NETWORK).first).to_be_visible()

    desk = visit(javascript=javascript)
    sign_in(desk, author)
    begin(desk)
    open_rule(desk, "R-P4")
    line(desk, "Organisatie").get_by_label("voor een deel klaar").check()
    save(desk)
    beside = desk.get_by_role("complementary", name="Controle van de regel")
    expect(beside.get_by_text("Fout: tegenspraak")).to_be_visible()
    expect(beside.get_by_text("Kleinste voorbeeld")).to_be_visible()
    expect(beside.get_by_text("Wilt u mee op een handelsmissie of naar een beurs?").first).to_be_visible()
    desk.goto("/beleid/2026-1/")
    expect(desk.get_by_role("link", name="Dien in")).to_have_count(0)

    open_rule(desk, "R-P4")
    line(desk, "Organisatie").get_by_label("voor een deel klaar").uncheck()
    save(desk)
    expect(beside.get_by_text("Fout:")).to_have_count(0)

    open_rule(desk, "R-N3")
    desk.get_by_label("Voorwaarde om toe te voegen").last.select_option("vraag:B3")
    desk.get_by_role("button", name="Voeg toe").last.click()
    expect(desk.get_by_text("Nog niet opgeslagen")).to_be_visible()
    line(desk, "B3 Hoeveel mensen werken er in uw bedrijf? Tel uzelf mee.").get_by_label("van", exact=True).fill("100")
    save(desk)

    desk.goto("/beleid/2026-1/")
    desk.get_by_role("link", name="Dien in").click()
    desk.get_by_role("button", name="Dien in").click()
    desk.goto("/beleid/2026-1/beoordelen/")
    desk.get_by_role("button", name="Gevolgen doorrekenen").click()
    expect(desk.get_by_text("1 scan bekeken").first).to_be_visible()
    expect(desk.get_by_text(re.compile("krijgt een andere uitslag"))).to_be_visible()
    expect(desk.get_by_text("U hebt zelf aan deze versie gewerkt").first).to_be_visible()
    expect(desk.get_by_role("button", name="Publiceer")).to_have_count(0)

    second = visit(javascript=javascript)
    sign_in(second, publisher)
    second.get_by_role("link", name="2026-1").first.click()
    second.get_by_role("link", name="Beoordelen").first.click()
    expect(second.get_by_text("R-N3").first).to_be_visible()
    fill_notes(second)
    second.get_by_role("checkbox").last.check()
    second.get_by_role("button", name="Publiceer").click()
    expect(second.get_by_text("In gebruik").first).to_be_visible()
    assert PolicyVersion.objects.get(state="published").name == "2026-1"

    later = visit(javascript=javascript, width=390)
    steps.see_result(later, NO_NETWORK)
    expect(later.get_by_text(NETWORK)).to_have_count(0)
    earlier.goto(earlier.url)
    expect(earlier.get_by_text(NETWORK).first).to_be_visible()


def test_nonsense_is_kept_and_every_problem_stands_at_its_line(visit: Opener, author: User, javascript: bool) -> None:
    desk = visit(javascript=javascript)
    sign_in(desk, author)
    begin(desk)
    desk.goto("/beleid/2026-1/bestand/regels.yaml/")
    text = desk.locator("textarea").first
    nonsense = (
        text.input_value()
        .replace("wens: [ja_meer, ja_begin, misschien]", "wenz: [ja_meer]")
        .replace("product: [duidelijk, idee]", "product: [duidelik]")
    )
    text.fill(nonsense)
    desk.get_by_role("button", name="Bewaar").first.click()
    expect(desk.get_by_text("bedoelde u «wens»?").first).to_be_visible()
    expect(desk.get_by_text("bedoelde u «duidelijk»?").first).to_be_visible()
    assert "wenz: [ja_meer]" in desk.locator("textarea").first.input_value()
    desk.goto("/beleid/2026-1/regel/R-P4/")
    expect(desk.get_by_text("Deze versie is niet te lezen")).to_be_visible()


@pytest.mark.java
def test_every_page_about_policy(visit: Opener, author: User, publisher: User, look: Inspector) -> None:
    steps.see_result(visit(), NO_NETWORK)
    desk = look.follow(visit(allow=(403, 404, 409)))
    sign_in(desk, author)
    look(desk, "versions")
    desk.get_by_role("link", name="Nieuwe versie").click()
    look(desk, "new")
    desk.get_by_role("button", name=re.compile("Begin")).click()
    look(desk, "new-mistakes")
    desk.goto("/beleid/")
    begin(desk)
    look(desk, "version")
    for page in ("bestand/regels.yaml", "bestand/register.yaml", "geschiedenis", "inlezen", "proberen", "beoordelen"):
        desk.goto(f"/beleid/2026-1/{page}/")
        look(desk, page.replace("/", "-"))
    open_rule(desk, "R-P4v")
    look(desk, "rule")
    desk.get_by_role("button", name="Zet in een groep: Organisatie").click()
    look(desk, "rule-nested")
    desk.get_by_role("textbox", name="Reden").fill("")
    desk.get_by_role("button", name="Opslaan", exact=True).click()
    look(desk, "rule-mistakes")
    desk.goto("/beleid/2026-1/regel/nieuw/")
    look(desk, "rule-new")
    desk.goto("/beleid/2013/regel/R-P4/")
    look(desk, "rule-read")
    desk.goto("/beleid/2026-1/proberen/")
    desk.get_by_role("button", name="Probeer").click()
    look(desk, "tried")
    desk.goto("/beleid/bronnen/")
    look(desk, "sources")
    desk.goto("/beleid/bronnen/001/")
    look(desk, "source")
    open_rule(desk, "R-P4")
    line(desk, "Organisatie").get_by_label("voor een deel klaar").check()
    save(desk)
    look(desk, "rule-contradiction")
    desk.goto("/beleid/2026-1/beoordelen/")
    desk.get_by_role("button", name="Gevolgen doorrekenen").click()
    look(desk, "review-weighed")
    assert look.verdict() == []
