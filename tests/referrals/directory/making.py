"""Rows that the tests of the partner list need, straight in the database."""

from __future__ import annotations

import itertools
from datetime import datetime
from typing import Any

from referrals.models import Dossier, Offer, Partner
from tests.referrals.desk import making

_count = itertools.count(1)


def ended_offer(
    to: Partner, *, reason: str = "", state: str = Offer.State.DECLINED, at: datetime = making.NOW, **fields: Any
) -> Offer:
    """Make a referral that was offered to this partner, with the offer ended; `fields` are of the referral."""
    row = making.referral(**fields)
    number = next(_count)
    frozen = Dossier.objects.create(referral=row, number=1, content={}, digest="0" * 64, created_at=at)
    return Offer.objects.create(
        referral=row,
        partner=to,
        organisation=to.organisation,
        partner_name=to.name,
        attempt=1,
        dossier=frozen,
        state=state,
        reason=reason,
        offered_at=at,
        respond_by=at,
        answered_at=at,
        ended_at=at,
        nonce=f"directory{number}",
        link_digest=f"{number:064x}",
    )
