"""A draft: starting it, and the links that belong to it."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse

from intake.models import Intake
from intake.numbers import RANDOM_BITS, reference_of
from nnmkb.ledger import events, tokens

TRIES = 5


def start(*, now: datetime, kind: str = Intake.Kind.SCAN, language: str = "nl", policy: str = "") -> Intake:
    """Make an empty draft on the policy in force, with its event."""
    for attempt in range(TRIES):
        draft = build(now=now, kind=kind, language=language, policy=policy or settings.POLICY_NAME)
        try:
            with transaction.atomic():
                draft.save(force_insert=True)
                events.record(draft.stream, "intake_started", actor="entrepreneur", at=now, payload={"kind": kind})
        except IntegrityError:
            # Two drafts with the same 35 random bits: take other bits.
            if attempt == TRIES - 1:
                raise
            continue
        break
    return draft


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
