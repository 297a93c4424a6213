"""What happens when a clock runs out: the referral moves on by the table, or stays while somebody is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import connection

from nnmkb.ledger import outbox
from nnmkb.ledger.models import Event
from nnmkb.web.permissions import Role
from referrals.domain.lifecycle import Action, Actor, State, can_expire, escalation
from referrals.domain.partner_feed import FeedType
from referrals.domain.worktime import local_date
from referrals.models import ConsentRequest, Offer, Question, Referral
from referrals.services import door, feed, profiles, telling
from referrals.services.consents import KVK
from referrals.services.offering import about, end, live_offer

TIMER = "timer"
MISSED = "deadline_missed"
PATIENCE = "5s"
NO_RESPONSE, NO_CONTACT = "no_response", "no_contact"


@dataclass(frozen=True, slots=True)
class Due:
    """A clock that ran out, as the sweep saw it."""

    referral_id: int
    intake_id: int
    version: int
    state: State
    kind: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Ending:
    """What a move of the clock changes besides the state."""

    changes: dict[str, object]
    offer: Offer | None = None


def run_out(due: Due, now: datetime) -> Event | None:
    """Carry out what follows when this clock runs out, once; None when another sweep did it before.

    Raises NotDone when somebody else changed the referral first.
    """

    def work(scoped: str | None) -> Event | None:
        wait_no_longer()
        door.hold(due.intake_id)
        referral = door.read(due.referral_id, due.version)
        if can_expire(State(referral.state)):
            return _move_on(referral, now, scoped)
        return _stay(referral, now, scoped)

    return door.once(f"timer:{due.referral_id}", f"{due.version}:{due.kind}", work, lambda _: None)


def wait_no_longer() -> None:
    """Give up this transaction when somebody holds a row for long: the relay may not stand still behind one referral.

    SQLite gives up by itself, after the timeout in the settings.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [PATIENCE])


# --- moves on ---------------------------------------------------------------------------------------------------------


def _move_on(referral: Referral, now: datetime, key: str | None) -> Event:
    ending = _ENDINGS[State(referral.state)](referral, now)
    reason = {"reason": ending.changes["reason"]} if ending.changes.get("reason") else {}
    return door.move(
        referral,
        Action.EXPIRE,
        Actor.TIMER,
        actor=TIMER,
        at=now,
        key=key,
        changes=ending.changes,
        payload={**(about(ending.offer) if ending.offer else {}), **reason},
        offer=ending.offer,
    )


def _consent(referral: Referral, now: datetime) -> Ending:
    ConsentRequest.objects.filter(referral=referral, closed_at__isnull=True).update(closed_at=now)
    return Ending({"outcome": State.LAPSED.value})


def _review(referral: Referral, now: datetime) -> Ending:
    return Ending({"owner_id": None})


def _answer(referral: Referral, now: datetime) -> Ending:
    Question.objects.filter(referral=referral, closed_at__isnull=True).update(closed_at=now)
    return Ending({"no_answer": True})


def _response(referral: Referral, now: datetime) -> Ending:
    return _back(referral, NO_RESPONSE, now)


def _contact(referral: Referral, now: datetime) -> Ending:
    return _back(referral, NO_CONTACT, now)


def _back(referral: Referral, reason: str, now: datetime) -> Ending:
    offer = live_offer(referral)
    end(offer, Offer.State.EXPIRED, now, reason=reason)
    return Ending({**door.handed_to(None), "reason": reason}, offer)


def _resume(referral: Referral, now: datetime) -> Ending:
    offer = referral.offers.select_related("partner").filter(ended_at__isnull=True).first()
    if offer is None:
        return Ending({})
    # The KvK takes it back, as in H1: an offer that lived on would stand in the way of the next.
    end(offer, Offer.State.RECALLED, now)
    return Ending(door.handed_to(None), offer)


_ENDINGS: dict[State, Callable[[Referral, datetime], Ending]] = {
    State.AWAITING_CONSENT: _consent,
    State.IN_REVIEW: _review,
    State.NEEDS_INFO: _answer,
    State.OFFERED: _response,
    State.ACCEPTED: _contact,
    State.ON_HOLD: _resume,
}


# --- stays ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Told:
    """Who hears that the clock ran out once more; nobody after the last name of the table."""

    role: Actor | None
    offer: Offer | None = None


def _stay(referral: Referral, now: datetime, key: str | None) -> Event:
    state, misses = State(referral.state), referral.misses + 1
    told = _told(referral, escalation(state, misses), now)
    event = door.amend(
        referral,
        MISSED,
        actor=TIMER,
        at=now,
        key=key,
        changes={"misses": misses, "sweep_at": door.clock(state, now)["sweep_at"]},
        payload={"state": state.value, "misses": misses, "told": told.role.value if told.role else ""},
    )
    _tell(event, referral, told, now)
    return event


def _told(referral: Referral, role: Actor | None, now: datetime) -> Told:
    """Return who really hears of it: the next in line where the one in the table is not there."""
    if role is Actor.PARTNER:
        offer = live_offer(referral)
        if offer.organisation != KVK:
            return Told(role, offer)
        role = Actor.ADVISOR
    if role is Actor.ADVISOR:
        owner = referral.owner
        if owner is None or profiles.away([owner], local_date(now)):
            return Told(Actor.TEAM_LEAD)
    return Told(role)


def _tell(event: Event, referral: Referral, told: Told, now: datetime) -> None:
    match told.role:
        case Actor.PARTNER if told.offer:
            number, version = referral.number, referral.version
            feed.tell(FeedType.OFFER_REMINDER, told.offer, number=number, version=version, actor=TIMER, at=now)
            line = feed.heard_by_system(told.offer, version)
            telling.write_to_partner(event, "mail.report_due_to_partner", told.offer, line)
        case Actor.ADVISOR:
            outbox.enqueue(event, "mail.late_to_advisor", f"advisor:{referral.owner_id}", at=now)
        case Actor.TEAM_LEAD:
            # Nearly every term ends at five, so a bad day gives hundreds at once: one mail with the way to the list.
            day = local_date(now).isoformat()
            for lead in User.objects.filter(groups__name=Role.TEAM_LEAD, is_active=True).order_by("pk"):
                outbox.enqueue_once(event, "mail.late_to_lead", f"advisor:{lead.pk}", key=day, at=now)
