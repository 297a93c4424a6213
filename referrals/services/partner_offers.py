"""Which offers a partner sees, by account and by API: the live ones, and of the others how they ended."""

from __future__ import annotations

from django.db.models import QuerySet

from referrals.models import Offer
from referrals.services.answering import ENDED
from referrals.services.errors import Gone, UnknownLink


def live(partner_id: int) -> QuerySet[Offer]:
    """Return the offers of this partner that have not ended; access ends with them."""
    return (
        Offer.objects.filter(partner=partner_id, ended_at__isnull=True)
        .select_related("partner", "referral", "referral__intake", "dossier")
        .defer("dossier__pdf", "dossier__content")
    )


def ended(partner_id: int) -> QuerySet[Offer]:
    """Return the offers of this partner that have ended, newest end first: number and how it ended, nothing more."""
    return (
        Offer.objects.filter(partner=partner_id, ended_at__isnull=False)
        .select_related("referral")
        .order_by("-ended_at", "-id")
    )


def one(partner_id: int, offer_id: int) -> Offer:
    """Return a live offer of this partner.

    UnknownLink when the offer is not theirs, exactly as when it does not exist; Gone (with why) when it has ended.
    """
    return _one(partner_id, pk=offer_id)


def numbered(partner_id: int, number: str) -> Offer:
    """Return the live offer of this partner on the referral of this number; refuses as `one` does."""
    return _one(partner_id, referral__number=number)


def _one(partner_id: int, **which: object) -> Offer:
    found = live(partner_id).filter(**which).first()
    if found is not None:
        return found
    gone = ended(partner_id).filter(**which).first()
    if gone is None:
        raise UnknownLink
    raise Gone(ENDED.get(Offer.State(gone.state), "Dit aanbod is afgesloten."), code=gone.state, offer=gone)
