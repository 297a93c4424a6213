"""The public partner directory in the words of Open Referral HSDS 3.1: organisations, what they do and where.

Nothing of a person, and not the address that offers go to. Whether a partner is full or pauses stays with the KvK.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from intake.policies import policy
from intake.policy import Policy, players
from nnmkb.web import problems
from referrals.domain.worktime import local_date
from referrals.models import Partner
from referrals.queues import PROVINCES
from referrals.services import organisations

PER_PAGE, MOST_PER_PAGE = 50, 100
NUMBER = re.compile(r"[1-9][0-9]{0,5}")
# Names of our own things as UUIDs, the same at every export.
_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:nnmkb:partners")

Entry = dict[str, Any]


def identity(*parts: str) -> str:
    """Return the UUID that always belongs to this partner, service or area."""
    return str(uuid.uuid5(_SPACE, "/".join(parts)))


@require_safe
def organizations(request: HttpRequest) -> HttpResponse:
    """List the organisations that take part, by name."""
    today = local_date(timezone.now())
    return _page(request, [organization(partner, today) for partner in taking_part(today)])


@require_safe
def services(request: HttpRequest) -> HttpResponse:
    """List what the organisations do: one service for each activity of each organisation."""
    today = local_date(timezone.now())
    return _page(request, [one for partner in taking_part(today) for one in services_of(partner, today)])


def taking_part(today: date) -> list[Partner]:
    """Return the partners that take part and whose organisation still exists."""
    rows = Partner.objects.filter(active=True).order_by("name", "pk")
    return [partner for partner in rows if not organisations.ending(partner.organisation, today)]


def organization(partner: Partner, today: date) -> Entry:
    """Return a partner as an HSDS organization."""
    titles = ", ".join(title for _, title in activities_of(partner, today)) or "doorverwijzing"
    return {
        "id": identity(partner.code),
        "name": partner.name,
        "description": f"Helpt bedrijven die zaken willen doen over de grens. Activiteiten: {titles}. "
        f"Werkgebied: {', '.join(_areas(partner).values())}.",
    }


def services_of(partner: Partner, today: date) -> list[Entry]:
    """Return the activities of a partner as HSDS services."""
    return [
        {
            "id": identity(partner.code, code),
            "name": title,
            "description": policy().activities[code].text,
            "status": "active",
            "organization": organization(partner, today),
            "service_areas": [
                {
                    "id": identity(partner.code, code, place),
                    "service_id": identity(partner.code, code),
                    "name": name,
                    "extent": name,
                    "extent_type": "text",
                }
                for place, name in _areas(partner).items()
            ],
        }
        for code, title in activities_of(partner, today)
    ]


def activities_of(partner: Partner, today: date) -> list[tuple[str, str]]:
    """Return code and title of what a partner does: what it named itself, or else what the policy asks of it."""
    rules = policy()
    asked = partner.activities or _asked_of(rules, partner.organisation, today)
    return [(code, rules.activities[code].title) for code in rules.activities if code in asked]


def _asked_of(rules: Policy, organisation: str, today: date) -> set[str]:
    parties = {party for party in rules.parties if organisation in {one.code for one in players(rules, party, today)}}
    return {code for code, activity in rules.activities.items() if parties & set(activity.parties)}


def _areas(partner: Partner) -> dict[str, str]:
    northern = {code: name for code, name in PROVINCES.items() if code != "anders"}
    return {code: name for code, name in northern.items() if not partner.provinces or code in partner.provinces}


def _page(request: HttpRequest, entries: Sequence[Entry]) -> HttpResponse:
    """Return one page of a list, in the shape of HSDS; ?page= and ?per_page= are whole numbers."""
    given = [request.GET.get(name, str(usual)) for name, usual in (("page", 1), ("per_page", PER_PAGE))]
    if not all(NUMBER.fullmatch(one) for one in given) or int(given[1]) > MOST_PER_PAGE:
        told = f"«page» en «per_page» zijn gehele getallen vanaf 1; «per_page» is hoogstens {MOST_PER_PAGE}."
        return problems.answer(problems.GENERAL["unreadable_request"], told)
    number, size = int(given[0]), int(given[1])
    shown = list(entries[(number - 1) * size : number * size])
    total = max(-(-len(entries) // size), 1)
    response = JsonResponse(
        {
            "total_items": len(entries),
            "total_pages": total,
            "page_number": number,
            "size": len(shown),
            "first_page": number == 1,
            "last_page": number >= total,
            "empty": not shown,
            "contents": shown,
        }
    )
    response["Cache-Control"] = "public, max-age=600"
    return response
