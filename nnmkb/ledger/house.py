"""The periodic work of the house as rows of the outbox: cron by unique key. One row a term, however many relays plan.

A row needs an event. One a day, in the history of the house, serves all rows of that day: an event for each row would
add seventy thousand a year to a history that is kept for ever and walked each night, and would prove nothing more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from nnmkb.ledger import anchors, events, outbox
from nnmkb.ledger.models import Event, Outgoing

STREAM = "house"
KEPT = timedelta(days=7)
# The note on a row that was given up, when the same work was done in a later term.
CAUGHT_UP = "CaughtUp"
Term = Callable[[datetime], str | None]


def hourly(now: datetime) -> str | None:
    """Return the name of this hour, of UTC: there no hour comes twice."""
    return f"{now.astimezone(UTC):%Y-%m-%dT%H}"


def quarterly(now: datetime) -> str | None:
    """Return the name of this quarter of an hour."""
    utc = now.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H}:{utc.minute // 15 * 15:02}"


def nightly(now: datetime) -> str | None:
    """Return the day whose nightly work can be done by now; None before two o'clock of our own time."""
    day = anchors.night_of(now)
    return day.isoformat() if day else None


@dataclass(frozen=True, slots=True)
class Work:
    """Something to be done once in each term."""

    term: Term
    do: Callable[[datetime], object]


def plan(works: Mapping[str, Work], now: datetime) -> int:
    """Make the row of each work whose term has begun and that has none; return how many were made.

    What still waits from an earlier term is not planned twice: work that was missed is caught up once.
    """
    terms = {name: term for name, work in works.items() if (term := work.term(now))}
    wanted = {_key(name, term): name for name, term in terms.items()}
    there = Outgoing.objects.filter(dedupe_key__in=wanted).values_list("dedupe_key", flat=True)
    missing = [name for key, name in wanted.items() if key not in set(there)]
    if not missing:
        return 0
    waiting = Outgoing.objects.filter(recipient__in=[_recipient(name) for name in missing], state__in=outbox.OPEN)
    busy = set(waiting.values_list("recipient", flat=True))
    free = [name for name in missing if _recipient(name) not in busy]
    if free:
        _promise(free, terms, now)
    return len(free)


def _promise(names: Sequence[str], terms: Mapping[str, str], now: datetime) -> None:
    day = timezone.localdate(now, timezone.get_default_timezone()).isoformat()
    try:
        with transaction.atomic():
            event = events.done_before(f"{STREAM}:{day}") or _begin(day, now)
            for name in names:
                outbox.enqueue_once(event, f"work.{name}", _recipient(name), key=terms[name], at=now)
    except (events.KeyUsed, events.LostRace):
        # Another relay plans at this moment; the next look finds what it left.
        return


def _begin(day: str, now: datetime) -> Event:
    return events.record(
        STREAM, "day_begun", actor="system", at=now, payload={"day": day}, idempotency_key=f"{STREAM}:{day}"
    )


def caught_up(name: str, now: datetime) -> int:
    """Close the rows of this work that were given up in earlier terms, now that it was done; return how many."""
    return outbox.lay_down(_recipient(name), (f"work.{name}",), now, CAUGHT_UP)


def forget(names: Iterable[str], now: datetime) -> int:
    """Remove the rows of these works that were done more than a week ago; return how many. The days stay."""
    # By recipient, which has an index; the kind has none.
    rows = Outgoing.objects.filter(recipient__in=[_recipient(name) for name in names], state=Outgoing.State.DONE)
    removed, _ = rows.filter(done_at__lt=now - KEPT, created_at__lt=now - KEPT).delete()
    return removed


def _recipient(name: str) -> str:
    return f"{STREAM}:{name}"


def _key(name: str, term: str) -> str:
    # As `enqueue_once` makes it.
    return f"work.{name}:{_recipient(name)}:{term}"
