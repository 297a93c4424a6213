"""Mail that came back: the row says so, its offer ends, and a person looks at what no offer ends by."""

from __future__ import annotations

import enum
import logging
from collections import Counter
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings

from nnmkb import mailbox
from nnmkb.ledger import events, outbox
from nnmkb.ledger.models import Outgoing
from referrals.domain.bounces import LARGEST, Bounce, read_bounce
from referrals.services import bouncing, delivery, door
from referrals.services.telling import LINK_MAILS

log = logging.getLogger("nnmkb.delivery")


class Result(enum.Enum):
    """What a message that came in turned out to be."""

    RETURNED = "returned"
    # A server on the way goes on trying.
    DELAYED = "delayed"
    # No bounce, about no mail that we know to be out, or told before: nothing changes.
    NOTHING = "nothing"


def take_in(raw: bytes, now: datetime) -> Result:
    """Take in one message from the mailbox for bounces; whatever is in it, this raises only for the database."""
    found = read_bounce(raw, urlsplit(settings.SITE_URL).hostname or "")
    if found is None:
        return Result.NOTHING
    if not found.permanent:
        return Result.DELAYED
    row = _mark(found, now)
    if row is None:
        return Result.NOTHING
    log.warning("delivery %s (%s): came back, %s", row.pk, row.kind, found.status or "no code")
    if row.kind in LINK_MAILS:
        _end_offer(row, now)
    if row.kind in delivery.VISITORS_OWN:
        outbox.close(row.pk, now, delivery.WRONG_ADDRESS)
    return Result.RETURNED


def read_mailbox(now: datetime) -> Counter[Result]:
    """Take in all unread messages of BOUNCES_URL; return how many were what. Raises Unreadable."""
    counts = Counter(take_in(raw, now) for raw in mailbox.unread(settings.BOUNCES_URL, LARGEST))
    if counts:
        log.info("bounces read: %s", ", ".join(f"{count} {result.value}" for result, count in counts.items()))
    return counts


def _mark(found: Bounce, now: datetime) -> Outgoing | None:
    def work(_: str | None) -> Outgoing | None:
        row = outbox.bounce(found.message_id, now, found.status)
        if row is not None:
            events.record(
                row.event.stream,
                "delivery_bounced",
                actor="system",
                at=now,
                payload={"outgoing": row.pk, "message": row.kind, "status": found.status},
            )
        return row

    return door.once("bounces", None, work, lambda _: None)


def _end_offer(row: Outgoing, now: datetime) -> None:
    try:
        bouncing.bounce(int(row.recipient.partition(":")[2]), now)
    except Exception as error:  # the sweep does it when this goes wrong
        log.warning("delivery %s: offer not ended yet: %s", row.pk, type(error).__name__)
