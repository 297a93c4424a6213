"""At the workbench by several people at once: who comes second understands why; a question, a consent, an opinion."""

from __future__ import annotations

import re

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect

from intake.models import Intake
from nnmkb.ledger import events, outbox
from nnmkb.ledger.models import Outgoing
from referrals.models import Partner, Referral
from referrals.services import answering, refer
from tests.browser import steps
from tests.browser.conftest import Opener
from tests.referrals.desk import making

pytestmark = pytest.mark.usefixtures("people")
COMPANY = "Hunze Sensoren"
ASKED = "Welke landen hebt u al bezocht?"
ANSWERED = "Alleen Zweden, in het voorjaar."


def opened(page: Page, company: str = COMPANY) -> None:
    """Open a referral from the list of everything."""
    page.goto("/werkbak/?lijst=alles")
    page.get_by_role("link", name=company, exact=True).first.click()
    expect(page.get_by_role("heading", name=company).first).to_be_visible()


def follow(case: Intake) -> str:
    """Give the company a real follow link, and return it."""
    case.follow_digest = refer.tokens.digest(refer.follow_token(case))
    case.save(update_fields=["follow_digest"])
    return refer.follow_path(case)


def test_of_two_advisors_the_second_reads_who_was_first(visit: Opener, javascript: bool) -> None:
    making.referral(COMPANY)
    first, second = visit(javascript=javascript), visit(javascript=javascript, allow=(409,))
    steps.sign_in(first, "adviseur")
    steps.sign_in(second, "teamleider")
    opened(first)
    opened(second)
    first.get_by_role("button", name="Neem ik").click()
    expect(first.get_by_text("opgepakt").first).to_be_visible()
    second.get_by_role("button", name="Neem ik").click()
    text = second.locator("main").inner_text()
    owner = Referral.objects.get().owner
    assert owner is not None
    assert owner.get_full_name() in text
    assert "Opgepakt" in text
    second.get_by_role("link", name="Bekijk de nieuwe stand").click()
    expect(second.get_by_text(owner.get_full_name()).first).to_be_visible()


def test_what_an_advisor_typed_survives_a_colleague_who_was_quicker(visit: Opener, javascript: bool) -> None:
    making.referral(COMPANY)
    first, second = visit(javascript=javascript), visit(javascript=javascript, allow=(409,))
    steps.sign_in(first, "adviseur")
    steps.sign_in(second, "teamleider")
    opened(second)
    opened(first)
    first.get_by_role("button", name="Neem ik").click()
    expect(first.get_by_text("opgepakt").first).to_be_visible()
    number = Referral.objects.get().number
    first.goto(f"/werkbak/{number}/annuleren/")
    second.goto(f"/werkbak/{number}/annuleren/")
    first.get_by_label("Geen passende partner gevonden").check()
    second.get_by_label("Anders").check()
    second.get_by_label("Toelichting").fill("De ondernemer belde dat het al geregeld is.")
    first.get_by_role("button", name="Annuleer").click()
    expect(first.get_by_text("is geannuleerd").first).to_be_visible()
    second.get_by_role("button", name="Annuleer").click()
    expect(second.get_by_text("De ondernemer belde dat het al geregeld is.").first).to_be_visible()


def test_from_the_list_an_offer_takes_three_actions(visit: Opener, javascript: bool) -> None:
    case = making.intake(COMPANY, consents=("nhl_stenden",))
    making.referral(of=case, activity="N3", province="friesland")
    page = visit(javascript=javascript)
    steps.sign_in(page)
    page.goto("/werkbak/?lijst=alles")
    page.get_by_role("link", name=COMPANY, exact=True).first.click()
    page.get_by_role("link", name=re.compile("^Bied aan aan ")).first.click()
    page.get_by_role("button", name="Bied aan").click()
    expect(page.get_by_text("is aangeboden").first).to_be_visible()
    row = Referral.objects.get()
    assert (row.state, row.owner is not None) == ("offered", True)


def test_a_question_goes_to_the_entrepreneur_and_comes_back_answered(visit: Opener, javascript: bool) -> None:
    case = making.intake(COMPANY)
    row = making.referral(of=case)
    link = follow(case)
    reached(row)
    desk, entrepreneur = visit(javascript=javascript), visit(javascript=javascript, width=390)
    steps.sign_in(desk)
    opened(desk)
    desk.get_by_role("button", name="Neem ik").click()
    expect(desk.get_by_text("opgepakt").first).to_be_visible()
    desk.goto(f"/werkbak/{row.number}/vraag/")
    desk.locator("textarea").fill(ASKED)
    desk.get_by_role("button", name="Stel een vraag").click()
    expect(desk.get_by_text(ASKED).first).to_be_visible()

    entrepreneur.goto(link)
    entrepreneur.get_by_role("link", name="Lees de vraag en antwoord").click()
    expect(entrepreneur.get_by_text(ASKED)).to_be_visible()
    entrepreneur.get_by_label("Uw antwoord").fill(ANSWERED)
    entrepreneur.get_by_role("button", name="Verstuur antwoord").click()
    expect(entrepreneur.get_by_text("Uw antwoord is verstuurd").first).to_be_visible()
    opened(desk)
    expect(desk.get_by_text(ANSWERED).first).to_be_visible()


def test_a_company_that_is_not_satisfied_asks_and_an_advisor_opens_again(visit: Opener, javascript: bool) -> None:
    partner = Partner.objects.get(organisation="metaalunie")
    offer = making.offered(partner)
    actor = f"partner:{partner.pk}"
    answering.accept(offer.pk, actor=actor, contact_person="Piet", key="a" * 36, now=making.NOW)
    answering.first_contact(offer.pk, actor=actor, on=making.NOW.date(), key="b" * 36, now=making.NOW)
    answering.complete(
        offer.referral_id, actor=actor, outcome="advice_given", on=making.NOW.date(), key="c" * 36, now=making.NOW
    )
    entrepreneur, desk = visit(javascript=javascript, width=390), visit(javascript=javascript)
    entrepreneur.goto(follow(offer.referral.intake))
    entrepreneur.get_by_role("link", name="Vertel hoe het gaat").click()
    entrepreneur.get_by_label("Nee").check()
    entrepreneur.get_by_label("Mijn vraag is niet beantwoord").check()
    entrepreneur.get_by_label("Ik wil dat de KvK nog eens kijkt").check()
    entrepreneur.get_by_role("button", name="Verstuur").click()
    expect(entrepreneur.get_by_text("Wij hebben uw mening bewaard").first).to_be_visible()
    assert Referral.objects.get().state == "completed"

    steps.sign_in(desk)
    desk.goto(f"/werkbak/{offer.referral.number}/heropenen/")
    desk.get_by_label("De ondernemer is niet tevreden").check()
    desk.get_by_role("button", name="Heropen").click()
    expect(desk.get_by_text("heropend").first).to_be_visible()
    assert Referral.objects.get().state == "queued"


def reached(row: Referral) -> None:
    """Let a mail have reached the company, as it did when the scan was sent."""
    with transaction.atomic():
        event = events.record(row.intake.stream, "intake_submitted", actor="entrepreneur", at=making.NOW)
        receipt = outbox.enqueue(event, "mail.receipt", f"intake:{row.intake_id}", at=making.NOW)
    Outgoing.objects.filter(pk=receipt.pk).update(state=Outgoing.State.DONE, done_at=making.NOW)
