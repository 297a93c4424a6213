"""The offers of one referral as the pane shows them: along which way they went, and who of the partner answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nnmkb.ledger.models import Event
from referrals.models import Offer
from referrals.views import partner_people

ANSWERS = frozenset({"offer_accepted", "offer_declined"})


@dataclass(frozen=True, slots=True)
class Offered:
    """One offer."""

    offer: Offer
    # How this partner wants its offers.
    channel: str
    # Who answered, where that was somebody with an account or a system; empty for the link.
    answered_by: str


def offered(offers: Iterable[Offer], events: Iterable[Event], people: Mapping[str, str]) -> list[Offered]:
    """Return the offers with who answered each; `people` names the persons behind the actors of the history."""
    by = {
        event.payload.get("offer"): partner_people.beside(event.actor, people)
        for event in events
        if event.kind in ANSWERS
    }
    return [Offered(offer, str(offer.partner.get_channel_display()), by.get(offer.pk, "")) for offer in offers]
