"""What a delivery gets by its kind: a queue, the time it may take, a lease, attempts, and the waits between them."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

MAIL_QUEUE, PDF_QUEUE, WEBHOOK_QUEUE, HOUSE_QUEUE = "celery", "pdf", "webhooks", "house"
QUEUES = (MAIL_QUEUE, PDF_QUEUE, WEBHOOK_QUEUE, HOUSE_QUEUE)
# By the first part of the kind; all others go with the mail.
_QUEUE = {"dossier": PDF_QUEUE, "webhook": WEBHOOK_QUEUE, "work": HOUSE_QUEUE}


def _waits(*seconds: int) -> tuple[timedelta, ...]:
    return tuple(timedelta(seconds=wait) for wait in seconds)


# The waits between the attempts, by the kind or its first part; one attempt more than there are waits.
PATIENT = _waits(60, 300, 1800, 2 * 3600, 8 * 3600, 24 * 3600)
PLANS = {
    # Standard Webhooks 1.0.0: ten attempts over three days, the first again at once.
    "webhook": _waits(5, 300, 1800, *(hours * 3600 for hours in (2, 5, 10, 14, 20, 24))),
    # Planned anew before long, so it need not be tried for days.
    "work": _waits(60, 300, 1800),
    # Once a night only, and it waits for a transaction that does not end.
    "work.proof": _waits(60, 300, 1800, 2 * 3600, 4 * 3600),
}
# Work that takes minutes where there are a million histories.
LONG = frozenset({"work.proof"})
# A dossier takes a third of a second, a hostile one a little more.
PDF_SOFT_S, PDF_HARD_S = 20, 30
# What a long lease has left after its work was asked to stop.
LONG_MARGIN_S = 120


@dataclass(frozen=True, slots=True)
class Limits:
    """How long one attempt may take: then it is asked to stop, then its process is killed, then the lease is over."""

    soft_s: int
    hard_s: int
    lease_s: int


def queue_of(kind: str) -> str:
    """Return the queue on which a delivery of this kind is hinted."""
    return _QUEUE.get(kind.partition(".")[0], MAIL_QUEUE)


def limits_of(kind: str) -> Limits:
    """Return how long an attempt at this kind may take."""
    if kind in LONG:
        soft, lease = settings.OUTGOING_LONG_LIMIT_S, longest_lease_s()
    else:
        soft, lease = settings.OUTGOING_TIME_LIMIT_S, settings.OUTGOING_LEASE_S
    hard = soft + max((lease - soft) // 3, 1)
    if queue_of(kind) == PDF_QUEUE:
        soft, hard = min(soft, PDF_SOFT_S), min(hard, PDF_HARD_S)
    return Limits(soft, hard, lease)


def longest_lease_s() -> int:
    """Return the longest that any lease lasts."""
    return int(settings.OUTGOING_LONG_LIMIT_S) + LONG_MARGIN_S


def plan_of(kind: str) -> tuple[timedelta, ...]:
    """Return the waits between the attempts of this kind."""
    return PLANS.get(kind) or PLANS.get(kind.partition(".")[0], PATIENT)


def attempts_for(kind: str) -> int:
    """Return how many attempts a delivery of this kind gets."""
    return min(len(plan_of(kind)) + 1, settings.OUTGOING_MAX_ATTEMPTS)


def wait_after(kind: str, attempts: int) -> timedelta:
    """Return the wait before the next attempt: longer each time, up to a day, with jitter against stampedes."""
    plan = plan_of(kind)
    wait = plan[min(max(attempts, 1), len(plan)) - 1]
    return wait * settings.OUTGOING_BACKOFF_SCALE * random.uniform(0.9, 1.1)  # noqa: S311
