"""Who works on a referral at the KvK: claim, release, hand over, the next one, and searching on after a no."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import QuerySet

from nnmkb.ledger import outbox
from nnmkb.ledger.models import Event
from nnmkb.web.desk import name_of
from referrals.domain.lifecycle import Action, Actor, State, lead_decides
from referrals.domain.worktime import local_date
from referrals.models import Referral
from referrals.permissions import leads
from referrals.services import door, profiles
from referrals.services.errors import NotAllowed, Refused, Stale

# How often "the next one" looks again when a colleague was faster; each look that is lost has another winner.
LOOKS = 20


def claim(referral_id: int, *, advisor: User, version: int, key: str, now: datetime) -> Referral:
    """Q1: take a referral from the queue; the second of two advisors gets Stale, which names the first."""
    return _step(referral_id, Action.CLAIM, {"owner_id": advisor.pk}, advisor, version, key, now)


def release(referral_id: int, *, advisor: User, version: int, key: str, now: datetime) -> Referral:
    """V1: put it back in the queue for a colleague."""
    return _step(referral_id, Action.RELEASE, {"owner_id": None}, advisor, version, key, now)


def take_back(
    referral_id: int, clock: Mapping[str, object], *, advisor: User, version: int, key: str, now: datetime
) -> Referral:
    """V1 right after a claim by mistake: back in the queue, with the columns of the clock that it had there."""
    return _step(referral_id, Action.RELEASE, {"owner_id": None, **clock}, advisor, version, key, now)


def hand_over(referral_id: int, to_user_id: int, *, advisor: User, version: int, key: str, now: datetime) -> Referral:
    """Give it to a colleague, who hears of it by mail; state and clock stay. A team lead may also take it over.

    For the owner and the team lead, and for anyone while the owner is away.
    """

    def work(scoped: str | None) -> Referral:
        referral = door.read(referral_id, version)
        today = local_date(now)
        to = profiles.colleagues(today).filter(pk=to_user_id).first()
        if to is None:
            raise Refused("Kies een collega die er is. Deze collega is afwezig of is geen adviseur.", field="to")
        give(referral, to, advisor, away=profiles.away([referral.owner], today))
        event = door.amend(
            referral,
            "referral_handed_over",
            actor=f"advisor:{advisor.pk}",
            at=now,
            key=scoped,
            changes={"owner_id": to.pk},
            payload={"to": to.pk},
        )
        referral.owner = to
        if to != advisor:
            outbox.enqueue(event, "mail.handed_over_to_advisor", f"advisor:{to.pk}", at=now)
        return referral

    return door.once(f"referral:{referral_id}", key, work, lambda _: door.read(referral_id, None))


def next_one(*, advisor: User, key: str, now: datetime) -> Referral | None:
    """Claim the most urgent referral that nobody has; None when there is none. One form gives one referral.

    Colleagues who ask at the same moment get different ones: PostgreSQL passes over a row that another transaction
    holds, SQLite lets one transaction write at a time; the compare-and-set of the claim is what makes it sure.
    """

    def work(scoped: str | None) -> Referral | None:
        referral = _most_urgent()
        if referral is not None:
            _claim(referral, advisor, scoped, now)
        return referral

    for look in range(LOOKS):
        try:
            return door.once(f"next:{advisor.pk}", key, work, _of_event)
        except Stale:
            if look == LOOKS - 1:
                raise
    raise AssertionError("unreachable")


def reconsider(referral_id: int, *, advisor: User, version: int, key: str, now: datetime) -> Referral:
    """B1: go on with a referral that came back, as the owner or in place of an owner who is away."""

    def work(scoped: str | None) -> Referral:
        referral = door.read(referral_id, version)
        take_up(referral, advisor, now, scoped)
        return referral

    return door.once(f"referral:{referral_id}", key, work, lambda _: door.read(referral_id, None))


def take_up(referral: Referral, advisor: User, now: datetime, key: str | None = None) -> None:
    """Make move B1 inside the transaction of the caller; from the fourth attempt on any team lead may, and nobody else.

    Who takes it up is the owner from then on.
    """
    door.allowed(referral.state, Action.RECONSIDER, Actor.ADVISOR)
    if lead_decides(State(referral.state), referral.attempts):
        if not leads(advisor):
            raise Refused("Vanaf de vierde poging beslist de teamleider. Vraag de teamleider om verder te zoeken.")
    elif referral.owner_id != advisor.pk and not profiles.is_away(referral.owner, local_date(now)):
        door.own(referral, advisor.pk)
    door.move(
        referral,
        Action.RECONSIDER,
        Actor.ADVISOR,
        actor=f"advisor:{advisor.pk}",
        at=now,
        key=key,
        changes={"owner_id": advisor.pk, "attempts": referral.attempts + 1, "reason": ""},
    )


# --- what stands in the way; also asked before many are done at once --------------------------------------------------


def take(referral: Referral, advisor: User) -> None:
    """Refuse to claim what is not waiting in the queue, or what somebody has."""
    if referral.owner_id == advisor.pk:
        raise Refused("U bent al de behandelaar.")
    if referral.owner_id is not None:
        raise Refused(f"{name_of(referral.owner)} heeft deze opgepakt.")
    door.allowed(referral.state, Action.CLAIM, Actor.ADVISOR)


def put_back(referral: Referral, advisor: User) -> None:
    """Refuse to release what is not in review, or what a colleague has."""
    door.allowed(referral.state, Action.RELEASE, Actor.ADVISOR)
    door.own(referral, advisor.pk)


def give(referral: Referral, to: User | None, advisor: User, *, away: frozenset[int]) -> None:
    """Refuse to hand over what is closed, not picked up, or somebody else's; `to` is None while nobody is chosen."""
    if not State(referral.state).is_open:
        raise NotAllowed("Deze doorverwijzing is gesloten.")
    if referral.state == State.QUEUED:
        raise Refused("Niemand heeft deze opgepakt. Pak de doorverwijzing eerst op.")
    charge(referral, advisor, away=away)
    if to is not None and to.pk == referral.owner_id:
        raise Refused(f"{name_of(to)} is al de behandelaar.", field="to")


def charge(referral: Referral, advisor: User, *, away: frozenset[int]) -> None:
    """Refuse everyone but the owner, the team lead, and anyone while the owner is away (or there is none)."""
    if referral.owner_id is not None and referral.owner_id not in away and not leads(advisor):
        door.own(referral, advisor.pk)


# --- steps ------------------------------------------------------------------------------------------------------------


def _step(
    referral_id: int,
    action: Action,
    changes: dict[str, object],
    advisor: User,
    version: int,
    key: str,
    now: datetime,
) -> Referral:
    def work(scoped: str | None) -> Referral:
        referral = door.read(referral_id, version)
        door.allowed(referral.state, action, Actor.ADVISOR)
        if action is Action.RELEASE:
            door.own(referral, advisor.pk)
        elif referral.owner_id is not None or referral.state != State.QUEUED:
            raise Stale(referral, door.since(referral, version))
        door.move(referral, action, Actor.ADVISOR, actor=f"advisor:{advisor.pk}", at=now, key=scoped, changes=changes)
        return referral

    return door.once(f"referral:{referral_id}", key, work, lambda _: door.read(referral_id, None))


def _claim(referral: Referral, advisor: User, key: str | None, now: datetime) -> None:
    door.move(
        referral,
        Action.CLAIM,
        Actor.ADVISOR,
        actor=f"advisor:{advisor.pk}",
        at=now,
        key=key,
        changes={"owner_id": advisor.pk},
    )


def _most_urgent() -> Referral | None:
    waiting: QuerySet[Referral] = Referral.objects.filter(
        closed_at__isnull=True, owner__isnull=True, state=State.QUEUED
    ).order_by("next_due_at", "id")
    if connection.features.has_select_for_update_skip_locked:
        waiting = waiting.select_for_update(skip_locked=True)
    return waiting.first()


def _of_event(event: Event) -> Referral:
    return door.read(int(event.stream.partition(":")[2]), None)
