"""The outbox: put a delivery in, claim it, settle it. Plain conditional UPDATEs, the same on SQLite and PostgreSQL.

No row lock: it would hold a transaction during the work, and its attempt counter would roll back with a crash
(runtime study: 145 kills, nothing lost).
"""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, F, OuterRef, QuerySet

from nnmkb.ledger.models import Event, Outgoing

OPEN = (Outgoing.State.PENDING, Outgoing.State.LEASED)
# The note on a delivery that was needless, because another one of the same message arrived.
ARRIVED_OTHERWISE = "arrived another way"


def _waits(*seconds: int) -> tuple[timedelta, ...]:
    return tuple(timedelta(seconds=wait) for wait in seconds)


# The waits between the attempts, by the first part of the kind; one attempt more than there are waits.
PATIENT = _waits(60, 300, 1800, 2 * 3600, 8 * 3600, 24 * 3600)
PLANS = {
    # Standard Webhooks 1.0.0: ten attempts over three days, the first again at once.
    "webhook": _waits(5, 300, 1800, *(hours * 3600 for hours in (2, 5, 10, 14, 20, 24))),
}


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
    waits_for_another = Exists(Outgoing.objects.filter(pk=OuterRef("after_id"), state__in=OPEN))
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
            due_at=now + timedelta(seconds=settings.OUTGOING_LEASE_S),
            hinted_at=None,
        )
    )
    if not taken:
        return None
    return Claim(Outgoing.objects.select_related("event").get(pk=outgoing_id), lease)


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


def plan_of(kind: str) -> tuple[timedelta, ...]:
    """Return the waits between the attempts of this kind."""
    return PLANS.get(kind.partition(".")[0], PATIENT)


def attempts_for(kind: str) -> int:
    """Return how many attempts a delivery of this kind gets."""
    return min(len(plan_of(kind)) + 1, settings.OUTGOING_MAX_ATTEMPTS)


def wait_after(kind: str, attempts: int) -> timedelta:
    """Return the wait before the next attempt: longer each time, up to a day, with jitter against stampedes."""
    plan = plan_of(kind)
    wait = plan[min(max(attempts, 1), len(plan)) - 1]
    return wait * settings.OUTGOING_BACKOFF_SCALE * random.uniform(0.9, 1.1)  # noqa: S311


def bury(now: datetime) -> int:
    """Give up the rows whose last allowed attempt died without a word (a killed process); return how many."""
    return Outgoing.objects.filter(
        state=Outgoing.State.LEASED, due_at__lte=now, attempts__gte=F("attempts_allowed")
    ).update(state=Outgoing.State.DEAD, lease=None, last_error="process died during the delivery")


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


def lay_down(recipient: str, kinds: tuple[str, ...], now: datetime, note: str) -> int:
    """Close dead deliveries of which the consequences were taken, so that they no longer ask for a person."""
    return Outgoing.objects.filter(recipient=recipient, kind__in=kinds, state=Outgoing.State.DEAD).update(
        state=Outgoing.State.DONE, done_at=now, last_error=note
    )
