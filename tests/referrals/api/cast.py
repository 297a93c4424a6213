"""A partner's system in the tests: a key, a client that sends it, and an offer in each state."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from referrals.api import document
from referrals.domain.api_scopes import Scope
from referrals.models import ApiKey, Offer, Partner
from referrals.services import api_keys
from tests.referrals.services import cast

NOW = cast.NOW
ROOT = "/api/partner/v1"
TOLD_HEADERS = ("Allow", "ETag", "Retry-After", "WWW-Authenticate")
EVERYTHING = tuple(scope.value for scope in Scope)


def maker(name: str = "mies") -> User:
    """Return the manager of a partner, who makes keys."""
    return User.objects.get_or_create(username=name)[0]


def made(partner: Partner, *scopes: str, name: str = "CRM", days: int = 365, now: datetime = NOW) -> tuple[ApiKey, str]:
    """Return a new key of this partner with its secret."""
    found = api_keys.make(
        partner.pk,
        actor=f"partner:{partner.pk}/person:1",
        by=maker(),
        name=name,
        scopes=scopes or EVERYTHING,
        days=days,
        key=str(uuid.uuid4()),
        now=now,
    )
    return found.key, found.secret


@dataclass
class System:
    """The system of a partner, with its key."""

    secret: str
    client: Client

    def get(self, path: str, method: str = "GET", **headers: str) -> HttpResponse:
        """Read an address below the root of the API."""
        return self.client.generic(method, ROOT + path, headers={**self.bearer, **headers})

    def post(
        self,
        path: str,
        body: Any = None,
        *,
        version: int | str = 0,
        key: str | None = None,
        raw: bytes | None = None,
        content_type: str = "application/json",
        **headers: str,
    ) -> HttpResponse:
        """Change something; without a version, with the one that stands there now."""
        sent = raw if raw is not None else json.dumps(body if body is not None else {}).encode()
        tag = version if isinstance(version, str) else f'"v{version or self.version(path)}"'
        given = {**self.bearer, "Idempotency-Key": key or str(uuid.uuid4()), "If-Match": tag, **headers}
        given = {name: value for name, value in given.items() if value}
        return self.client.generic("POST", ROOT + path, sent, content_type=content_type, headers=given)

    @property
    def bearer(self) -> dict[str, str]:
        """Return the header with the key."""
        return {"Authorization": f"Bearer {self.secret}"}

    def version(self, path: str) -> int:
        """Return the version of the offer in this address."""
        return Offer.objects.get(pk=int(path.split("/")[2])).referral.version


def system(partner: Partner, *scopes: str) -> System:
    """Return a system with a fresh key of this partner."""
    return System(made(partner, *scopes)[1], Client(enforce_csrf_checks=True, raise_request_exception=False))


def case(state: str = "offered") -> tuple[cast.Case, System, str]:
    """Return a referral in this state, the system of its partner, and the address of its offer."""
    found = cast.case(state)
    assert found.offer is not None
    return found, system(found.partner), f"/offers/{found.offer.pk}"


def verify_problem(response: HttpResponse, status: int, code: str) -> dict[str, Any]:
    """Return the problem in an answer, which must be this one."""
    assert response["Content-Type"] == "application/problem+json", response.content
    told: dict[str, Any] = json.loads(response.content)
    assert (response.status_code, told["status"], told["code"]) == (status, status, code), told
    assert told["type"].endswith(f"/api/partner/v1/#{code}")
    assert told["title"]
    assert told["detail"]
    must, may = _headers(code)
    assert must <= {name for name in TOLD_HEADERS if name in response} <= must | may
    return told


@cache
def _headers(code: str) -> tuple[set[str], set[str]]:
    """Return the headers that the document promises with a problem of this code, and those that it may have."""
    answers = json.loads(document.KEPT.read_text(encoding="utf-8"))["components"]["responses"].values()
    held = [answer for answer in answers if code in answer["content"]["application/problem+json"]["examples"]]
    known = [(name, told["required"]) for answer in held for name, told in answer.get("headers", {}).items()]
    return {name for name, required in known if required}, {name for name, required in known if not required}
