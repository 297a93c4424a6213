"""record(): the only writer of Event. Call it in the transaction of the change; no event, no change."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, connection

from nnmkb.ledger.models import Event


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
    last = Event.objects.filter(stream=stream).order_by("-seq").first()
    event = Event(
        stream=stream,
        seq=(last.seq + 1) if last else 1,
        kind=kind,
        actor=actor,
        at=at,
        payload=dict(payload or {}),
        idempotency_key=idempotency_key,
        previous=last.digest if last else "",
    )
    event.digest = digest_of(event)
    try:
        event.save(force_insert=True)
    except IntegrityError as error:
        if idempotency_key and "idempotency" in str(error):
            raise KeyUsed(idempotency_key) from error
        raise LostRace(stream) from error
    return event


def done_before(idempotency_key: str | None) -> Event | None:
    """Return the event that this key already led to, if any."""
    if not idempotency_key:
        return None
    return Event.objects.filter(idempotency_key=idempotency_key).first()


def digest_of(event: Event) -> str:
    """Return SHA-256 over the previous digest and the canonical text of the event."""
    text = json.dumps(
        [event.stream, event.seq, event.kind, event.actor, event.at.isoformat(), event.payload],
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    )
    return hashlib.sha256((event.previous + text).encode()).hexdigest()


def history(stream: str) -> list[Event]:
    """Return the events of a subject, oldest first."""
    return list(Event.objects.filter(stream=stream).order_by("seq"))


def broken_chains() -> list[str]:
    """Name each event whose digest does not follow from the one before it."""
    wrong: list[str] = []
    previous: dict[str, tuple[int, str]] = {}
    for event in Event.objects.order_by("stream", "seq").iterator():
        seq, digest = previous.get(event.stream, (0, ""))
        if event.seq != seq + 1 or event.previous != digest or digest_of(event) != event.digest:
            wrong.append(f"{event.stream} {event.seq}")
        previous[event.stream] = (event.seq, event.digest)
    return wrong
