"""People of a partner with an account: who they are, what they may, and how they leave."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from nnmkb.web.permissions import Role, roles_of
from referrals.models import Membership


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
