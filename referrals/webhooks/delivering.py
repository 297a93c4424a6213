"""One attempt to tell an endpoint a line of the feed: outside any transaction, and settled in one."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime

from django.conf import settings

from nnmkb.ledger import outbox
from nnmkb.ledger.models import Outgoing
from referrals.domain import webhook_address, webhook_signature
from referrals.domain.webhook_answers import Verdict, judge
from referrals.models import WebhookEndpoint
from referrals.services import endpoint_results, endpoints
from referrals.services.endpoint_results import Result
from referrals.webhooks import messages, sending
from referrals.webhooks.errors import NotSent


def deliver(claimed: outbox.Claim, now: Callable[[], datetime]) -> Outgoing.State | None:
    """Make the attempt and settle it; return the state of the message, None when the lease was lost meanwhile."""
    endpoint = WebhookEndpoint.objects.get(pk=int(claimed.outgoing.recipient.partition(":")[2]))
    began = now()
    if endpoint.state != WebhookEndpoint.State.ACTIVE or endpoint.removed_at is not None:
        closed = outbox.finish(claimed, began, endpoints.NOBODY_LISTENS)
        return Outgoing.State.DONE if closed else None
    if endpoint.rest_until is not None and endpoint.rest_until > began:
        return Outgoing.State.PENDING if outbox.postpone(claimed, endpoint.rest_until) else None
    body = messages.of_line(claimed.outgoing.event)
    secrets = endpoints.secrets_of(endpoint, began)
    signed = webhook_signature.headers(messages.message_id(claimed.outgoing), began, body, secrets)
    result = attempt(endpoint, signed, body)
    if judge(result.status, "", began).verdict is Verdict.ARRIVED:
        return Outgoing.State.DONE if endpoint_results.arrived(claimed, endpoint, result, now()) else None
    return endpoint_results.failed(claimed, endpoint, result, now())


def attempt(endpoint: WebhookEndpoint, headers: Mapping[str, str], body: bytes) -> Result:
    """Send a message; return what came of it."""
    clock = time.monotonic()
    try:
        answer = sending.post(read(endpoint), headers, body)
        status, error, retry_after = answer.status, "", answer.retry_after
    except NotSent as failure:
        status, error, retry_after = None, failure.code, ""
    return Result(status, error, retry_after, int((time.monotonic() - clock) * 1000))


def read(endpoint: WebhookEndpoint) -> webhook_address.Address:
    """Return the address of an endpoint, looked at anew each time: what was allowed once may be so no more."""
    try:
        return webhook_address.read(endpoint.url, loopback=settings.WEBHOOK_LOOPBACK)
    except webhook_address.BadAddress as error:
        raise NotSent("private") from error
