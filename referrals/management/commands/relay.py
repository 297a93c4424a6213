"""`relay`: starts every delivery. `--via inline` carries them out itself; `--via celery` hands them to the workers."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from threading import Event, Thread
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from intake.retention import lapse
from nnmkb.ledger import outbox
from nnmkb.ledger.relay import Relay
from nnmkb.run.family import AnotherRuns, leave_with_parent, on_stop, only_one
from referrals import dispatch, tasks
from referrals.rounds import Sweeping
from referrals.services import anchoring, bulk_results, presence

log = logging.getLogger("nnmkb.relay")
Chore = Callable[[datetime], object]


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


def wired(*, inline: bool, once: bool = False) -> Relay:
    """Return the relay with everything it does; a system check looks here for the sweep."""
    nightly = anchoring.nightly if once else beside(anchoring.nightly)
    stop = Event()
    return Relay(
        start=carry_out if inline else send_hint,
        inline=inline,
        chores=(drop_sessions, lapse, nightly, presence.forget, bulk_results.forget),
        rounds=(Sweeping(stop),),
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


def carry_out(outgoing_id: int) -> None:
    """Carry out one delivery here and now, within the time a delivery may take."""
    dispatch.deliver(outgoing_id, limit=alarm)


def send_hint(outgoing_id: int) -> None:
    """Tell the workers that a row is due. Not retried here: the relay looks again."""
    tasks.deliver.apply_async((outgoing_id,), retry=False, expires=settings.OUTGOING_REQUEUE_S)


def alarm() -> AbstractContextManager[None]:
    """Return the context that raises TimeIsUp after OUTGOING_TIME_LIMIT_S, also in a library that hangs."""
    return time_limit(settings.OUTGOING_TIME_LIMIT_S)


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


def drop_sessions(now: datetime) -> None:
    """Remove the sessions that have ended."""
    Session.objects.filter(expire_date__lt=now).delete()


def beside(chore: Chore) -> Callable[[datetime], Thread]:
    """Return the chore in a thread of its own, one at a time: deliveries do not wait for what takes minutes.

    It is cut off when the relay stops; a nightly chore is done again at the next start.
    """
    busy: list[Thread] = []

    def work(now: datetime) -> None:
        try:
            chore(now)
        except Exception as error:  # its text may quote a person
            log.error("%s failed: %s", getattr(chore, "__name__", "chore"), type(error).__name__)
        finally:
            connection.close()

    def begin(now: datetime) -> Thread:
        if not (busy and busy[0].is_alive()):
            busy[:] = [Thread(target=work, args=(now,), daemon=True)]
            busy[0].start()
        return busy[0]

    return begin
