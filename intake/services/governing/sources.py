"""The texts of the documents that rules lean on: registered once, looked up when somebody cites them."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from intake import source_texts
from intake.models import SourceText
from intake.policy import Policy
from intake.services.governing.door import actor_of, must_be, storable
from intake.services.governing.errors import Refused, Stale
from nnmkb.ledger import events
from nnmkb.web.permissions import Role

# A note of some hundred pages.
MOST_CHARACTERS = 600_000


def register_source(policy: Policy, code: str, text: str, *, by: User, now: datetime) -> SourceText:
    """Register the text of a document of the policy; the newest counts, and the same text again changes nothing."""
    must_be(by, Role.POLICY_AUTHOR)
    if code not in policy.documents:
        raise Refused("Dit document staat niet bij «bronnen» in catalogus.yaml.")
    kept = storable(text).strip()
    if not kept:
        raise Refused("Plak de tekst van het document, of kies een bestand.")
    if len(kept) > MOST_CHARACTERS:
        raise Refused(f"Deze tekst is te lang. Gebruik hooguit {MOST_CHARACTERS:,} tekens.".replace(",", "."))
    digest = hashlib.sha256(kept.encode()).hexdigest()
    known = newest(code)
    if known is not None and known.digest == digest:
        return known
    try:
        with transaction.atomic():
            made = SourceText.objects.create(
                code=code, text=kept, digest=digest, registered_by=actor_of(by), registered_at=now
            )
            payload = {"digest": digest, "characters": len(kept)}
            events.record(made.stream, "source_registered", actor=actor_of(by), at=now, payload=payload)
    except events.LostRace:
        raise Stale("Iemand anders legde net de tekst van dit document vast. Kijk eerst wat er staat.") from None
    return made


def newest(code: str) -> SourceText | None:
    """Return the registered text of a document."""
    return SourceText.objects.filter(code=code).order_by("-id").first()


def registered() -> dict[str, str]:
    """Return the text that counts of each document, by code."""
    return source_texts.registered().fetched()
