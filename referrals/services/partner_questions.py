"""One question of a partner to the KvK at a time, about a live offer: beside the state, and the clock runs on.

By link, by account and by API alike; the mails say only that there is a question or an answer.
"""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User

from nnmkb.ledger import events, outbox
from nnmkb.ledger.models import Event
from nnmkb.ledger.seals import new_salt
from referrals.domain.lifecycle import Actor
from referrals.domain.partner_feed import FeedType
from referrals.domain.worktime import local_date
from referrals.models import Offer, PartnerQuestion, Referral
from referrals.services import consents, door, feed, profiles, queue, telling
from referrals.services.answering import ENDED, in_time, opened
from referrals.services.errors import Gone, Refused
from referrals.services.sealed import sealed
from referrals.services.written import checked

LONGEST_QUESTION, LONGEST_ANSWER = 1000, 2000
ASKED, ANSWERED = "partner_question_asked", "partner_question_answered"
ONE_OPEN = "Uw vorige vraag wacht nog op antwoord van de KvK. Is er haast? Bel of mail de KvK."
NONE_OPEN = "Deze vraag is al beantwoord, of het aanbod loopt niet meer."


def ask(offer_id: int, *, actor: str, text: str, key: str, now: datetime) -> PartnerQuestion:
    """Put one question to the KvK; its owner gets a mail. State, deadline and version stay as they are.

    Refused while an earlier one waits; Gone when the offer has ended.
    """

    def work(scoped: str | None) -> PartnerQuestion:
        plain = checked(text, LONGEST_QUESTION, field="text", empty="Schrijf eerst een vraag.")
        offer, referral = opened(offer_id, actor)
        if door.who(actor).role is not Actor.PARTNER or offer.organisation == consents.KVK:
            raise Refused("Alleen een partner stelt hier een vraag aan de KvK.")
        in_time(offer, now)
        if offer.organisation not in consents.organisations(referral.intake_id):
            raise Gone(ENDED[Offer.State.WITHDRAWN], code=Offer.State.WITHDRAWN, offer=offer)
        if open_question(offer) is not None:
            raise Refused(ONE_OPEN)
        asked = PartnerQuestion.objects.create(offer=offer, asked_as=actor, asked_at=now, text=plain, salt=new_salt())
        event = _record(asked, referral, ASKED, "text", actor, scoped, now)
        if referral.owner_id is not None:
            outbox.enqueue(event, "mail.partner_question_to_advisor", f"advisor:{referral.owner_id}", at=now)
        return asked

    return door.once(f"offer:{offer_id}", key, work, _of_event)


def answer(referral_id: int, *, advisor: User, text: str, key: str, now: datetime) -> PartnerQuestion:
    """Answer the question that waits; the partner gets a mail with its link, and reads the answer behind the code.

    By the owner, or who may stand in for the owner.
    """

    def work(scoped: str | None) -> PartnerQuestion:
        plain = checked(text, LONGEST_ANSWER, field="text", empty="Schrijf eerst een antwoord.")
        door.may_write(referral_id)
        referral = door.read(referral_id, None)
        asked = (
            PartnerQuestion.objects.select_related("offer__partner")
            .filter(offer__referral=referral_id, closed_at__isnull=True)
            .first()
        )
        if asked is None:
            raise Refused(NONE_OPEN)
        queue.charge(referral, advisor, away=profiles.away([referral.owner], local_date(now)))
        asked.answer, asked.answered_by, asked.closed_at = plain, advisor, now
        asked.save(update_fields=("answer", "answered_by", "closed_at"))
        actor = f"advisor:{advisor.pk}"
        event = _record(asked, referral, ANSWERED, "answer", actor, scoped, now)
        feed.tell(
            FeedType.REFERRAL_UPDATED,
            asked.offer,
            number=referral.number,
            version=referral.version,
            actor=actor,
            at=now,
        )
        line = feed.heard_by_system(asked.offer, referral.version)
        telling.write_to_partner(event, "mail.partner_question_answered", asked.offer, line)
        return asked

    return door.once(f"referral:{referral_id}", key, work, _of_event)


def open_question(offer: Offer) -> PartnerQuestion | None:
    """Return the question of this offer that waits for an answer, if any."""
    return PartnerQuestion.objects.filter(offer=offer, closed_at__isnull=True).first()


def _record(
    asked: PartnerQuestion, referral: Referral, kind: str, column: str, actor: str, key: str | None, now: datetime
) -> Event:
    return events.record(
        referral.stream,
        kind,
        actor=actor,
        at=now,
        payload={
            "offer": asked.offer_id,
            "partner": asked.offer.partner_id,
            "partner_question": asked.pk,
            "sealed": sealed(asked, column),
        },
        idempotency_key=key,
    )


def _of_event(event: Event) -> PartnerQuestion:
    return PartnerQuestion.objects.select_related("offer").get(pk=event.payload["partner_question"])
