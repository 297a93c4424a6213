"""Keys of the partner API: made and shown once, two at most at a time, revoked at once; only a digest is kept."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from nnmkb.ledger import events, outbox, tokens
from nnmkb.ledger.models import Event
from referrals.domain.api_scopes import LONGEST_LIFE_DAYS, MOST_LIVE, WARN_DAYS_BEFORE, known
from referrals.domain.worktime import local_date
from referrals.models import ApiKey, Partner
from referrals.services import door, feed
from referrals.services.errors import NotDone, Refused

FORM = re.compile(r"nnmkb_([a-z0-9]{8})_[A-Za-z0-9_-]{43}")
# Compared with when there is no such key, so that an unknown key takes as long as a wrong one.
_NOBODY = tokens.digest("")
MADE, REVOKED = "api_key_made", "api_key_revoked"
EXPIRES_MAIL = "mail.api_key_expires"


class BadKey(NotDone):
    """No use of this key; `code` says why: unknown_key, key_revoked or key_expired."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__("Met deze sleutel kunt u niets openen.")


@dataclass(frozen=True, slots=True)
class Made:
    """A key that was just made; `secret` is empty when the same form came in twice: it was shown the first time."""

    key: ApiKey
    secret: str


def make(
    partner_id: int, *, actor: str, by: User, name: str, scopes: Collection[str], days: int, key: str, now: datetime
) -> Made:
    """Make a key that lives this many days; the first one also begins the feed of the partner."""
    fresh = f"nnmkb_{''.join(secrets.choice('abcdefghijkmnpqrstuvwxyz23456789') for _ in range(8))}"
    fresh = f"{fresh}_{secrets.token_urlsafe(32)}"

    def work(scoped: str | None) -> Made:
        called, allowed = _checked(name, scopes, days)
        partner = Partner.objects.select_for_update(no_key=True).get(pk=partner_id)
        if live(partner_id, now).count() >= MOST_LIVE:
            raise Refused(f"U hebt al {MOST_LIVE} sleutels die werken. Trek er eerst een in.")
        made = ApiKey.objects.create(
            partner=partner,
            name=called,
            prefix=fresh.split("_")[1],
            digest=tokens.digest(fresh),
            scopes=allowed,
            created_by=by,
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        feed.connect(partner_id, now)
        event = events.record(
            partner.stream,
            MADE,
            actor=actor,
            at=now,
            payload={"key": made.pk, "scopes": allowed, "until": local_date(made.expires_at).isoformat()},
            idempotency_key=scoped,
        )
        warn_at = max(made.expires_at - timedelta(days=WARN_DAYS_BEFORE), now + (made.expires_at - now) / 2)
        outbox.enqueue(event, EXPIRES_MAIL, f"api_key:{made.pk}", at=now, due_at=warn_at)
        return Made(made, fresh)

    return door.once(f"partner:{partner_id}", key, work, _shown_before)


def revoke(partner_id: int, key_id: int, *, actor: str, now: datetime) -> ApiKey:
    """Let a key of this partner work no longer, from now; a key that stopped already stays as it is."""

    def work(_: str | None) -> ApiKey:
        found = ApiKey.objects.filter(partner=partner_id, pk=key_id).first()
        if found is None:
            raise Refused("Deze sleutel kennen wij niet.")
        if ApiKey.objects.filter(pk=key_id, revoked_at__isnull=True).update(revoked_at=now):
            events.record(f"partner:{partner_id}", REVOKED, actor=actor, at=now, payload={"key": key_id})
        found.refresh_from_db()
        return found

    return door.once(f"partner:{partner_id}", None, work, lambda _: ApiKey.objects.get(pk=key_id))


def live(partner_id: int, now: datetime) -> QuerySet[ApiKey]:
    """Return the keys of a partner that work now."""
    return ApiKey.objects.filter(partner=partner_id, revoked_at__isnull=True, expires_at__gt=now)


def listed(partner_id: int) -> QuerySet[ApiKey]:
    """Return all keys of a partner, newest first."""
    return ApiKey.objects.filter(partner=partner_id).select_related("created_by").order_by("-created_at", "-pk")


def holder(text: str, now: datetime) -> ApiKey:
    """Return the key with this text, with its partner, and note the day; BadKey when it opens nothing."""
    shape = FORM.fullmatch(text)
    found = ApiKey.objects.select_related("partner").filter(prefix=shape[1]).first() if shape else None
    if not tokens.same(tokens.digest(text), found.digest if found else _NOBODY) or found is None:
        raise BadKey("unknown_key")
    # Only whoever has the whole key learns why it stopped.
    if found.revoked_at is not None:
        raise BadKey("key_revoked")
    if now >= found.expires_at:
        raise BadKey("key_expired")
    today = local_date(now)
    if found.last_used_on != today:
        earlier = Q(last_used_on__isnull=True) | Q(last_used_on__lt=today)
        ApiKey.objects.filter(earlier, pk=found.pk).update(last_used_on=today)
    return found


def actor_of(key: ApiKey) -> str:
    """Return the key as the ledger writes it."""
    return f"partner:{key.partner_id}/key:{key.pk}"


def _checked(name: str, scopes: Collection[str], days: int) -> tuple[str, list[str]]:
    called = name.strip()
    if not 2 <= len(called) <= 60:
        raise Refused("Geef de sleutel een naam van 2 tot 60 tekens.", field="name")
    if any(not one.isprintable() for one in called):
        raise Refused("In de naam staat een teken dat wij niet kennen. Typ de naam opnieuw.", field="name")
    if not (allowed := known(scopes)):
        raise Refused("Kies ten minste één ding dat de sleutel mag.", field="scopes")
    if not 1 <= days <= LONGEST_LIFE_DAYS:
        raise Refused(f"Kies een aantal dagen van 1 tot {LONGEST_LIFE_DAYS}.", field="days")
    return called, allowed


def _shown_before(event: Event) -> Made:
    return Made(ApiKey.objects.get(pk=event.payload["key"]), "")
