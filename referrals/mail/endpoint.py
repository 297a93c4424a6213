"""The mails about an address of a partner's system that hears nothing any more."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.core.mail import EmailMultiAlternatives

from nnmkb.ledger.models import Outgoing
from referrals.domain import dates
from referrals.domain.webhook_address import host_of
from referrals.letters import compose
from referrals.mail.addressing import address, key_of
from referrals.models import Partner, WebhookEndpoint
from referrals.services.endpoints import BY_KVK, GONE


def endpoint_off(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Tell a partner that we switched off an address of its system, why, and what to do."""
    partner = Partner.objects.get(pk=key_of(outgoing))
    endpoint = WebhookEndpoint.objects.get(pk=outgoing.event.payload["endpoint"])
    words = {
        "host": host_of(endpoint.url),
        "day": dates.weekday(outgoing.event.at),
        "gone": "ja" if outgoing.event.payload["why"] == GONE else "",
        "by_kvk": "ja" if outgoing.event.payload["why"] == BY_KVK else "",
        "url": address("referrals:portal-endpoints"),
    }
    return compose(outgoing, partner.email, words)


def endpoint_off_to_lead(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Tell who leads the team that the system of a partner does not answer."""
    lead = User.objects.get(pk=key_of(outgoing))
    endpoint = WebhookEndpoint.objects.select_related("partner").get(pk=outgoing.event.payload["endpoint"])
    words = {"partner": endpoint.partner.name, "url": address("referrals:partner", endpoint.partner.code)}
    return compose(outgoing, lead.email if lead.is_active else "", words)
