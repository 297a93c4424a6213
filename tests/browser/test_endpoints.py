"""A partner connects its own system: the address, the secret, the test, the log, and the look of these pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from nnmkb.ledger import outbox
from nnmkb.ledger.models import Outgoing
from nnmkb.web.permissions import Role
from referrals.dispatch import Outcome
from referrals.models import Partner, WebhookAttempt, WebhookEndpoint
from referrals.services import endpoint_results
from referrals.webhooks import looking_up
from tests.browser.conftest import Opener
from tests.browser.inspector import Inspector
from tests.browser.test_portal import enter
from tests.referrals.desk import making
from tests.referrals.webhooks import receiver as answers
from tests.referrals.webhooks.making import deliver
from tests.referrals.webhooks.receiver import Authority, Receiver

PAGE = "/partner/meldadressen/"


@pytest.fixture
def metaal() -> Partner:
    return making.partner("metaalunie", name="Metaalunie Noord", email="post@metaal.example", channel="api")


@pytest.fixture
def receiver(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    authority = Authority.made(tmp_path)
    settings.WEBHOOK_LOOPBACK, settings.WEBHOOK_CA_FILE = True, str(authority.path)
    monkeypatch.setattr(looking_up, "look_up", lambda host, port: ["127.0.0.1"])
    listening = Receiver(authority.server(), answers.echo)
    yield listening
    listening.close()


def connect(page: Page, receiver: Receiver) -> WebhookEndpoint:
    """Add an address, and test it."""
    page.goto(PAGE)
    page.get_by_role("textbox", name="Adres").fill(receiver.url)
    page.get_by_role("button", name="Voeg toe").click()
    expect(page.get_by_text("U ziet dit geheim nu één keer")).to_be_visible()
    page.get_by_role("button", name="Test en zet aan").click()
    expect(page.get_by_text("De test is gelukt. Dit meldadres staat aan.")).to_be_visible()
    return WebhookEndpoint.objects.get()


def test_partner_connects_its_system_and_sends_a_message_again(
    visit: Opener, metaal: Partner, receiver: Receiver, javascript: bool
) -> None:
    page = visit(javascript=javascript, width=390)
    enter(page, metaal, "Eva Postma", Role.PARTNER_MANAGER)
    page.goto("/partner/")
    page.get_by_role("link", name="Meldadressen", exact=True).click()
    page.get_by_role("textbox", name="Adres").fill("https://127.0.0.1.nip.example@169.254.169.254/")
    page.get_by_role("button", name="Voeg toe").click()
    expect(page.get_by_text("Zet geen gebruikersnaam").first).to_be_visible()
    expect(page.get_by_role("textbox", name="Adres")).to_have_value("https://127.0.0.1.nip.example@169.254.169.254/")
    connect(page, receiver)
    expect(page.get_by_role("cell", name="Test", exact=True)).to_be_visible()
    offer = making.offered(metaal, at=timezone.now(), company="Hunze Sensoren")
    row = Outgoing.objects.get(kind="webhook.event")
    assert deliver(row, timezone.now()) is Outcome.DONE
    page.reload()
    page.get_by_role("button", name=f"Stuur opnieuw Nieuw aanbod {offer.referral.number}").click()
    expect(page.get_by_text("met hetzelfde kenmerk")).to_be_visible()
    row.refresh_from_db()
    assert row.state == Outgoing.State.PENDING
    page.get_by_role("link", name="Verwijder").click()
    page.get_by_role("button", name="Verwijder").click()
    expect(page.get_by_text("Nog geen meldadres")).to_be_visible()


@pytest.mark.java
def test_judges_find_nothing(visit: Opener, metaal: Partner, receiver: Receiver, look: Inspector) -> None:
    page = look.follow(visit())
    enter(page, metaal, "Eva Postma", Role.PARTNER_MANAGER)
    page.goto(PAGE)
    look(page, "endpoints-empty")
    page.get_by_role("textbox", name="Adres").fill("https://intranet/")
    page.get_by_role("button", name="Voeg toe").click()
    look(page, "endpoints-refused")
    receiver.answer = answers.status(500)
    page.get_by_role("textbox", name="Adres").fill(f"{receiver.url}&pad={'lang' * 40}")
    page.get_by_role("button", name="Voeg toe").click()
    look(page, "endpoint-secret")
    page.get_by_role("button", name="Test en zet aan").click()
    look(page, "endpoint-test-failed")
    receiver.answer = answers.echo
    page.get_by_role("button", name="Test en zet aan").click()
    logged(metaal)
    page.get_by_role("button", name="Nieuw geheim").click()
    look(page, "endpoint-rotated")
    page.get_by_role("link", name="Later").click()
    look(page, "endpoint-log")
    page.get_by_role("link", name="Verwijder").click()
    look(page, "endpoint-remove")
    page.goto(PAGE)
    look(page, "endpoints-full")
    assert look.verdict() == []


def logged(partner: Partner) -> None:
    """Fill the log with one of each."""
    endpoint = WebhookEndpoint.objects.get(state="active")
    now = timezone.now()
    told = [(200, ""), (301, ""), (429, ""), (500, ""), (None, "tls"), (None, "timeout")]
    for hours, (status, error) in enumerate(told):
        making.offered(partner, at=now - timedelta(hours=hours), company=f"Bedrijf {hours}")
        row = Outgoing.objects.filter(kind="webhook.event").order_by("-id")[0]
        claimed = outbox.claim(row.pk, now)
        assert claimed is not None
        result = endpoint_results.Result(status, error, "7200" if status == 429 else "", 80)
        settle = endpoint_results.arrived if status == 200 else endpoint_results.failed
        settle(claimed, endpoint, result, now - timedelta(hours=hours))
    assert WebhookAttempt.objects.count() == len(told)
