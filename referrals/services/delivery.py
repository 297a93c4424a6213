"""What a person does about a message: send it once more, or say that it was taken care of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.contrib.auth.models import User

from nnmkb.ledger import events, outbox
from nnmkb.ledger.models import Outgoing
from referrals.models import Offer, Referral
from referrals.services import door
from referrals.services.errors import Refused
from referrals.services.telling import LINK_MAILS

State = Outgoing.State
# Notes on a message that failed and that asks for nobody any more.
SENT_ANEW = "SentAnew"
TAKEN_CARE_OF = "TakenCareOf"
# A code is good for ten minutes, and the partner asks for another one itself.
NEVER_AGAIN = ("mail.code",)
# Nobody's mailbox is filled by a person who clicks.
AGAIN_WITHIN = timedelta(hours=1)
AGAIN_AT_MOST = 2


def can_send_again(row: Outgoing) -> bool:
    """Say whether this message can be sent once more, as far as the row itself tells."""
    if row.state == State.DEAD:
        return row.kind not in NEVER_AGAIN
    went_out = row.state == State.BOUNCED or (row.state == State.DONE and row.last_error == "")
    return went_out and row.kind.startswith("mail.") and row.kind not in NEVER_AGAIN


def retry(referral: Referral, outgoing_id: int, *, advisor: User, now: datetime) -> None:
    """Send a message of this referral or its scan once more; a second click refuses.

    One that never went out is tried again as it is. One that went out, and perhaps came back, is promised anew in a row
    of its own: what happened to the first stays true. The link of an offer that has ended opens nothing, so that mail
    is refused too.
    """

    def work(row: Outgoing) -> dict[str, object]:
        if row.kind in LINK_MAILS and not _live(row.recipient):
            raise Refused("Dit aanbod loopt niet meer. Bied de doorverwijzing opnieuw aan.")
        if not can_send_again(row):
            raise Refused("Dit bericht kan niet nog eens worden verstuurd.")
        if outbox.retry(row.pk, now):
            return {}
        return {"again": _anew(row, now).pk}

    _act(referral, outgoing_id, "delivery_retried", work, advisor=advisor, now=now)


def take_care(referral: Referral, outgoing_id: int, *, advisor: User, now: datetime) -> None:
    """Note that somebody took care of a message that failed, so that it no longer asks for anybody."""

    def work(row: Outgoing) -> dict[str, object]:
        if not outbox.close(row.pk, now, TAKEN_CARE_OF):
            raise Refused("Dit bericht staat niet meer op mislukt.")
        return {}

    _act(referral, outgoing_id, "delivery_taken_care_of", work, advisor=advisor, now=now)


def _act(
    referral: Referral,
    outgoing_id: int,
    kind: str,
    work: Callable[[Outgoing], dict[str, object]],
    *,
    advisor: User,
    now: datetime,
) -> None:
    def all_or_nothing(_: str | None) -> None:
        streams = (referral.stream, f"intake:{referral.intake_id}")
        row = Outgoing.objects.filter(pk=outgoing_id, event__stream__in=streams).first()
        if row is None:
            raise Refused("Dit bericht hoort niet bij deze doorverwijzing. Laad de pagina opnieuw.")
        found = work(row)
        payload = {"outgoing": row.pk, "message": row.kind, **found}
        events.record(referral.stream, kind, actor=f"advisor:{advisor.pk}", at=now, payload=payload)

    door.once(referral.stream, None, all_or_nothing, lambda _: None)


def _anew(row: Outgoing, now: datetime) -> Outgoing:
    same = Outgoing.objects.filter(event=row.event_id, kind=row.kind, recipient=row.recipient)
    if same.filter(created_at__gt=now - AGAIN_WITHIN).exclude(pk=row.pk).count() >= AGAIN_AT_MOST:
        raise Refused("Dit bericht is het afgelopen uur al twee keer opnieuw verstuurd. Wacht een uur.")
    again = outbox.send_again(row, now)
    if again is None:
        raise Refused("Dit bericht staat al klaar om opnieuw te gaan.")
    outbox.close(row.pk, now, SENT_ANEW)
    return again


def _live(recipient: str) -> bool:
    return Offer.objects.filter(pk=int(recipient.partition(":")[2]), ended_at__isnull=True).exists()
