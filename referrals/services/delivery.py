"""What a person does about a message: send it once more, or say that it was taken care of.

Most stand beside a referral, at the workbench. What failed elsewhere, such as an invitation or a link to a scan that
was never sent in, is for the team lead: no message that failed is out of everybody's sight.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
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
# Of the link that a visitor asked at an address of the own choice: who mistyped it asks again, and nobody here can.
WRONG_ADDRESS = "WrongAddress"
VISITORS_OWN = ("mail.resume_link",)
GONE = "Dit bericht staat niet meer op mislukt."
# So many failed messages are looked at; more are shown when these were taken care of.
MOST = 1000
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

    _act(referral, outgoing_id, "delivery_retried", _again, advisor=advisor, now=now)


def take_care(referral: Referral, outgoing_id: int, *, advisor: User, now: datetime) -> None:
    """Note that somebody took care of a message that failed, so that it no longer asks for anybody."""

    _act(referral, outgoing_id, "delivery_taken_care_of", _closed, advisor=advisor, now=now)


def elsewhere() -> list[Outgoing]:
    """Return the messages that failed and stand beside no referral, oldest first; at most MOST.

    The work of the house is not among them: it is done again in its next hour or night.
    """
    failed = Outgoing.objects.filter(state__in=outbox.FAILED).exclude(event__stream__startswith="referral:")
    rows = failed.exclude(kind__startswith="work.").select_related("event").order_by("created_at", "pk")[:MOST]
    return _beside_no_referral(rows)


def act_elsewhere(outgoing_id: int, *, again: bool, by: User, now: datetime) -> None:
    """Send such a message once more, or note that somebody took care of it; a second click refuses."""

    def all_or_nothing(_: str | None) -> None:
        rows = Outgoing.objects.filter(pk=outgoing_id, state__in=outbox.FAILED).select_related("event")
        found = _beside_no_referral(rows)
        if not found:
            raise Refused(GONE)
        (row,) = found
        told = _again(row, now) if again else _closed(row, now)
        payload = {"outgoing": row.pk, "message": row.kind, **told}
        kind = "delivery_retried" if again else "delivery_taken_care_of"
        events.record(f"outgoing:{row.pk}", kind, actor=f"staff:{by.pk}", at=now, payload=payload)

    door.once(f"outgoing:{outgoing_id}", None, all_or_nothing, lambda _: None)


def _beside_no_referral(rows: Iterable[Outgoing]) -> list[Outgoing]:
    found = [(row, *row.event.stream.partition(":")[::2]) for row in rows]
    cases = {int(pk) for _, subject, pk in found if subject == "intake"}
    referred = set(Referral.objects.filter(intake__in=cases).values_list("intake_id", flat=True)) if cases else set()
    return [
        row for row, subject, pk in found if subject != "referral" and (subject != "intake" or int(pk) not in referred)
    ]


def _again(row: Outgoing, now: datetime) -> dict[str, object]:
    if row.kind in LINK_MAILS and not _live(row.recipient):
        raise Refused("Dit aanbod loopt niet meer. Bied de doorverwijzing opnieuw aan.")
    if not can_send_again(row):
        raise Refused("Dit bericht kan niet nog eens worden verstuurd.")
    if outbox.retry(row.pk, now):
        return {}
    return {"again": _anew(row, now).pk}


def _closed(row: Outgoing, now: datetime) -> dict[str, object]:
    if not outbox.close(row.pk, now, TAKEN_CARE_OF):
        raise Refused(GONE)
    return {}


def _act(
    referral: Referral,
    outgoing_id: int,
    kind: str,
    work: Callable[[Outgoing, datetime], dict[str, object]],
    *,
    advisor: User,
    now: datetime,
) -> None:
    def all_or_nothing(_: str | None) -> None:
        streams = (referral.stream, f"intake:{referral.intake_id}")
        row = Outgoing.objects.filter(pk=outgoing_id, event__stream__in=streams).first()
        if row is None:
            raise Refused("Dit bericht hoort niet bij deze doorverwijzing. Laad de pagina opnieuw.")
        found = work(row, now)
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
