"""A draft: starting it, and the links that belong to it."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse

from intake import policies
from intake.models import Intake
from intake.numbers import RANDOM_BITS, reference_of
from nnmkb.ledger import events, tokens

TRIES = 5


def start(
    *, now: datetime, kind: str = Intake.Kind.SCAN, language: str = "nl", policy: str = "", key: str = ""
) -> Intake:
    """Make an empty draft on the policy in force, with its event; the same key makes one as long as it is empty."""
    event_key = f"start:{key}" if key else None
    if events.done_before(event_key):
        # Asked in this order: a draft that another click makes in between is found, and not taken for a used one.
        if (made := still_empty(event_key, kind)) is not None:
            return made
        event_key = None
    for attempt in range(TRIES):
        draft = build(now=now, kind=kind, language=language, policy=policy or policies.newest())
        try:
            with transaction.atomic():
                draft.save(force_insert=True)
                record_start(draft, key=event_key, now=now)
        except events.KeyUsed:
            # The other half of a double click was a moment earlier.
            return still_empty(event_key, kind) or start(now=now, kind=kind, language=language, policy=policy)
        except IntegrityError:
            # Two drafts with the same 35 random bits: take other bits.
            if attempt == TRIES - 1:
                raise
            continue
        break
    return draft


def record_start(draft: Intake, *, key: str | None, now: datetime) -> None:
    """Record that a draft was begun."""
    events.record(
        draft.stream,
        "intake_started",
        actor="entrepreneur",
        at=now,
        payload={"kind": draft.kind, "policy": draft.policy},
        idempotency_key=key,
    )


def still_empty(event_key: str | None, kind: str) -> Intake | None:
    """Return the draft that this key made, if nothing is in it: then opening it shows nobody anything."""
    event = events.done_before(event_key)
    if event is None:
        return None
    return Intake.objects.filter(
        pk=event.stream.partition(":")[2], kind=kind, state=Intake.State.DRAFT, version=1
    ).first()


def build(*, now: datetime, kind: str, language: str, policy: str) -> Intake:
    """Return a draft that is not saved yet, with a fresh reference and fresh links."""
    reference = reference_of(secrets.randbits(RANDOM_BITS))
    nonce = secrets.token_hex(16)
    return Intake(
        reference=reference,
        kind=kind,
        language=language,
        nonce=nonce,
        resume_digest=tokens.digest(tokens.derive("resume", reference, nonce)),
        follow_digest=tokens.digest(tokens.derive("follow", reference, nonce)),
        policy=policy,
        created_at=now,
        changed_at=now,
        expires_at=now + timedelta(days=settings.DRAFT_DAYS),
    )


def resume_path(intake: Intake) -> str:
    """Return the address at which this draft goes on, on any device."""
    return reverse("intake:resume", args=[tokens.derive("resume", intake.reference, intake.nonce)])


def by_resume_token(token: str) -> Intake | None:
    """Return the intake of a resume link; None for a link that was never given out or is dead."""
    return Intake.objects.filter(resume_digest=tokens.digest(token)).exclude(state=Intake.State.ERASED).first()
