"""The mails about the system of a partner: its keys."""

from __future__ import annotations

from django.core.mail import EmailMultiAlternatives

from nnmkb.ledger.models import Outgoing
from referrals.domain import dates
from referrals.letters import compose
from referrals.mail.addressing import Outdated, address, key_of
from referrals.models import ApiKey
from referrals.services import api_keys


def api_key_expires(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Warn a partner that a key of its system stops; not when it did, or when the system works with a later one."""
    key = ApiKey.objects.select_related("partner").get(pk=key_of(outgoing))
    successor = api_keys.listed(key.partner_id).filter(
        revoked_at__isnull=True, expires_at__gt=key.expires_at, last_used_on__isnull=False
    )
    if key.last_used_on is not None:
        successor = successor.filter(last_used_on__gt=key.last_used_on)
    if key.revoked_at is not None or successor.exists():
        raise Outdated
    words = {"begins": f"nnmkb_{key.prefix}", "until": dates.weekday(key.expires_at)}
    return compose(outgoing, key.partner.email, {**words, "url": address("referrals:portal-keys")})
