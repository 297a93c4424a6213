"""The feed of a connected partner: a history in the ledger, written in the transaction of the change itself.

Its numbers follow each other without a gap, in the order of the commits, so `after=<number>` never skips one. Each line
also promises a message to every endpoint of the partner that is on.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from nnmkb.ledger import events, outbox
from nnmkb.ledger.models import Event, Outgoing
from referrals.domain.partner_feed import FeedType, stream_of
from referrals.models import Offer, Partner, WebhookEndpoint

WEBHOOK = "webhook.event"
# So long a partner that works by API has to take a message; then the mail goes as well.
STANDING_BY = timedelta(hours=1)


def connect(partner_id: int, now: datetime) -> None:
    """Begin the feed of a partner at its first key or endpoint; what happened before stands in the list of offers."""
    Partner.objects.filter(pk=partner_id, connected_at__isnull=True).update(connected_at=now)


def tell(
    kind: FeedType, offer: Offer, *, number: str, version: int, actor: str, at: datetime, key: str | None = None
) -> Event | None:
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
        idempotency_key=key,
    )
    for endpoint_id in _listening(offer.partner_id):
        outbox.enqueue(line, WEBHOOK, f"endpoint:{endpoint_id}", at=at)
    return line


def hold_partners(intake_id: int) -> None:
    """Hold every connected partner of a company, in one order; call it before several of their feeds are written.

    Two companies that stop at one moment would otherwise each wait for the partner that the other holds.
    """
    offers = Offer.objects.filter(referral__intake=intake_id).values("partner")
    connected = Partner.objects.select_for_update(no_key=True).filter(pk__in=offers, connected_at__isnull=False)
    list(connected.order_by("pk").values_list("pk", flat=True))


def heard_by_system(offer: Offer, version: int) -> Event | None:
    """Return the line of a change, when the partner works by API and its endpoints were just promised to hear it.

    The mail about the same may then stand by. Call it in the transaction that wrote the line.
    """
    if offer.partner.channel != Partner.Channel.API or offer.partner.connected_at is None:
        return None
    line = line_of(offer, version)
    return line if line and Outgoing.objects.filter(event=line, kind=WEBHOOK).exists() else None


def line_of(offer: Offer, version: int) -> Event | None:
    """Return the newest line about an offer at this version of its referral."""
    about = Event.objects.filter(stream=stream_of(offer.partner_id), payload__offer=offer.pk, payload__version=version)
    return about.order_by("-seq").first()


def may_still_arrive(lines: Iterable[int]) -> bool:
    """Say whether an endpoint may still hear one of these lines."""
    return Outgoing.objects.filter(event__in=list(lines), kind=WEBHOOK, state__in=outbox.OPEN).exists()


def did_arrive(lines: Iterable[int]) -> bool:
    """Say whether an endpoint took one of these lines; one that is being sent again waits, and counts as not yet."""
    heard = Outgoing.objects.filter(event__in=list(lines), kind=WEBHOOK, state=Outgoing.State.DONE, last_error="")
    return heard.exists()


def _listening(partner_id: int) -> list[int]:
    rows = WebhookEndpoint.objects.filter(
        partner=partner_id, state=WebhookEndpoint.State.ACTIVE, removed_at__isnull=True
    )
    return list(rows.order_by("pk").values_list("pk", flat=True))
