"""The sweep: every clock that ran out is carried out, each in its own transaction, so that none stops another.

One pass goes by (sweep_at, id) and never looks back: a referral that cannot be carried out is passed by, and
tried again in the next pass. A pass may be cut into slices; the next slice goes on where the last one stopped.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import F, Q

from nnmkb.ledger.models import Heartbeat
from referrals.domain.lifecycle import State, can_expire
from referrals.models import Referral, TimerFailure
from referrals.services import bouncing, expiring
from referrals.services.errors import NotDone
from referrals.services.expiring import Due

log = logging.getLogger("nnmkb.sweep")
HEARTBEAT = "sweep"
BATCH = 100
Place = tuple[datetime, int]


@dataclass(frozen=True, slots=True)
class Swept:
    """What one pass did up to now; `place` is where the next slice goes on, None when the pass is complete."""

    began: datetime
    moved: int = 0
    missed: int = 0
    bounced: int = 0
    passed_by: int = 0
    failed: int = 0
    place: Place | None = None

    @property
    def total(self) -> int:
        """Return how many were looked at."""
        return self.moved + self.missed + self.bounced + self.passed_by + self.failed

    @property
    def told(self) -> str:
        """Return the counts in words, for the log and the command."""
        return (
            f"{self.moved} moved on, {self.missed} stayed, {self.bounced} could not be delivered, "
            f"{self.passed_by} changed meanwhile, {self.failed} failed"
        )


def _never() -> bool:
    return False


def sweep(now: datetime, *, since: Swept | None = None, enough: Callable[[], bool] = _never) -> Swept:
    """Carry out every clock that ran out by now, and every offer that could not be delivered; return what was done.

    `enough` is asked after each item, and ends this slice; `since` is what an earlier slice returned. A lost race is
    passed by: somebody else did what had to be done. What goes wrong in one item never leaves this function; a
    database that is away does. Each slice that ends gives a sign of life.
    """
    goes_on = since is not None and since.place is not None
    swept = since if since is not None and goes_on else _bounces(Swept(now), now)
    place = swept.place
    for due in _due(now, place):
        swept = _count(swept, _carry_out(due, now))
        place = (due.at, due.referral_id)
        if enough():
            break
    else:
        place = None
        _forget(swept.began)
    swept = replace(swept, place=place)
    Heartbeat.objects.update_or_create(name=HEARTBEAT, defaults={"at": now})
    return swept


def _due(now: datetime, place: Place | None) -> Iterator[Due]:
    """Yield what ran out, the longest ago first, in batches of keys; nothing is held between two items."""
    while batch := _batch(now, place):
        yield from batch
        place = (batch[-1].at, batch[-1].referral_id)


def _batch(now: datetime, place: Place | None) -> list[Due]:
    found = Referral.objects.filter(closed_at__isnull=True, sweep_at__lte=now)
    if place is not None:
        at, pk = place
        # The first bound says nothing new, but lets the database begin at the right place of the index.
        found = found.filter(Q(sweep_at__gte=at) & (Q(sweep_at__gt=at) | Q(pk__gt=pk)))
    rows = found.order_by("sweep_at", "pk").values_list("pk", "intake_id", "version", "state", "due_kind", "sweep_at")[
        :BATCH
    ]
    return [Due(pk, intake, version, State(state), kind, at) for pk, intake, version, state, kind, at in rows if at]


def _bounces(swept: Swept, now: datetime) -> Swept:
    """End the offers of dead mails: also those whose process died between giving up the mail and ending the offer."""
    for offer in bouncing.undelivered():
        try:
            if bouncing.bounce(offer.pk, now):
                swept = replace(swept, bounced=swept.bounced + 1)
        except NotDone:
            swept = replace(swept, passed_by=swept.passed_by + 1)
        except Exception as error:
            _note_failure(offer.referral_id, "bounce", error, now)
            swept = replace(swept, failed=swept.failed + 1)
    return swept


def _carry_out(due: Due, now: datetime) -> str:
    """Carry out one clock; return which count it belongs to."""
    try:
        if expiring.run_out(due, now) is None:
            return "passed_by"
    except NotDone as error:
        if not Referral.objects.filter(pk=due.referral_id, version=due.version).exists():
            return "passed_by"
        # Nobody was faster, and still it cannot be done: these rows do not fit together.
        _note_failure(due.referral_id, due.kind, error, now)
        return "failed"
    except Exception as error:
        _note_failure(due.referral_id, due.kind, error, now)
        return "failed"
    return "moved" if can_expire(due.state) else "missed"


def _count(swept: Swept, name: str) -> Swept:
    return replace(swept, **{name: getattr(swept, name) + 1})


def _note_failure(referral_id: int, kind: str, error: Exception, now: datetime) -> None:
    """Keep the name of the error only: its text may quote a person."""
    name = type(error).__name__
    log.error("referral %s: clock %s not carried out: %s", referral_id, kind, name)
    again = TimerFailure.objects.filter(pk=referral_id)
    if not again.update(error=name[:80], count=F("count") + 1, last_at=now):
        first = TimerFailure(referral_id=referral_id, error=name[:80], first_at=now, last_at=now)
        TimerFailure.objects.bulk_create([first], ignore_conflicts=True)


def _forget(began: datetime) -> None:
    """Drop the failures that this whole pass did not meet again: carried out, or changed by a person meanwhile."""
    TimerFailure.objects.filter(last_at__lt=began).delete()
