"""A partner whose system listens, and deliveries at a chosen moment."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.models import User

from nnmkb.ledger.models import Outgoing
from referrals import dispatch
from referrals.dispatch import Outcome
from referrals.models import Partner, WebhookEndpoint
from referrals.services import endpoints
from tests.referrals.services import cast

NOW = cast.NOW
SOON = NOW + timedelta(minutes=1)
URL = "https://systeem.voorbeeld.nl/meldingen"


def connected(channel: Partner.Channel = Partner.Channel.API, url: str = URL) -> WebhookEndpoint:
    """Return an endpoint that is on, of a partner that works by this channel."""
    partner = cast.partner(channel=channel)
    return added(partner, url)


def added(partner: Partner, url: str = URL) -> WebhookEndpoint:
    """Return one more endpoint that is on."""
    by, _ = User.objects.get_or_create(username="beheerder@water.example")
    actor = f"partner:{partner.pk}/person:{by.pk}"
    made = endpoints.add(partner.pk, url, by=by, actor=actor, key=cast.key(), now=NOW).endpoint
    return endpoints.confirm(partner.pk, made.pk, actor=actor, now=NOW)


def messages(endpoint: WebhookEndpoint) -> list[Outgoing]:
    """Return what is or was to be sent to an endpoint, in order."""
    return list(Outgoing.objects.filter(recipient=f"endpoint:{endpoint.pk}").order_by("id"))


def message(endpoint: WebhookEndpoint) -> Outgoing:
    """Return the one message."""
    (found,) = messages(endpoint)
    return found


def deliver(row: Outgoing, at: datetime = SOON) -> Outcome:
    """Carry a delivery out at this moment."""
    return dispatch.deliver(row.pk, now=lambda: at)


def state(row: Outgoing) -> tuple[str, str]:
    """Return how a delivery stands, and its note."""
    fresh = Outgoing.objects.get(pk=row.pk)
    return fresh.state, fresh.last_error
