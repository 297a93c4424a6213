"""The catch-up feed: what happened after a number, so that a lost webhook is never a lost message."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import Query

from nnmkb.ledger.models import Event
from referrals.api import shapes
from referrals.api.asking import describe
from referrals.api.keys import PartnerKey, key_of
from referrals.api.offers import router
from referrals.domain.api_scopes import Scope
from referrals.domain.partner_feed import FeedType
from referrals.services import feed_reading


@router.get("/events", auth=PartnerKey(Scope.OFFERS), url_name="api-events", **describe("events"))
def events(
    request: HttpRequest,
    after: Annotated[int, Query(ge=0, le=shapes.BIGGEST)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> shapes.Feed:
    """List what happened after a number, the oldest first; nothing when there is nothing more."""
    partner_id = key_of(request).partner_id
    rows = feed_reading.after(partner_id, after, limit)
    latest = feed_reading.latest(partner_id)
    return shapes.Feed(
        events=[_line(row) for row in rows],
        next=rows[-1].seq if rows else min(after, latest),
        latest=latest,
    )


def _line(row: Event) -> shapes.FeedLine:
    about = row.payload
    offer_id, version = about["offer"], about["version"]
    assert isinstance(offer_id, int)
    assert isinstance(version, int)
    return shapes.FeedLine(
        seq=row.seq,
        type=FeedType(row.kind),
        timestamp=row.at,
        data=shapes.FeedPoint(offer_id=offer_id, referral_number=str(about["number"]), version=version),
    )
