"""Carries out one delivery: claim, work outside any transaction, settle. The relay and Celery both end here."""

from __future__ import annotations

import enum
import logging
import smtplib
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from datetime import datetime

from django.core.exceptions import ObjectDoesNotExist
from django.core.mail import get_connection
from django.db import transaction
from django.utils import timezone

from nnmkb.ledger import outbox
from nnmkb.ledger.models import Outgoing
from nnmkb.ledger.terms import limits_of
from referrals import housework, mail
from referrals.domain import mail_errors
from referrals.dossier import issue
from referrals.dossier.check import pango_present
from referrals.dossier.render import FetchRefused, PdfUnavailable
from referrals.services import bouncing, delivery, feed, system_reminders
from referrals.services.telling import LINK_MAILS
from referrals.webhooks import delivering

log = logging.getLogger("nnmkb.delivery")
Clock = Callable[[], datetime]
# Given the seconds that the work may take.
Limit = Callable[[float], AbstractContextManager[object]]
Keep = Callable[[datetime], object]

# Notes in last_error of a delivery that is done without anything having gone out.
# A dossier that could not become a PDF here; revive_renders() looks for it.
NO_PDF = "PdfUnavailable"
# The address is gone, because the person it belonged to was erased.
NOBODY = "NobodyToWriteTo"
# A reminder of something that was done meanwhile.
OUTDATED = "Outdated"


class Outcome(enum.Enum):
    """How an attempt at a delivery ended."""

    DONE = "done"
    RETRY = "retry"
    DEAD = "dead"
    # Not due, done before, in other hands, or the lease ran out under this attempt: nothing was settled here.
    NOT_OURS = "not_ours"


OUTCOMES = {
    Outgoing.State.DONE: Outcome.DONE,
    Outgoing.State.PENDING: Outcome.RETRY,
    Outgoing.State.DEAD: Outcome.DEAD,
    None: Outcome.NOT_OURS,
}


class TimeIsUp(BaseException):
    """The work took longer than a delivery may take. A BaseException, or the library at work would swallow it."""


class UnknownKind(Exception):
    """The outbox holds a kind that nobody carries out."""


class NobodyToWriteTo(Exception):
    """The mail has no recipient any more."""


class NotSent(Exception):
    """The mail backend took the mail and reported zero sent."""


class SeveralRecipients(Exception):
    """The mail has more than one recipient; a server may refuse one of them, and a row stands for one delivery."""


def no_limit(seconds: float) -> AbstractContextManager[object]:
    """Let the work take as long as it takes; a worker of Celery has a limit of its own."""
    return nullcontext()


def deliver(outgoing_id: int, *, now: Clock = timezone.now, limit: Limit = no_limit) -> Outcome:
    """Carry out one delivery if it is there to take; say how it ended.

    What goes wrong in the work itself never leaves this function; a database that is away does.
    `limit` is a context that raises TimeIsUp when the work takes too long.
    """
    claimed = outbox.claim(outgoing_id, now())
    if claimed is None:
        return Outcome.NOT_OURS
    try:
        if system_reminders.put_off(claimed, now()):
            return Outcome.RETRY
        with limit(limits_of(claimed.outgoing.kind).soft_s):
            if claimed.outgoing.kind == feed.WEBHOOK:
                # It settles itself: what the receiver answers decides what becomes of its endpoint.
                return OUTCOMES[delivering.deliver(claimed, now)]
            keep = carry_out(claimed.outgoing, now())
        return settle(claimed, keep, now())
    except PdfUnavailable:
        # The dossier can be read as a page: the mail behind it must go, and nobody needs to be woken for it.
        return close_with_note(claimed, now(), NO_PDF)
    except NobodyToWriteTo:
        return close_with_note(claimed, now(), NOBODY)
    except mail.Outdated:
        return close_with_note(claimed, now(), OUTDATED)
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # a library may stop with something that is no Exception
        return give_up_or_wait(claimed, error, now())


def close_with_note(claimed: outbox.Claim, now: datetime, note: str) -> Outcome:
    """Close a delivery that cannot and need not go out."""
    return Outcome.DONE if outbox.finish(claimed, now, note) else Outcome.NOT_OURS


def settle(claimed: outbox.Claim, keep: Keep, now: datetime) -> Outcome:
    """Close the delivery and keep its result in one transaction; drop the result when the lease was lost."""
    with transaction.atomic():
        if not outbox.finish(claimed, now):
            log.warning("delivery %s: lease lost, result dropped", claimed.outgoing.pk)
            return Outcome.NOT_OURS
        keep(now)
    return Outcome.DONE


def give_up_or_wait(claimed: outbox.Claim, error: BaseException, now: datetime) -> Outcome:
    """Plan the next attempt or stop; only the name and code of the error are kept, its text may quote a person."""
    name = mail_errors.told(error)
    state = outbox.fail(claimed, now, name, permanent=is_permanent(error))
    log.warning("delivery %s (%s): %s, %s", claimed.outgoing.pk, claimed.outgoing.kind, name, state or "lease lost")
    if state is None:
        return Outcome.NOT_OURS
    if state != Outgoing.State.DEAD:
        return Outcome.RETRY
    if claimed.outgoing.kind in LINK_MAILS:
        end_offer(claimed.outgoing, now)
    unknown = isinstance(error, smtplib.SMTPRecipientsRefused) and is_permanent(error)
    if unknown and claimed.outgoing.kind in delivery.VISITORS_OWN:
        # Anybody can type an address that does not exist: no reason to call a person, or to turn health red.
        outbox.close(claimed.outgoing.pk, now, delivery.WRONG_ADDRESS)
    return Outcome.DEAD


def end_offer(outgoing: Outgoing, now: datetime) -> None:
    """End the offer whose mail was given up, so that the KvK knows at once; the sweep does it when this goes wrong."""
    try:
        bouncing.bounce(int(outgoing.recipient.partition(":")[2]), now)
    except Exception as error:
        log.warning("delivery %s: offer not ended yet: %s", outgoing.pk, type(error).__name__)


def is_permanent(error: BaseException) -> bool:
    """Say whether trying again cannot help."""
    if isinstance(error, UnknownKind | ObjectDoesNotExist | FetchRefused | SeveralRecipients):
        return True
    return mail_errors.is_permanent(error) or not isinstance(error, Exception | TimeIsUp)


def carry_out(outgoing: Outgoing, now: datetime) -> Keep:
    """Do the work of a row, outside any transaction; return what to keep in the transaction that settles it."""
    work = BY_KIND.get(outgoing.kind) or BY_KIND.get(outgoing.kind.partition(".")[0])
    if work is None:
        raise UnknownKind(outgoing.kind)
    return work(outgoing, now)


def send(outgoing: Outgoing, now: datetime) -> Keep:
    """Write a mail and hand it to the mail server."""
    write = mail.WRITERS.get(outgoing.kind)
    if write is None:
        raise UnknownKind(outgoing.kind)
    letter = write(outgoing)
    if not letter.recipients():
        raise NobodyToWriteTo
    if len(letter.recipients()) > 1:
        raise SeveralRecipients
    letter.connection = get_connection()
    try:
        sent = letter.send()
    finally:
        # Django leaves a connection open that it could not make safe.
        with suppress(smtplib.SMTPException, OSError):
            letter.connection.close()
    if not sent:
        raise NotSent
    return nothing_to_keep


def render(outgoing: Outgoing, now: datetime) -> Keep:
    """Make the PDF of a dossier; keep it exactly once."""
    dossier_id = int(outgoing.recipient.partition(":")[2])
    pdf = issue.issue(dossier_id)
    return lambda now: issue.keep(dossier_id, pdf, now)


def keep_house(outgoing: Outgoing, now: datetime) -> Keep:
    """Do the periodic work that the row names; each is safe to do twice."""
    name = outgoing.kind.partition(".")[2]
    if name not in housework.WORKS:
        raise UnknownKind(outgoing.kind)
    return housework.do(name, now)


def nothing_to_keep(now: datetime) -> None:
    """Keep nothing: a mail leaves no row behind but its own."""


# What carries out a row: by its whole kind, or else by the part before the dot.
BY_KIND: Mapping[str, Callable[[Outgoing, datetime], Keep]] = {
    "dossier.render": render,
    "mail": send,
    "work": keep_house,
}


def revive_renders(now: datetime) -> int:
    """Put the dossiers back that found no PDF library at the time; return how many. For the start of a relay."""
    if not pango_present():
        return 0
    rows = Outgoing.objects.filter(kind="dossier.render", state=Outgoing.State.DONE, last_error=NO_PDF)
    return rows.update(state=Outgoing.State.PENDING, attempts=0, due_at=now, hinted_at=None, last_error="")
