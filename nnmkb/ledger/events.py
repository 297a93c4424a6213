"""record(): the only writer of Event and Tip. Call it in the transaction of the change; no event, no change."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime

from django.db import IntegrityError, connection

from nnmkb.ledger.models import Event, Tip

# One form for one event, whatever wrote it: digests are made over this text.
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


class KeyUsed(Exception):
    """The same form came in twice at the same moment; the other one was carried out."""


class LostRace(Exception):
    """Another change to the same subject came in between; nothing of this one was kept."""


def record(
    stream: str,
    kind: str,
    *,
    actor: str,
    at: datetime,
    payload: Mapping[str, object] | None = None,
    idempotency_key: str | None = None,
) -> Event:
    """Append an event to the history of a subject and return it.

    Raises KeyUsed when the idempotency key was used before, and LostRace when another writer took the next number:
    both leave the transaction unusable, so the caller lets them pass through its `atomic` block.
    """
    assert connection.in_atomic_block, "an event is part of the transaction of its change"
    last = Tip.objects.filter(stream=stream).values_list("seq", "digest").first()
    seq, previous = last or (0, "")
    event = Event(
        stream=stream,
        seq=seq + 1,
        kind=kind,
        actor=actor,
        at=at,
        payload=dict(payload or {}),
        idempotency_key=idempotency_key,
        previous=previous,
    )
    event.digest = digest_of(event)
    try:
        # The tip first: a second writer waits here, and then finds it moved.
        _move_tip(event)
        event.save(force_insert=True)
    except IntegrityError as error:
        if idempotency_key and "idempotency" in str(error):
            raise KeyUsed(idempotency_key) from error
        raise LostRace(stream) from error
    return event


def _move_tip(event: Event) -> None:
    if event.seq == 1:
        Tip.objects.create(stream=event.stream, seq=1, digest=event.digest)
        return
    tip = Tip.objects.filter(stream=event.stream, seq=event.seq - 1, digest=event.previous)
    if not tip.update(seq=event.seq, digest=event.digest):
        raise LostRace(event.stream)


def done_before(idempotency_key: str | None) -> Event | None:
    """Return the event that this key already led to, if any."""
    if not idempotency_key:
        return None
    return Event.objects.filter(idempotency_key=idempotency_key).first()


def digest_of(event: Event) -> str:
    """Return the digest that belongs to this event."""
    return chained(event.previous, event.stream, event.seq, event.kind, event.actor, event.at, event.payload)


def chained(
    previous: str, stream: str, seq: int, kind: str, actor: str, at: datetime, payload: Mapping[str, object]
) -> str:
    """Return SHA-256 over the previous digest and the canonical text of an event."""
    text = _CANONICAL.encode([stream, seq, kind, actor, at.astimezone(UTC).isoformat(), payload])
    return hashlib.sha256((previous + text).encode()).hexdigest()


def history(stream: str) -> list[Event]:
    """Return the events of a subject, oldest first."""
    return list(Event.objects.filter(stream=stream).order_by("seq"))
