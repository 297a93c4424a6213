"""What a message says: its type, its moment, and which offer to look at. Nothing about the company."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from nnmkb.ledger.models import Event, Outgoing
from referrals.domain.partner_feed import FeedType


def message_id(outgoing: Outgoing) -> str:
    """Return the id of a message: the same on every attempt, so that a receiver knows it again."""
    return f"msg_{outgoing.message_id.hex}"


def of_line(line: Event) -> bytes:
    """Return the body for a line of the feed."""
    told = line.payload
    return _written(
        line.kind,
        line.at,
        {"offer_id": told["offer"], "referral_number": told["number"], "version": told["version"]},
    )


def of_test(challenge: str, now: datetime) -> bytes:
    """Return the body of a test; a receiver sends the challenge back."""
    return _written(FeedType.ENDPOINT_TEST, now, {"challenge": challenge})


def _written(kind: str, at: datetime, told: dict[str, object]) -> bytes:
    """Write JSON in one way only: the same message is the same bytes on every attempt."""
    moment = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps(
        {"type": str(kind), "timestamp": moment, "data": told}, sort_keys=True, separators=(",", ":")
    ).encode()
