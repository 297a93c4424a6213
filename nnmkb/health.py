"""Three questions for machines: is the process alive, can it serve, does everything go out."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from nnmkb.ledger.models import Heartbeat, Outgoing
from nnmkb.ledger.outbox import OPEN
from referrals.domain.worktime import local_date, read_calendar

LATE = timedelta(minutes=5)
SILENT = timedelta(seconds=60)


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
    """Answer 503 when something waits too long, is dead, or the relay is silent; warn when the holidays run out."""
    now = timezone.now()
    oldest = Outgoing.objects.filter(state__in=OPEN, due_at__lte=now).order_by("due_at").first()
    beat = Heartbeat.objects.filter(name="relay").first()
    facts: dict[str, int | bool | None] = {
        "oldest_due_seconds": int((now - oldest.due_at).total_seconds()) if oldest else 0,
        "dead": Outgoing.objects.filter(state=Outgoing.State.DEAD).count(),
        "relay_seconds_ago": int((now - beat.at).total_seconds()) if beat else None,
        # A warning and no 503: it comes two years ahead, and may not drown what is wrong today.
        "holidays_run_out": read_calendar().runs_out(local_date(now)),
    }
    silent = beat is None or now - beat.at > SILENT
    late = oldest is not None and now - oldest.due_at > LATE
    return JsonResponse(facts, status=503 if silent or late or facts["dead"] else 200)
