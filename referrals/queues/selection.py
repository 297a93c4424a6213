"""Which referrals a list holds, as a question to the database without order."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from nnmkb.ledger.models import Outgoing
from nnmkb.ledger.outbox import FAILED
from referrals.domain.lifecycle import State
from referrals.domain.worktime import local_date, start_of
from referrals.models import Feedback, Label, Referral
from referrals.queues.filters import (
    CLOSED,
    NOBODY,
    OPEN,
    OPEN_AND_CLOSED,
    WITH_ENTREPRENEUR,
    WITH_PARTNER,
    Filters,
    View,
    read_day,
)
from referrals.searching import Found, search

IS_OPEN = Q(closed_at__isnull=True)
MOST_NAMED = 1000


def referrals(filters: Filters, *, user_id: int, now: datetime, found: Found | None = None) -> QuerySet[Referral]:
    """Return what the filters ask for, without order; `found` is what the search came to, if it was made already."""
    asked = Referral.objects.filter(condition(filters, user_id=user_id, now=now))
    if not filters.search:
        return asked
    return asked.filter((found or search(filters.search)).condition)


def condition(filters: Filters, *, user_id: int, now: datetime) -> Q:
    """Return everything but the search as one condition."""
    asked = _states(filters) & _view(filters.view, user_id, now) & _exact(filters)
    if filters.owner:
        asked &= Q(owner__isnull=True) if filters.owner == NOBODY else Q(owner_id=int(filters.owner))
    if filters.activity:
        whole_group = len(filters.activity) == 1
        asked &= Q(activity__startswith=filters.activity) if whole_group else Q(activity=filters.activity)
    if filters.due:
        asked &= _due(filters.due, now)
    if filters.reason:
        asked &= Q(state=State.RETURNED, reason=filters.reason)
    if filters.attempts:
        # The column counts how often the KvK searched on after the first attempt.
        asked &= Q(attempts__gte=int(filters.attempts) - 1)
    if filters.consent:
        asked &= Q(state=State.AWAITING_CONSENT)
    if filters.delivery:
        asked &= _failed()
    if filters.label:
        asked &= Q(pk__in=Label.objects.filter(name=filters.label).values("referral"))
    return asked & _came_in(filters)


def _exact(filters: Filters) -> Q:
    columns = {
        "province": filters.province,
        "step": filters.step,
        "way": filters.way,
        "sector": filters.sector,
        "partner_id": int(filters.partner) if filters.partner else "",
    }
    return Q(**{column: value for column, value in columns.items() if value != ""})


def _states(filters: Filters) -> Q:
    if not filters.states:
        return Q() if filters.view in OPEN_AND_CLOSED else IS_OPEN
    single = [state for state in filters.states if state not in {OPEN, CLOSED}]
    asked = Q(state__in=single) if single else Q()
    if OPEN in filters.states:
        asked |= IS_OPEN
    if CLOSED in filters.states:
        asked |= Q(closed_at__isnull=False)
    # Says nothing new where only open states were chosen, but lets the indexes on open work serve.
    return asked & IS_OPEN if filters.open_only else asked


def _view(view: View, user_id: int, now: datetime) -> Q:
    if view is View.FAILED:
        return _failed()
    if view is View.REOPEN:
        # Looked up here: PostgreSQL takes these few for many, and would walk through all referrals to meet them.
        return Q(pk__in=list(asking_to_reopen()[:MOST_NAMED]))
    return {
        View.MINE: Q(owner_id=user_id),
        View.UNCLAIMED: Q(owner__isnull=True),
        View.LATE: Q(next_due_at__lt=now),
        View.RETURNED: Q(state=State.RETURNED),
        View.PARTNER: Q(state__in=WITH_PARTNER),
        View.ENTREPRENEUR: Q(state__in=WITH_ENTREPRENEUR),
        View.ALL: Q(),
    }[view]


def asking_to_reopen() -> QuerySet[Feedback, int]:
    """Return the keys of the referrals of which a company asked to go on, and nobody answered yet."""
    asking = Feedback.objects.filter(asks_reopening=True, handled_at__isnull=True)
    return asking.order_by().values_list("referral", flat=True).distinct()


def _failed() -> Q:
    """Return the referrals with a delivery that was given up or came back: its own, or one to the whole case.

    Looked up here, at most a thousand of them: with OR between two subqueries PostgreSQL would read every referral.
    """
    dead = Outgoing.objects.filter(state__in=FAILED).order_by("-created_at")
    found: dict[str, set[int]] = {"referral": set(), "intake": set()}
    for stream in dead.values_list("event__stream", flat=True)[:MOST_NAMED]:
        subject, _, pk = stream.partition(":")
        if subject in found:
            found[subject].add(int(pk))
    return Q(pk__in=found["referral"]) | Q(intake_id__in=found["intake"])


def _due(term: str, now: datetime) -> Q:
    if term == "laat":
        return IS_OPEN & Q(next_due_at__lt=now)
    today = local_date(now)
    days = 1 if term == "vandaag" else 8 - today.isoweekday()
    return IS_OPEN & Q(next_due_at__gte=now, next_due_at__lt=start_of(today + timedelta(days=days)))


def _came_in(filters: Filters) -> Q:
    asked = Q()
    if since := read_day(filters.since):
        asked &= Q(created_at__gte=start_of(since))
    if until := read_day(filters.until):
        asked &= Q(created_at__lt=start_of(until + timedelta(days=1)))
    return asked
