"""What the answer of a receiver means: arrived, gone for good, busy for a while, or failed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import Enum

LONGEST_REST = timedelta(hours=24)
SHORTEST_REST = timedelta(minutes=1)
BUSY = frozenset({429, 502, 504})
# Says by itself no more than that something is wrong; with Retry-After it is a wish.
MAYBE_BUSY = 503


class Verdict(Enum):
    """What follows from an answer."""

    ARRIVED = "arrived"
    GONE = "gone"
    BUSY = "busy"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict; for BUSY with how long the receiver wants to be left alone, None when it did not say."""

    verdict: Verdict
    rest: timedelta | None = None


def judge(status: int | None, retry_after: str, now: datetime) -> Judgement:
    """Say what an answer means; None is no answer. Only 2xx is success, and a redirect is not followed."""
    if status is not None and 200 <= status <= 299:
        return Judgement(Verdict.ARRIVED)
    if status == 410:
        return Judgement(Verdict.GONE)
    rest = rest_of(retry_after, now)
    if status in BUSY or (status == MAYBE_BUSY and rest is not None):
        return Judgement(Verdict.BUSY, rest)
    return Judgement(Verdict.FAILED)


def rest_of(retry_after: str, now: datetime) -> timedelta | None:
    """Read Retry-After, in seconds or as a date; between a minute and a day, None when it says nothing."""
    text = retry_after.strip()
    if re.fullmatch(r"[0-9]+", text):
        # As many digits as somebody likes: ten are more than a day anyway.
        asked = timedelta(seconds=int(text[:10]))
    else:
        try:
            until = parsedate_to_datetime(text)
        except (ValueError, TypeError, OverflowError):
            return None
        asked = (until if until.tzinfo else until.replace(tzinfo=UTC)) - now
    return min(max(asked, SHORTEST_REST), LONGEST_REST)
