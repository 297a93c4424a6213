"""What happens to an account: an event that names nobody, and a mail to the person whose account it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from django.contrib.auth.models import User

from nnmkb.ledger import events, outbox
from referrals.models import Membership
from referrals.services import door

T = TypeVar("T")


class Changed(StrEnum):
    """What changed about how somebody signs in; the mail says it in words."""

    PASSWORD = "password"  # noqa: S105
    APP_ADDED = "app_added"
    APP_REMOVED = "app_removed"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    CODES_MADE = "codes_made"
    CODE_USED = "code_used"
    RESET = "reset"


def stream_of(user: User) -> str:
    """Return in which history the account stands: that of the partner, or one of its own for staff."""
    found = Membership.objects.filter(user=user).values_list("partner_id", flat=True).first()
    return f"partner:{found}" if found else f"account:{user.pk}"


def own(user: User) -> str:
    """Return how the history names somebody who changes the own account."""
    found = Membership.objects.filter(user=user).values_list("partner_id", flat=True).first()
    return f"partner:{found}/person:{user.pk}" if found else f"staff:{user.pk}"


def tell(user: User, changed: Changed, *, actor: str, now: datetime) -> None:
    """Record a change and mail it to the person; call it in the transaction of the change."""
    payload = {"person": user.pk, "what": changed.value}
    event = events.record(stream_of(user), "account_changed", actor=actor, at=now, payload=payload)
    outbox.enqueue(event, "mail.account_changed", f"user:{user.pk}", at=now)


def in_one(subject: str, work: Callable[[], T]) -> T:
    """Carry out work in a transaction, again when another writer took the next number of the same history."""
    return door.once(subject, None, lambda _: work(), lambda _: work())
