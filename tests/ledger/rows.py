"""Events and deliveries for the tests of the ledger."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db import transaction

from nnmkb.ledger import events, outbox
from nnmkb.ledger.models import Event, Outgoing

NOW = datetime(2024, 1, 15, 9, 0, tzinfo=UTC)
SOON = NOW + timedelta(seconds=1)


def event(stream: str = "intake:1", kind: str = "intake_started", **more: object) -> Event:
    """Record one event."""
    with transaction.atomic():
        return events.record(stream, kind, actor="entrepreneur", at=NOW, payload=more)


def delivery(recipient: str = "intake:1", *, after: Outgoing | None = None, kind: str = "mail.receipt") -> Outgoing:
    """Promise one delivery, due now."""
    return outbox.enqueue(event(recipient), kind, recipient, at=NOW, after=after)


def state(row: Outgoing) -> str:
    """Return the state as it is in the database now."""
    return Outgoing.objects.values_list("state", flat=True).get(pk=row.pk)
