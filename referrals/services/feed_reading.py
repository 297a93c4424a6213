"""The feed of a connected partner, to read: its lines follow each other without a gap."""

from __future__ import annotations

from nnmkb.ledger.models import Event, Tip
from referrals.domain.partner_feed import stream_of


def after(partner_id: int, number: int, most: int) -> list[Event]:
    """Return at most so many lines of the feed of a partner after this number, the oldest first."""
    return list(Event.objects.filter(stream=stream_of(partner_id), seq__gt=number).order_by("seq")[:most])


def latest(partner_id: int) -> int:
    """Return the last number of the feed of a partner; 0 while nothing has happened."""
    return Tip.objects.filter(stream=stream_of(partner_id)).values_list("seq", flat=True).first() or 0
