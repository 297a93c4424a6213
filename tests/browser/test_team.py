"""The page of the team lead in a browser: from a number to its list, and how it looks to the judges."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from nnmkb.ledger.models import Outgoing
from referrals.domain.lifecycle import State
from referrals.models import Referral
from tests.browser import steps
from tests.browser.conftest import Opener
from tests.browser.inspector import Inspector
from tests.referrals.desk import making
from tests.referrals.team import rows

pytestmark = pytest.mark.usefixtures("people")


def test_number_leads_to_its_list(visit: Opener, javascript: bool) -> None:
    bram = making.staff("bram")
    for company in ("Bakkerij Een", "Bakkerij Twee"):
        row = making.referral(company, state=State.IN_REVIEW, owner=bram)
        Referral.objects.filter(pk=row.pk).update(next_due_at=timezone.now() - timedelta(days=3))
    page = visit(javascript=javascript)
    steps.sign_in(page, "teamleider")
    page.get_by_role("link", name="Team", exact=True).click()
    page.get_by_role("link", name="2 te laat: Bram").click()
    expect(page.get_by_role("link", name="Bakkerij Een")).to_be_visible()
    expect(page.get_by_role("link", name="Bakkerij Twee")).to_be_visible()


@pytest.mark.java
def test_judges_find_nothing(visit: Opener, look: Inspector) -> None:
    page = look.follow(visit())
    steps.sign_in(page, "teamleider")
    page.goto("/werkbak/team/")
    expect(page.get_by_text("Nog nooit gelopen.").first).to_be_visible()
    look(page, "team-empty")
    rows.everything(3)
    page.reload()
    expect(page.get_by_text(re.compile("Hierover beslist u: 3"))).to_be_visible()
    look(page, "team-full")
    page.get_by_role("link", name="Mislukte berichten buiten een doorverwijzing").click()
    expect(page.get_by_text("Hier staat niets.")).to_be_visible()
    to = making.partner("scholengemeenschap-noord")
    for kind in ("mail.invitation", "mail.password_reset"):
        rows.delivery(kind, Outgoing.State.DEAD, stream=f"partner:{to.pk}")
    page.reload()
    look(page, "team-messages")
    page.get_by_role("button", name=re.compile("^Afgehandeld.*uitnodiging")).click()
    expect(page.get_by_text("Het bericht is afgehandeld.")).to_be_visible()
    expect(page.get_by_text("uitnodiging voor een account")).to_have_count(0)
    assert look.verdict() == []
