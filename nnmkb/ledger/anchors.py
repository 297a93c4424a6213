"""Anchors: each night one digest over every history, in the table, in a file, and with who leads the team.

A chain alone shows clumsy changes only: who can write in the database can make a whole chain anew. An anchor that left
the house before that shows it.
"""

from __future__ import annotations

import hashlib
import logging
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from time import monotonic, sleep

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from nnmkb.ledger import events
from nnmkb.ledger.models import Anchor, Event
from nnmkb.ledger.reading import in_order

log = logging.getLogger("nnmkb.ledger")
STREAM = "audit"
AFTER = time(2, 0)
LONGEST_WRITE = 5.0
Row = tuple[int, int, str]  # id, seq, digest


@dataclass(frozen=True, slots=True)
class Measured:
    """The digest over every history, up to and including one event."""

    last_event: int
    streams: int
    root: str


class StillWriting(Exception):
    """A transaction that began before this moment is not done; try again later."""


class Roots:
    """Makes the digests for several last events in one walk: SHA-256 over a line for the last event of each history."""

    def __init__(self, last_events: Iterable[int]) -> None:
        self.last_events = sorted(last_events)
        self._digests = [hashlib.sha256() for _ in self.last_events]
        self._streams = [0] * len(self.last_events)

    def add(self, stream: str, rows: Sequence[Row]) -> None:
        """Take in one history, by rising number; histories come in the order of `in_order`."""
        end = len(self.last_events)
        for pk, seq, digest in reversed(rows):
            begin = bisect_left(self.last_events, pk, 0, end)
            if begin < end:
                line = f"{stream} {seq} {digest}\n".encode()
                for place in range(begin, end):
                    self._digests[place].update(line)
                    self._streams[place] += 1
                end = begin
            if not end:
                return

    def measured(self) -> list[Measured]:
        """Return the digests, by rising last event."""
        found = zip(self.last_events, self._streams, self._digests, strict=True)
        return [Measured(last, streams, digest.hexdigest()) for last, streams, digest in found]


def measure() -> Measured:
    """Return the digest over everything that happened until now."""
    last_event = settled()
    roots = Roots([last_event])
    stream, rows = "", list[Row]()
    for name, seq, pk, digest in in_order("pk", "digest", upto=last_event):
        if name != stream:
            roots.add(stream, rows)
            stream, rows = name, []
        rows.append((pk, seq, digest))
    roots.add(stream, rows)
    return roots.measured()[0]


def settled() -> int:
    """Return the newest event below which no event can appear any more; 0 for none.

    PostgreSQL gives out numbers before a transaction is done, so an older one could still come in. Raises StillWriting
    when such a transaction goes on and on.
    """
    newest: int = Event.objects.aggregate(newest=Max("pk"))["newest"] or 0
    if connection.vendor == "postgresql":
        _outwait_writers()
    return newest


def _outwait_writers() -> None:
    # A transaction is in this list before it takes a number, because `record` moves the tip first. No lock on the
    # table: that needs the right to change it, which the site need not have.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xip(pg_current_snapshot())::text")
        busy = [row[0] for row in cursor.fetchall()]
        until = monotonic() + LONGEST_WRITE
        while busy:
            cursor.execute(
                "SELECT 1 FROM pg_snapshot_xip(pg_current_snapshot()) AS going(xid) WHERE xid::text = ANY(%s) LIMIT 1",
                [busy],
            )
            if cursor.fetchone() is None:
                return
            if monotonic() > until:
                raise StillWriting
            sleep(0.05)


def night_of(now: datetime) -> date | None:
    """Return the day whose nightly work can be done now; None before two o'clock, when that day has not begun."""
    local = timezone.localtime(now, timezone.get_default_timezone())
    return local.date() if local.time() >= AFTER else None


def keep(found: Measured, key: str | None, now: datetime) -> tuple[Anchor, Event]:
    """Keep an anchor with its event, and write it in the report file once that is certain.

    Call it in a transaction. Raises KeyUsed when the anchor of this key is there.
    """
    anchor = Anchor.objects.create(at=now, last_event=found.last_event, streams=found.streams, root=found.root)
    payload = {"anchor": anchor.pk, "last_event": found.last_event, "streams": found.streams, "root": found.root}
    event = events.record(STREAM, "anchor_made", actor="system", at=now, payload=payload, idempotency_key=key)
    transaction.on_commit(lambda: write_down(anchor))
    return anchor, event


def write_down(anchor: Anchor) -> None:
    """Add the anchor to the report file; a disk that is full or closed stops nothing, the mail goes as well."""
    try:
        with settings.ANCHORS_FILE.open("a", encoding="ascii") as file:
            file.write(line_of(anchor))
    except OSError as error:
        log.error("anchor %s not written in the report file: %s", anchor.pk, type(error).__name__)


def line_of(anchor: Anchor) -> str:
    """Return an anchor as it stands in the report file."""
    at = anchor.at.isoformat(timespec="seconds")
    return f"{anchor.pk} {at} {anchor.last_event} {anchor.streams} {anchor.root}\n"
