"""How an address for machines says what went wrong: problem+json (RFC 9457), with a code that never changes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse

MEDIA_TYPE = "application/problem+json"
# Everything below it is for machines; a browser gets no page there, but the readable document of the interface.
MACHINES = "/api/"
# The readable document; it explains each code at its own anchor.
EXPLAINED_AT = "/api/partner/v1/"


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing that can go wrong: stable code, status, title, and what to do about it."""

    code: str
    status: int
    title: str
    detail: str


def by_code(*kinds: Kind) -> dict[str, Kind]:
    """Return kinds by their code."""
    return {kind.code: kind for kind in kinds}


# What can go wrong at any address, before or around the interface itself.
GENERAL = by_code(
    Kind("unreadable_request", 400, "Dit verzoek is niet te lezen", "Controleer het adres en de headers."),
    Kind("forbidden", 403, "Dit mag niet", "U hebt geen toegang tot dit adres."),
    Kind("unknown_address", 404, "Dit adres bestaat niet", "Controleer het adres in de beschrijving van de API."),
    Kind("method_not_allowed", 405, "Dit adres kent deze methode niet", "De header Allow zegt welke methode wel kan."),
    Kind("too_large", 413, "Dit verzoek is te groot", "Stuur hoogstens 32 kB. Er is niets bewaard."),
    Kind("broken", 500, "Er ging bij ons iets mis", "Stuur het verzoek later opnieuw, met dezelfde Idempotency-Key."),
    Kind(
        "away",
        503,
        "Wij zijn even niet bereikbaar",
        "Er is niets bewaard. Probeer het over een halve minuut opnieuw, met dezelfde Idempotency-Key.",
    ),
)


def for_machines(request: HttpRequest) -> bool:
    """Say whether this address answers machines, so that its errors are no pages."""
    return request.path_info.startswith(MACHINES)


def answer(
    kind: Kind,
    detail: str = "",
    *,
    headers: Mapping[str, str] | None = None,
    more: Mapping[str, object] | None = None,
) -> HttpResponse:
    """Return the answer for something that went wrong; asks the database nothing."""
    told: dict[str, object] = {
        "type": f"{settings.SITE_URL}{EXPLAINED_AT}#{kind.code}",
        "title": kind.title,
        "status": kind.status,
        "detail": detail or kind.detail,
        "code": kind.code,
        **(more or {}),
    }
    response = HttpResponse(
        json.dumps(told, ensure_ascii=False), status=kind.status, content_type=MEDIA_TYPE, headers=dict(headers or {})
    )
    response["Cache-Control"] = "no-store, private"
    return response
