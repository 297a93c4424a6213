"""The gallery in a real browser: axe, small screens, focus, and questions that open without a script."""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client, override_settings
from playwright.sync_api import Browser, Page, Route

from tests.browser.judge import axe_findings
from tests.web import settings_gallery
from tests.web.gallery.urls import ADDRESSES

pytestmark = pytest.mark.browser
ALL_RULES: dict[str, object] = {"rules": {"target-size": {"enabled": True}}}
SITE = "http://gallery.test"
Open = Callable[..., Page]


def answer(route: Route) -> None:
    """Answer a request of the browser from the gallery itself: no server, no network."""
    path = urlsplit(route.request.url).path
    if path.startswith(settings.STATIC_URL):
        found = finders.find(path.removeprefix(settings.STATIC_URL))
        route.fulfill(path=found) if found else route.fulfill(status=404)
        return
    response = Client().get(path)
    route.fulfill(status=response.status_code, headers=dict(response.headers), body=response.content)


@pytest.fixture
def visit_gallery(browser: Browser) -> Iterator[Open]:
    """Return a function that opens a page of the gallery; an error in the console fails the test."""
    wrong: list[str] = []
    pages: list[Page] = []

    def opened(address: str, *, width: int = 1440, javascript: bool = True, **options: str) -> Page:
        page = browser.new_page(viewport={"width": width, "height": 900}, java_script_enabled=javascript, **options)
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.on("response", lambda answer: wrong.append(answer.url) if answer.status >= 400 else None)
        page.route("**/*", answer)
        page.goto(SITE + address)
        pages.append(page)
        return page

    with override_settings(
        ROOT_URLCONF=settings_gallery.ROOT_URLCONF,
        TEMPLATES=settings_gallery.TEMPLATES,
        MIDDLEWARE=settings_gallery.MIDDLEWARE,
        ALLOWED_HOSTS=["*"],
    ):
        yield opened
        for page in pages:
            page.close()
    assert wrong == []


@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing_on_any_page_of_the_gallery(visit_gallery: Open, width: int) -> None:
    page = visit_gallery(ADDRESSES[0], width=width)
    for address in ADDRESSES:
        page.goto(SITE + address)
        assert axe_findings(page, ALL_RULES) == [], address


@pytest.mark.parametrize("width", [320, 390, 768, 1024])
def test_no_page_scrolls_sideways(visit_gallery: Open, width: int) -> None:
    page = visit_gallery(ADDRESSES[0], width=width)
    for address in ADDRESSES:
        page.goto(SITE + address)
        beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert beyond == 0, (address, width)


def test_the_error_summary_has_the_focus_and_its_link_leads_to_the_control(visit_gallery: Open) -> None:
    page = visit_gallery("/wizard/fout/")
    # A browser gives the first focus when it first paints, which is after the page has loaded.
    page.wait_for_function("document.activeElement !== document.body")
    assert page.evaluate("document.activeElement.textContent").startswith("Er klopt iets nog niet.")
    page.get_by_role("link", name="Geef op elke regel een antwoord.").click()
    assert page.evaluate("document.activeElement.id") == "id_obstacles_taal_0"


def test_the_error_summary_has_the_focus_without_javascript(visit_gallery: Open) -> None:
    page = visit_gallery("/wizard/fout/", javascript=False)
    assert page.locator("h2:focus").inner_text().startswith("Er klopt iets nog niet.")


def test_a_question_shows_only_after_the_answers_that_open_it_without_javascript(visit_gallery: Open) -> None:
    page = visit_gallery("/wizard/leeg/", javascript=False)
    country, share = page.locator("#div_id_country"), page.locator("#div_id_share")
    assert not country.is_visible()
    page.get_by_label("Ja, we willen ermee beginnen").check()
    assert country.is_visible()
    assert not share.is_visible()
    page.locator("#id_country").select_option("de")
    assert share.is_visible()
    page.get_by_label("Nee, voorlopig niet").check()
    assert not country.is_visible()
    assert not share.is_visible()


def test_a_whole_card_can_be_pressed(visit_gallery: Open) -> None:
    page = visit_gallery("/wizard/leeg/", width=390)
    card = page.locator("label.nnmkb-option").first
    box = card.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] - 8, box["y"] + box["height"] - 8)
    assert page.locator("#id_will_0").is_checked()
    assert box["height"] >= 44


def test_the_first_stop_of_the_keyboard_is_the_way_past_the_menu(visit_gallery: Open) -> None:
    page = visit_gallery("/result/")
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    assert skip.inner_text() == "Naar de inhoud"
    box = skip.bounding_box()
    assert box is not None
    assert box["y"] >= 0


def test_the_list_stays_beside_the_pane_and_gives_way_on_a_phone(visit_gallery: Open) -> None:
    wide = visit_gallery("/desk/open/")
    assert wide.get_by_role("table", name="Dossiers, op termijn").is_visible()
    assert wide.get_by_role("complementary").is_visible()
    phone = visit_gallery("/desk/open/", width=390)
    assert not phone.get_by_role("table", name="Dossiers, op termijn").is_visible()
    assert phone.get_by_role("complementary").is_visible()
    assert phone.get_by_role("heading", level=1).count() == 1


def test_the_words_of_the_model_can_be_read_on_a_phone(visit_gallery: Open) -> None:
    page = visit_gallery("/result/", width=390)
    height = page.evaluate("document.querySelector('.nnmkb-model__word').getBoundingClientRect().height")
    assert height >= 13


def test_forced_colours_keep_the_choices_visible(visit_gallery: Open) -> None:
    page = visit_gallery("/wizard/gevuld/", forced_colors="active")
    look = page.evaluate("getComputedStyle(document.querySelector('#id_will_0')).appearance")
    assert look == "auto"


def test_the_result_prints_on_two_pages_of_a4_at_most(visit_gallery: Open) -> None:
    page = visit_gallery("/result/")
    assert page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") <= 2
    page.emulate_media(media="print")
    assert not page.locator(".nl-button").first.is_visible()
