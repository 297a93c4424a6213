"""The feed of a connected partner: a history in the ledger, written in the transaction of the change itself.

Its numbers follow each other without a gap, in the order of the commits, so `after=<number>` never skips one. Each line
also promises a message to every endpoint of the partner that is on.
"""

from __future__ import annotations

from datetime import datetime

from nnmkb.ledger import events, outbox
from nnmkb.ledger.models import Event
from referrals.domain.partner_feed import FeedType, stream_of
from referrals.models import Offer, Partner, WebhookEndpoint

WEBHOOK = "webhook.event"


def connect(partner_id: int, now: datetime) -> None:
    """Begin the feed of a partner at its first key or endpoint; what happened before stands in the list of offers."""
    Partner.objects.filter(pk=partner_id, connected_at__isnull=True).update(connected_at=now)


def tell(kind: FeedType, offer: Offer, *, number: str, version: int, actor: str, at: datetime) -> Event | None:
    """Write a line about an offer in the feed of its partner; None when no system of that partner is connected.

    `number` and `version` are those of the referral after the change. Call it in the transaction of the change.
    """
    if offer.partner.connected_at is None:
        return None
    # One writer at a time: of two changes for one partner at one moment the second waits, instead of losing the number.
    Partner.objects.select_for_update(no_key=True).get(pk=offer.partner_id)
    line = events.record(
        stream_of(offer.partner_id),
        kind.value,
        actor=actor,
        at=at,
        payload={"offer": offer.pk, "number": number, "version": version},
    )
    for endpoint_id in _listening(offer.partner_id):
        outbox.enqueue(line, WEBHOOK, f"endpoint:{endpoint_id}", at=at)
    return line


def _listening(partner_id: int) -> list[int]:
    rows = WebhookEndpoint.objects.filter(
        partner=partner_id, state=WebhookEndpoint.State.ACTIVE, removed_at__isnull=True
    )
    return list(rows.order_by("pk").values_list("pk", flat=True))
