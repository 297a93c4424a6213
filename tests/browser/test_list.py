"""The list of the workbench in a browser: filter, save, walk through it; and how it looks to the judges."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Page, expect

from referrals.domain.lifecycle import State
from referrals.models import Feedback, Label, Partner, Referral, SavedView
from tests.browser import steps
from tests.browser.conftest import Opener
from tests.browser.inspector import Inspector
from tests.referrals.desk import making

pytestmark = pytest.mark.usefixtures("people")


def full_desk() -> list[Referral]:
    """Make more than a page of work in every open state, with all that a row can say."""
    now = timezone.now()
    partner = Partner.objects.get(organisation="nom")
    owners = [None, User.objects.get(username="adviseur"), making.staff("bram"), None]
    rows = []
    for number, state in enumerate([state for state in State if state.is_open] * 3):
        row = making.referral(
            f"Bedrijf {number:02}", due=timedelta(), state=state, owner=owners[number % 4],
            attempts=number % 4, no_answer=number % 5 == 0, created_at=now - timedelta(days=number),
            partner=partner if state in {State.OFFERED, State.ACCEPTED, State.IN_PROGRESS} else None,
        )  # fmt: skip
        Referral.objects.filter(pk=row.pk).update(next_due_at=now + timedelta(days=number - 4, hours=1))
        rows.append(row)
    Label.objects.create(referral=rows[0], name="beurs 2027")
    Feedback.objects.create(referral=rows[1], moment="end", happy=False, asks_reopening=True, given_at=now)
    return rows


def title(page: Page, name: str) -> None:
    """Wait until this referral is the one beside the list."""
    expect(page.locator("#pane-title")).to_have_text(name)


def test_list_is_filtered_saved_under_a_name_and_walked_through(visit: Opener, javascript: bool) -> None:
    full_desk()
    page = visit(javascript=javascript)
    steps.sign_in(page)
    page.goto("/werkbak/?lijst=alles")
    page.locator(".nnmkb-drop--control summary").click()
    page.get_by_label("Terug bij KvK").check()
    page.get_by_label("In wachtrij").check()
    page.get_by_label("Informatie gevraagd").check()
    page.get_by_role("button", name="Toon").first.click()
    page.get_by_text("Meer filters").click()
    page.get_by_label("Van wie").select_option("Nog niemand")
    page.get_by_role("button", name="Toon").last.click()
    expect(page.get_by_role("link", name="Terug bij KvK weghalen")).to_be_visible()
    expect(page.get_by_role("row")).to_have_count(5)

    page.get_by_text("Bewaar deze lijst").click()
    page.get_by_label("Naam van de lijst").fill("Vrij en terug")
    page.get_by_role("button", name="Bewaar").click()
    expect(page.get_by_role("link", name=re.compile("^Vrij en terug 4"))).to_have_attribute("aria-current", "page")

    names = page.locator("td.nnmkb-cell--main a").all_inner_texts()
    page.get_by_role("link", name=names[0], exact=True).click()
    title(page, names[0])
    page.get_by_role("link", name="Volgende doorverwijzing").click()
    title(page, names[1])
    page.get_by_role("link", name="Volgende doorverwijzing").click()
    title(page, names[2])
    page.get_by_role("link", name="Volgende doorverwijzing").click()
    title(page, names[3])
    expect(page.get_by_role("link", name="Volgende doorverwijzing")).to_have_count(0)
    page.get_by_role("link", name="Vorige doorverwijzing").click()
    title(page, names[2])
    expect(page.get_by_role("row").filter(has_text=names[2])).to_have_attribute("aria-current", "true")


def test_walk_goes_over_the_edge_of_a_page(visit: Opener, javascript: bool) -> None:
    full_desk()
    page = visit(javascript=javascript)
    steps.sign_in(page)
    page.goto("/werkbak/?lijst=alles")
    page.get_by_role("link", name="Bedrijf 24", exact=True).click()
    title(page, "Bedrijf 24")
    page.get_by_role("link", name="Volgende doorverwijzing").click()
    title(page, "Bedrijf 25")
    page.get_by_role("link", name="Volgende doorverwijzing").click()
    title(page, "Bedrijf 26")
    page.get_by_role("link", name="Sluit Bedrijf 26").click()
    expect(page.get_by_role("row").filter(has_text="Bedrijf 26")).to_be_visible()


def test_list_that_stands_open_says_what_came_in(visit: Opener) -> None:
    page = visit()
    steps.sign_in(page)
    page.clock.install()
    page.goto("/werkbak/?lijst=vrij")
    fresh = page.locator("[data-fresh]")
    expect(fresh).to_have_text("Ververs")
    making.referral("Nieuw", created_at=timezone.now() + timedelta(seconds=2))
    # Counted again without waiting half a minute.
    cache.clear()
    page.clock.fast_forward(61_000)
    expect(fresh).to_have_text("1 nieuwe")
    fresh.click()
    expect(page.get_by_role("link", name="Nieuw", exact=True)).to_be_visible()


def test_what_lies_over_the_page_closes_by_escape_and_by_a_click_beside_it(visit: Opener) -> None:
    page = visit()
    steps.sign_in(page)
    page.goto("/werkbak/?lijst=alles")
    word, box = page.locator(".nnmkb-drop--control summary"), page.get_by_label("Terug bij KvK")
    word.click()
    box.check()
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    expect(word).to_be_focused()
    page.get_by_text("Meer lijsten").click()
    link = page.get_by_role("link", name="Beheer uw lijsten")
    expect(link).to_be_visible()
    page.get_by_role("heading", name="Werkbak").click()
    expect(link).to_be_hidden()


@pytest.mark.java
def test_judges_find_nothing_on_the_list(visit: Opener, look: Inspector) -> None:
    rows = full_desk()
    lead = User.objects.get(username="teamleider")
    for owner, name in ((lead, "Van mij"), (None, "Van het team")):
        SavedView.objects.create(
            owner=owner, made_by=lead, name=name, query=f"lijst=alles&zoek={name}", created_at=timezone.now()
        )
    page = look.follow(visit())
    steps.sign_in(page, "teamleider")
    page.goto("/werkbak/?lijst=alles")
    look(page, "list")
    page.get_by_text("Meer lijsten").click()
    page.locator(".nnmkb-drop--control summary").click()
    page.get_by_text("Meer filters").click()
    page.get_by_text("Bewaar deze lijst").click()
    look(page, "list-all-unfolded")
    query = (
        "lijst=alles&status=queued&status=returned&termijn=week&poging=2&binnen_van=2026-02-02&binnen_tot=2026-01-01"
    )
    page.goto(f"/werkbak/?{query}&stap=X")
    look(page, "list-filtered")
    page.goto(f"/werkbak/?lijst=alles&open={rows[3].number}")
    look(page, "list-with-pane")
    page.goto("/werkbak/lijsten/")
    page.get_by_text("Verander").first.click()
    look(page, "saved-lists")
    page.get_by_label("Naam").first.fill("")
    page.get_by_role("button", name="Hernoem").first.click()
    look(page, "saved-list-mistake")
    page.goto("/werkbak/?lijst=alles")
    page.get_by_text("Bewaar deze lijst").click()
    page.get_by_role("button", name="Bewaar").click()
    look(page, "save-mistake")
    assert look.verdict() == []
