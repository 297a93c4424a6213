"""One delivery: which errors are tried again, what is kept once, and what the row says afterwards."""

from __future__ import annotations

import smtplib
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core import mail as postbox
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from nnmkb.ledger import outbox
from nnmkb.ledger.models import Outgoing
from referrals import dispatch, mail
from referrals.dispatch import Outcome
from referrals.domain.lifecycle import TRANSITIONS
from referrals.domain.reminders import REMINDERS
from referrals.dossier import issue
from referrals.dossier.render import FetchRefused, PdfUnavailable
from tests.ledger.rows import NOW, delivery
from tests.running.site import promise

pytestmark = pytest.mark.django_db


class Refusal(BaseException):
    """Stands for what a library stops with when it wants nobody to catch it."""


def fails_with(error: BaseException):
    def write(outgoing: Outgoing) -> EmailMultiAlternatives:
        raise error

    return write


def letter(outgoing: Outgoing) -> EmailMultiAlternatives:
    return EmailMultiAlternatives("Onderwerp", "Tekst", to=["iemand@bedrijf.example"])


@pytest.fixture
def mails(monkeypatch):
    """Let a test say what the mail does."""

    def set_to(write) -> Outgoing:
        monkeypatch.setitem(mail.WRITERS, "mail.receipt", write)
        return delivery()

    return set_to


def test_delivery_twice_sends_one_mail():
    row = promise("goed")
    assert dispatch.deliver(row.pk) is Outcome.DONE
    assert dispatch.deliver(row.pk) is Outcome.NOT_OURS
    assert len(postbox.outbox) == 1
    assert str(row.message_id) in postbox.outbox[0].message()["Message-ID"]


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (TimeoutError("secret@example"), Outcome.RETRY),
        (smtplib.SMTPServerDisconnected("gone"), Outcome.RETRY),
        (smtplib.SMTPConnectError(554, "no service"), Outcome.RETRY),
        (smtplib.SMTPAuthenticationError(535, b"no"), Outcome.RETRY),
        (smtplib.SMTPDataError(451, b"later"), Outcome.RETRY),
        (smtplib.SMTPDataError(554, b"spam"), Outcome.DEAD),
        (smtplib.SMTPSenderRefused(550, b"no", "x"), Outcome.RETRY),
        (smtplib.SMTPRecipientsRefused({"a@b.example": (450, b"full")}), Outcome.RETRY),
        (smtplib.SMTPRecipientsRefused({"a@b.example": (550, b"unknown")}), Outcome.DEAD),
        (dispatch.TimeIsUp(), Outcome.RETRY),
        (Refusal("file:///secret"), Outcome.DEAD),
        (FetchRefused("file:///secret"), Outcome.DEAD),
        (Outgoing.DoesNotExist(), Outcome.DEAD),
    ],
    ids=lambda value: type(value).__name__,
)
def test_error_decides_between_another_attempt_and_the_end(mails, error, outcome):
    row = mails(fails_with(error))
    assert dispatch.deliver(row.pk) is outcome
    row.refresh_from_db()
    assert row.state == ("dead" if outcome is Outcome.DEAD else "pending")
    assert row.last_error.partition(" ")[0] == type(error).__name__
    assert "@" not in row.last_error


def test_stop_of_the_process_is_not_swallowed(mails):
    row = mails(fails_with(SystemExit()))
    with pytest.raises(SystemExit):
        dispatch.deliver(row.pk)
    row.refresh_from_db()
    assert row.state == "leased"


def test_unknown_kind_is_dead_and_visible():
    row = delivery(kind="mail.nonsense")
    assert dispatch.deliver(row.pk) is Outcome.DEAD
    row.refresh_from_db()
    assert row.last_error == "UnknownKind"


def test_every_kind_that_the_services_promise_is_carried_out():
    promised = {"receipt", "code", "resume_link", "follow_link", "withdrawn_receipt"}
    promised |= {notice.message for row in TRANSITIONS for notice in row.notices}
    promised |= {notice.message for notice in REMINDERS.values()}
    assert {f"mail.{message}" for message in promised} <= set(mail.WRITERS)


def test_mail_without_a_recipient_is_closed_without_alarm(mails):
    row = mails(lambda outgoing: EmailMultiAlternatives("Onderwerp", "Tekst", to=[""]))
    assert dispatch.deliver(row.pk) is Outcome.DONE
    row.refresh_from_db()
    assert (row.state, row.last_error) == ("done", "NobodyToWriteTo")
    assert postbox.outbox == []


def test_work_that_takes_too_long_is_cut_off_by_the_limit(mails):
    row = mails(letter)

    @contextmanager
    def at_once(seconds: float):
        raise dispatch.TimeIsUp
        yield

    assert dispatch.deliver(row.pk, limit=at_once) is Outcome.RETRY


def test_late_worker_sends_but_settles_nothing(mails, settings):
    begun: list[bool] = []

    def slow(outgoing: Outgoing) -> EmailMultiAlternatives:
        assert outbox.claim(outgoing.pk, NOW + timedelta(seconds=settings.OUTGOING_LEASE_S + 1))
        begun.append(True)
        return letter(outgoing)

    row = mails(slow)
    assert dispatch.deliver(row.pk, now=lambda: NOW + timedelta(minutes=10 * len(begun))) is Outcome.NOT_OURS
    row.refresh_from_db()
    assert row.state == "leased"
    assert row.attempts == 2


def test_result_of_a_late_worker_is_not_kept(monkeypatch, settings):
    kept = []
    row = delivery("dossier:7", kind="dossier.render")

    def slow(dossier_id: int) -> bytes:
        assert outbox.claim(row.pk, NOW + timedelta(seconds=settings.OUTGOING_LEASE_S + 1))
        return b"%PDF"

    monkeypatch.setattr(issue, "issue", slow)
    monkeypatch.setattr(issue, "keep", lambda *given: kept.append(given))
    assert dispatch.deliver(row.pk, now=lambda: NOW) is Outcome.NOT_OURS
    assert kept == []


def test_pdf_is_kept_in_the_transaction_that_closes_the_delivery(monkeypatch):
    row = delivery("dossier:7", kind="dossier.render")
    monkeypatch.setattr(issue, "issue", lambda dossier_id: b"%PDF")

    def broken(*given: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(issue, "keep", broken)
    assert dispatch.deliver(row.pk) is Outcome.RETRY
    row.refresh_from_db()
    assert (row.state, row.last_error) == ("pending", "RuntimeError")


@pytest.fixture
def no_pdf(monkeypatch):
    def unavailable(dossier_id: int) -> bytes:
        raise PdfUnavailable

    monkeypatch.setattr(issue, "issue", unavailable)
    return delivery("dossier:7", kind="dossier.render")


def test_dossier_without_pdf_library_lets_its_mail_go_and_raises_no_alarm(no_pdf, mails):
    mail = mails(letter)
    Outgoing.objects.filter(pk=mail.pk).update(after=no_pdf)
    assert dispatch.deliver(mail.pk) is Outcome.NOT_OURS
    assert dispatch.deliver(no_pdf.pk) is Outcome.DONE
    no_pdf.refresh_from_db()
    assert no_pdf.last_error == "PdfUnavailable"
    assert dispatch.deliver(mail.pk) is Outcome.DONE


def test_dossier_gets_its_pdf_once_the_library_is_there(no_pdf, monkeypatch):
    dispatch.deliver(no_pdf.pk)
    monkeypatch.setattr(dispatch, "pango_present", lambda: False)
    assert dispatch.revive_renders(timezone.now()) == 0
    monkeypatch.setattr(dispatch, "pango_present", lambda: True)
    assert dispatch.revive_renders(timezone.now()) == 1
    no_pdf.refresh_from_db()
    assert (no_pdf.state, no_pdf.attempts) == ("pending", 0)
