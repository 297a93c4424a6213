"""The document of the API and the pages of keys in a browser: a key is made, shown once and taken back."""

from __future__ import annotations

import pytest
from django.test import Client
from playwright.sync_api import expect

from nnmkb.web.permissions import Role
from tests.browser.conftest import Opener
from tests.browser.inspector import Inspector
from tests.browser.test_portal import enter
from tests.referrals.api import cast
from tests.referrals.desk import making

pytestmark = pytest.mark.java


def test_developer_reads_the_document(visit: Opener, look: Inspector) -> None:
    page = look.follow(visit())
    page.goto("/api/partner/v1/")
    expect(page.get_by_role("heading", name="Partner-API, versie 1")).to_be_visible()
    look(page, "document van de API")
    page.get_by_role("link", name="Neem aan").click()
    page.get_by_text("Wat er mis kan gaan").first.click()
    assert look.verdict() == []


def test_manager_makes_a_key_sees_it_once_and_takes_it_back(visit: Opener, look: Inspector, javascript: bool) -> None:
    partner = making.partner("metaalunie", name="Metaalunie Noord")
    page = look.follow(visit(javascript=javascript))

    def judge(name: str) -> None:
        # The judges themselves need a script.
        if javascript:
            look(page, name)

    enter(page, partner, "Eva Postma", Role.PARTNER_MANAGER)
    page.goto("/partner/sleutels/")
    judge("nog geen sleutel")
    page.get_by_role("button", name="Maak de sleutel").click()
    expect(page.get_by_text("Geef de sleutel een naam").first).to_be_visible()
    judge("sleutel zonder naam")
    page.get_by_label("Naam").fill("CRM")
    page.get_by_label("Aanbiedingen en gebeurtenissen lezen").check()
    page.get_by_role("button", name="Maak de sleutel").click()
    secret = page.locator(".nnmkb-secret").inner_text()
    judge("de sleutel zelf")
    assert cast.System(secret, Client()).get("/me").status_code == 200
    page.get_by_role("link", name="Hij staat in ons systeem").click()
    expect(page.locator("body")).not_to_contain_text(secret)
    judge("een sleutel")
    page.get_by_role("link", name="Trek in CRM").click()
    judge("sleutel intrekken")
    page.get_by_role("button", name="Trek in").click()
    expect(page.locator("body")).to_contain_text("Ingetrokken")
    assert cast.System(secret, Client()).get("/me").status_code == 401
    assert look.verdict() == []
