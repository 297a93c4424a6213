"""The dark bar above every staff page: the menu for one's roles, and who is signed in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.urls import reverse

from nnmkb.web.permissions import allowed, roles_of

# The pages in the bar; each role sees those that it may read.
MENU = {
    "referrals:desk": "Werkbak",
    "referrals:partners": "Partners",
    "intake:policy-versions": "Beleid",
    "referrals:organisations": "Organisaties",
    "referrals:desk-team": "Team",
    "admin:index": "Beheer",
}
# The addresses below a page of the menu begin so.
BELOW = {
    "intake:policy-versions": "intake:policy-",
    "referrals:desk-team": "referrals:desk-team",
    "referrals:partners": "referrals:partner",
}


# One's own settings; and where the session keeps whether the letter keys are on.
PROFILE = "referrals:desk-profile"
SECURITY = "referrals:security"
KEYS = "desk_keys"


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return what the dark bar of every staff page needs."""
    roles = roles_of(request.user)
    shown = [(label, name) for name, label in MENU.items() if allowed(roles, name, "GET")]
    here = request.resolver_match.view_name if request.resolver_match else ""
    nav = [{"label": label, "href": reverse(name), "current": _within(here, name)} for label, name in shown]
    return {
        "desk_nav": nav,
        "desk_home": nav[0]["href"] if nav else reverse("referrals:desk"),
        "desk_user_name": name_of(signed_in(request)),
        "desk_logout_href": reverse("referrals:logout"),
        "desk_profile_href": reverse(PROFILE if allowed(roles, PROFILE, "GET") else SECURITY),
        "desk_keys": bool(request.session.get(KEYS, True)),
    }


def _within(here: str, name: str) -> bool:
    """Say whether a page is that of the menu, or lies below it."""
    return here == name or (name in BELOW and here.startswith(BELOW[name]))


def signed_in(request: HttpRequest) -> User:
    """Return the person behind a page that only lets people in who signed in."""
    assert isinstance(request.user, User)
    return request.user


def name_of(user: User | None) -> str:
    """Return how colleagues see a person."""
    return (user.get_full_name() or user.get_username()) if user else ""
