"""What somebody of the partner writes to the KvK about work that was accepted: it stays with the referral.

It is a note like those of the advisors, so it is sealed in the history and erased with the rest.
"""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db.models import QuerySet

from nnmkb.ledger import events
from referrals.domain.lifecycle import State
from referrals.models import Note, Offer
from referrals.services import consents, door, notes
from referrals.services.answering import ENDED, opened
from referrals.services.errors import Gone, Refused
from referrals.services.offering import about

LONGEST = 2000
NOTED, REPORTED = "progress_noted", "progress_reported"


def add(offer_id: int, *, actor: str, author: User, text: str, key: str, now: datetime) -> Note:
    """Keep how it goes, in words; while the work goes on the term of 30 days starts again, as with «nog bezig».

    Refused before accepting; Gone when the offer or the consent has ended.
    """

    def work(scoped: str | None) -> Note:
        offer, referral = opened(offer_id, actor)
        if offer.state != Offer.State.ACCEPTED:
            raise Refused("Neem het aanbod eerst aan. Daarna kunt u de KvK laten weten hoe het gaat.")
        if offer.organisation not in consents.organisations(referral.intake_id):
            raise Gone(ENDED[Offer.State.WITHDRAWN], code=Offer.State.WITHDRAWN, offer=offer)
        if len(text) > LONGEST:
            raise Refused(f"Uw tekst telt {len(text)} tekens. Gebruik hoogstens {LONGEST} tekens.", field="text")
        told = {**about(offer), **notes.written_with(referral, author, text, now)}
        if referral.state == State.IN_PROGRESS:
            changes = {**door.clock(State.IN_PROGRESS, now), "misses": 0}
            door.amend(referral, REPORTED, actor=actor, at=now, key=scoped, changes=changes, payload=told)
        else:
            events.record(referral.stream, NOTED, actor=actor, at=now, payload=told, idempotency_key=scoped)
        return Note.objects.filter(referral=referral, author=author).latest("id")

    return door.once(f"offer:{offer_id}", key, work, lambda event: Note.objects.get(pk=event.payload["note"]))


def of(offer: Offer) -> QuerySet[Note]:
    """Return what people of this partner wrote about this offer, newest first; never what the KvK wrote."""
    mine = Note.objects.filter(
        referral=offer.referral_id, author__membership__partner=offer.partner_id, at__gte=offer.offered_at
    )
    return mine.exclude(text="").select_related("author").order_by("-at", "-id")
