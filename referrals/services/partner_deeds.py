"""What a partner can do with an offer, from what was typed to the service behind it: by link, by account and by API.

The fields of the forms and of the API have the same names, so one deed serves all three.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from referrals.models import Offer
from referrals.services import answering, holding, partner_questions, progress_notes


@dataclass(frozen=True, slots=True)
class Deed:
    """One deed on its way to its service; `typed` was checked by a form or a schema."""

    offer: Offer
    # Who does it, as the ledger writes it.
    actor: str
    key: str
    now: datetime
    typed: Mapping[str, Any]
    # Of the referral that was seen; None where the page does not know it.
    version: int | None = None

    @property
    def by(self) -> dict[str, Any]:
        """Return what every service asks about who does it."""
        return {"actor": self.actor, "key": self.key, "now": self.now, "version": self.version}

    def filled(self, *names: str) -> dict[str, Any]:
        """Return these fields as they were typed."""
        return {name: self.typed[name] for name in names}


def accept(deed: Deed) -> object:
    """Take the referral on."""
    return answering.accept(deed.offer.pk, **deed.filled("contact_person"), **deed.by)


def decline(deed: Deed) -> object:
    """Say no."""
    return answering.decline(deed.offer.pk, **deed.filled("reason", "reason_text", "until"), **deed.by)


def give_back(deed: Deed) -> object:
    """Give it back to the KvK."""
    return answering.give_back(deed.offer.pk, **deed.filled("reason", "reason_text", "until"), **deed.by)


def record_contact(deed: Deed) -> object:
    """Record the first contact."""
    return answering.first_contact(deed.offer.pk, **deed.filled("on"), **deed.by)


def complete(deed: Deed) -> object:
    """End the work with a result."""
    return answering.complete(deed.offer.referral_id, **deed.filled("outcome", "on"), **deed.by)


def stop(deed: Deed) -> object:
    """End the work without a result."""
    return answering.stop(deed.offer.referral_id, **deed.filled("reason", "reason_text"), **deed.by)


def still_busy(deed: Deed) -> object:
    """Say that the work goes on."""
    return answering.still_busy(deed.offer.referral_id, **deed.by)


def tell_progress(deed: Deed) -> object:
    """Say that the work goes on, and when there are words, how."""
    note = deed.typed["note"]
    return progress_notes.add(deed.offer.pk, text=note, **deed.by) if note.strip() else still_busy(deed)


def postpone(deed: Deed) -> object:
    """Wait until a date."""
    return holding.postpone(deed.offer.referral_id, **deed.filled("until"), **deed.by)


def resume(deed: Deed) -> object:
    """Go on."""
    return holding.resume(deed.offer.referral_id, **deed.by)


def ask(deed: Deed) -> object:
    """Put a question to the KvK; it changes neither the state nor the version, so it needs none."""
    return partner_questions.ask(deed.offer.pk, actor=deed.actor, text=deed.typed["text"], key=deed.key, now=deed.now)
