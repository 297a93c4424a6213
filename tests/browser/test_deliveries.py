"""The messages of a referral on the workbench: how each went, why one did not, and what a person can do about it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from nnmkb.ledger.models import Event, Outgoing
from referrals.models import Referral
from tests.browser import steps
from tests.browser.conftest import Opener
from tests.browser.inspector import Inspector
from tests.browser.test_pane_acts import mine

NEVER = {"state": "dead", "attempts": 1, "last_error": "SMTPRecipientsRefused 550 5.1.1"}
LATER = {"state": "pending", "attempts": 2, "last_error": "SMTPRecipientsRefused 450 4.2.2"}


def with_messages() -> Referral:
    """Return a referral with a message in each state."""
    row, now = mine("Hunze Sensoren"), timezone.now()
    event = Event.objects.get(stream=f"intake:{row.intake_id}")
    earlier = now - timedelta(hours=3)
    back = {"done_at": earlier, "bounced_at": now}
    for kind, facts in (
        ("mail.offer_to_entrepreneur", NEVER),
        ("mail.question", LATER),
        ("mail.postponed", {"state": "bounced", "last_error": "5.2.2", **back}),
        ("mail.accepted", {"state": "done", "last_error": "SentAnew", **back}),
        ("mail.follow_link", {"state": "pending"}),
    ):
        Outgoing.objects.create(
            kind=kind, event=event, recipient=event.stream, dedupe_key=kind, created_at=earlier,
            due_at=now + timedelta(hours=2), **facts,
        )  # fmt: skip
    return row


@pytest.mark.java
def test_judges_find_nothing_in_messages_of_every_kind(visit: Opener, people: None, look: Inspector) -> None:
    row = with_messages()
    page = look.follow(visit())
    steps.sign_in(page)
    page.goto(f"/werkbak/{row.number}/")
    page.get_by_text("Stuur een bericht nog eens").click()
    look(page, "messages")
    assert look.verdict() == []


def test_adviser_sends_once_more_and_takes_care(visit: Opener, people: None, javascript: bool) -> None:
    row = with_messages()
    page = visit(javascript=javascript)
    steps.sign_in(page)
    page.goto(f"/werkbak/{row.number}/")
    expect(page.get_by_text("Dit adres bestaat niet.")).to_be_visible()
    page.get_by_role("button", name=re.compile("Afgehandeld.*voorgelegd")).click()
    expect(page.get_by_text("niet bezorgd")).to_be_visible()
    page.get_by_role("button", name=re.compile("Probeer opnieuw.*uitgesteld")).click()
    expect(page.get_by_text("Het bericht is opnieuw klaargezet.")).to_be_visible()
    page.get_by_text("Stuur een bericht nog eens").click()
    page.get_by_role("button", name="Stuur nog eens").click()
    expect(page.get_by_text("Het bericht is opnieuw klaargezet.")).to_be_visible()
    assert Outgoing.objects.filter(kind="mail.receipt").count() == 2
