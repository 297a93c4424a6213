"""What anyone may know of a dossier who has its code: number, date, version, digests, and whether it still counts."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from referrals.domain.dossier import check_code, digest_range
from referrals.models import Dossier, Offer
from referrals.services import consents


class Standing(enum.Enum):
    """Whether a dossier still counts."""

    VALID = "valid"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Checked:
    """A dossier as a stranger may see it: no company, no person, no partner."""

    code: str
    number: str
    version: int
    made_at: datetime
    standing: Standing
    json_digest: str
    # Empty until the PDF is made.
    pdf_digest: str


def find(code: str) -> Checked | None:
    """Return the dossier with this code, in whatever spelling; None when there is none, and for what is no code."""
    try:
        rows = list(with_code(code))
    except ValueError:
        return None
    if not rows:
        return None
    found = max(rows, key=lambda row: row.pk)
    return Checked(
        code=check_code(found.digest),
        number=found.referral.number,
        version=found.number,
        made_at=found.created_at,
        standing=standing(found),
        json_digest=found.digest,
        pdf_digest=found.pdf_digest,
    )


def with_code(code: str) -> QuerySet[Dossier]:
    """Return the dossiers with this code: none or one, short of a chance in 2^60; ValueError when it is no code."""
    first, last = digest_range(code)
    # In no order: asked for the newest, a database may walk the keys instead of the digests.
    return Dossier.objects.select_related("referral").defer("pdf").filter(digest__gte=first, digest__lte=last)


def standing(dossier: Dossier) -> Standing:
    """Return whether this dossier counts; of several reasons why not, the one that asks most of who kept it."""
    if not dossier.content:
        return Standing.ERASED
    offer = dossier.offers.order_by("-id").first()
    if offer is None:
        return Standing.ENDED
    if offer.organisation not in consents.organisations(dossier.referral.intake_id):
        return Standing.WITHDRAWN
    newer = Offer.objects.filter(referral=dossier.referral_id, partner=offer.partner_id, attempt__gt=offer.attempt)
    if newer.exists():
        return Standing.SUPERSEDED
    if offer.state == Offer.State.WITHDRAWN:
        return Standing.WITHDRAWN
    return Standing.VALID if offer.ended_at is None else Standing.ENDED
