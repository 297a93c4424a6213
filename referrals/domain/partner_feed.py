"""What the system of a partner hears: the types of its feed, and which event of a referral gives which type."""

from __future__ import annotations

from enum import StrEnum


class FeedType(StrEnum):
    """One type of message; the words are part of the contract with the partner's system and never change."""

    OFFER_CREATED = "offer.created"
    OFFER_REMINDER = "offer.reminder"
    OFFER_RECALLED = "offer.recalled"
    OFFER_EXPIRED = "offer.expired"
    REFERRAL_UPDATED = "referral.updated"
    # A request to delete what was kept of the company.
    CONSENT_WITHDRAWN = "consent.withdrawn"
    # Only to the one endpoint that is being tried; it stands in no feed.
    ENDPOINT_TEST = "endpoint.test"


_BY_EVENT = {
    "offer_made": FeedType.OFFER_CREATED,
    "offer_recalled": FeedType.OFFER_RECALLED,
    "offer_expired": FeedType.OFFER_EXPIRED,
    "offer_undeliverable": FeedType.OFFER_EXPIRED,
    "contact_overdue": FeedType.OFFER_EXPIRED,
    "offer_withdrawn": FeedType.CONSENT_WITHDRAWN,
    "referral_withdrawn": FeedType.CONSENT_WITHDRAWN,
}


def type_of(event_kind: str) -> FeedType:
    """Return the type for an event about an offer; what has no type of its own is an update."""
    return _BY_EVENT.get(event_kind, FeedType.REFERRAL_UPDATED)


def stream_of(partner_id: int) -> str:
    """Return the name of the history that is this partner's feed; its numbers are the cursor of the feed."""
    return f"feed:{partner_id}"
