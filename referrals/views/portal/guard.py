"""Who gets in at the portal: somebody of a partner, with a role in the table and a second factor in this session."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from nnmkb.web.permissions import View, allowed, roles_of, to_login, verified
from referrals.models import Membership
from referrals.services import accounts

MemberView = Callable[..., HttpResponse]


def by_partner(view: MemberView) -> View:
    """Call the view with the membership of who asks: (request, member, ...).

    Whoever did not sign in in both steps signs in first; whoever has no live membership, or not the role, gets 403.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: str, **kwargs: str) -> HttpResponse:
        if not request.user.is_authenticated or not verified(request.user):
            return to_login(request)
        name = request.resolver_match.view_name if request.resolver_match else ""
        member: Membership | None = accounts.membership(request.user)
        if member is None or not allowed(roles_of(request.user), name, request.method or ""):
            raise PermissionDenied
        return view(request, member, *args, **kwargs)

    return guarded
