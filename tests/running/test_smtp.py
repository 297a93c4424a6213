"""One mail against a real server of SMTP on loopback: each way in which it can refuse, hang or die has a clear end."""

from __future__ import annotations

import socket
import ssl
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from nnmkb.ledger.models import Outgoing
from referrals import dispatch, mail
from referrals.dispatch import Outcome
from referrals.services import delivery
from tests.running.site import promise
from tests.running.smtp_sink import GARBAGE, HANG, HANG_UP, Sink, dead_port

pytestmark = pytest.mark.django_db
SECONDS = 0.4
STARTTLS = {"EHLO": "250-sink\r\n250 STARTTLS"}


@pytest.fixture
def use(settings: Any):
    """Let a test say which server the mail goes to."""

    def at(port: int, **more: object) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        settings.EMAIL_TIMEOUT = SECONDS
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        for name, value in more.items():
            setattr(settings, name, value)

    return at


def told(row: Outgoing) -> tuple[str, str]:
    row.refresh_from_db()
    return row.state, row.last_error


def attempted(use, answers: dict[str, str], **more: object) -> tuple[Outcome, str, list[bytes]]:
    """Promise a mail and try it once; return how it ended, what the row says, and what the server took."""
    row = promise("goed")
    with Sink(answers) as sink:
        use(sink.port, **more)
        outcome = dispatch.deliver(row.pk)
    return outcome, told(row)[1], sink.taken


def test_mail_that_the_server_takes_went_out_under_its_fixed_name(use):
    row = promise("goed")
    with Sink() as sink:
        use(sink.port)
        assert dispatch.deliver(row.pk) is Outcome.DONE
    assert told(row) == ("done", "")
    assert str(row.message_id).encode() in sink.taken[0]


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"CONNECT": "421 busy"}, "SMTPConnectError 421"),
        ({"CONNECT": "554 5.7.1 go away"}, "SMTPConnectError 554 5.7.1"),
        ({"CONNECT": HANG_UP}, "SMTPServerDisconnected"),
        ({"CONNECT": HANG}, "SMTPServerDisconnected"),
        ({"CONNECT": GARBAGE}, "SMTPConnectError -1"),
        ({"EHLO": "502 no", "HELO": "550 no"}, "SMTPHeloError 550"),
        ({"EHLO": HANG_UP}, "SMTPServerDisconnected"),
        ({"MAIL": "451 4.3.0 later"}, "SMTPSenderRefused 451 4.3.0"),
        ({"MAIL": "421 4.3.2 closing"}, "SMTPSenderRefused 421 4.3.2"),
        # About our own name, and so about every mail: an administrator can mend it.
        ({"MAIL": "550 5.1.8 bad sender"}, "SMTPSenderRefused 550 5.1.8"),
        ({"MAIL": HANG}, "SMTPServerDisconnected"),
        ({"RCPT": "450 4.2.2 full"}, "SMTPRecipientsRefused 450 4.2.2"),
        ({"RCPT": "421 closing"}, "SMTPRecipientsRefused 421"),
        ({"RCPT": "554 5.7.1 relay access denied"}, "SMTPRecipientsRefused 554 5.7.1"),
        ({"RCPT": "530 authenticate first"}, "SMTPRecipientsRefused 530"),
        ({"RCPT": HANG_UP}, "SMTPServerDisconnected"),
        ({"DATA": "451 4.3.0 later"}, "SMTPDataError 451 4.3.0"),
        ({"TAKEN": "452 4.3.1 no room"}, "SMTPDataError 452 4.3.1"),
        ({"TAKEN": "550 5.7.26 not proven"}, "SMTPDataError 550 5.7.26"),
        ({"TAKEN": HANG}, "SMTPServerDisconnected"),
    ],
    ids=lambda value: value if isinstance(value, str) else "".join(f"{step} {what}" for step, what in value.items()),
)
def test_what_may_pass_is_tried_again(use, answers, says):
    outcome, error, _ = attempted(use, answers)
    assert (outcome, error) == (Outcome.RETRY, says)


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"MAIL": "552 5.3.4 too large"}, "SMTPSenderRefused 552 5.3.4"),
        ({"RCPT": "550 5.1.1 unknown"}, "SMTPRecipientsRefused 550 5.1.1"),
        ({"RCPT": "553 no such mailbox"}, "SMTPRecipientsRefused 553"),
        ({"DATA": "554 no valid recipients"}, "SMTPDataError 554"),
        ({"TAKEN": "554 5.6.0 refused content"}, "SMTPDataError 554 5.6.0"),
    ],
    ids=lambda value: value if isinstance(value, str) else "".join(f"{step} {what}" for step, what in value.items()),
)
def test_what_never_passes_is_given_up_at_once(use, answers, says, caplog, monkeypatch):
    monkeypatch.setattr(delivery, "VISITORS_OWN", ())
    outcome, error, _ = attempted(use, answers)
    assert (outcome, error) == (Outcome.DEAD, says)
    assert "@" not in caplog.text


def test_address_that_a_visitor_mistyped_calls_nobody(use):
    outcome, error, taken = attempted(use, {"RCPT": "550 5.1.1 unknown"})
    assert (outcome, error, taken) == (Outcome.DEAD, delivery.WRONG_ADDRESS, [])
    assert not Outgoing.objects.filter(state="dead").exists()


def test_server_that_dies_after_it_took_the_mail_gets_it_again_under_the_same_name(use):
    row = promise("goed")
    with Sink({"TAKEN": HANG_UP}) as died:
        use(died.port)
        assert dispatch.deliver(row.pk) is Outcome.RETRY
    Outgoing.objects.filter(pk=row.pk).update(due_at=timezone.now())
    with Sink() as back:
        use(back.port)
        assert dispatch.deliver(row.pk) is Outcome.DONE
    names = [line for taken in (*died.taken, *back.taken) for line in taken.splitlines() if b"Message-ID" in line]
    assert len(names) == 2
    assert len(set(names)) == 1


@pytest.mark.parametrize("goodbye", [HANG, HANG_UP, "421 gone", GARBAGE])
def test_server_that_does_not_say_goodbye_still_has_the_mail(use, goodbye):
    outcome, error, taken = attempted(use, {"QUIT": goodbye})
    assert (outcome, error, len(taken)) == (Outcome.DONE, "", 1)


def test_server_that_is_not_there_is_tried_again(use):
    row = promise("goed")
    use(dead_port())
    assert dispatch.deliver(row.pk) is Outcome.RETRY
    assert told(row) == ("pending", "ConnectionRefusedError")


def test_name_of_the_server_that_cannot_be_found_is_tried_again(use, monkeypatch):
    def unknown(*what: object, **more: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    row = promise("goed")
    use(25)
    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert dispatch.deliver(row.pk) is Outcome.RETRY
    assert told(row) == ("pending", "gaierror")


@pytest.mark.parametrize(
    ("answers", "more", "error"),
    [
        ({}, {"EMAIL_USE_TLS": True}, "SMTPNotSupportedError"),
        (STARTTLS, {"EMAIL_USE_TLS": True}, "SSL"),
        ({**STARTTLS, "STAR": "454 not now"}, {"EMAIL_USE_TLS": True}, "SMTPResponseException 454"),
        ({}, {"EMAIL_USE_SSL": True}, "SSL"),
    ],
)
def test_connection_that_cannot_be_made_safe_carries_nothing_and_is_tried_again(use, answers, more, error):
    outcome, said, taken = attempted(use, answers, **more)
    assert (outcome, taken) == (Outcome.RETRY, [])
    assert said.startswith(error)


def test_certificate_that_does_not_hold_is_tried_again(use, monkeypatch):
    row = promise("goed")

    def refused(outgoing: Outgoing) -> EmailMultiAlternatives:
        raise ssl.SSLCertVerificationError("certificate of mail.example has expired")

    monkeypatch.setitem(mail.WRITERS, "mail.resume_link", refused)
    assert dispatch.deliver(row.pk) is Outcome.RETRY


def test_mail_to_several_is_never_begun_because_a_server_may_refuse_one_of_them(use, monkeypatch):
    both = EmailMultiAlternatives("Onderwerp", "Tekst", to=["een@bedrijf.example", "twee@bedrijf.example"])
    monkeypatch.setitem(mail.WRITERS, "mail.resume_link", lambda outgoing: both)
    outcome, error, taken = attempted(use, {})
    assert (outcome, error, taken) == (Outcome.DEAD, "SeveralRecipients", [])
