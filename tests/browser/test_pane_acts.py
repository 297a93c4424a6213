"""The pane of a referral in many states, and the page of every act, before the judges at both widths."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from nnmkb.ledger.models import Event, Outgoing
from referrals.domain.lifecycle import State
from referrals.models import Feedback, Label, Partner, Referral
from referrals.services import answering, holding, offering, questions, requests
from tests.browser import steps
from tests.browser.conftest import Opener
from tests.browser.inspector import Inspector
from tests.referrals.desk import making


def mine(company: str, **fields: object) -> Referral:
    """Make a referral in review at the adviser who signs in; mail to the company arrived."""
    owner, now = User.objects.get(username="adviseur"), timezone.now()
    case = making.intake(company, consents=("metaalunie",), phone="050 123 45 67", at=now)
    known = {"state": State.IN_REVIEW, "owner": owner, "created_at": now, "entered_at": now, **fields}
    row = making.referral(of=case, **known)  # type: ignore[arg-type]
    sent = Event.objects.create(stream=case.stream, seq=1, kind="intake_submitted", actor="entrepreneur", at=now)
    Outgoing.objects.create(
        kind="mail.receipt", event=sent, recipient=case.stream, dedupe_key=str(sent.pk), state="done",
        due_at=now, created_at=now, done_at=now,
    )  # fmt: skip
    return row


def in_many_states() -> dict[str, Referral]:
    """Return a referral in each state that has something of its own in the pane."""
    owner, now = User.objects.get(username="adviseur"), timezone.now()
    # As partners without limits: what stands in the way is not the question here.
    known = {"activities": [], "provinces": [], "sectors": [], "themes": [], "capacity": 50}
    Partner.objects.filter(organisation__in=("metaalunie", "vno_ncw_mkb_noord")).update(**known)
    metaal = Partner.objects.get(organisation="metaalunie")
    other = Partner.objects.get(organisation="vno_ncw_mkb_noord")
    rows = {name: mine(name) for name in ("review", "asked", "answered", "declined", "waits", "held", "unhappy")}
    rows["fourth"] = mine("fourth", state=State.RETURNED, attempts=3, reason="no_response")
    Label.objects.create(referral=rows["review"], name="spoed")
    for name in ("asked", "answered"):
        questions.ask(rows[name].pk, advisor=owner, text="Welke beurs?", version=1, key=f"{name}-ask", now=now)
    questions.answer(rows["answered"].pk, text="Hannover Messe", key="answer", now=now)
    made = offering.offer(rows["declined"].pk, metaal.pk, advisor=owner, version=1, key="offer", now=now)
    answering.decline(made.pk, actor=f"partner:{metaal.pk}", reason="not_ready", key="decline", now=now)
    requests.request_consent(rows["waits"].pk, other.pk, advisor=owner, version=1, key="request", now=now)
    until = timezone.localdate() + timedelta(days=20)
    holding.postpone(rows["held"].pk, actor=f"advisor:{owner.pk}", until=until, key="hold", now=now)
    ended = {"state": State.COMPLETED, "outcome": "advice_given", "closed_at": now, "next_due_at": None}
    Referral.objects.filter(pk=rows["unhappy"].pk).update(**ended)
    Feedback.objects.create(
        referral=rows["unhappy"], moment="end", happy=False, reason="not_helped", text="Niets gehoord", salt="s",
        asks_reopening=True, given_at=now,
    )  # fmt: skip
    return rows


@pytest.mark.java
def test_judges_find_nothing_in_the_pane_or_on_the_page_of_an_act(visit: Opener, people: None, look: Inspector) -> None:
    rows = in_many_states()
    page = look.follow(visit())
    steps.sign_in(page)
    for name, row in rows.items():
        page.goto(f"/werkbak/{row.number}/")
        unfold(page)
        look(page, f"pane-{name}")
    page.goto(f"/werkbak/?lijst=alles&open={rows['declined'].number}")
    look(page, "pane-beside-the-list")
    other = Partner.objects.get(organisation="vno_ncw_mkb_noord")
    for slug in ("vraag", "toestemming", "uitstellen", "overdragen", "voorstellen", "annuleren"):
        page.goto(f"/werkbak/{rows['review'].number}/{slug}/?partner={other.pk}")
        look(page, f"act-{slug}")
    page.goto(f"/werkbak/{rows['review'].number}/vraag/")
    page.get_by_role("button", name="Stel een vraag").click()
    look(page, "act-mistake")
    page.goto(f"/werkbak/{rows['unhappy'].number}/blijft-gesloten/")
    look(page, "act-stays-closed")
    assert look.verdict() == []


def test_adviser_asks_and_puts_off_with_few_clicks(visit: Opener, people: None, javascript: bool) -> None:
    row = mine("Hunze Sensoren")
    page = visit(javascript=javascript)
    steps.sign_in(page)
    page.goto(f"/werkbak/?lijst=alles&open={row.number}")
    page.get_by_role("link", name="Stel een vraag").click()
    page.get_by_label("Uw vraag").fill("Welke beurs?")
    page.get_by_role("button", name="Stel een vraag").click()
    expect(page.get_by_text("De ondernemer krijgt uw vraag.")).to_be_visible()
    expect(page.get_by_text("Wacht op antwoord").first).to_be_visible()
    page.get_by_role("button", name="Sluit de vraag").click()
    expect(page.get_by_text("Gesloten zonder antwoord")).to_be_visible()
    page.get_by_text("Meer", exact=True).click()
    page.get_by_role("link", name="Annuleer").click()
    expect(page.get_by_role("heading", name="Waarom gaat dit niet door?")).to_be_visible()


def test_buttons_are_all_as_wide_on_a_phone(visit: Opener, people: None) -> None:
    row = mine("Hunze Sensoren", state=State.IN_PROGRESS)
    page = visit(width=390)
    steps.sign_in(page)
    page.goto(f"/werkbak/{row.number}/")
    widths = page.locator(".nnmkb-actions").first.evaluate(
        "row => [...row.querySelectorAll('.nl-button')].map(one => Math.round(one.getBoundingClientRect().width))"
    )
    # Some are links to a page, some are forms of their own.
    assert page.locator(".nnmkb-actions").first.locator("form").count()
    assert len(widths) > 2
    assert len(set(widths)) == 1


def unfold(page: Page) -> None:
    """Open what is folded away."""
    more = page.get_by_text("Meer", exact=True)
    if more.count():
        more.click()
