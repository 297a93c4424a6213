"""What a partner answers, and how the work ends; the KvK does the same for what it handles itself."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db.models import Q

from referrals.domain.lifecycle import Action, Actor, State, answer_until
from referrals.domain.partner_feed import FeedType
from referrals.domain.worktime import local_date
from referrals.models import Offer, Partner, Referral
from referrals.services import consents, door, feed, reviewing
from referrals.services.errors import Gone, Refused
from referrals.services.offering import about, end, live_offer, of_event
from referrals.services.written import one_line

# A partner without capacity comes back at some time; later than this is a slip of the keyboard.
LONGEST_PAUSE = timedelta(days=366)
REPORTED = "progress_reported"

ENDED = {
    Offer.State.DECLINED: "U wees dit aanbod af.",
    Offer.State.RECALLED: "De KvK haalde dit aanbod terug.",
    Offer.State.EXPIRED: "De termijn van dit aanbod is voorbij.",
    Offer.State.UNDELIVERABLE: "Dit aanbod kon niet worden bezorgd.",
    Offer.State.RETURNED: "U gaf deze doorverwijzing terug aan de KvK.",
    Offer.State.WITHDRAWN: "De ondernemer trok de toestemming in. Verwijder wat u van dit dossier bewaarde.",
    Offer.State.CLOSED: "Deze doorverwijzing is afgesloten.",
}


def accept(
    offer_id: int, *, actor: str, contact_person: str, key: str, now: datetime, version: int | None = None
) -> Offer:
    """O1: the partner takes the referral; consent is read again in this transaction."""

    def work(scoped: str | None) -> Offer:
        offer, referral = opened(offer_id, actor, version)
        in_time(offer, now)
        door.allowed(referral.state, Action.ACCEPT, Actor.PARTNER)
        if offer.organisation not in consents.organisations(referral.intake_id):
            raise Gone(ENDED[Offer.State.WITHDRAWN], code=Offer.State.WITHDRAWN, offer=offer)
        name = one_line(contact_person, field="contact_person")
        if not 2 <= len(name) <= 120:
            raise Refused("Vul in wie contact opneemt, in 2 tot 120 tekens.", field="contact_person")
        taken = Offer.objects.filter(pk=offer.pk, ended_at__isnull=True, state=Offer.State.OPEN).update(
            state=Offer.State.ACCEPTED, answered_at=now, contact_person=name
        )
        if not taken:
            raise Refused("Dit aanbod is intussen beantwoord.")
        offer.refresh_from_db()
        door.move(
            referral, Action.ACCEPT, Actor.PARTNER, actor=actor, at=now, key=scoped, payload=about(offer), offer=offer
        )
        return offer

    return door.once(f"offer:{offer_id}", key, work, of_event)


def decline(
    offer_id: int,
    *,
    actor: str,
    reason: str,
    reason_text: str = "",
    key: str,
    now: datetime,
    until: date | None = None,
    version: int | None = None,
) -> Offer:
    """O2: the partner says no, with a reason; `until` pauses a partner without capacity up to that date."""
    return _back(offer_id, Action.DECLINE, Offer.State.DECLINED, actor, reason, reason_text, key, now, until, version)


def give_back(
    offer_id: int,
    *,
    actor: str,
    reason: str,
    reason_text: str = "",
    key: str,
    now: datetime,
    until: date | None = None,
    version: int | None = None,
) -> Offer:
    """A2, P3: the partner accepted, but cannot go on; the KvK looks for another."""
    return _back(offer_id, Action.RETURN, Offer.State.RETURNED, actor, reason, reason_text, key, now, until, version)


def first_contact(offer_id: int, *, actor: str, on: date, key: str, now: datetime, version: int | None = None) -> Offer:
    """A1: the partner, or the advisor who handles it, spoke with the company on this date."""

    def work(scoped: str | None) -> Offer:
        offer, referral = opened(offer_id, actor, version)
        by = door.who(actor)
        door.allowed(referral.state, Action.RECORD_CONTACT, by.role)
        if by.role is Actor.ADVISOR:
            door.own(referral, by.pk)
            if offer.organisation != consents.KVK:
                raise Refused("De partner legt het eerste contact zelf vast.")
        past(on, local_date(offer.answered_at or offer.offered_at), now)
        door.move(
            referral,
            Action.RECORD_CONTACT,
            by.role,
            actor=actor,
            at=now,
            key=scoped,
            payload={**about(offer), "on": on.isoformat()},
            offer=offer,
        )
        return offer

    return door.once(f"offer:{offer_id}", key, work, of_event)


def still_busy(referral_id: int, *, actor: str, key: str, now: datetime, version: int | None = None) -> Referral:
    """Let it be known that the work goes on: the state stays, its term starts again."""

    def work(scoped: str | None) -> Referral:
        referral = door.read(referral_id, version)
        by = door.who(actor)
        door.hold(referral.intake_id)
        referral = door.read(referral_id, version)
        # Who may end the work may say that it goes on.
        door.allowed(referral.state, Action.COMPLETE, by.role)
        if by.role is Actor.ADVISOR:
            door.own(referral, by.pk)
        elif referral.partner_id != by.pk:
            raise Refused("Deze doorverwijzing is van een andere partner.")
        offer = live_offer(referral)
        report(referral, offer, actor=actor, key=scoped, now=now, told=about(offer))
        return referral

    return door.once(f"referral:{referral_id}", key, work, lambda _: door.read(referral_id, None))


def report(
    referral: Referral, offer: Offer, *, actor: str, key: str | None, now: datetime, told: dict[str, object]
) -> None:
    """Start the term of the work again; call it in a transaction. The system of the partner hears that it changed."""
    changes = {**door.clock(State(referral.state), now), "misses": 0}
    door.amend(referral, REPORTED, actor=actor, at=now, key=key, changes=changes, payload=told)
    number, version = referral.number, referral.version
    feed.tell(FeedType.REFERRAL_UPDATED, offer, number=number, version=version, actor=actor, at=now)


def complete(
    referral_id: int, *, actor: str, outcome: str, on: date, key: str, now: datetime, version: int | None = None
) -> Referral:
    """P1, P5: the work is done, with an outcome and its date."""

    def work(scoped: str | None) -> Referral:
        referral = _working(referral_id, actor, Action.COMPLETE, version)
        row = door.allowed(referral.state, Action.COMPLETE, door.who(actor).role)
        if outcome not in {reason.code for reason in row.reasons}:
            raise Refused("Kies een resultaat uit de lijst.", field="outcome")
        past(on, local_date(referral.created_at), now)
        changes: dict[str, object] = {"outcome": outcome, "reason": ""}
        return _close(
            referral, Action.COMPLETE, actor, changes, {"outcome": outcome, "on": on.isoformat()}, scoped, now
        )

    return door.once(f"referral:{referral_id}", key, work, lambda _: door.read(referral_id, None))


def stop(
    referral_id: int,
    *,
    actor: str,
    reason: str,
    reason_text: str = "",
    key: str,
    now: datetime,
    version: int | None = None,
) -> Referral:
    """P2, P6: the work ends without a result, with a reason."""

    def work(scoped: str | None) -> Referral:
        referral = _working(referral_id, actor, Action.STOP, version)
        row = door.allowed(referral.state, Action.STOP, door.who(actor).role)
        door.reason_of(row, reason, reason_text)
        changes: dict[str, object] = {"outcome": "stopped", "reason": reason}
        payload: dict[str, object] = {"reason": reason}
        return _close(referral, Action.STOP, actor, changes, payload, scoped, now, reason_text=reason_text)

    return door.once(f"referral:{referral_id}", key, work, lambda _: door.read(referral_id, None))


def opened(offer_id: int, actor: str, version: int | None = None) -> tuple[Offer, Referral]:
    """Return a live offer with its referral, for its own partner or an advisor; holds the intake."""
    offer = Offer.objects.select_related("partner", "referral").get(pk=offer_id)
    by = door.who(actor)
    if by.role is Actor.PARTNER and by.pk != offer.partner_id:
        raise Refused("Dit aanbod is voor een andere partner.")
    door.hold(offer.referral.intake_id)
    offer = Offer.objects.select_related("partner").get(pk=offer_id)
    if offer.ended_at is not None:
        raise Gone(ENDED.get(Offer.State(offer.state), "Dit aanbod is afgesloten."), code=offer.state, offer=offer)
    referral = door.read(offer.referral_id, version)
    offer.referral = referral
    return offer, referral


def in_time(offer: Offer, now: datetime) -> None:
    """Refuse an answer after the term and its grace, also when no sweep has ended the offer yet."""
    if offer.state == Offer.State.OPEN and now >= answer_until(offer.respond_by):
        raise Gone(ENDED[Offer.State.EXPIRED], code=Offer.State.EXPIRED, offer=offer)


def past(on: date, earliest: date, now: datetime) -> None:
    """Refuse a date in the future, or from before the matter began."""
    if on > local_date(now):
        raise Refused("Die datum ligt in de toekomst. Vul de dag in waarop het gebeurde.", field="on")
    if on < earliest:
        raise Refused("Die datum is te vroeg. Toen liep deze doorverwijzing nog niet.", field="on")


def check_pause(until: date, today: date) -> None:
    """Refuse a pause that has ended already, or one so long that it is a typing error."""
    if until <= today:
        raise Refused("Kies een datum na vandaag.", field="until")
    if until > today + LONGEST_PAUSE:
        raise Refused("Kies een datum binnen een jaar. Duurt het langer? Laat het de KvK weten.", field="until")


def _back(
    offer_id: int,
    action: Action,
    state: Offer.State,
    actor: str,
    reason: str,
    reason_text: str,
    key: str,
    now: datetime,
    until: date | None,
    version: int | None,
) -> Offer:
    def work(scoped: str | None) -> Offer:
        offer, referral = opened(offer_id, actor, version)
        in_time(offer, now)
        row = door.allowed(referral.state, action, Actor.PARTNER)
        chosen = door.reason_of(row, reason, reason_text)
        end(offer, state, now, reason=reason, reason_text=reason_text, answered=action is Action.DECLINE)
        if until and chosen.asks_date:
            check_pause(until, local_date(now))
            # A longer pause, which the KvK knows of, is not cut short by a date for one offer.
            shorter = Q(paused_until__isnull=True) | Q(paused_until__lt=until)
            Partner.objects.filter(shorter, pk=offer.partner_id).update(paused_until=until)
        door.move(
            referral,
            action,
            Actor.PARTNER,
            actor=actor,
            at=now,
            key=scoped,
            changes={**door.handed_to(None), "reason": reason},
            payload={**about(offer), "reason": reason},
            offer=offer,
        )
        reviewing.after_decline(offer, chosen, until=until, now=now)
        return offer

    return door.once(f"offer:{offer_id}", key, work, of_event)


def _working(referral_id: int, actor: str, action: Action, version: int | None) -> Referral:
    referral = door.read(referral_id, version)
    by = door.who(actor)
    door.hold(referral.intake_id)
    door.allowed(referral.state, action, by.role)
    if by.role is Actor.ADVISOR:
        door.own(referral, by.pk)
    elif referral.partner_id != by.pk:
        raise Refused("Deze doorverwijzing is van een andere partner.")
    return referral


def _close(
    referral: Referral,
    action: Action,
    actor: str,
    changes: dict[str, object],
    payload: dict[str, object],
    key: str | None,
    now: datetime,
    reason_text: str = "",
) -> Referral:
    offer = live_offer(referral)
    end(offer, Offer.State.CLOSED, now, reason=str(changes["reason"]), reason_text=reason_text)
    door.move(
        referral,
        action,
        door.who(actor).role,
        actor=actor,
        at=now,
        key=key,
        changes=changes,
        payload={**about(offer), **payload},
        offer=offer,
    )
    return referral
