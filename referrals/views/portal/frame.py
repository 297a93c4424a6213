"""The bar above every page of the portal: the pages for one's role, one's organisation, and who is signed in."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from nnmkb.web.desk import name_of, signed_in
from nnmkb.web.permissions import allowed, roles_of
from referrals.models import Membership

# The pages in the bar. An address that is not in the table of roles is for nobody, so it is not shown either.
MENU = {
    "referrals:portal": "Postvak",
    "referrals:portal-organisation": "Organisatie",
    "referrals:portal-people": "Mensen",
    "referrals:portal-keys": "Sleutels",
    "referrals:portal-endpoints": "Meldadressen",
    "referrals:security": "Beveiliging",
}
# The addresses below a page of the menu begin with its own name, except those of an offer.
BELOW = {"referrals:portal": "referrals:portal-offer"}


def frame(request: HttpRequest, member: Membership) -> dict[str, Any]:
    """Return what the bar of every portal page needs; templates/base_portal.html draws it."""
    roles = roles_of(request.user)
    here = request.resolver_match.view_name if request.resolver_match else ""
    return {
        "desk_nav": [
            {
                "label": label,
                "href": reverse(name),
                "current": here == name or here.startswith(BELOW.get(name, f"{name}-")),
            }
            for name, label in MENU.items()
            if allowed(roles, name, "GET")
        ],
        "desk_home": reverse("referrals:portal"),
        "desk_user_name": name_of(signed_in(request)),
        "desk_user_office": member.partner.name,
        "desk_logout_href": reverse("referrals:logout"),
        "member": member,
    }
