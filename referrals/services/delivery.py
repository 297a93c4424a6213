"""A second life for a message that could not be delivered."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User

from nnmkb.ledger import events, outbox
from nnmkb.ledger.models import Outgoing
from referrals.models import Referral
from referrals.services import door
from referrals.services.errors import Refused


def retry(referral: Referral, outgoing_id: int, *, advisor: User, now: datetime) -> None:
    """Plan a dead delivery of this referral or its scan once more; a second click finds nothing dead and refuses."""

    def work(_: str | None) -> None:
        row = Outgoing.objects.filter(
            pk=outgoing_id, event__stream__in=(referral.stream, f"intake:{referral.intake_id}")
        ).first()
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
