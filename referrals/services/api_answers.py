"""What an Idempotency-Key got: the same request gets the same answer for seven days, another request is refused.

Only a change that was made is kept; whatever was refused changed nothing, so its key is free again. What was carried
out but not kept (a crash in between) is found back by the key of its event: see `deed_key`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from referrals.models import ApiAnswer
from referrals.services.errors import NotDone

KEPT = timedelta(days=7)


class Reused(NotDone):
    """The key was used before, with another request."""

    def __init__(self) -> None:
        super().__init__("Deze Idempotency-Key hoort bij een ander verzoek. Maak voor elk nieuw verzoek een nieuwe.")


class InProgress(NotDone):
    """The first request with this key has not been answered yet; try again after `seconds`."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__("Dit verzoek wordt nog uitgevoerd. Stuur het zo nog eens, met dezelfde Idempotency-Key.")


@dataclass(frozen=True, slots=True)
class Stored:
    """An answer as it was given: codes and numbers, no person."""

    status: int
    body: dict[str, object]
    etag: str


def deed_key(partner_id: int, key: str, request_digest: str) -> str:
    """Return the key under which the change itself is recorded, so that a change is made once whatever crashed."""
    return hashlib.sha256(f"api|{partner_id}|{key}|{request_digest}".encode()).hexdigest()[:32]


def begin(partner_id: int, key: str, request_digest: str, now: datetime) -> Stored | None:
    """Return the answer this request got before; None when the caller may carry it out, and holds the key.

    Raises Reused, or InProgress. A request that has run longer than a request can is taken over.
    """
    try:
        with transaction.atomic():
            ApiAnswer.objects.create(partner_id=partner_id, key=key, request_digest=request_digest, created_at=now)
        return None
    except IntegrityError:
        row = ApiAnswer.objects.filter(partner=partner_id, key=key).first()
    if row is None:
        raise InProgress(1)
    if row.created_at <= now - KEPT:
        _take(row, request_digest, now)
        return None
    if row.request_digest != request_digest:
        raise Reused
    if row.status is not None:
        return Stored(row.status, row.body, row.etag)
    ready = row.created_at + timedelta(seconds=settings.API_REQUEST_LIMIT_S)
    if now < ready:
        raise InProgress(int((ready - now).total_seconds()) + 1)
    _take(row, request_digest, now)
    return None


def keep(partner_id: int, key: str, begun: datetime, answer: Stored) -> None:
    """Keep the answer to the request that began then; nothing when another took its key over meanwhile."""
    _held(partner_id, key, begun).update(status=answer.status, body=answer.body, etag=answer.etag)


def release(partner_id: int, key: str, begun: datetime) -> None:
    """Give the key back that was held since then: nothing was done with it."""
    _held(partner_id, key, begun).delete()


def _held(partner_id: int, key: str, begun: datetime) -> QuerySet[ApiAnswer]:
    return ApiAnswer.objects.filter(partner=partner_id, key=key, created_at=begun, status__isnull=True)


def _take(row: ApiAnswer, request_digest: str, now: datetime) -> None:
    """Hold the key of a row that was left behind; InProgress when another was first."""
    left = ApiAnswer.objects.filter(pk=row.pk, created_at=row.created_at, status=row.status)
    if not left.update(request_digest=request_digest, created_at=now, status=None, body={}, etag=""):
        raise InProgress(1)
