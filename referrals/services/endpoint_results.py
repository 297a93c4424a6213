"""What an attempt at an endpoint leads to: a line in the log, rest, and the end of an endpoint that does not answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User

from nnmkb.ledger import events, outbox
from nnmkb.ledger.models import Outgoing
from nnmkb.web.permissions import Role
from referrals.domain.webhook_answers import SHORTEST_REST, Verdict, judge
from referrals.models import WebhookAttempt, WebhookEndpoint
from referrals.services import door, feed, reviewing
from referrals.services.endpoints import FAILING, GONE, close_waiting

SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one attempt: a status, or the code of what went wrong."""

    status: int | None
    error: str
    retry_after: str
    milliseconds: int


def arrived(claimed: outbox.Claim, endpoint: WebhookEndpoint, result: Result, now: datetime) -> bool:
    """Close a message that arrived, with what stood by for it; False when the lease was lost."""

    def work(_: str | None) -> bool:
        if not outbox.finish(claimed, now):
            return False
        _log(claimed, endpoint, result, now)
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(last_success_at=now, rest_until=None)
        outbox.spare(claimed.outgoing.event_id, now)
        return True

    return door.once(f"partner:{endpoint.partner_id}", None, work, lambda _: False)


def failed(claimed: outbox.Claim, endpoint: WebhookEndpoint, result: Result, now: datetime) -> Outgoing.State | None:
    """Plan the next attempt and the rest that was asked for; end the endpoint on 410 and after the last attempt.

    Returns the state of the message, None when the lease was lost.
    """
    found = judge(result.status, result.retry_after, now)

    def work(_: str | None) -> Outgoing.State | None:
        error = str(result.status or result.error)
        state = outbox.fail(claimed, now, error, permanent=found.verdict is Verdict.GONE)
        if state is None:
            return None
        _log(claimed, endpoint, result, now)
        if found.verdict is Verdict.GONE:
            end(endpoint, GONE, now)
        elif state == Outgoing.State.DEAD:
            end(endpoint, FAILING, now)
        elif found.verdict is Verdict.BUSY:
            _rest(endpoint, now + (found.rest or max(_wait_of(claimed.outgoing, now), SHORTEST_REST)))
        return state

    return door.once(f"partner:{endpoint.partner_id}", None, work, lambda _: None)


def end(endpoint: WebhookEndpoint, why: str, now: datetime) -> bool:
    """Switch an endpoint off for a reason of its own and tell the partner, once; False when it was off already.

    Call it in a transaction. An endpoint that only failed is a task for the KvK too: nobody may have noticed.
    """
    mine = WebhookEndpoint.objects.filter(pk=endpoint.pk, state=WebhookEndpoint.State.ACTIVE, removed_at__isnull=True)
    ended = mine.update(state=WebhookEndpoint.State.OFF, off_reason=why, rest_until=None)
    close_waiting(endpoint.pk, now)
    if not ended:
        return False
    event = events.record(
        f"partner:{endpoint.partner_id}",
        "endpoint_off",
        actor=SYSTEM,
        at=now,
        payload={"endpoint": endpoint.pk, "why": why},
    )
    outbox.enqueue(event, "mail.endpoint_off", f"partner:{endpoint.partner_id}", at=now)
    if why == FAILING:
        reviewing.look_at(endpoint.partner_id, "endpoint_failing", now)
        for lead in User.objects.filter(groups__name=Role.TEAM_LEAD, is_active=True).order_by("pk"):
            outbox.enqueue(event, "mail.endpoint_off_to_lead", f"advisor:{lead.pk}", at=now)
    return True


def end_given_up(now: datetime) -> int:
    """End the endpoints whose message was given up without a word, by a process that died; return how many.

    For the rounds of the relay.
    """
    dead = Outgoing.objects.filter(kind=feed.WEBHOOK, state=Outgoing.State.DEAD)
    keys = {recipient.partition(":")[2] for recipient in dead.values_list("recipient", flat=True)}
    found = WebhookEndpoint.objects.filter(pk__in=[int(key) for key in keys if key.isdecimal()]).order_by("pk")
    return sum(_end_given_up(endpoint, now) for endpoint in found)


def _end_given_up(endpoint: WebhookEndpoint, now: datetime) -> bool:
    return door.once(f"partner:{endpoint.partner_id}", None, lambda _: end(endpoint, FAILING, now), lambda _: False)


def _log(claimed: outbox.Claim, endpoint: WebhookEndpoint, result: Result, now: datetime) -> None:
    WebhookAttempt.objects.create(
        endpoint=endpoint,
        outgoing=claimed.outgoing,
        number=claimed.outgoing.attempts,
        at=now,
        status=result.status,
        error=result.error,
        milliseconds=result.milliseconds,
    )


def _wait_of(outgoing: Outgoing, now: datetime) -> timedelta:
    planned: datetime = Outgoing.objects.values_list("due_at", flat=True).get(pk=outgoing.pk)
    return planned - now


def _rest(endpoint: WebhookEndpoint, until: datetime) -> None:
    """Leave a busy endpoint alone: not this message only, but all that wait for it."""
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(rest_until=until)
    waiting = Outgoing.objects.filter(
        recipient=f"endpoint:{endpoint.pk}", kind=feed.WEBHOOK, state=Outgoing.State.PENDING, due_at__lt=until
    )
    waiting.update(due_at=until, hinted_at=None)
