"""As whom a person acts in the transition table."""

from __future__ import annotations

from django.contrib.auth.models import User

from nnmkb.web.permissions import Role, roles_of
from referrals.domain.lifecycle import Actor


def leads(user: User) -> bool:
    """Say whether this person leads the team."""
    return Role.TEAM_LEAD in roles_of(user)


def actors_of(user: User) -> tuple[Actor, ...]:
    """Return as whom a person acts in the transition table; a team lead is an advisor too."""
    if leads(user):
        return (Actor.ADVISOR, Actor.TEAM_LEAD)
    return (Actor.ADVISOR,) if Role.ADVISOR in roles_of(user) else ()
