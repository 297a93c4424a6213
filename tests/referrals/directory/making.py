"""Rows that the tests of the partner list need, straight in the database."""

from __future__ import annotations

import itertools
import uuid
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User

from referrals.models import Dossier, Offer, Partner
from referrals.services.partners import Change
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


def form(partner: Partner | None = None, **changes: Any) -> dict[str, Any]:
    """Return what the form of an entry sends; that of the partner as it stands, or of a good new one."""
    known: dict[str, Any] = {
        "sleutel": str(uuid.uuid4()),
        "versie": str(partner.version if partner else 0),
        "name": "Metaalunie Noord",
        "organisation": "metaalunie",
        "email": "post@metaal.example",
        "channel": "link",
        "response_days": "5",
        "capacity": "20",
        "agreement_date": "",
        "activities": [],
        "provinces": [],
        "sectors": [],
        "themes": [],
    }
    if partner:
        stands = {name: getattr(partner, name) for name in known if name not in {"sleutel", "versie"}}
        known |= {name: "" if value is None else value for name, value in stands.items()}
    return {**known, **changes}


def button(partner: Partner, **changes: Any) -> dict[str, Any]:
    """Return what a button on the page of a partner sends."""
    return {"sleutel": str(uuid.uuid4()), "versie": str(partner.version), **changes}


def change(by: User, partner: Partner, at: datetime = making.NOW) -> Change:
    """Return a change of the partner as it stands."""
    return Change(by, partner.version, str(uuid.uuid4()), at)
