"""Reminding a partner by hand of an offer that waits, once a day at most; the automatic reminder is in `telling`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import User

from nnmkb.ledger import events, outbox
from nnmkb.ledger.models import Event
from referrals.domain.lifecycle import State
from referrals.domain.worktime import local_date, start_of
from referrals.models import Referral
from referrals.services import door, profiles, queue
from referrals.services.consents import KVK
from referrals.services.errors import Refused

KIND = "offer_reminded"
TODAY = "Deze partner kreeg vandaag al een herinnering."


def remind(referral_id: int, *, advisor: User, version: int, key: str, now: datetime) -> Referral:
    """Send the partner of the live offer a reminder, in the same words as the automatic one."""

    def work(scoped: str | None) -> Referral:
        # Held, so that of two who remind at once the second sees what the first did.
        door.hold(door.read(referral_id, version).intake_id)
        referral = door.read(referral_id, version)
        away = profiles.away([referral.owner], local_date(now))
        may(referral, advisor, away=away, reminded=reminded([referral], now))
        offer = referral.offers.get(ended_at__isnull=True)
        event = events.record(
            referral.stream,
            KIND,
            actor=f"advisor:{advisor.pk}",
            at=now,
            payload={"offer": offer.pk, "partner": offer.partner_id},
            idempotency_key=scoped,
        )
        outbox.enqueue(event, "mail.offer_reminder", f"offer:{offer.pk}", at=now)
        return referral

    return door.once(f"referral:{referral_id}", key, work, lambda _: door.read(referral_id, None))


def may(referral: Referral, advisor: User, *, away: frozenset[int], reminded: frozenset[int]) -> None:
    """Refuse what does not wait for an answer of a partner, is somebody else's, or was reminded today."""
    if referral.state != State.OFFERED or referral.organisation == KVK:
        raise Refused(f"Hier wacht geen aanbod bij een partner. Status: {State(referral.state).label}.")
    queue.charge(referral, advisor, away=away)
    if referral.pk in reminded:
        raise Refused(TODAY)


def reminded(referrals: Iterable[Referral], now: datetime) -> frozenset[int]:
    """Return which of these were reminded by hand today, for the offer that they have now."""
    entered = {referral.stream: referral for referral in referrals}
    found = Event.objects.filter(stream__in=entered, kind=KIND, at__gte=start_of(local_date(now)))
    return frozenset(entered[event.stream].pk for event in found if event.at >= entered[event.stream].entered_at)
