"""Invitations by mail to work at a partner with an account: one link, seven days, once, only the newest."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from nnmkb.ledger import events, outbox, tokens
from nnmkb.ledger.models import Outgoing
from nnmkb.web.permissions import PARTNER_ROLES, Role
from referrals.models import Invitation, Membership, Partner
from referrals.services import account_events
from referrals.services.errors import Gone, Refused, UnknownLink
from referrals.services.written import one_line

VALID = timedelta(days=7)
MAIL = "mail.invitation"
# The note on the mail of an invitation that is over.
CLOSED = "invitation closed"
# Somebody of one partner invites a handful of colleagues; more open at once is a slip or a nuisance.
MOST_OPEN = 20
OVER = "Deze uitnodiging werkt niet meer. Vraag een nieuwe aan wie u uitnodigde."


@dataclass(frozen=True, slots=True)
class By:
    """Who acts for a partner: somebody of the KvK, or its own manager; and how the history names that person."""

    user: User
    actor: str


@dataclass(frozen=True, slots=True)
class Newcomer:
    """What somebody fills in who accepts an invitation."""

    first_name: str
    last_name: str
    password: str


def still_may(by: By, partner_id: int) -> None:
    """Refuse whoever manages this partner no longer: a colleague may have seen to that a moment ago."""
    if by.actor.startswith("staff:"):
        return
    here = Membership.objects.filter(partner=partner_id, user=by.user, ended_at__isnull=True, user__is_active=True)
    if not here.filter(user__groups__name=Role.PARTNER_MANAGER).exists():
        raise Refused("U bent hier geen beheerder meer. Er is niets veranderd.")


def normal(email: str) -> str:
    """Return an address as the name of an account: one way of writing it."""
    return email.strip().lower()


def still_open(partner: Partner) -> list[Invitation]:
    """Return the invitations that nobody accepted or took back, the newest first; those that ran out included."""
    return list(partner.invitations.filter(closed_at__isnull=True).order_by("-created_at", "-pk"))


def undelivered(rows: Iterable[Invitation]) -> set[int]:
    """Return the keys of the invitations whose mail was given up or came back."""
    names = {f"invitation:{row.pk}": row.pk for row in rows}
    lost = Outgoing.objects.filter(
        kind=MAIL, recipient__in=names, state__in=(Outgoing.State.DEAD, Outgoing.State.BOUNCED)
    )
    return {names[name] for name in lost.values_list("recipient", flat=True)}


def invite(partner_id: int, email: str, role: str, *, by: By, now: datetime) -> Invitation:
    """Invite somebody; an open invitation to the same address is worth nothing from now on.

    Says nothing about accounts elsewhere: only who can read the mail learns that there is one.
    """
    address = normal(email)
    if role not in PARTNER_ROLES:
        raise Refused("Kies wat deze persoon mag doen.", field="role")

    def work() -> Invitation:
        partner = Partner.objects.select_for_update().get(pk=partner_id)
        still_may(by, partner_id)
        if Membership.objects.filter(partner=partner, user__username=address, ended_at__isnull=True).exists():
            raise Refused("Deze persoon heeft al een account bij deze organisatie.", field="email")
        _close(partner.invitations.filter(email=address, closed_at__isnull=True), now)
        if partner.invitations.filter(closed_at__isnull=True).count() >= MOST_OPEN:
            raise Refused(f"Er staan al {MOST_OPEN} uitnodigingen open. Trek er eerst een in.")
        return _send(partner, address, role, by, now)

    return account_events.in_one(f"partner:{partner_id}", work)


def again(partner_id: int, pk: int, *, by: By, now: datetime) -> Invitation:
    """Send an open invitation once more, with a new link; the old link is worth nothing from now on."""
    known = Invitation.objects.filter(pk=pk, partner=partner_id, closed_at__isnull=True).first()
    if known is None:
        raise Refused("Deze uitnodiging staat niet meer open.")
    return invite(partner_id, known.email, known.role, by=by, now=now)


def take_back(partner_id: int, pk: int, *, by: By, now: datetime) -> None:
    """Make the link of an invitation worthless; of one that is closed already, nothing changes."""

    def work() -> None:
        still_may(by, partner_id)
        if not _close(Invitation.objects.filter(pk=pk, partner=partner_id, closed_at__isnull=True), now):
            raise Refused("Deze uitnodiging staat niet meer open.")
        payload = {"invitation": pk}
        events.record(f"partner:{partner_id}", "invitation_taken_back", actor=by.actor, at=now, payload=payload)

    account_events.in_one(f"partner:{partner_id}", work)


def token_of(invitation: Invitation) -> str:
    """Return the token of the link; it is never stored."""
    return tokens.derive("invitation", f"invitation:{invitation.pk}", invitation.nonce)


def by_token(token: str, now: datetime) -> Invitation:
    """Return the open invitation of a link; UnknownLink when there is none, Gone when it is over."""
    found = Invitation.objects.select_related("partner").filter(link_digest=tokens.digest(token)).first()
    if found is None:
        raise UnknownLink
    if found.accepted:
        raise Gone("Met deze uitnodiging is al een account gemaakt. U kunt nu inloggen.", code="accepted")
    if found.closed_at is not None or now >= found.expires_at:
        raise Gone(OVER, code="ended")
    return found


def in_the_way(invitation: Invitation) -> str:
    """Return in words why this address can get no account here; empty when it can. For who holds the link only."""
    user = User.objects.filter(username=invitation.email).first()
    if user is None:
        return _of_staff(invitation.email)
    member = Membership.objects.filter(user=user).first()
    if member is None:
        return "Dit e-mailadres is van een account van de KvK. Gebruik daarvoor een ander e-mailadres."
    if member.ended_at is None and member.partner_id == invitation.partner_id:
        return "U hebt al een account bij deze organisatie. Log in met uw e-mailadres."
    if member.ended_at is None:
        return "Dit e-mailadres heeft al een account bij een andere organisatie. Gebruik hier een ander e-mailadres."
    return ""


def accept(token: str, newcomer: Newcomer, now: datetime) -> Membership:
    """Make the account, or give one back to somebody who left before; the link is worth nothing afterwards."""
    partner_id = by_token(token, now).partner_id
    named = {name: one_line(getattr(newcomer, name), field=name) for name in ("first_name", "last_name")}
    # Slow on purpose, so not while others wait for this transaction.
    hashed = make_password(newcomer.password)

    def work() -> Membership:
        Partner.objects.select_for_update().get(pk=partner_id)
        invitation = by_token(token, now)
        # Of two partners that invite one who left elsewhere, the second finds the account of the first.
        User.objects.select_for_update().filter(username=invitation.email).first()
        if told := in_the_way(invitation):
            raise Refused(told)
        mine = Invitation.objects.filter(pk=invitation.pk, closed_at__isnull=True)
        if not mine.update(closed_at=now, accepted=True):
            # Taken back at this very moment.
            raise Gone(OVER, code="ended")
        user = _account(invitation.email, replace(newcomer, **named), hashed)
        user.groups.set([Group.objects.get_or_create(name=invitation.role)[0]])
        member, _ = Membership.objects.update_or_create(
            user=user,
            defaults={"partner": invitation.partner, "joined_at": now, "ended_at": None, "ended_by": None},
        )
        events.record(
            f"partner:{partner_id}",
            "invitation_accepted",
            actor=f"partner:{partner_id}/person:{user.pk}",
            at=now,
            payload={"invitation": invitation.pk, "person": user.pk, "role": invitation.role},
        )
        return member

    return account_events.in_one(f"partner:{partner_id}", work)


def _account(email: str, newcomer: Newcomer, hashed: str) -> User:
    user = User.objects.filter(username=email).first() or User(username=email)
    user.email, user.first_name, user.last_name = email, newcomer.first_name, newcomer.last_name
    user.is_active, user.password = True, hashed
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise Refused("Dit e-mailadres heeft net een account gekregen.") from error
    return user


def _send(partner: Partner, address: str, role: str, by: By, now: datetime) -> Invitation:
    made = Invitation.objects.create(
        partner=partner,
        email=address,
        role=role,
        invited_by=by.user,
        nonce=secrets.token_hex(16),
        # Made from the key of the row, which is known only now.
        link_digest=secrets.token_hex(32),
        created_at=now,
        expires_at=now + VALID,
    )
    made.link_digest = tokens.digest(token_of(made))
    made.save(update_fields=["link_digest"])
    payload = {"invitation": made.pk, "role": role}
    event = events.record(partner.stream, "invitation_sent", actor=by.actor, at=now, payload=payload)
    outbox.enqueue(event, MAIL, f"invitation:{made.pk}", at=now)
    return made


def _close(rows: QuerySet[Invitation], now: datetime) -> int:
    """Close invitations and take back their mails that have not gone out yet; what failed asks for nobody any more."""
    for pk in rows.values_list("pk", flat=True):
        outbox.revoke(f"invitation:{pk}", (MAIL,), now, CLOSED)
        outbox.lay_down(f"invitation:{pk}", (MAIL,), now, CLOSED)
    return rows.update(closed_at=now)


def _of_staff(email: str) -> str:
    taken = User.objects.filter(email__iexact=email, membership__isnull=True, is_active=True).exists()
    return "Dit e-mailadres is van een account van de KvK. Gebruik een ander e-mailadres." if taken else ""
