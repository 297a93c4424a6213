"""Links by mail: going on with a draft, finding it back, a new link for an old one."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from intake.models import Intake
from intake.services.again import again
from intake.services.saving import OPEN
from nnmkb.ledger import events, outbox, tokens

# One address gets at most so many links at a time.
MOST = 3


@again
def mail_resume_link(intake: Intake, email: str, *, key: str, now: datetime) -> None:
    """Keep the address with the draft and promise the mail; the same key promises it once."""
    with transaction.atomic():
        if events.done_before(key) or not Intake.objects.filter(pk=intake.pk, state__in=OPEN).update(
            resume_email=email
        ):
            return
        intake.resume_email = email
        promise(intake, "resume_link_asked", "mail.resume_link", key=key, now=now)


@again
def renew(intake: Intake, *, key: str, now: datetime) -> None:
    """Give an expired draft a new term and a new link, by mail; nothing happens when no address is known.

    The new link only goes to the address that was left behind, so who holds the old link gains nothing by asking.
    """
    with transaction.atomic():
        if events.done_before(key) or not intake.resume_email or not intake.expired(now):
            return
        nonce = secrets.token_hex(16)
        fresh = {
            "nonce": nonce,
            "resume_digest": tokens.digest(tokens.derive("resume", intake.reference, nonce)),
            "follow_digest": tokens.digest(tokens.derive("follow", intake.reference, nonce)),
            "expires_at": now + timedelta(days=settings.DRAFT_DAYS),
        }
        # Only the first of two at the same moment: the other would kill the link that is on its way.
        if Intake.objects.filter(pk=intake.pk, nonce=intake.nonce, state__in=OPEN).update(**fresh):
            promise(intake, "resume_link_renewed", "mail.resume_link", key=key, now=now)


@again
def mail_lost_links(email: str, *, key: str, now: datetime) -> int:
    """Promise a link for each scan that belongs to an address; return how many, which no visitor may learn."""
    with transaction.atomic():
        if events.done_before(f"{key}:1"):
            return 0
        drafts = Intake.objects.filter(resume_email__iexact=email, state__in=OPEN, expires_at__gt=now)
        sent = Intake.objects.filter(contact__email__iexact=email, state=Intake.State.SUBMITTED)
        found = [(intake, "resume_link_asked", "mail.resume_link") for intake in newest(drafts)]
        found += [(intake, "follow_link_asked", "mail.follow_link") for intake in newest(sent)]
        for number, (intake, event, mail) in enumerate(found, start=1):
            promise(intake, event, mail, key=f"{key}:{number}", now=now)
        return len(found)


def newest(intakes: Iterable[Intake]) -> list[Intake]:
    """Return the ones that were worked on last."""
    return sorted(intakes, key=lambda intake: intake.changed_at, reverse=True)[:MOST]


def promise(intake: Intake, event: str, mail: str, *, key: str, now: datetime) -> None:
    """Record that a link was asked for, and put its mail in the outbox."""
    happened = events.record(intake.stream, event, actor="entrepreneur", at=now, idempotency_key=key)
    outbox.enqueue(happened, mail, f"intake:{intake.pk}", at=now)


@again
def record_resumed(intake: Intake, *, now: datetime) -> None:
    """Record that a browser got access by the link."""
    with transaction.atomic():
        events.record(intake.stream, "intake_resumed", actor="entrepreneur", at=now)
