"""The nightly proof of the history: an anchor that leaves the house, and a look whether everything still holds."""

from __future__ import annotations

import logging
from datetime import datetime
from itertools import islice

from django.contrib.auth.models import User

from nnmkb.ledger import anchors, events, outbox
from nnmkb.ledger.models import Anchor, Event
from nnmkb.ledger.verifying import Walk
from nnmkb.web.permissions import Role
from referrals.services import door, sealed

log = logging.getLogger("nnmkb.ledger")
# A look each night needs few: what is made anew after an anchor shows against that anchor the next night.
ANCHORS = 31
# So many are counted; a history in ruins need not be counted to its end.
MOST_BREAKS = 1000


def nightly(now: datetime) -> None:
    """Make the anchor of this night and look at everything, once after two o'clock; nothing at any other time.

    Raises StillWriting when there can be no anchor yet; the look was done then.
    """
    try:
        anchor(now)
    finally:
        look(now)


def anchor(now: datetime) -> Anchor | None:
    """Make the anchor of this night and mail it to who leads the team; None when it is there.

    Raises StillWriting while a transaction does not end.
    """
    key = _due("anchor", now)
    if key is None:
        return None
    found = anchors.measure()

    def work(scoped: str | None) -> Anchor | None:
        made, event = anchors.keep(found, scoped, now)
        _mail_leads(event, "mail.anchor", now)
        return made

    return door.once(anchors.STREAM, key, work, lambda _: None)


def look(now: datetime) -> Event | None:
    """Look at all histories and keep what came out; a break is logged, and mailed to who leads the team."""
    key = _due("check", now)
    if key is None:
        return None
    walk = Walk(sealed.known_texts, sealed.erased_of, list(Anchor.objects.order_by("-pk")[:ANCHORS]))
    breaks = sum(1 for _ in islice(walk.breaks(), MOST_BREAKS))
    looked = walk.looked
    payload = {"events": looked.events, "streams": looked.streams, "texts": looked.texts, "breaks": breaks}

    def work(scoped: str | None) -> Event:
        event = events.record(
            anchors.STREAM, "history_checked", actor="system", at=now, payload=payload, idempotency_key=scoped
        )
        if breaks:
            _mail_leads(event, "mail.history_broken", now)
        return event

    if breaks:
        log.error("the history does not hold, breaks: %d; run manage.py verify_audit", breaks)
    return door.once(anchors.STREAM, key, work, lambda event: event)


def _due(work: str, now: datetime) -> str | None:
    day = anchors.night_of(now)
    key = f"{work}:{day}"
    return None if day is None or events.done_before(f"{anchors.STREAM}:{key}") else key


def _mail_leads(event: Event, kind: str, now: datetime) -> None:
    for lead in User.objects.filter(groups__name=Role.TEAM_LEAD, is_active=True).exclude(email=""):
        outbox.enqueue(event, kind, f"advisor:{lead.pk}", at=now)
