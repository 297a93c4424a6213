"""Somebody of a partner in a browser, and the forms of the portal as that browser sends them."""

from __future__ import annotations

import html
import re
import uuid
from typing import Any

from django.http import HttpResponse
from django.test import Client

from nnmkb.web.permissions import Role
from referrals.models import Membership, Offer, Partner, Referral
from tests.referrals.accounts import cast as people

INBOX = "/partner/"
# What each act asks, beyond its key and version.
FILLED: dict[str, dict[str, str]] = {
    "aannemen": {"contact_person": "Carla de Wit"},
    "afwijzen": {"reason": "region"},
    "contact": {"on": "2026-11-23"},
    "afronden": {"outcome": "advice_given", "on": "2026-11-23"},
    "stoppen": {"reason": "no_need"},
    "teruggeven": {"reason": "other", "reason_text": "Een ander past hier beter."},
    "uitstellen": {"until": "2026-12-15"},
    "vraag": {"text": "Exporteert dit bedrijf al?"},
    "voortgang": {"text": "Wij spraken af voor volgende week."},
}


def browser(
    partner: Partner, role: Role = Role.PARTNER_HANDLER, name: str = "Jan de Vries"
) -> tuple[Client, Membership]:
    """Return the browser of somebody of this partner who signed in, and who that is."""
    person = people.member(partner, role)
    person.user.first_name, _, person.user.last_name = name.partition(" ")
    person.user.save()
    return people.signed_in(Client(), person), person


def page(offer: Offer) -> str:
    """Return the address of an offer in the portal."""
    return f"/partner/aanbod/{offer.referral.number}/"


def answer(client: Client, offer: Offer, act: str, *, version: int | None = None, **typed: Any) -> HttpResponse:
    """Send the form of an act, filled in, from a page of this version (of now when none is given)."""
    now = Referral.objects.get(pk=offer.referral_id).version
    form = {"sleutel": str(uuid.uuid4()), "versie": str(now if version is None else version), "wat": act}
    return client.post(f"{page(offer)}antwoord/", {**form, **FILLED.get(act, {}), **typed})


def said(response: HttpResponse) -> str:
    """Return what stands in the main part of a page, in words."""
    main = response.content.decode().partition("<main")[2].partition("</main>")[0]
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", main).split()))
