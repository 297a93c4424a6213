"""The mails to who leads the team about the history itself; numbers and digests only."""

from __future__ import annotations

from django.core.mail import EmailMultiAlternatives

from nnmkb.ledger.models import Outgoing
from referrals.mail.addressing import to_lead


def anchor(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Give the anchor of this night out of the house: who keeps this mail can prove later what the history was."""
    found = outgoing.event.payload
    return to_lead(
        outgoing,
        root=str(found["root"]),
        number=str(found["anchor"]),
        streams=str(found["streams"]),
        last=str(found["last_event"]),
    )


def history_broken(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Raise the alarm: the look of this night found places that do not hold."""
    return to_lead(outgoing, breaks=str(outgoing.event.payload["breaks"]))
