"""The people of a partner, for who keeps the partner list."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from nnmkb.web.desk import frame, signed_in
from nnmkb.web.permissions import by_role
from referrals.services.invitations import By
from referrals.views import people
from referrals.views.partners import get_partner
from referrals.views.people import Room

NAMES = ("referrals:partner-people", "referrals:partner-people-person", "referrals:partner-people-invitation")


def room_of(request: HttpRequest, code: str) -> Room:
    """Return the page for the partner with this code."""
    user = signed_in(request)
    return Room(get_partner(code), By(user, f"staff:{user.pk}"), frame(request), NAMES, (code,))


@by_role
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, code: str) -> HttpResponse:
    """Show who works there and who is invited, and invite one more."""
    return people.page(request, room_of(request, code))


@by_role
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: HttpRequest, code: str, pk: int, action: str) -> HttpResponse:
    """Change the role of somebody, take the second step away, or end the account."""
    return people.person(request, room_of(request, code), pk, action)


@by_role
@require_POST
def invitation(request: HttpRequest, code: str, pk: int, action: str) -> HttpResponse:
    """Send an invitation again, or take it back."""
    return people.invitation(request, room_of(request, code), pk, action)
