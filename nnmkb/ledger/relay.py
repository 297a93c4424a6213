"""The loop that starts every delivery: it looks in the outbox each second. Two at once do no harm.

Beside that it makes rounds each minute; the periodic work of the house is planned in one of them, as rows.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import Error, close_old_connections, connection
from django.db.models import Q
from django.utils import timezone

from nnmkb.ledger import outbox
from nnmkb.ledger.models import Heartbeat, Outgoing

log = logging.getLogger("nnmkb.relay")
POLL = 1.0
BEAT = 10.0
ROUND = 60.0
LONGEST_PAUSE = 15.0
BATCH = 100
# Starts one delivery, by its key and its kind.
Start = Callable[[int, str], object]
# Work of each minute, in slices: True means that there is more, so it is asked again at the next look.
Round = Callable[[datetime], bool]


class BrokerAway(Exception):
    """The broker took no message; the row was put back as if it had never been hinted."""


@dataclass(slots=True)
class Relay:
    """Looks for due deliveries and starts them.

    `inline` calls `start` for each row and waits for it; otherwise `start` only sends a hint that a worker acts on,
    and a row is hinted again after OUTGOING_REQUEUE_S.
    """

    start: Start
    inline: bool
    rounds: Sequence[Round] = ()
    stop: threading.Event = field(default_factory=threading.Event)
    pause: float = POLL
    beat_at: float = 0.0
    round_at: float = 0.0
    more_to_go: bool = False

    def run(self) -> None:
        """Go on until `stop` is set; a database or broker that is away only makes it wait."""
        while not self.stop.is_set():
            close_old_connections()
            try:
                self.tick()
                self.pause = POLL
            except BrokerAway:
                self.wait_longer("broker away")
            except Error as error:
                connection.close()
                self.wait_longer(f"database away ({type(error).__name__})")
            self.stop.wait(self.pause)

    def wait_longer(self, why: str) -> None:
        """Double the pause, so that what is away is not besieged."""
        self.pause = min(self.pause * 2, LONGEST_PAUSE)
        log.warning("%s; next look in %d s", why, self.pause)

    def tick(self) -> int:
        """Look once; return how many deliveries were started."""
        self.beat()
        if self.more_to_go or time.monotonic() >= self.round_at:
            self.make_rounds()
        now = timezone.now()
        outbox.bury(now)
        outbox.free_impossible_leases(now)
        started = 0
        while rows := self.due():
            for outgoing_id, kind in rows:
                self.begin(outgoing_id, kind)
                started += 1
                self.beat()
                if self.stop.is_set():
                    return started
                if time.monotonic() >= self.round_at:
                    # A long row of deliveries may not keep the rounds waiting.
                    self.make_rounds()
        return started

    def due(self) -> list[tuple[int, str]]:
        """Return the keys and kinds of the next rows to start, oldest first."""
        now = timezone.now()
        rows = outbox.claimable(now)
        if not self.inline:
            rows = rows.filter(not_hinted(now))
        return list(rows.values_list("pk", "kind")[:BATCH])

    def begin(self, outgoing_id: int, kind: str) -> None:
        """Start one delivery."""
        if self.inline:
            self.start(outgoing_id, kind)
        else:
            self.hint(outgoing_id, kind)

    def hint(self, outgoing_id: int, kind: str) -> None:
        """Send the id to the broker, once among all relays; take the mark back when the broker is away."""
        now = timezone.now()
        mine = Outgoing.objects.filter(pk=outgoing_id, state__in=outbox.OPEN)
        if not mine.filter(not_hinted(now)).update(hinted_at=now):
            return
        try:
            self.start(outgoing_id, kind)
        except Exception as error:
            mine.filter(hinted_at=now).update(hinted_at=None)
            raise BrokerAway from error

    def make_rounds(self) -> None:
        """Make each round; one that breaks is logged by name, and stops neither the others nor the deliveries."""
        self.more_to_go = False
        for work in self.rounds:
            try:
                self.more_to_go |= work(timezone.now())
            except Exception as error:
                broke_off(work, error)
        # Counted from the end: however long a round takes, deliveries get a minute between two of them.
        self.round_at = time.monotonic() + ROUND

    def beat(self) -> None:
        """Write the sign of life when the last one is some seconds old."""
        if time.monotonic() < self.beat_at:
            return
        self.beat_at = time.monotonic() + BEAT
        Heartbeat.objects.update_or_create(name="relay", defaults={"at": timezone.now()})


def broke_off(work: Callable[..., object], error: Exception) -> None:
    """Log that a round broke off, by names only: the text of an error may quote a person."""
    log.error("%s broke off: %s", getattr(work, "__name__", type(work).__name__), type(error).__name__)


def not_hinted(now: datetime) -> Q:
    """Return the condition for rows without a hint that is still worth something."""
    worth = timedelta(seconds=settings.OUTGOING_REQUEUE_S)
    # One from the future was given while the clock was wrong.
    return Q(hinted_at__isnull=True) | Q(hinted_at__lte=now - worth) | Q(hinted_at__gt=now + worth)
