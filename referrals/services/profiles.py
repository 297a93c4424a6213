"""How each person uses the workbench: letter keys, and being away."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from nnmkb.web.permissions import Role
from referrals.models import DeskProfile
from referrals.services.errors import Refused

LONGEST_ABSENCE = timedelta(days=366)


def of(user: User) -> DeskProfile:
    """Return the settings of a person, the standard ones when nothing was ever set; asked once in a request."""
    known: DeskProfile | None = getattr(user, "_desk_profile_known", None)
    if known is None and "desk_profile" in user._state.fields_cache:
        # Read along with the person.
        known = user._state.fields_cache["desk_profile"] or DeskProfile(user=user)
    if known is None:
        known = DeskProfile.objects.filter(pk=user.pk).first() or DeskProfile(user=user)
        user._desk_profile_known = known  # type: ignore[attr-defined]
    return known


def save(user: User, *, shortcuts: bool, absent_until: date | None, today: date) -> None:
    """Keep the keys and the absence of a person; the list to begin with stays as it is."""
    if absent_until is not None and not today <= absent_until <= today + LONGEST_ABSENCE:
        raise Refused("Kies een dag vanaf vandaag, hoogstens een jaar vooruit.", field="absent_until")
    DeskProfile.objects.update_or_create(user=user, defaults={"shortcuts": shortcuts, "absent_until": absent_until})
    user._desk_profile_known = None  # type: ignore[attr-defined]


def away(owners: Iterable[User | None], today: date) -> frozenset[int]:
    """Return which of these people are away: switched off, or absent up to and including a day that is not over."""
    known = {owner.pk: owner for owner in owners if owner is not None}
    if not known:
        return frozenset()
    absent = DeskProfile.objects.filter(pk__in=known, absent_until__gte=today).values_list("pk", flat=True)
    return frozenset(absent) | {pk for pk, owner in known.items() if not owner.is_active}


def is_away(owner: User | None, today: date) -> bool:
    """Say whether there is nobody who has it, or somebody who is away; asked once in a request for one person."""
    if owner is None or not owner.is_active:
        return True
    until = of(owner).absent_until
    return until is not None and until >= today


def colleagues(today: date) -> QuerySet[User]:
    """Return who can be given a referral: advisors and team leads who are there."""
    return (
        User.objects.filter(groups__name__in=(Role.ADVISOR, Role.TEAM_LEAD), is_active=True)
        .exclude(Q(desk_profile__absent_until__gte=today))
        .distinct()
    )
