"""`relay`: starts every delivery. `--via inline` carries them out itself; `--via celery` hands them to the workers."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from threading import Event, Thread
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from nnmkb.ledger import outbox
from nnmkb.ledger.relay import Relay
from nnmkb.ledger.terms import LONG
from nnmkb.run.family import AnotherRuns, leave_with_parent, on_stop, only_one
from referrals import dispatch, housework, tasks
from referrals.rounds import Sweeping

log = logging.getLogger("nnmkb.relay")
# A stop waits so long for work that takes minutes; cut off, it is done again at the next start.
PATIENCE = 10.0
BREATH = 0.2


class Command(BaseCommand):
    """Look in the outbox every second."""

    help = "Starts the deliveries of the outbox, until stopped."
    # Checked by the web process; a relay that has to be restarted must be back at once.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask how."""
        parser.add_argument("--via", choices=("inline", "celery"), default="inline")
        parser.add_argument("--once", action="store_true", help="start what is due now, then stop")

    def handle(self, *args: object, **options: Any) -> None:
        """Run until SIGTERM or Ctrl-C; what is being carried out is finished first."""
        inline = options["via"] == "inline"
        if not inline and not settings.CELERY_BROKER_URL:
            raise CommandError("relay --via celery needs CELERY_BROKER_URL.")
        relay = wired(inline=inline, once=options["once"])
        with sole_worker() if inline else nullcontext():
            if options["once"]:
                relay.tick()
                while relay.more_to_go:
                    relay.tick()
                return
            on_stop(relay.stop.set)
            leave_with_parent()
            relay.run()
            wait_for_long_work()


def wired(*, inline: bool, once: bool = False) -> Relay:
    """Return the relay with everything it does; a system check looks here for its rounds."""
    stop = Event()
    here = carry_out if once else carry_out_or_begin
    return Relay(
        start=here if inline else tasks.hint,
        inline=inline,
        rounds=(housework.plan, Sweeping(stop)),
        stop=stop,
    )


@contextmanager
def sole_worker() -> Iterator[None]:
    """Be the only inline worker of this folder, and take over what an earlier one left behind."""
    try:
        lock = only_one(settings.VAR / "worker.lock")
    except AnotherRuns as error:
        raise CommandError("another nnmkb worker is running in this folder.") from error
    with lock:
        now = timezone.now()
        outbox.free_all_leases(now)
        dispatch.revive_renders(now)
        yield


def carry_out(outgoing_id: int, kind: str) -> None:
    """Carry out one delivery here and now, within the time a delivery of its kind may take."""
    dispatch.deliver(outgoing_id, limit=time_limit)


def carry_out_or_begin(outgoing_id: int, kind: str) -> None:
    """Carry out one delivery; what takes minutes is begun beside the deliveries, which do not wait for it."""
    if kind in LONG:
        # A moment to take its row, so that the relay does not find it waiting again and again.
        begin_beside(outgoing_id).join(BREATH)
    else:
        carry_out(outgoing_id, kind)


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TimeIsUp in this block after so many seconds."""

    def ring(number: int, frame: object) -> None:
        raise dispatch.TimeIsUp

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


_BUSY: list[Thread] = []


def begin_beside(outgoing_id: int, deliver: Callable[[int], object] = dispatch.deliver) -> Thread:
    """Carry out a delivery in a thread of its own, one at a time; while one is busy the row waits for a later look.

    There is no alarm in a thread, so it has no limit but its lease.
    """

    def work() -> None:
        try:
            deliver(outgoing_id)
        except Exception as error:  # the database is away, or it is a fault of ours; the row has a lease, and it ends
            log.error("delivery %s broke off: %s", outgoing_id, type(error).__name__)
        finally:
            connection.close()

    if not (_BUSY and _BUSY[0].is_alive()):
        _BUSY[:] = [Thread(target=work, daemon=True, name="long-work")]
        _BUSY[0].start()
    return _BUSY[0]


def wait_for_long_work() -> None:
    """Give work that was begun beside the deliveries a moment to end."""
    for thread in _BUSY:
        thread.join(PATIENCE)
