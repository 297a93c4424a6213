"""A test message, while somebody waits for it: signed as any other, and to be answered with its own challenge."""

from __future__ import annotations

import json
import secrets
import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from nnmkb.ledger import tokens
from referrals.domain import webhook_signature
from referrals.domain.webhook_answers import Verdict, judge
from referrals.models import WebhookEndpoint
from referrals.services import endpoints
from referrals.webhooks import messages, sending
from referrals.webhooks.delivering import read
from referrals.webhooks.errors import NotSent

# Shorter than for a message: a person looks at the page, and holds a process of the site.
LONGEST = 10.0
NOT_ECHOED = "not_echoed"


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a test: a status, or why there was none; `error` is empty when all is well."""

    status: int | None
    error: str

    @property
    def well(self) -> bool:
        """Say whether the challenge came back."""
        return not self.error


def test(endpoint: WebhookEndpoint, *, actor: str, now: datetime) -> Tried:
    """Send a test message; an endpoint that is not on is switched on when it sends the challenge back."""
    tried = _send(endpoint, now)
    endpoints.tested(endpoint, tried.error or "ok", actor=actor, now=now)
    if tried.well and endpoint.state != WebhookEndpoint.State.ACTIVE:
        endpoints.confirm(endpoint.partner_id, endpoint.pk, actor=actor, now=now)
    return tried


def _send(endpoint: WebhookEndpoint, now: datetime) -> Tried:
    challenge = secrets.token_urlsafe(32)
    body = messages.of_test(challenge, now)
    signed = webhook_signature.headers(f"msg_{uuid.uuid4().hex}", now, body, endpoints.secrets_of(endpoint, now))
    try:
        answer = sending.post(read(endpoint), signed, body, longest=LONGEST)
    except NotSent as failure:
        return Tried(None, failure.code)
    if judge(answer.status, "", now).verdict is not Verdict.ARRIVED:
        return Tried(answer.status, "refused")
    return Tried(answer.status, "" if _echoes(answer.body, challenge) else NOT_ECHOED)


def _echoes(body: bytes, challenge: str) -> bool:
    """Say whether an answer is {"challenge": "…"}, or the challenge alone."""
    text = body.decode("utf-8", errors="replace").strip()
    with suppress(ValueError, RecursionError):
        told = json.loads(text)
        text = told.get("challenge", "") if isinstance(told, dict) else told
    return isinstance(text, str) and tokens.same(text, challenge)
