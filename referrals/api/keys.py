"""Who asks: the key in the header, its scope, its number of requests a minute, and the headers of a change."""

from __future__ import annotations

import re
from typing import cast

from django.http import HttpRequest
from django.utils import timezone

from nnmkb.ledger import ratelimit
from nnmkb.ledger.ratelimit import Left, TooMany
from referrals.api.problems import Problem
from referrals.domain.api_scopes import Scope
from referrals.models import ApiKey
from referrals.services import api_keys

LEFT, HEAD = "nnmkb.api_left", "nnmkb.api_head"
IDEMPOTENCY_KEY = re.compile(r"[A-Za-z0-9._:-]{8,64}")
# A proxy that compresses may have made the ETag weak on the way; the version is the same.
VERSION = re.compile(r'(?:W/)?"v([1-9][0-9]{0,8})"')


class PartnerKey:
    """The key of a partner's system, in the header only; it must have the scope of the address."""

    openapi_security_schema = {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "nnmkb_<voorvoegsel>_<geheim>",
        "description": "Een sleutel van /partner/sleutels/. Stuur hem alleen in deze header, nooit in een adres.",
    }

    def __init__(self, scope: Scope | None) -> None:
        self.scope = scope

    def __call__(self, request: HttpRequest) -> ApiKey:
        """Return the key behind a request; Problem when it may not do this, or when a header is missing."""
        key = _holder(request)
        try:
            request.META[LEFT] = ratelimit.count("api", f"key:{key.pk}")
        except TooMany as error:
            raise _too_many(error, "Deze sleutel mag 60 verzoeken per minuut doen.") from None
        if self.scope is not None and self.scope not in key.scopes:
            told = f'Bearer realm="partner", error="insufficient_scope", scope="{self.scope.value}"'
            raise Problem(
                "wrong_scope",
                f"Deze sleutel mist «{self.scope.value}».",
                headers={"WWW-Authenticate": told},
                more={"scope": self.scope.value},
            )
        if request.method == "POST":
            _check_change(request)
        return key


def _holder(request: HttpRequest) -> ApiKey:
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    try:
        if scheme.casefold() != "bearer" or not text.strip():
            raise api_keys.BadKey("no_key")
        return api_keys.holder(text.strip(), timezone.now())
    except api_keys.BadKey as error:
        try:
            ratelimit.count("api_key", ratelimit.address(request))
        except TooMany as many:
            raise _too_many(many, "Er kwamen te veel verkeerde sleutels van dit adres.") from None
        told = "" if error.code == "no_key" else ', error="invalid_token"'
        raise Problem(error.code, headers={"WWW-Authenticate": f'Bearer realm="partner"{told}'}) from None


def _too_many(error: TooMany, detail: str) -> Problem:
    return Problem("too_many_requests", detail, headers={"Retry-After": str(error.seconds)})


def _check_change(request: HttpRequest) -> None:
    """Look at the headers that every change needs, before its body is read."""
    given = request.headers.get("Content-Type", "").partition(";")[0].strip().casefold()
    if given != "application/json" and (given or request.META.get("CONTENT_LENGTH") not in {None, "", "0"}):
        raise Problem("not_json")
    idempotency_key(request)
    version(request)


def idempotency_key(request: HttpRequest) -> str:
    """Return the Idempotency-Key, with or without the quotes of a structured field."""
    given = request.headers.get("Idempotency-Key", "").strip()
    if not given:
        raise Problem("no_idempotency_key")
    if len(given) > 2 and given[0] == given[-1] == '"':
        given = given[1:-1]
    if not IDEMPOTENCY_KEY.fullmatch(given):
        raise Problem("bad_idempotency_key")
    return given


def version(request: HttpRequest) -> int:
    """Return the version in If-Match."""
    given = request.headers.get("If-Match", "").strip()
    if not given:
        raise Problem("no_version")
    if not (found := VERSION.fullmatch(given)):
        raise Problem("bad_version")
    return int(found[1])


def key_of(request: HttpRequest) -> ApiKey:
    """Return the key that a request was let in with."""
    return cast(ApiKey, request.auth)  # type: ignore[attr-defined]


def is_head(request: HttpRequest) -> bool:
    """Say whether somebody only asks for the headers: nothing is read then, so nothing is logged as read."""
    return bool(request.META.get(HEAD))


def limit_headers(request: HttpRequest) -> dict[str, str]:
    """Return what is left of the limit of this key, for a system that paces itself."""
    left = cast("Left | None", request.META.get(LEFT))
    if left is None:
        return {}
    return {
        "RateLimit-Policy": f'"sleutel";q={left.limit};w={left.window}',
        "RateLimit": f'"sleutel";r={left.remaining};t={left.seconds}',
    }
