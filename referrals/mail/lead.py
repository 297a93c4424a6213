"""The mails to who leads the team: what waits too long, at most one a day."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.core.mail import EmailMultiAlternatives

from nnmkb.ledger.models import Outgoing
from referrals.domain.lifecycle import State
from referrals.letters import compose
from referrals.mail.addressing import address, key_of, referral_of


def late_to_lead(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Tell who leads the team of the first referral of today that is late, with the way to all that are."""
    words = {
        "number": referral_of(outgoing).number,
        "state": State(outgoing.event.payload["state"]).label,
        "url": f"{address('referrals:desk')}?lijst=laat",
    }
    return compose(outgoing, User.objects.get(pk=key_of(outgoing)).email, words)
