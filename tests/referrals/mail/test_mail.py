"""Every mail: text and HTML, links that open what they promise, no personal data where it does not belong."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.urls import resolve

from intake.models import Intake
from nnmkb.ledger import events, outbox, tokens
from nnmkb.ledger.models import Outgoing
from referrals import mail
from referrals.models import AccessCode, Offer, Partner, Referral
from referrals.services import door
from tests.referrals import making
from tests.referrals.making import NOW, PERSONAL

pytestmark = pytest.mark.django_db


def names(module: ModuleType) -> tuple[str, ...]:
    """Return the mails of a module."""
    return tuple(
        kind.removeprefix("mail.") for kind, write in mail.WRITERS.items() if write.__module__ == module.__name__
    )


# The state that the event of a mail led to; the due date in the mail follows from it.
LED_TO = {
    "accepted": "accepted",
    "accepted_to_advisor": "accepted",
    "contact_reminder": "accepted",
    "contact_feedback": "in_progress",
    "consent_request": "awaiting_consent",
    "consent_reminder": "awaiting_consent",
    "question": "needs_info",
    "question_reminder": "needs_info",
    "postponed": "on_hold",
    "postponed_to_advisor": "on_hold",
}
TO_ENTREPRENEUR, TO_PARTNER, TO_ADVISOR = names(mail.entrepreneur), names(mail.partner), names(mail.advisor)
WITH_LINK = ("offer", "offer_reminder", "contact_reminder", "report_due_to_partner", "partner_question_answered")
WITHOUT_LINK = tuple(name for name in TO_PARTNER if name not in WITH_LINK)
WITH_PARTNER = ("accepted_to_advisor", "declined_to_advisor", "returned_to_advisor", "offer_expired_to_advisor")
ALL = (*TO_ENTREPRENEUR, *TO_PARTNER, *TO_ADVISOR)


class Case:
    """One offer with everybody around it, and the deliveries about it."""

    def __init__(self, **fields: Any) -> None:
        self.offer: Offer = making.offered(resume_email="later@wiarda.example", **fields)
        self.intake: Intake = self.offer.referral.intake
        self.advisor = User.objects.create_user("anke", "anke@kvk.example")
        self.code = AccessCode.objects.create(offer=self.offer, nonce="n3", created_at=NOW, expires_at=NOW)

    def recipient(self, name: str) -> str:
        """Return who gets this mail."""
        if name == "code":
            return f"code:{self.code.pk}"
        if name in TO_PARTNER:
            return f"offer:{self.offer.pk}"
        return f"advisor:{self.advisor.pk}" if name in TO_ADVISOR else f"intake:{self.intake.pk}"

    def outgoing(self, name: str) -> Outgoing:
        """Promise a mail, as the services do."""
        reason = "duplicate" if name == "cancelled" else "capacity"
        payload = {
            "offer": self.offer.pk,
            "partner": self.offer.partner_id,
            "reason": reason,
            "to": LED_TO.get(name, "offered"),
            "organisation": self.offer.organisation,
            "until": "2026-12-18",
            "state": "in_progress",
        }
        Referral.objects.filter(pk=self.offer.referral_id).update(
            state=payload["to"], entered_at=NOW, **door.handed_to(self.offer.partner)
        )
        with transaction.atomic():
            event = events.record(self.offer.referral.stream, "test", actor="system", at=NOW, payload=payload)
            return outbox.enqueue(event, f"mail.{name}", self.recipient(name), at=NOW)

    def mail(self, name: str) -> EmailMultiAlternatives:
        """Write the mail."""
        return mail.WRITERS[f"mail.{name}"](self.outgoing(name))


@pytest.fixture
def case() -> Case:
    """Return the case of a Dutch company."""
    return Case()


def html_of(made: EmailMultiAlternatives) -> str:
    """Return the HTML part."""
    [part] = made.alternatives
    assert part.mimetype == "text/html"
    return str(part.content)


def link(made: EmailMultiAlternatives) -> str:
    """Return the one link in the text."""
    [found] = re.findall(r"^https?://\S+$", str(made.body), re.MULTILINE)
    return found


@pytest.mark.parametrize("name", ALL)
def test_every_mail_has_a_subject_text_and_html_that_say_the_same(case: Case, name: str) -> None:
    made = case.mail(name)
    assert 5 < len(made.subject) < 120
    html = unescape(html_of(made))
    for paragraph in str(made.body).split("\n\n")[:-1]:
        assert paragraph.split(":\nhttp")[0].strip() in html
    assert "{{" not in html + str(made.body)
    assert html.startswith('<!doctype html>\n<html lang="nl">')
    assert "<img" not in html
    assert "src=" not in html


@pytest.mark.parametrize("name", ALL)
def test_every_mail_goes_to_one_address_under_a_fixed_message_id(case: Case, name: str) -> None:
    outgoing = case.outgoing(name)
    write = mail.WRITERS[f"mail.{name}"]
    first, second = write(outgoing).message(), write(Outgoing.objects.get(pk=outgoing.pk)).message()
    assert first["Message-ID"] == second["Message-ID"] == f"<{outgoing.message_id}@127.0.0.1>"
    assert first["To"] == second["To"]
    assert first["Auto-Submitted"] == "auto-generated"
    assert case.mail(name).message()["Message-ID"] != first["Message-ID"]


def test_each_mail_goes_to_whom_it_is_for(case: Case) -> None:
    assert {tuple(case.mail(name).to) for name in TO_PARTNER} == {("post@exportclub_noord.example",)}
    assert {tuple(case.mail(name).to) for name in TO_ADVISOR} == {("anke@kvk.example",)}
    assert case.mail("resume_link").to == ["later@wiarda.example"]
    assert {tuple(case.mail(name).to) for name in TO_ENTREPRENEUR if name != "resume_link"} == {(PERSONAL["email"],)}


@pytest.mark.parametrize("name", [*TO_PARTNER, *TO_ADVISOR])
def test_a_mail_to_a_partner_or_advisor_holds_nothing_of_the_company_or_person(case: Case, name: str) -> None:
    made = case.mail(name)
    whole = f"{made.subject}\n{made.body}\n{html_of(made)}\n{made.to}"
    for value in (*PERSONAL.values(), "Wiarda", "Groningen", "metaal"):
        assert value.lower() not in whole.lower().replace("groningen, fryslân en drenthe", "")
    assert case.offer.referral.number in whole


@pytest.mark.parametrize("name", TO_ENTREPRENEUR)
def test_a_mail_to_the_company_names_no_person_or_company(case: Case, name: str) -> None:
    made = case.mail(name)
    whole = f"{made.subject}\n{made.body}\n{html_of(made)}"
    for field in ("company", "person", "email", "phone", "kvk_number"):
        assert PERSONAL[field] not in whole


@pytest.mark.parametrize("name", [one for one in TO_ENTREPRENEUR if one != "resume_link"])
def test_the_link_of_the_company_leads_to_its_own_follow_page(case: Case, name: str) -> None:
    found = resolve(urlsplit(link(case.mail(name))).path)
    assert found.view_name == "referrals:follow"
    assert tokens.digest(found.kwargs["token"]) == case.intake.follow_digest


def test_the_link_to_go_on_leads_to_the_draft(case: Case) -> None:
    found = resolve(urlsplit(link(case.mail("resume_link"))).path)
    assert found.view_name == "intake:resume"
    assert tokens.digest(found.kwargs["token"]) == case.intake.resume_digest


def test_the_link_of_the_partner_leads_to_its_offer(case: Case) -> None:
    made = case.mail("offer")
    found = resolve(urlsplit(link(made)).path)
    assert found.view_name == "referrals:offer"
    assert tokens.digest(found.kwargs["token"]) == case.offer.link_digest
    assert f'href="{link(made)}"' in html_of(made)
    assert "dinsdag 1 december 2026" in made.subject


@pytest.mark.parametrize("name", TO_ADVISOR)
def test_the_link_of_the_advisor_leads_to_the_workbench(case: Case, name: str) -> None:
    found = resolve(urlsplit(link(case.mail(name))).path)
    assert found.view_name == "referrals:desk-referral"
    assert found.kwargs == {"number": case.offer.referral.number}


@pytest.mark.parametrize("name", WITHOUT_LINK)
def test_a_mail_that_needs_no_link_has_none(case: Case, name: str) -> None:
    made = case.mail(name)
    assert "http" not in str(made.body)
    assert "href" not in html_of(made)


def test_the_code_is_in_the_mail_and_nowhere_in_the_database(case: Case) -> None:
    expected = tokens.derive_code(f"code:{case.code.pk}", case.code.nonce)
    made = case.mail("code")
    assert expected in str(made.body)
    assert expected in html_of(made)
    assert expected not in made.subject
    assert expected not in str(list(AccessCode.objects.values()))


def test_a_declined_offer_tells_the_advisor_why_and_a_cancelled_one_the_company(case: Case) -> None:
    assert "Geen capaciteit" in str(case.mail("declined_to_advisor").body)
    assert "De reden: deze vraag liep al." in str(case.mail("cancelled").body)
    Intake.objects.update(language="en")
    assert "The reason: we were already working on this request." in str(case.mail("cancelled").body)


def test_the_company_reads_who_helps_and_by_when(case: Case) -> None:
    assert case.offer.partner_name in case.mail("accepted").subject
    assert "dinsdag 1 december 2026" in str(case.mail("accepted").body)
    assert "dinsdag 1 december 2026" in str(case.mail("offer_to_entrepreneur").body)


@pytest.mark.parametrize("name", WITH_PARTNER)
def test_the_advisor_reads_the_name_that_was_asked(case: Case, name: str) -> None:
    Partner.objects.update(name="Andere Naam")
    body = str(case.mail(name).body)
    assert case.offer.partner_name in body
    assert "Andere Naam" not in body


@pytest.mark.parametrize("name", TO_ENTREPRENEUR)
def test_a_company_from_abroad_is_written_to_in_english(name: str) -> None:
    made = Case(language="en").mail(name)
    assert '<html lang="en">' in html_of(made)
    assert "Questions? Call" in str(made.body)
    assert not re.search(r"\b(uw|wij|het|een|niet)\b", str(made.body))


def test_the_partner_of_a_company_from_abroad_is_written_to_in_dutch() -> None:
    assert "Bekijk de doorverwijzing" in str(Case(language="en").mail("offer").body)


@pytest.mark.parametrize(
    "evil", ["A\r\nBcc: x@evil.example", "A\n\n> Klik | http://evil.example", "> Klik | http://evil.example"]
)
def test_a_name_cannot_start_a_header_or_a_button(case: Case, evil: str) -> None:
    case.offer.partner_name = evil
    case.offer.save()
    made = case.mail("accepted")
    assert "\n" not in made.subject
    assert made.message()["Bcc"] is None
    assert re.findall(r'href="([^"]+)"', html_of(made)) == [link(made)] * 2
    assert "evil" not in link(made)


def test_a_name_with_markup_is_shown_as_text(case: Case) -> None:
    case.offer.partner_name = "<b>Club & Zn</b>"
    case.offer.save()
    made = case.mail("accepted")
    assert "&lt;b&gt;Club &amp; Zn&lt;/b&gt;" in html_of(made)
    assert "<b>Club & Zn</b>" in str(made.body)


@pytest.mark.parametrize("name", TO_ADVISOR)
def test_an_advisor_whose_account_was_switched_off_gets_no_mail(case: Case, name: str) -> None:
    outgoing = case.outgoing(name)
    assert mail.WRITERS[f"mail.{name}"](outgoing).recipients() == ["anke@kvk.example"]
    User.objects.filter(pk=case.advisor.pk).update(is_active=False)
    assert mail.WRITERS[f"mail.{name}"](outgoing).recipients() == []


def test_a_question_about_the_contact_does_not_go_out_when_that_partner_stopped(case: Case) -> None:
    outgoing = case.outgoing("contact_feedback")
    Offer.objects.filter(pk=case.offer.pk).update(state=Offer.State.RETURNED, ended_at=NOW)
    with pytest.raises(mail.Outdated):
        mail.WRITERS["mail.contact_feedback"](outgoing)


@pytest.mark.parametrize("name", ["consent_reminder", "question_reminder", "contact_reminder"])
def test_a_reminder_of_something_that_was_done_meanwhile_does_not_go_out(case: Case, name: str) -> None:
    outgoing = case.outgoing(name)
    Referral.objects.filter(pk=case.offer.referral_id).update(entered_at=NOW + timedelta(hours=1))
    with pytest.raises(mail.Outdated):
        mail.WRITERS[f"mail.{name}"](outgoing)


def test_a_reminder_of_an_offer_that_was_answered_does_not_go_out(case: Case) -> None:
    outgoing = case.outgoing("offer_reminder")
    Offer.objects.filter(pk=case.offer.pk).update(state=Offer.State.ACCEPTED)
    with pytest.raises(mail.Outdated):
        mail.WRITERS["mail.offer_reminder"](outgoing)


def test_an_offer_that_ended_while_its_mail_was_tried_does_not_go_out_any_more(case: Case) -> None:
    outgoing = case.outgoing("offer")
    Offer.objects.filter(pk=case.offer.pk).update(state=Offer.State.RECALLED, ended_at=NOW)
    with pytest.raises(mail.Outdated):
        mail.WRITERS["mail.offer"](outgoing)


def test_a_postponement_names_the_day_that_was_chosen(case: Case) -> None:
    assert "vrijdag 18 december 2026" in case.mail("postponed").subject
