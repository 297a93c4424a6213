"""Every page and state, looked at by axe, on a narrow screen, and by the HTML checker."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, expect

from intake.models import Intake
from referrals.models import Partner, Referral
from tests.browser import steps
from tests.browser.cast import PASSWORD, Postman, link_in
from tests.browser.companies import NO_NETWORK, NO_STRATEGY, ON_ITS_OWN
from tests.browser.inspector import Inspector

Opener = Callable[..., Page]
MAIL = "sietske@proefbedrijf.example"
COMPANY = "Proefbedrijf Waterkant"
WATER = "doorverwijzing@water-alliance.example"
PUBLIC = (
    "/",
    "/verder/",
    "/verder/bestaat-niet/",
    "/volg/bestaat-niet/",
    "/aanbod/bestaat-niet/",
    "/privacy/",
    "/toegankelijkheid/",
    "/over/",
    "/wie-doet-wat/",
    "/wie-doet-wat/?peildatum=2012-01-01&provincie=friesland",
    "/post/",
    "/inloggen/",
    "/en/settle/",
    "/bestaat-niet/",
    "/zelfscan/NN-AAAA-AAAA/uitslag/",
)
OTHERS = (ON_ITS_OWN, NO_STRATEGY, {**NO_NETWORK, "B1": "anders"}, {**NO_NETWORK, "S1": "nee"})
pytestmark = pytest.mark.usefixtures("people")


@pytest.mark.java
def test_public_pages_and_errors(visit: Opener, look: Inspector) -> None:
    page = look.follow(visit(allow=(403, 404, 410)))
    for address in PUBLIC:
        page.goto(address)
        look(page, re.sub(r"\W+", "-", address).strip("-") or "front")
    assert look.verdict() == []


@pytest.mark.java
def test_the_scan_from_start_to_result_with_every_kind_of_mistake(
    visit: Opener, look: Inspector, postman: Postman
) -> None:
    page = look.follow(visit(allow=(410,)))
    steps.begin(page, look)
    page.get_by_role("button", name=steps.NEXT).click()
    look(page, "empty-page")
    page.get_by_label("Hoeveel mensen").fill("ongeveer 12")
    page.get_by_label("postcode").fill("0000")
    page.get_by_role("button", name=steps.NEXT).click()
    look(page, "mistakes")
    page.get_by_label("postcode").fill("")
    page.get_by_role("button", name="Opslaan en later verder").click()
    look(page, "later")
    page.get_by_label("E-mailadres").fill("geen adres")
    page.get_by_role("button", name="Mail mij de link").click()
    look(page, "later-mistake")
    page.get_by_label("E-mailadres").fill(MAIL)
    page.get_by_role("button", name="Mail mij de link").click()
    look(page, "later-sent")
    link = link_in(postman.letter(MAIL), "/verder/")
    page.goto(link)
    look(page, "resume")
    page.get_by_role("button", name="Ga verder").click()
    steps.answer_until(page, NO_NETWORK, "controleren", look)
    look(page, "check")
    page.get_by_role("button", name="Bekijk uw uitslag").click()
    look(page, "result")
    Intake.objects.update(expires_at=timezone.now() - timedelta(days=1))
    page.goto(link)
    look(page, "expired")
    assert look.verdict() == []


@pytest.mark.java
@pytest.mark.parametrize(
    "answers",
    [
        ON_ITS_OWN,
        NO_STRATEGY,
        {**NO_NETWORK, "O1": "nee", "O4": "nee"},
        {**NO_NETWORK, "B1": "anders"},
        {**NO_NETWORK, "S1": "nee"},
    ],
)
def test_the_other_results(visit: Opener, look: Inspector, answers: dict[str, object]) -> None:
    page = look.follow(visit())
    steps.begin(page)
    steps.answer_until(page, answers, "controleren")
    look(page, "check")
    page.get_by_role("button", name="Bekijk uw uitslag").click()
    look(page, "result")
    assert look.verdict() == []


@pytest.mark.java
def test_consent_follow_and_erasure(visit: Opener, look: Inspector, postman: Postman) -> None:
    page = look.follow(visit())
    steps.see_result(page, NO_NETWORK)
    page.get_by_role("link", name="Verder: kies wie u mag helpen").first.click()
    page.get_by_role("button", name="Verstuur mijn vraag").click()
    look(page, "contact-mistakes")
    page.get_by_role("button", name=re.compile("^Bekijk wat Water Alliance")).click()
    look(page, "preview")
    page.goto(re.sub("/voorbeeld/.*", "/uitslag/", page.url))
    steps.send(page, ["Water Alliance", "Firda"], MAIL, COMPANY, look)
    page.goto(re.sub("verstuurd/", "controleren/", page.url))
    look(page, "already-sent")
    follow = link_in(postman.letter(MAIL, "ontvangen"), "/volg/")
    page.goto(follow)
    look(page, "follow")
    for link in ("Verbeter mijn gegevens", "Trek alles in", "Wis mijn gegevens"):
        page.goto(follow)
        page.get_by_role("link", name=link).click()
        look(page, link)
    page.goto(follow)
    page.get_by_role("link", name=re.compile("^Trek in")).first.click()
    look(page, "withdraw-one")
    page.get_by_role("button", name="Ja, trek in").click()
    look(page, "withdrawn")
    page.goto(follow)
    page.get_by_role("link", name="Wis mijn gegevens").click()
    page.get_by_role("button", name=re.compile("wis", re.IGNORECASE)).click()
    look(page, "erased")
    assert look.verdict() == []


@pytest.mark.java
def test_the_desk_and_the_partner(visit: Opener, look: Inspector, postman: Postman) -> None:
    entrepreneur = visit()
    steps.see_result(entrepreneur, NO_NETWORK)
    steps.send(entrepreneur, ["Water Alliance", "NHL Stenden Hogeschool"], MAIL, COMPANY)
    desk = look.follow(visit(allow=(403, 404, 409)))
    desk.goto("/inloggen/")
    desk.get_by_role("button", name="Log in").click()
    look(desk, "login-empty")
    steps.sign_in(desk, look=look)
    look(desk, "desk-mine-empty")
    desk.goto("/werkbak/?lijst=alles&zoek=niets-hiervan")
    look(desk, "desk-nothing-found")
    number = Referral.objects.get().number
    for act in ("annuleren", "terughalen", "stoppen"):
        desk.goto(f"/werkbak/{number}/{act}/")
        look(desk, f"act-{act}")
    steps.offer(desk, COMPANY, "Water Alliance", look)
    look(desk, "desk-offered")
    desk.goto(f"/werkbak/{number}/")
    look(desk, "referral-page")
    desk.get_by_role("link", name="Waarom dit? Waarom niet iets anders?").click()
    expect(desk.get_by_role("heading", name="Waarom deze uitslag?")).to_be_visible()
    look(desk, "explanation")
    partner = look.follow(visit(allow=(410,)))
    steps.open_dossier(partner, postman, WATER, look)
    dossier = partner.url
    partner.get_by_role("button", name="Neem aan").click()
    look(partner, "accept-mistake")
    partner.goto(dossier)
    partner.get_by_role("link", name=re.compile("^Wijs af")).click()
    partner.get_by_role("button", name=re.compile("^Wijs af")).click()
    look(partner, "decline-mistake")
    partner.goto(dossier)
    steps.accept(partner, "Wieke Waterman")
    look(partner, "accepted")
    look(desk, "desk-after")
    assert look.verdict() == []


@pytest.mark.java
def test_the_organisations_that_need_a_look(visit: Opener, look: Inspector) -> None:
    Partner.objects.create(code="incas3", name="INCAS3", organisation="incas3", email="post@incas3.example")
    page = look.follow(visit())
    page.goto("/beleid/organisaties/")
    page.get_by_label("Gebruikersnaam").fill("beleid")
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Partners die niet meer bestaan")).to_be_visible()
    expect(page.get_by_text("Er staat niets meer open.")).to_be_visible()
    look(page, "organisations")
    page.get_by_role("link", name="De tabel van 2013").click()
    expect(page.get_by_text("Staat hierboven al: Kamer van Koophandel").first).to_be_visible()
    page.get_by_label("Op welke dag?").fill("2013-02-05")
    page.get_by_role("button", name="Laat zien").click()
    expect(page.get_by_role("heading", name="Op 5 februari 2013")).to_be_visible()
    expect(page.get_by_text("Staat hierboven al")).to_have_count(0)
    look(page, "table-of-2013")
    assert look.verdict() == []


def test_a_first_visit_weighs_little_and_brings_no_script(site: str, visit: Opener) -> None:
    """HTML and CSS compressed as whitenoise and gzip send them; the font as it is."""
    import brotli

    page = visit()
    sizes: dict[str, int] = {}

    def weigh(response: object) -> None:
        url, body = response.url, response.body()  # type: ignore[attr-defined]
        packed = len(body) if url.endswith("woff2") else len(brotli.compress(body))
        sizes[url.replace(site, "")] = packed

    page.on("requestfinished", lambda request: weigh(request.response()))
    page.goto("/")
    page.wait_for_load_state("networkidle")
    assert not [url for url in sizes if url.endswith(".js")]
    assert sum(sizes.values()) <= 60_000, sizes
    assert settings.STATIC_URL + "nnmkb.css" in sizes
    expect(page.locator("script")).to_have_count(0)
