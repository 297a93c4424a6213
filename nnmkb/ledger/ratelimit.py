"""Counters against flooding. In the database, because production has several web processes and none talks to Redis."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from nnmkb.ledger.models import RateCount


class TooMany(Exception):
    """The limit of this action is reached; try again after `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(str(seconds))
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Left:
    """How much of a limit is left, and after how many seconds it starts again."""

    limit: int
    window: int
    remaining: int
    seconds: int


def count(action: str, who: str) -> Left | None:
    """Count one use of an action (a key of settings.RATE_LIMITS) by someone; raises TooMany over the limit.

    Returns what is left, None when the action has no limit.
    """
    limit, window = settings.RATE_LIMITS[action]
    if not limit:
        return None
    now = timezone.now()
    key, ends = _slot(action, who, window, now)
    if not RateCount.objects.filter(key=key).update(count=F("count") + 1):
        try:
            with transaction.atomic():
                RateCount.objects.create(key=key, count=1, expires_at=ends + timedelta(minutes=1))
        except IntegrityError:
            RateCount.objects.filter(key=key).update(count=F("count") + 1)
    used, seconds = RateCount.objects.get(key=key).count, int((ends - now).total_seconds()) + 1
    if used > limit:
        raise TooMany(seconds)
    return Left(limit, window, limit - used, seconds)


def check(action: str, who: str) -> None:
    """Raise TooMany when somebody has used up this action already, without counting this use."""
    limit, window = settings.RATE_LIMITS[action]
    now = timezone.now()
    key, ends = _slot(action, who, window, now)
    if limit and RateCount.objects.filter(key=key, count__gte=limit).exists():
        raise TooMany(int((ends - now).total_seconds()) + 1)


def _slot(action: str, who: str, window: int, now: datetime) -> tuple[str, datetime]:
    slot = int(now.timestamp()) // window
    key = hashlib.sha256(f"{settings.SECRET_KEY}|{action}|{who}|{slot}".encode()).hexdigest()
    return key, datetime.fromtimestamp((slot + 1) * window, tz=now.tzinfo)


def address(request: HttpRequest) -> str:
    """Return the address a request comes from: behind our own proxy, the last one that the proxy itself wrote down.

    Of IPv6 the first half: one household or server has all the addresses of the second half to choose from.
    """
    text = str(request.META.get("REMOTE_ADDR", ""))
    if settings.BEHIND_PROXY and (chain := request.headers.get("X-Forwarded-For")):
        text = chain.rsplit(",", 1)[-1].strip()
    try:
        known = ip_address(text)
    except ValueError:
        return text
    return str(ip_network((known, 64), strict=False)) if known.version == 6 else text
