"""Three questions for machines: is the process alive, can it serve, does everything go out."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Min
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from nnmkb.ledger import outbox
from nnmkb.ledger.models import Heartbeat, Outgoing
from nnmkb.ledger.terms import HOUSE_QUEUE, MAIL_QUEUE, PDF_QUEUE, WEBHOOK_QUEUE, queue_of
from referrals.domain.worktime import local_date, read_calendar
from referrals.models import TimerFailure

# What the queue of each worker is called in the answer.
QUEUES = {MAIL_QUEUE: "mail", PDF_QUEUE: "pdf", WEBHOOK_QUEUE: "webhooks", HOUSE_QUEUE: "house"}
LATE = timedelta(minutes=5)
SILENT = timedelta(seconds=60)
# The sweep runs each minute, in slices of at most 20 seconds.
SWEEP_SILENT = timedelta(minutes=5)
# A term that failed once may succeed at the next sweep; one that still fails after this needs a person.
POISONED = timedelta(minutes=15)
UP_TO_DATE_STANDS = timedelta(seconds=10)


def live(request: HttpRequest) -> JsonResponse:
    """Answer 200 as long as the process runs; never touches the database."""
    return JsonResponse({"alive": True})


def ready(request: HttpRequest) -> JsonResponse:
    """Answer 200 when the database answers and is up to date. Redis is not asked: an intake works without it.

    Whether the database answers is asked each time. Whether it is up to date stands for ten seconds: comparing reads
    every migration, and anybody may ask as often as they like.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    behind = cache.get_or_set("health:behind", _behind, UP_TO_DATE_STANDS.seconds)
    return JsonResponse({"ready": not behind}, status=503 if behind else 200)


def queue(request: HttpRequest) -> JsonResponse:
    """Answer 503 when a delivery or a term hangs, or the relay or the sweep is silent; warn when the holidays run out.

    A sign of life that was never given counts as silence: relay and sweep give theirs in their first second. Redis is
    not asked: when it is away the rows get late, and when it is there that proves nothing.
    """
    now = timezone.now()
    oldest = _oldest_due(now)
    failed = _failed()
    beats = dict(Heartbeat.objects.values_list("name", "at"))
    failures = list(TimerFailure.objects.order_by("first_at").values_list("first_at", flat=True))
    facts: dict[str, int | bool | None] = {
        "oldest_due_seconds": _age(min(oldest.values(), default=now), now),
        **{f"oldest_{name}_seconds": _age(oldest.get(queue, now), now) for queue, name in QUEUES.items()},
        "dead": failed.get(Outgoing.State.DEAD, 0),
        # No 503: the mail left in good order. It waits for an advisor, on the workbench, and for no administrator.
        "bounced": failed.get(Outgoing.State.BOUNCED, 0),
        "relay_seconds_ago": _seconds_ago(beats.get("relay"), now),
        "sweep_seconds_ago": _seconds_ago(beats.get("sweep"), now),
        "timers_failed": len(failures),
        # A warning and no 503: it comes two years ahead, and may not drown what is wrong today.
        "holidays_run_out": read_calendar().runs_out(local_date(now)),
    }
    late = any(now - due > LATE for due in oldest.values())
    poisoned = bool(failures) and now - failures[0] > POISONED
    silent = _silent(beats.get("relay"), now, SILENT) or _silent(beats.get("sweep"), now, SWEEP_SILENT)
    return JsonResponse(facts, status=503 if silent or late or poisoned or facts["dead"] else 200)


def _behind() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _oldest_due(now: datetime) -> dict[str, datetime]:
    """Return since when the longest waiting row of each queue could have gone; a row behind another one cannot yet."""
    rows = outbox.claimable(now).order_by().values_list("kind").annotate(oldest=Min("due_at"))
    found: dict[str, datetime] = {}
    for kind, oldest in rows:
        found[queue_of(kind)] = min(oldest, found.get(queue_of(kind), oldest))
    return found


def _failed() -> dict[str, int]:
    rows = Outgoing.objects.filter(state__in=outbox.FAILED).order_by().values_list("state")
    return dict(rows.annotate(count=Count("pk")))


def _age(since: datetime, now: datetime) -> int:
    return int((now - since).total_seconds())


def _seconds_ago(at: datetime | None, now: datetime) -> int | None:
    return int((now - at).total_seconds()) if at else None


def _silent(at: datetime | None, now: datetime, longest: timedelta) -> bool:
    return at is None or now - at > longest
