"""A second life for a message that could not be delivered."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User

from nnmkb.ledger import events, outbox
from nnmkb.ledger.models import Outgoing
from referrals.models import Offer, Referral
from referrals.services import door
from referrals.services.errors import Refused
from referrals.services.telling import LINK_MAILS


def retry(referral: Referral, outgoing_id: int, *, advisor: User, now: datetime) -> None:
    """Plan a dead delivery of this referral or its scan once more; a second click finds nothing dead and refuses.

    The link of an offer that has ended opens nothing, so that mail is refused too.
    """

    def work(_: str | None) -> None:
        row = Outgoing.objects.filter(
            pk=outgoing_id, event__stream__in=(referral.stream, f"intake:{referral.intake_id}")
        ).first()
        if row is not None and row.kind in LINK_MAILS and not _live(row.recipient):
            raise Refused("Dit aanbod loopt niet meer. Bied de doorverwijzing opnieuw aan.")
        if row is None or not outbox.retry(row.pk, now):
            raise Refused("Dit bericht staat niet meer op mislukt.")
        events.record(
            referral.stream,
            "delivery_retried",
            actor=f"advisor:{advisor.pk}",
            at=now,
            payload={"outgoing": row.pk, "message": row.kind},
        )

    door.once(referral.stream, None, work, lambda _: None)


def _live(recipient: str) -> bool:
    return Offer.objects.filter(pk=int(recipient.partition(":")[2]), ended_at__isnull=True).exists()
