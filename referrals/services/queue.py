"""Who works on a referral at the KvK: claim, release, and searching on after a partner said no."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User

from referrals.domain.lifecycle import ATTEMPTS_BEFORE_LEAD_DECIDES, Action, Actor, State
from referrals.models import Referral
from referrals.services import door
from referrals.services.errors import Refused, Stale

TEAM_LEAD = "team_lead"


def claim(referral_id: int, *, advisor: User, version: int, key: str, now: datetime) -> Referral:
    """Q1: take a referral from the queue; the second of two advisors gets Stale, which names the first."""
    return _step(referral_id, Action.CLAIM, {"owner_id": advisor.pk}, advisor, version, key, now)


def release(referral_id: int, *, advisor: User, version: int, key: str, now: datetime) -> Referral:
    """V1: put it back in the queue for a colleague."""
    return _step(referral_id, Action.RELEASE, {"owner_id": None}, advisor, version, key, now)


def reconsider(referral_id: int, *, advisor: User, version: int, key: str, now: datetime) -> Referral:
    """B1: go on with a referral that came back, as the owner or in place of an owner who is away."""

    def work(scoped: str | None) -> Referral:
        referral = door.read(referral_id, version)
        take_up(referral, advisor, now, scoped)
        return referral

    return door.once(f"referral:{referral_id}", key, work, lambda _: door.read(referral_id, None))


def take_up(referral: Referral, advisor: User, now: datetime, key: str | None = None) -> None:
    """Make move B1 inside the transaction of the caller."""
    door.allowed(referral.state, Action.RECONSIDER, Actor.ADVISOR)
    if referral.owner_id not in {None, advisor.pk} and referral.owner and referral.owner.is_active:
        door.own(referral, advisor.pk)
    if referral.attempts >= ATTEMPTS_BEFORE_LEAD_DECIDES and not leads(advisor):
        raise Refused("Vanaf de vierde poging beslist de teamleider. Vraag de teamleider om verder te zoeken.")
    door.move(
        referral,
        Action.RECONSIDER,
        Actor.ADVISOR,
        actor=f"advisor:{advisor.pk}",
        at=now,
        key=key,
        changes={"owner_id": advisor.pk, "attempts": referral.attempts + 1, "reason": ""},
    )


def leads(advisor: User) -> bool:
    """Say whether this advisor leads the team."""
    return advisor.is_superuser or advisor.groups.filter(name=TEAM_LEAD).exists()


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
