"""The people page of a partner's manager."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from referrals.models import Membership
from referrals.services import accounts
from referrals.services.invitations import By
from referrals.views import people
from referrals.views.people import Room
from referrals.views.portal.frame import frame
from referrals.views.portal.guard import by_partner

NAMES = ("referrals:portal-people", "referrals:portal-people-person", "referrals:portal-people-invitation")


def room_of(request: HttpRequest, member: Membership) -> Room:
    """Return the page for the organisation of this person."""
    by = By(member.user, accounts.actor_of(member))
    return Room(member.partner, by, frame(request, member), NAMES)


@require_http_methods(["GET", "HEAD", "POST"])
@by_partner
def page(request: HttpRequest, member: Membership) -> HttpResponse:
    """Show who works here and who is invited, and invite one more."""
    return people.page(request, room_of(request, member))


@require_http_methods(["GET", "HEAD", "POST"])
@by_partner
def person(request: HttpRequest, member: Membership, pk: int, action: str) -> HttpResponse:
    """Change the role of somebody, take the second step away, or end the account."""
    return people.person(request, room_of(request, member), pk, action)


@require_POST
@by_partner
def invitation(request: HttpRequest, member: Membership, pk: int, action: str) -> HttpResponse:
    """Send an invitation again, or take it back."""
    return people.invitation(request, room_of(request, member), pk, action)
