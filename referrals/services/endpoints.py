"""Where the system of a partner wants to hear what happens: add an address, confirm it, rotate its secret, end it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import QuerySet

from nnmkb.ledger import events, outbox, tokens
from nnmkb.ledger.models import Event, Outgoing
from referrals.domain import webhook_address, webhook_signature
from referrals.models import Partner, WebhookAttempt, WebhookEndpoint
from referrals.services import door, feed
from referrals.services.errors import Refused, UnknownLink

State = WebhookEndpoint.State
MOST = 5
OLD_SECRET = timedelta(hours=24)
LOG = timedelta(days=30)
MOST_LOGGED = 200
BY_PARTNER, BY_KVK, GONE, FAILING = "by_partner", "by_kvk", "gone", "failing"
# The note on a message that went nowhere, because its endpoint was off or removed.
NOBODY_LISTENS = "EndpointOff"


@dataclass(frozen=True, slots=True)
class Shown:
    """An endpoint with the secret that is shown this once; empty when the same form comes a second time."""

    endpoint: WebhookEndpoint
    secret: str


def add(partner_id: int, url: str, *, by: User, actor: str, key: str, now: datetime) -> Shown:
    """Write an address down; nothing goes there until it is confirmed. Refuses what no message may be sent to."""

    def work(scoped: str | None) -> Shown:
        try:
            address = webhook_address.read(url, loopback=settings.WEBHOOK_LOOPBACK)
        except webhook_address.BadAddress as error:
            raise Refused(str(error), field="url") from error
        # Held until the end: of two forms at one moment the second counts the endpoint of the first.
        Partner.objects.select_for_update(no_key=True).get(pk=partner_id)
        known = of_partner(partner_id)
        if known.filter(url=address.url).exists():
            raise Refused("Dit adres staat al in de lijst.", field="url")
        if known.count() >= MOST:
            raise Refused(f"U hebt al {MOST} meldadressen. Verwijder er eerst een.", field="url")
        made = WebhookEndpoint.objects.create(
            partner_id=partner_id, url=address.url, nonce=_nonce(), created_by=by, created_at=now
        )
        _record(made, "endpoint_added", actor, now, key=scoped)
        feed.connect(partner_id, now)
        return Shown(made, secret_of(made, made.nonce))

    return door.once(f"partner:{partner_id}", key, work, lambda event: Shown(_of_event(event), ""))


def rotate(partner_id: int, endpoint_id: int, *, actor: str, key: str, now: datetime) -> Shown:
    """Give an endpoint a new secret; the one of now signs along for a day, so that no message is refused meanwhile."""

    def work(scoped: str | None) -> Shown:
        found = one(partner_id, endpoint_id)
        changes = {"nonce": _nonce(), "old_nonce": found.nonce, "old_until": now + OLD_SECRET}
        if not _mine(found).filter(nonce=found.nonce).update(**changes):
            raise Refused("Iemand anders gaf dit adres net een nieuw geheim. Laad de pagina opnieuw.")
        found.refresh_from_db()
        _record(found, "endpoint_rotated", actor, now, key=scoped)
        return Shown(found, secret_of(found, found.nonce))

    return door.once(f"partner:{partner_id}", key, work, lambda event: Shown(_of_event(event), ""))


def confirm(partner_id: int, endpoint_id: int, *, actor: str, now: datetime) -> WebhookEndpoint:
    """Use an endpoint from now on: it sent the challenge back. What happened before stands in the feed."""

    def work(_: str | None) -> WebhookEndpoint:
        found = one(partner_id, endpoint_id)
        changes = {"state": State.ACTIVE, "off_reason": "", "confirmed_at": now, "rest_until": None}
        if _mine(found).exclude(state=State.ACTIVE).update(**changes):
            _record(found, "endpoint_on", actor, now)
            found.refresh_from_db()
        return found

    return door.once(f"partner:{partner_id}", None, work, _of_event)


def switch_off(
    partner_id: int, endpoint_id: int, *, actor: str, key: str, now: datetime, why: str = BY_PARTNER
) -> WebhookEndpoint:
    """Send nothing more to an endpoint until it is confirmed again; a partner is told when the KvK does it."""

    def work(scoped: str | None) -> WebhookEndpoint:
        found = one(partner_id, endpoint_id)
        if not _mine(found).filter(state=State.ACTIVE).update(state=State.OFF, off_reason=why, rest_until=None):
            raise Refused("Dit meldadres staat al uit.")
        close_waiting(found.pk, now)
        event = _record(found, "endpoint_off", actor, now, {"why": why}, key=scoped)
        if why == BY_KVK:
            outbox.enqueue(event, "mail.endpoint_off", f"partner:{partner_id}", at=now)
        found.refresh_from_db()
        return found

    return door.once(f"partner:{partner_id}", key, work, _of_event)


def remove(partner_id: int, endpoint_id: int, *, actor: str, key: str, now: datetime) -> WebhookEndpoint:
    """Forget an endpoint; its secret signs nothing any more, and the same address can be added again."""

    def work(scoped: str | None) -> WebhookEndpoint:
        found = one(partner_id, endpoint_id)
        _mine(found).update(state=State.OFF, removed_at=now)
        close_waiting(found.pk, now)
        _record(found, "endpoint_removed", actor, now, key=scoped)
        return found

    return door.once(f"partner:{partner_id}", key, work, _of_event)


def send_again(partner_id: int, endpoint_id: int, outgoing_id: int, *, actor: str, key: str, now: datetime) -> None:
    """Send one message of the log once more, with all its attempts and under its own id: receivers know it by that."""

    def work(scoped: str | None) -> None:
        found = one(partner_id, endpoint_id)
        if found.state != State.ACTIVE:
            raise Refused("Dit meldadres staat uit. Test het eerst, dan staat het weer aan.")
        row = _messages(found).filter(pk=outgoing_id).first()
        if row is None:
            raise UnknownLink
        if (
            not _messages(found)
            .filter(pk=row.pk, state__in=(Outgoing.State.DONE, Outgoing.State.DEAD))
            .update(state=Outgoing.State.PENDING, attempts=0, due_at=now, done_at=None, hinted_at=None, last_error="")
        ):
            raise Refused("Dit bericht staat al klaar om te versturen.")
        _record(found, "message_sent_again", actor, now, {"line": row.event_id}, key=scoped)

    door.once(f"partner:{partner_id}", key, work, lambda _: None)


def tested(endpoint: WebhookEndpoint, outcome: str, *, actor: str, now: datetime) -> None:
    """Record that a test message was sent, and in a code what came of it."""
    door.once(
        f"partner:{endpoint.partner_id}",
        None,
        lambda _: _record(endpoint, "endpoint_tested", actor, now, {"outcome": outcome}),
        lambda event: event,
    )


def of_partner(partner_id: int) -> QuerySet[WebhookEndpoint]:
    """Return the endpoints of a partner that were not removed, oldest first."""
    return WebhookEndpoint.objects.filter(partner=partner_id, removed_at__isnull=True).order_by("created_at", "id")


def one(partner_id: int, endpoint_id: int) -> WebhookEndpoint:
    """Return an endpoint of this partner; UnknownLink when it is another's, or gone, or never was."""
    found = of_partner(partner_id).filter(pk=endpoint_id).first()
    if found is None:
        raise UnknownLink
    return found


def log_of(endpoint: WebhookEndpoint, now: datetime) -> list[WebhookAttempt]:
    """Return the attempts of the last thirty days, newest first; at most MOST_LOGGED and one."""
    found = WebhookAttempt.objects.filter(endpoint=endpoint, at__gte=now - LOG).select_related("outgoing__event")
    return list(found.order_by("-at", "-id")[: MOST_LOGGED + 1])


def tests_of(endpoint: WebhookEndpoint, now: datetime) -> list[Event]:
    """Return what came of the tests of the last thirty days, newest first; at most MOST_LOGGED."""
    found = Event.objects.filter(
        stream=f"partner:{endpoint.partner_id}",
        kind="endpoint_tested",
        payload__endpoint=endpoint.pk,
        at__gte=now - LOG,
    )
    return list(found.order_by("-seq")[:MOST_LOGGED])


def secrets_of(endpoint: WebhookEndpoint, now: datetime) -> list[str]:
    """Return the secrets that sign a message now: that of today, and on the day of a rotation the one before."""
    found = [secret_of(endpoint, endpoint.nonce)]
    if endpoint.old_nonce and endpoint.old_until is not None and now < endpoint.old_until:
        found.append(secret_of(endpoint, endpoint.old_nonce))
    return found


def secret_of(endpoint: WebhookEndpoint, nonce: str) -> str:
    """Return the secret of a nonce; it is never stored."""
    return webhook_signature.secret(tokens.keyed(f"webhook|{endpoint.pk}|{nonce}"))


def close_waiting(endpoint_id: int, now: datetime) -> int:
    """Close what still waits for an endpoint that nobody listens at; no alarm, for the feed holds it all.

    Mail that stood by for it goes now, unless another endpoint may still hear the same.
    """
    waiting = Outgoing.objects.filter(
        recipient=f"endpoint:{endpoint_id}", kind=feed.WEBHOOK, state__in=(Outgoing.State.PENDING, Outgoing.State.DEAD)
    )
    lines = list(waiting.values_list("event", flat=True))
    closed = waiting.update(state=Outgoing.State.DONE, done_at=now, last_error=NOBODY_LISTENS)
    elsewhere = Outgoing.objects.filter(event__in=lines, kind=feed.WEBHOOK, state__in=outbox.OPEN).values("event")
    mail = Outgoing.objects.filter(unless__in=lines, state=Outgoing.State.PENDING, due_at__gt=now)
    mail.exclude(unless__in=elsewhere).update(due_at=now, hinted_at=None)
    return closed


def _messages(endpoint: WebhookEndpoint) -> QuerySet[Outgoing]:
    return Outgoing.objects.filter(recipient=f"endpoint:{endpoint.pk}", kind=feed.WEBHOOK)


def _mine(endpoint: WebhookEndpoint) -> QuerySet[WebhookEndpoint]:
    return WebhookEndpoint.objects.filter(pk=endpoint.pk, removed_at__isnull=True)


def _record(
    endpoint: WebhookEndpoint,
    kind: str,
    actor: str,
    now: datetime,
    more: Mapping[str, object] | None = None,
    *,
    key: str | None = None,
) -> Event:
    about = {"endpoint": endpoint.pk, **(more or {})}
    return events.record(
        f"partner:{endpoint.partner_id}", kind, actor=actor, at=now, payload=about, idempotency_key=key
    )


def _of_event(event: Event) -> WebhookEndpoint:
    return WebhookEndpoint.objects.get(pk=event.payload["endpoint"])


def _nonce() -> str:
    return secrets.token_hex(16)
