"""People of a partner with an account: who they are, what they may, and how they leave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Group, User
from django_otp.plugins.otp_totp.models import TOTPDevice

from nnmkb.ledger import events
from nnmkb.web.permissions import PARTNER_ROLES, Role, roles_of
from referrals.domain.worktime import local_date
from referrals.models import Invitation, Membership, Partner, Passkey
from referrals.services import account_events, second_factor
from referrals.services.account_events import Changed
from referrals.services.errors import Refused
from referrals.services.invitations import By, still_may

LAST = "Dit is de laatste beheerder. Maak eerst iemand anders beheerder."
# So many leavers at once, so that no look holds the writers up.
BATCH = 200


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account at a partner, as the people page shows it."""

    member: Membership
    role: Role
    last_day: date | None
    has_factor: bool


def membership(user: AbstractBaseUser | AnonymousUser) -> Membership | None:
    """Return the membership of somebody who still works at a partner; None for anyone else."""
    if not user.is_active or user.pk is None:
        return None
    return Membership.objects.select_related("partner", "user").filter(user=user.pk, ended_at__isnull=True).first()


def manages(member: Membership) -> bool:
    """Say whether this person manages the organisation: people, what it does, keys and endpoints."""
    return Role.PARTNER_MANAGER in roles_of(member.user)


def answers(member: Membership) -> bool:
    """Say whether this person may answer offers."""
    return not roles_of(member.user).isdisjoint({Role.PARTNER_HANDLER, Role.PARTNER_MANAGER})


def actor_of(member: Membership) -> str:
    """Return how the history names this person: as somebody of the partner."""
    return f"partner:{member.partner_id}/person:{member.user_id}"


def people(partner: Partner) -> list[Person]:
    """Return who works at a partner, by name; four questions to the database whatever their number."""
    members = partner.members.filter(ended_at__isnull=True).select_related("user").prefetch_related("user__groups")
    found = sorted(members, key=lambda one: (one.user.get_full_name().casefold(), one.user.username))
    users = [one.user_id for one in found]
    ready = set(TOTPDevice.objects.filter(user__in=users, confirmed=True).values_list("user", flat=True))
    ready |= set(Passkey.objects.filter(user__in=users).values_list("user", flat=True))
    return [
        Person(
            member=one,
            role=_role(one),
            last_day=local_date(one.user.last_login) if one.user.last_login else None,
            has_factor=one.user_id in ready,
        )
        for one in found
    ]


def person(partner: Partner, pk: int) -> Person | None:
    """Return one of the people of this partner; None for anybody else."""
    return next((one for one in people(partner) if one.member.pk == pk), None)


def change_role(partner_id: int, pk: int, role: str, *, by: By, now: datetime) -> None:
    """Give somebody another role; refuses to leave a partner without a manager."""
    if role not in PARTNER_ROLES:
        raise Refused("Kies wat deze persoon mag doen.", field="role")

    def work() -> None:
        member = _held(partner_id, pk, by)
        was = _role(member)
        if was == role:
            return
        if was is Role.PARTNER_MANAGER and _managers(partner_id) == 1:
            raise Refused(LAST, field="role")
        member.user.groups.set([Group.objects.get_or_create(name=role)[0]])
        _note(partner_id, "account_role", member, by, now, was=str(was), now=role)

    account_events.in_one(f"partner:{partner_id}", work)


def take_out(partner_id: int, pk: int, *, by: By, now: datetime) -> None:
    """End somebody's account at once: its sessions, password, roles, apps and passkeys.

    A manager cannot leave a partner without a manager, for nobody takes out oneself; the KvK can, and invites the next.
    """

    def work() -> None:
        member = _held(partner_id, pk, by)
        user = member.user
        if user.pk == by.user.pk:
            raise Refused("U kunt uzelf niet weghalen. Vraag dat aan een andere beheerder of aan de KvK.")
        second_factor.clear(user)
        user.groups.clear()
        user.is_active = False
        user.set_unusable_password()
        user.save(update_fields=["is_active", "password"])
        Membership.objects.filter(pk=member.pk).update(ended_at=now, ended_by=by.user)
        _note(partner_id, "account_ended", member, by, now)

    account_events.in_one(f"partner:{partner_id}", work)


def reset(partner_id: int, pk: int, *, by: By, now: datetime) -> None:
    """Take away the second step of somebody who lost it; the password stays, and a new second step must follow it."""

    def work() -> None:
        member = _held(partner_id, pk, by)
        if member.user_id == by.user.pk:
            raise Refused("U kunt uw eigen tweede stap hier niet weghalen. Gebruik de pagina Beveiliging.")
        second_factor.clear(member.user)
        account_events.tell(member.user, Changed.RESET, actor=by.actor, now=now)

    account_events.in_one(f"partner:{partner_id}", work)


def forget_leavers(now: datetime) -> int:
    """Empty name and address of who left LEAVER_DAYS ago, and delete old invitations; return how many accounts.

    The row stays: the history names its number.
    """
    ended = now - timedelta(days=settings.LEAVER_DAYS)
    Invitation.objects.filter(expires_at__lte=ended).delete()
    # By the address: whoever was forgotten has none, and the name of an account may begin with any word.
    found = User.objects.filter(membership__ended_at__lte=ended).exclude(email="")
    pks = list(found.order_by("pk").values_list("pk", flat=True)[:BATCH])
    for pk in pks:
        User.objects.filter(pk=pk, membership__ended_at__lte=ended).update(
            username=f"vertrokken-{pk}", email="", first_name="", last_name="", last_login=None
        )
    return len(pks)


def _held(partner_id: int, pk: int, by: By) -> Membership:
    """Return somebody of this partner, while nobody else changes its people."""
    Partner.objects.select_for_update().get(pk=partner_id)
    still_may(by, partner_id)
    found = Membership.objects.select_related("user").filter(pk=pk, partner=partner_id, ended_at__isnull=True).first()
    if found is None:
        raise Refused("Deze persoon heeft hier geen account meer.")
    return found


def _role(member: Membership) -> Role:
    """Return the most that somebody may do."""
    names = {group.name for group in member.user.groups.all()}
    return next((role for role in reversed(PARTNER_ROLES) if role in names), Role.PARTNER_READER)


def _managers(partner_id: int) -> int:
    return Membership.objects.filter(
        partner=partner_id, ended_at__isnull=True, user__is_active=True, user__groups__name=Role.PARTNER_MANAGER
    ).count()


def _note(partner_id: int, kind: str, member: Membership, by: By, at: datetime, **about: str) -> None:
    payload = {"person": member.user_id, **about}
    events.record(f"partner:{partner_id}", kind, actor=by.actor, at=at, payload=payload)
