"""Who looked: reading leaves events too, in histories of its own, where it never gets in the way of a change."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.contrib.auth.models import User

from nnmkb.ledger import events
from nnmkb.ledger.models import Event
from referrals.domain.worktime import local_date
from referrals.models import Referral
from referrals.services import door

log = logging.getLogger("nnmkb.looks")
READ = "dossier_read"
EXPORTED = "dossier_exported"
SEARCHED = "search_made"
# What a page shows of them, and where `looked` looks for the reader of today.
RECENT = 20


def looked(referral: Referral, reader: User, now: datetime, before: Sequence[Event] | None = None) -> list[Event]:
    """Write down that somebody of the KvK reads a referral, once a day; return its newest looks, newest first.

    One query for who read it before on this day; none with `before`, all looks as they were just read, newest first.
    """
    stream, actor, day = stream_of(referral), f"advisor:{reader.pk}", local_date(now)
    asked = Event.objects.filter(stream=stream).order_by("-seq") if before is None else before
    rows = list(asked[:RECENT])
    if any((row.kind, row.actor, local_date(row.at)) == (READ, actor, day) for row in rows):
        return rows

    def work(scoped: str | None) -> Event:
        return events.record(stream, READ, actor=actor, at=now, idempotency_key=scoped)

    try:
        made = door.once(stream, f"{actor}:{day}", work, lambda event: event)
    except (events.KeyUsed, events.LostRace):
        # Many open it for the first time in the same instant. The next page that this reader opens writes it down.
        log.warning("a look at %s was not written down", referral.number)
        return rows
    return [made, *rows]


def exported(user: User, referrals: Iterable[Referral], now: datetime) -> None:
    """Write down that somebody took these referrals along in a file."""
    for referral in referrals:
        door.note(stream_of(referral), EXPORTED, actor=f"advisor:{user.pk}", at=now, payload={})


def searched(user: User, by: str, found: int, now: datetime) -> None:
    """Write down that somebody searched by contact data: by which kind, and how many it found. Never what was typed."""
    payload = {"by": by, "found": found}
    door.note(f"search:{user.pk}", SEARCHED, actor=f"advisor:{user.pk}", at=now, payload=payload)


def stream_of(referral: Referral) -> str:
    """Return the name of the history of looks at a referral."""
    return f"look:{referral.pk}"
