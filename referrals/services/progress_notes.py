"""What somebody of the partner writes to the KvK about work that was accepted: it stays with the referral.

It is a note like those of the advisors, so it is sealed in the history and erased with the rest.
"""

from __future__ import annotations

import re
from datetime import datetime

from django.db.models import QuerySet

from nnmkb.ledger import events
from nnmkb.ledger.seals import new_salt
from referrals.domain.lifecycle import State
from referrals.models import Note, Offer
from referrals.services import consents, door, notes
from referrals.services.answering import ENDED, opened, report
from referrals.services.errors import Gone, Refused
from referrals.services.offering import about
from referrals.services.written import checked

LONGEST = 2000
BY_PERSON = re.compile(r"partner:[0-9]{1,18}/person:([0-9]{1,18})")
NOTED = "progress_noted"


def add(offer_id: int, *, actor: str, text: str, key: str, now: datetime, version: int | None = None) -> Note:
    """Keep how it goes, in words; while the work goes on the term of 30 days starts again, as with «nog bezig».

    The actor is a person of the partner, or its system. Refused before accepting; Gone when the offer or the consent
    has ended.
    """

    def work(scoped: str | None) -> Note:
        offer, referral = opened(offer_id, actor, version)
        if offer.state != Offer.State.ACCEPTED:
            raise Refused("Neem het aanbod eerst aan. Daarna kunt u de KvK laten weten hoe het gaat.")
        if offer.organisation not in consents.organisations(referral.intake_id):
            raise Gone(ENDED[Offer.State.WITHDRAWN], code=Offer.State.WITHDRAWN, offer=offer)
        written = _keep(offer, actor, text, now)
        told = {**about(offer), **notes.about(written)}
        if referral.state == State.IN_PROGRESS:
            report(referral, offer, actor=actor, key=scoped, now=now, told=told)
        else:
            events.record(referral.stream, NOTED, actor=actor, at=now, payload=told, idempotency_key=scoped)
        return written

    return door.once(f"offer:{offer_id}", key, work, lambda event: Note.objects.get(pk=event.payload["note"]))


def _keep(offer: Offer, actor: str, text: str, now: datetime) -> Note:
    door.may_write(offer.referral_id)
    plain = checked(text, LONGEST, field="text", empty="Schrijf eerst hoe het gaat.")
    person = BY_PERSON.fullmatch(actor)
    return Note.objects.create(
        referral_id=offer.referral_id,
        author_id=int(person[1]) if person else None,
        partner_id=offer.partner_id,
        text=plain,
        salt=new_salt(),
        at=now,
    )


def of(offer: Offer) -> QuerySet[Note]:
    """Return what this partner wrote about this offer, newest first; never what the KvK wrote."""
    mine = Note.objects.filter(referral=offer.referral_id, partner=offer.partner_id, at__gte=offer.offered_at)
    return mine.exclude(text="").select_related("author").order_by("-at", "-id")
