"""Three questions for machines: is the process alive, can it serve, does everything go out."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from nnmkb.ledger.models import Heartbeat, Outgoing
from nnmkb.ledger.outbox import OPEN
from referrals.domain.worktime import local_date, read_calendar
from referrals.models import TimerFailure

LATE = timedelta(minutes=5)
SILENT = timedelta(seconds=60)
# The sweep runs each minute, in slices of at most 20 seconds.
SWEEP_SILENT = timedelta(minutes=5)
# A term that failed once may succeed at the next sweep; one that still fails after this needs a person.
POISONED = timedelta(minutes=15)


def live(request: HttpRequest) -> JsonResponse:
    """Answer 200 as long as the process runs; never touches the database."""
    return JsonResponse({"alive": True})


def ready(request: HttpRequest) -> JsonResponse:
    """Answer 200 when the database answers and is up to date. Redis is not asked: an intake works without it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    executor = MigrationExecutor(connection)
    behind = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    return JsonResponse({"ready": not behind}, status=503 if behind else 200)


def queue(request: HttpRequest) -> JsonResponse:
    """Answer 503 when a delivery or a term hangs, or the relay or the sweep is silent; warn when the holidays run out.

    A sign of life that was never given counts as silence: relay and sweep give theirs in their first second.
    """
    now = timezone.now()
    oldest = Outgoing.objects.filter(state__in=OPEN, due_at__lte=now).order_by("due_at").first()
    beats = dict(Heartbeat.objects.values_list("name", "at"))
    failures = list(TimerFailure.objects.order_by("first_at").values_list("first_at", flat=True))
    facts: dict[str, int | bool | None] = {
        "oldest_due_seconds": int((now - oldest.due_at).total_seconds()) if oldest else 0,
        "dead": Outgoing.objects.filter(state=Outgoing.State.DEAD).count(),
        "relay_seconds_ago": _seconds_ago(beats.get("relay"), now),
        "sweep_seconds_ago": _seconds_ago(beats.get("sweep"), now),
        "timers_failed": len(failures),
        # A warning and no 503: it comes two years ahead, and may not drown what is wrong today.
        "holidays_run_out": read_calendar().runs_out(local_date(now)),
    }
    late = oldest is not None and now - oldest.due_at > LATE
    poisoned = bool(failures) and now - failures[0] > POISONED
    silent = _silent(beats.get("relay"), now, SILENT) or _silent(beats.get("sweep"), now, SWEEP_SILENT)
    return JsonResponse(facts, status=503 if silent or late or poisoned or facts["dead"] else 200)


def _seconds_ago(at: datetime | None, now: datetime) -> int | None:
    return int((now - at).total_seconds()) if at else None


def _silent(at: datetime | None, now: datetime, longest: timedelta) -> bool:
    return at is None or now - at > longest
