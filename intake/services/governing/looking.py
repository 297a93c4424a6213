"""Who tried the answers of one scan: reading them leaves an event, in a history of its own."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from intake.services.governing.door import actor_of
from nnmkb.ledger import events

READ = "answers_read"
TRIES = 5


def looked(intake_id: int, reader: User, now: datetime) -> None:
    """Write down that somebody of the policy staff reads the answers of a scan, once a day."""
    stream = f"look-intake:{intake_id}"
    key = f"{stream}:{actor_of(reader)}:{timezone.localdate(now)}"
    for _ in range(TRIES):
        if events.done_before(key):
            return
        try:
            with transaction.atomic():
                events.record(stream, READ, actor=actor_of(reader), at=now, idempotency_key=key)
        except (events.KeyUsed, events.LostRace):
            continue
        return
