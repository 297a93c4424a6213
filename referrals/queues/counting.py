"""How many referrals are in each list: counted at most once in half a minute for each person, never past a thousand."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet
from django.http import QueryDict

from referrals.models import DeskProfile, Referral, SavedView
from referrals.queues.filters import Filters, View, read_filters
from referrals.queues.selection import IS_OPEN, asking_to_reopen, referrals

CAP = 1000
FRESH = timedelta(seconds=30)
# So many arrivals are remembered by their moment; more than that are "so many and more".
ARRIVALS = 100


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved list as it stands beside the others; `count` only where it is pinned."""

    pk: int
    name: str
    query: str
    team: bool
    pinned: bool
    count: int | None


@dataclass(frozen=True, slots=True)
class Counters:
    """What one person sees around the list, as it was at one moment."""

    at: datetime
    views: dict[View, int]
    saved: tuple[Saved, ...]
    # When the newest unclaimed referrals came in, newest first.
    arrivals: tuple[datetime, ...]
    # Query string of the list to begin with; empty for the standard one.
    start: str

    def came_in(self, since: datetime) -> int:
        """Return how many unclaimed referrals came in after a moment; at most as many as are remembered."""
        return sum(moment > since for moment in self.arrivals)


def shown(count: int) -> str:
    """Return a count as it stands beside a list: never more than three digits and a plus."""
    return str(count) if count < CAP else f"{CAP - 1}+"


def counters(*, user_id: int, now: datetime, activities: Iterable[str], changed: datetime | None = None) -> Counters:
    """Return the counters of a person, counted now when they are older than half a minute.

    `changed` is when this person last did something: what was counted before that is not good any more.
    """
    kept = _kept(user_id)
    if kept and timedelta(0) <= now - kept.at < FRESH and (changed is None or changed <= kept.at):
        return kept
    counted = _count(user_id, now, frozenset(activities))
    cache.set(_key(user_id), json.dumps(asdict(counted), default=_plain), FRESH.total_seconds())
    return counted


def forget(user_id: int) -> None:
    """Have this process count again for a person."""
    cache.delete(_key(user_id))


def _key(user_id: int) -> str:
    return f"referrals.counters.{user_id}"


def _plain(value: object) -> str:
    assert isinstance(value, datetime)
    return value.isoformat()


def _kept(user_id: int) -> Counters | None:
    text = cache.get(_key(user_id))
    if not text:
        return None
    found = json.loads(text)
    return Counters(
        at=datetime.fromisoformat(found["at"]),
        views={View(name): count for name, count in found["views"].items()},
        saved=tuple(Saved(**one) for one in found["saved"]),
        arrivals=tuple(datetime.fromisoformat(moment) for moment in found["arrivals"]),
        start=found["start"],
    )


def _count(user_id: int, now: datetime, activities: frozenset[str]) -> Counters:
    kept = list(SavedView.objects.filter(Q(owner=user_id) | Q(owner__isnull=True)))
    lists = {view.value: Filters(view=view) for view in View} | {
        str(row.pk): read_filters(QueryDict(row.query), activities=activities) for row in kept if row.pinned
    }
    rows: dict[str, QuerySet[Any, Any]] = {
        # Their keys are known without the referrals.
        name: asking_to_reopen() if one == Filters(view=View.REOPEN) else referrals(one, user_id=user_id, now=now)
        for name, one in lists.items()
    }
    found = _counts(rows)
    arrivals = Referral.objects.filter(IS_OPEN, owner__isnull=True).order_by("-created_at")
    return Counters(
        at=now.astimezone(UTC),
        views={view: found[view.value] for view in View},
        saved=tuple(
            Saved(row.pk, row.name, row.query, row.owner_id is None, row.pinned, found.get(str(row.pk))) for row in kept
        ),
        arrivals=tuple(arrivals.values_list("created_at", flat=True)[:ARRIVALS]),
        start=DeskProfile.objects.filter(user=user_id).values_list("start", flat=True).first() or "",
    )


def _counts(lists: Mapping[str, QuerySet[Any, Any]]) -> dict[str, int]:
    """Count each list up to the cap, in one question.

    Each by its own index, which gives its thousand in a few pages: one pass over all open work reads many times more.
    """
    counts = dict.fromkeys(lists, 0)
    parts: list[str] = []
    params: list[Any] = []
    for name, rows in lists.items():
        try:
            keys = rows.order_by().values("pk") if rows.model is Referral else rows
            sql, values = keys[:CAP].query.sql_with_params()
        except EmptyResultSet:
            continue
        parts.append(f"SELECT %s, COUNT(*) FROM ({sql}) AS one")  # noqa: S608 (the values are parameters)
        params += [name, *values]
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(parts), params)
            counts.update(cursor.fetchall())
    return counts
