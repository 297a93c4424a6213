"""The outbox: put a delivery in, claim it, settle it. Plain conditional UPDATEs, the same on SQLite and PostgreSQL.

No row lock: it would hold a transaction during the work, and its attempt counter would roll back with a crash
(runtime study: 145 kills, nothing lost).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Case, DateTimeField, Exists, F, OuterRef, QuerySet, Value, When
from django.db.models.functions import Coalesce

from nnmkb.ledger.models import Event, Outgoing
from nnmkb.ledger.terms import LONG, attempts_for, longest_lease_s, wait_after

OPEN = (Outgoing.State.PENDING, Outgoing.State.LEASED)
# What a person must look at: given up before it went out, or sent back after.
FAILED = (Outgoing.State.DEAD, Outgoing.State.BOUNCED)
# A row waits for the one before it until that is at its fourth attempt, after half an hour or more: a seal or a
# library that stays away may hold up the dossier for a day, and not the mail whose term runs.
PATIENCE = 4
# So far the clocks of two machines may differ without anything being done twice.
CLOCKS_DIFFER = timedelta(hours=1)
# Who sends a mail back does so within days; the news of later is about something else.
BOUNCES_WITHIN = timedelta(days=30)
# The note on a delivery that was needless, because another one of the same message arrived.
ARRIVED_OTHERWISE = "arrived another way"


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to carry out one delivery, until the lease ends."""

    outgoing: Outgoing
    lease: uuid.UUID


def enqueue(
    event: Event,
    kind: str,
    recipient: str,
    *,
    at: datetime,
    after: Outgoing | None = None,
    due_at: datetime | None = None,
    unless: Event | None = None,
) -> Outgoing:
    """Promise one delivery for an event; call it in the transaction of the event.

    The same (event, kind, recipient) can be promised once only. It is taken back when a delivery of `unless` arrives.
    """
    return Outgoing.objects.create(
        kind=kind,
        event=event,
        recipient=recipient,
        dedupe_key=f"{event.pk}:{kind}:{recipient}",
        after=after,
        unless=unless,
        due_at=due_at or at,
        created_at=at,
        attempts_allowed=attempts_for(kind),
    )


def enqueue_once(event: Event, kind: str, recipient: str, *, key: str, at: datetime) -> None:
    """Promise one delivery for all events that share this key: the first one makes the row, the others find it."""
    row = Outgoing(
        kind=kind,
        event=event,
        recipient=recipient,
        dedupe_key=f"{kind}:{recipient}:{key}",
        due_at=at,
        created_at=at,
        attempts_allowed=attempts_for(kind),
    )
    Outgoing.objects.bulk_create([row], ignore_conflicts=True)


def claimable(now: datetime) -> QuerySet[Outgoing]:
    """Return the rows whose time has come and that may be tried once more, oldest first.

    No join: Django would put the conditions of an UPDATE in a subquery, and PostgreSQL does not look at those again
    after it waited for another claim. Then several workers get the same row.
    """
    waits_for_another = Exists(Outgoing.objects.filter(pk=OuterRef("after_id"), state__in=OPEN, attempts__lt=PATIENCE))
    return Outgoing.objects.filter(
        ~waits_for_another, state__in=OPEN, due_at__lte=now, attempts__lt=F("attempts_allowed")
    ).order_by("due_at", "id")


def claim(outgoing_id: int, now: datetime) -> Claim | None:
    """Take the delivery for the time of a lease, and count the attempt; None when it is not there to take."""
    lease = uuid.uuid4()
    taken = (
        claimable(now)
        .order_by()
        .filter(pk=outgoing_id)
        .update(
            state=Outgoing.State.LEASED,
            lease=lease,
            attempts=F("attempts") + 1,
            due_at=_lease_ends(now),
            hinted_at=None,
        )
    )
    if not taken:
        return None
    return Claim(Outgoing.objects.select_related("event").get(pk=outgoing_id), lease)


def _lease_ends(now: datetime) -> Case:
    # By the kind of the row itself, in the one statement that takes it.
    usual = now + timedelta(seconds=settings.OUTGOING_LEASE_S)
    long = now + timedelta(seconds=longest_lease_s())
    return Case(When(kind__in=LONG, then=Value(long)), default=Value(usual), output_field=DateTimeField())


def finish(claimed: Claim, now: datetime, note: str = "") -> bool:
    """Mark the delivery done; False when the lease was lost, and then its result must be dropped."""
    return bool(
        Outgoing.objects.filter(pk=claimed.outgoing.pk, lease=claimed.lease, state=Outgoing.State.LEASED).update(
            state=Outgoing.State.DONE, done_at=now, lease=None, last_error=note[:200]
        )
    )


def fail(claimed: Claim, now: datetime, error: str, *, permanent: bool = False) -> Outgoing.State | None:
    """Plan the next attempt, or give up; return the new state, None when the lease was lost."""
    last = permanent or claimed.outgoing.attempts >= claimed.outgoing.attempts_allowed
    state = Outgoing.State.DEAD if last else Outgoing.State.PENDING
    changed = Outgoing.objects.filter(pk=claimed.outgoing.pk, lease=claimed.lease, state=Outgoing.State.LEASED).update(
        state=state,
        due_at=now + wait_after(claimed.outgoing.kind, claimed.outgoing.attempts),
        lease=None,
        last_error=error[:200],
    )
    return state if changed else None


def bury(now: datetime) -> int:
    """Give up the rows whose last allowed attempt died without a word (a killed process); return how many."""
    return Outgoing.objects.filter(
        state=Outgoing.State.LEASED, due_at__lte=now, attempts__gte=F("attempts_allowed")
    ).update(state=Outgoing.State.DEAD, lease=None, last_error="process died during the delivery")


def free_impossible_leases(now: datetime) -> int:
    """Free the leases that end later than any lease can: the clock was wrong when they were taken; return how many."""
    latest = now + timedelta(seconds=longest_lease_s()) + CLOCKS_DIFFER
    return Outgoing.objects.filter(state=Outgoing.State.LEASED, due_at__gt=latest).update(
        state=Outgoing.State.PENDING, due_at=now, lease=None
    )


def retry(outgoing_id: int, now: datetime) -> bool:
    """Give a dead delivery a new life, on request of a person."""
    return bool(
        Outgoing.objects.filter(pk=outgoing_id, state=Outgoing.State.DEAD).update(
            state=Outgoing.State.PENDING, attempts=0, due_at=now, hinted_at=None, last_error=""
        )
    )


def free_all_leases(now: datetime) -> int:
    """Free what a previous inline relay left leased; only the sole worker of a laptop may call this."""
    return Outgoing.objects.filter(state=Outgoing.State.LEASED, attempts__lt=F("attempts_allowed")).update(
        state=Outgoing.State.PENDING, due_at=now, lease=None
    )


def revoke(recipient: str, kinds: tuple[str, ...], now: datetime, reason: str) -> int:
    """Take back deliveries that have not gone out yet, such as the mail of an offer that was withdrawn."""
    return Outgoing.objects.filter(recipient=recipient, kind__in=kinds, state=Outgoing.State.PENDING).update(
        state=Outgoing.State.DONE, done_at=now, last_error=reason
    )


def revoke_of(stream: str, kinds: tuple[str, ...], now: datetime, reason: str) -> int:
    """Take back the deliveries of these kinds that events of this subject promised and that have not gone out yet."""
    events = Event.objects.filter(stream=stream).values("pk")
    return Outgoing.objects.filter(event__in=events, kind__in=kinds, state=Outgoing.State.PENDING).update(
        state=Outgoing.State.DONE, done_at=now, last_error=reason
    )


def spare(event_id: int, now: datetime) -> int:
    """Take back what stands by for this event, now that it arrived: what waits, was given up, or came back."""
    missed = (Outgoing.State.PENDING, Outgoing.State.DEAD, Outgoing.State.BOUNCED)
    needless = Outgoing.objects.filter(unless=event_id, state__in=missed)
    return needless.update(state=Outgoing.State.DONE, done_at=now, last_error=ARRIVED_OTHERWISE)


def postpone(claimed: Claim, until: datetime, *, unless: Event | None = None) -> bool:
    """Put a delivery back untried, until then, from now on standing by for `unless`; False when the lease was lost."""
    return bool(
        Outgoing.objects.filter(pk=claimed.outgoing.pk, lease=claimed.lease, state=Outgoing.State.LEASED).update(
            state=Outgoing.State.PENDING, attempts=F("attempts") - 1, due_at=until, lease=None, unless=unless
        )
    )


def none_went_out(recipient: str, kinds: tuple[str, ...]) -> bool:
    """Say whether deliveries of these kinds were promised, and each was closed without the recipient having heard."""
    found = Outgoing.objects.filter(recipient=recipient, kind__in=kinds).values_list("state", "last_error")
    unheard = [state == Outgoing.State.DONE and why not in ("", ARRIVED_OTHERWISE) for state, why in found]
    return bool(unheard) and all(unheard)


def send_again(row: Outgoing, at: datetime) -> Outgoing | None:
    """Promise a delivery that went out once more, as a row of its own with a Message-ID of its own.

    None while one of the same is on its way already. Call it in a transaction.
    """
    same = Outgoing.objects.filter(event=row.event_id, kind=row.kind, recipient=row.recipient)
    if same.filter(state__in=OPEN).exists():
        return None
    key = f"{row.event_id}:{row.kind}:{row.recipient}:{same.count()}"
    again = Outgoing(
        kind=row.kind,
        event_id=row.event_id,
        recipient=row.recipient,
        dedupe_key=key,
        due_at=at,
        created_at=at,
        attempts_allowed=attempts_for(row.kind),
    )
    # Of two clicks at one moment the second finds the row of the first.
    Outgoing.objects.bulk_create([again], ignore_conflicts=True)
    return Outgoing.objects.get(dedupe_key=key)


def bounce(message_id: uuid.UUID, now: datetime, status: str) -> Outgoing | None:
    """Mark the mail with this Message-ID as sent back; None when it did not go out, or was sent back before."""
    sent = Outgoing.objects.filter(message_id=message_id, state=Outgoing.State.DONE, last_error="", bounced_at=None)
    changed = sent.filter(kind__startswith="mail.", done_at__gte=now - BOUNCES_WITHIN).update(
        state=Outgoing.State.BOUNCED, bounced_at=now, last_error=status[:200]
    )
    return Outgoing.objects.select_related("event").get(message_id=message_id) if changed else None


def lay_down(recipient: str, kinds: tuple[str, ...], now: datetime, note: str) -> int:
    """Close failed deliveries of which the consequences were taken, so that they no longer ask for a person."""
    return _close(Outgoing.objects.filter(recipient=recipient, kind__in=kinds), now, note)


def close(outgoing_id: int, now: datetime, note: str) -> bool:
    """Close one failed delivery, because somebody took care of it; False when it was not failed."""
    return bool(_close(Outgoing.objects.filter(pk=outgoing_id), now, note))


def _close(rows: QuerySet[Outgoing], now: datetime, note: str) -> int:
    # One that came back keeps the moment at which it went out.
    return rows.filter(state__in=FAILED).update(
        state=Outgoing.State.DONE, done_at=Coalesce(F("done_at"), Value(now)), last_error=note
    )
