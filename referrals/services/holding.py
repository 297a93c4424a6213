"""Putting off and going on: by the advisor before an offer, by the partner while it is at work."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.contrib.auth.models import User

from referrals.domain.lifecycle import Action, Actor
from referrals.domain.states import LONGEST_HOLD
from referrals.domain.worktime import local_date
from referrals.models import Offer, Referral
from referrals.services import consents, door, offering
from referrals.services.errors import Refused

NO_CONSENT = "De ondernemer trok de toestemming in. Deze doorverwijzing kan niet verder."


def postpone(
    referral_id: int, *, actor: str, until: date, version: int | None = None, key: str, now: datetime
) -> Referral:
    """V8, P4: wait until a date after today, at most 180 days; an accepted offer stays live meanwhile.

    For an advisor, from `queued` and `returned` this first makes move Q1 or B1, in the same transaction.
    """

    def work(scoped: str | None) -> Referral:
        by = door.who(actor)
        _check_date(until, local_date(now))
        offer: Offer | None = None
        if by.role is Actor.ADVISOR:
            advisor = User.objects.get(pk=by.pk or 0)
            fresh = door.read(referral_id, version)
            referral = offering.taken(referral_id, Action.POSTPONE, advisor, fresh.version, now)
            _allowed(referral, consents.KVK)
        else:
            referral, offer = _of_partner(referral_id, by, Action.POSTPONE, version)
        door.move(
            referral,
            Action.POSTPONE,
            by.role,
            actor=actor,
            at=now,
            key=scoped,
            payload={**(offering.about(offer) if offer else {}), "until": until.isoformat()},
            until=until,
            offer=offer,
        )
        return referral

    return door.once(f"referral:{referral_id}", key, work, lambda _: door.read(referral_id, None))


def resume(referral_id: int, *, actor: str, version: int | None = None, key: str, now: datetime) -> Referral:
    """H1, H2: the partner goes on with its own work; the advisor takes the referral back, and with it the offer."""

    def work(scoped: str | None) -> Referral:
        by = door.who(actor)
        offer: Offer | None
        changes: dict[str, object] = {}
        if by.role is Actor.ADVISOR:
            door.hold(door.read(referral_id, version).intake_id)
            referral = door.read(referral_id, version)
            door.allowed(referral.state, Action.RESUME, by.role)
            door.own(referral, by.pk)
            offer = referral.offers.select_related("partner").filter(ended_at__isnull=True).first()
            if offer is not None:
                offering.end(offer, Offer.State.RECALLED, now)
                changes = door.handed_to(None)
        else:
            referral, offer = _of_partner(referral_id, by, Action.RESUME, version)
        door.move(
            referral,
            Action.RESUME,
            by.role,
            actor=actor,
            at=now,
            key=scoped,
            changes=changes,
            payload=offering.about(offer) if offer else {},
            offer=offer,
        )
        return referral

    return door.once(f"referral:{referral_id}", key, work, lambda _: door.read(referral_id, None))


def _of_partner(referral_id: int, by: door.Who, action: Action, version: int | None) -> tuple[Referral, Offer]:
    door.hold(door.read(referral_id, version).intake_id)
    referral = door.read(referral_id, version)
    door.allowed(referral.state, action, by.role)
    if referral.partner_id != by.pk:
        raise Refused("Deze doorverwijzing is van een andere partner.")
    offer = offering.live_offer(referral)
    if offer.state != Offer.State.ACCEPTED:
        raise Refused("Neem het aanbod eerst aan.")
    _allowed(referral, offer.organisation)
    return referral, offer


def _allowed(referral: Referral, organisation: str) -> None:
    if organisation not in consents.organisations(referral.intake_id):
        raise Refused(NO_CONSENT)


def _check_date(until: date, today: date) -> None:
    if until <= today:
        raise Refused("Kies een datum na vandaag.", field="until")
    if until > today + timedelta(days=LONGEST_HOLD):
        raise Refused(f"Kies een datum binnen {LONGEST_HOLD} dagen.", field="until")
