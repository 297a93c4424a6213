"""The team lead's questions to the database: the open work, the last 90 days, and whether the machinery runs.

Each function asks one question, whatever the number of rows; a list stops at a fixed length.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Aggregate, Case, CharField, Count, F, Min, Q, QuerySet, Value, When
from django.db.models.functions import TruncDate

from intake.policy import KVK
from nnmkb.ledger import anchors
from nnmkb.ledger.models import Anchor, Event, Heartbeat, Outgoing
from nnmkb.ledger.outbox import FAILED, OPEN
from nnmkb.web.permissions import Role
from referrals.domain.lifecycle import State, grace
from referrals.domain.responses import Ending, Settled
from referrals.domain.workload import OFTEN, OpenGroup, band_starts, bands
from referrals.domain.worktime import AMSTERDAM, Calendar, local_date
from referrals.models import Feedback, Offer, Partner, Referral, ReviewItem, TimerFailure

TERM = timedelta(days=90)
# A list on the page holds this many; one row more tells that there are others.
LONGEST = 20
REFUSING = (Offer.State.DECLINED, Offer.State.RETURNED)


# --- open work ------------------------------------------------------------------------------------------------------


def open_groups(now: datetime, calendar: Calendar) -> list[OpenGroup]:
    """Return all open referrals, counted by state, partner and owner: one pass over the open set."""
    overdue = Q(next_due_at__lt=now)
    counts: dict[str, Aggregate] = {
        "total": Count("*"),
        "late": Count("next_due_at", filter=overdue),
        "due": Min("next_due_at", filter=overdue),
    }
    for number, start in enumerate(band_starts(local_date(now), calendar)):
        counts[f"within_{number}"] = Count("created_at", filter=Q(created_at__gte=start))
    found: QuerySet[Referral, tuple[Any, ...]] = (
        Referral.objects.filter(closed_at__isnull=True)
        .order_by()
        .values_list("state", "partner_id", "owner_id")
        .annotate(**counts)
    )
    return [
        OpenGroup(
            State(state),
            partner,
            owner,
            total,
            late,
            due,
            bands(total, younger),
        )
        for state, partner, owner, total, late, due, *younger in found
    ]


def often_back() -> list[Referral]:
    """Return open referrals that came back more than twice, the first due first; at most LONGEST and one."""
    # OFTEN - 1 attempts and back again is OFTEN times: the attempt counts once somebody goes on with it.
    often = Q(attempts__gte=OFTEN) | Q(state=State.RETURNED)
    found = Referral.objects.filter(often, closed_at__isnull=True, attempts__gte=OFTEN - 1)
    return list(found.order_by("next_due_at", "id")[: LONGEST + 1])


# --- the last 90 days -----------------------------------------------------------------------------------------------


def settled_offers(now: datetime) -> list[Settled]:
    """Return the offers of the last 90 days that were answered, expired or never arrived, counted by day.

    What the KvK took on itself was never offered to anybody, and what was recalled says nothing of the partner.
    """
    answered = Q(answered_at__isnull=False)
    ending = Case(
        When(answered_at__lte=F("respond_by") + grace(State.OFFERED), then=Value(Ending.IN_TIME)),
        When(answered, then=Value(Ending.LATE)),
        When(state=Offer.State.EXPIRED, then=Value(Ending.EXPIRED)),
        default=Value(Ending.UNDELIVERABLE),
        output_field=CharField(),
    )
    found = (
        Offer.objects.filter(offered_at__gte=now - TERM)
        .filter(answered | Q(state__in=(Offer.State.EXPIRED, Offer.State.UNDELIVERABLE)))
        .exclude(organisation=KVK)
        .order_by()
        .values_list(
            "partner_id",
            TruncDate("offered_at", tzinfo=AMSTERDAM),
            TruncDate("answered_at", tzinfo=AMSTERDAM),
            ending,
        )
        .annotate(count=Count("*"))
    )
    return [Settled(partner, offered, on, Ending(how), count) for partner, offered, on, how, count in found]


@dataclass(frozen=True, slots=True)
class Refusals:
    """How often one reason was given in the last 90 days: instead of taking the referral, and after taking it."""

    code: str
    declined: int
    returned: int

    @property
    def total(self) -> int:
        """Return both together."""
        return self.declined + self.returned


def refusals(now: datetime) -> list[Refusals]:
    """Return the reasons why partners did not take or keep a referral, the most frequent first."""
    found = (
        Offer.objects.filter(ended_at__gte=now - TERM, state__in=REFUSING)
        .order_by()
        .values("reason")
        .annotate(
            declined=Count("state", filter=Q(state=Offer.State.DECLINED)),
            returned=Count("state", filter=Q(state=Offer.State.RETURNED)),
        )
    )
    rows = [Refusals(row["reason"], row["declined"], row["returned"]) for row in found]
    return sorted(rows, key=lambda row: (-row.total, row.code))


def refused_rules(now: datetime, reasons: Iterable[str]) -> Counter[str]:
    """Return how often partners said for these reasons that a rule led to the wrong place; a rule counts once an offer.

    An activity that no rule led to stands under its own code, as in ReviewItem.rule.
    """
    found = Offer.objects.filter(ended_at__gte=now - TERM, state__in=REFUSING, reason__in=list(reasons)).order_by()
    counted: Counter[str] = Counter()
    for rules, activity in found.values_list("referral__rules", "referral__activity"):
        counted.update(set(rules) or {activity})
    return counted


# --- what waits for a person ----------------------------------------------------------------------------------------


def requests_to_reopen() -> list[Feedback]:
    """Return who was not helped and asks to go on, the oldest first; at most LONGEST and one."""
    found = Feedback.objects.filter(asks_reopening=True, handled_at__isnull=True).select_related("referral")
    return list(found.order_by("given_at", "id")[: LONGEST + 1])


def open_reviews() -> list[ReviewItem]:
    """Return what declines brought up and nobody looked at yet, the oldest first; at most LONGEST and one."""
    found = ReviewItem.objects.filter(closed_at__isnull=True).select_related("partner")
    return list(found.order_by("opened_at", "id")[: LONGEST + 1])


# --- who ------------------------------------------------------------------------------------------------------------


def people(ids: Iterable[int]) -> QuerySet[User]:
    """Return everybody who works in the workbench, and these; each once, with the settings of their workbench."""
    working = Q(groups__name__in=(Role.ADVISOR, Role.TEAM_LEAD), is_active=True)
    return User.objects.filter(working | Q(pk__in=list(ids))).select_related("desk_profile").distinct()


def partners() -> QuerySet[Partner]:
    """Return the partners with their names and how much they can have."""
    return Partner.objects.only("name", "code", "capacity", "active", "paused_until")


# --- the machinery --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Waiting:
    """The deliveries of one kind that should have gone out by now."""

    kind: str
    count: int
    oldest: datetime


def waiting_deliveries(now: datetime) -> list[Waiting]:
    """Return what is due in the outbox and has not gone out, counted by kind; the longest waiting first."""
    found = Outgoing.objects.filter(state__in=OPEN, due_at__lte=now).order_by().values("kind")
    rows = found.annotate(count=Count("*"), oldest=Min("due_at"))
    return sorted((Waiting(**row) for row in rows), key=lambda row: (row.oldest, row.kind))


def failed_deliveries() -> list[Waiting]:
    """Return what was given up or came back, counted by kind; `oldest` is when the first of them was promised."""
    found = Outgoing.objects.filter(state__in=FAILED).order_by().values("kind")
    rows = found.annotate(count=Count("*"), oldest=Min("created_at"))
    return sorted((Waiting(**row) for row in rows), key=lambda row: (row.oldest, row.kind))


def timer_failures() -> list[TimerFailure]:
    """Return the referrals whose clock could not be carried out, the oldest first; at most LONGEST and one."""
    # Not joined: SQLite takes an empty table for a large one, and would begin at all referrals.
    return list(TimerFailure.objects.prefetch_related("referral").order_by("first_at", "pk")[: LONGEST + 1])


def heartbeats() -> dict[str, datetime]:
    """Return the last sign of life of everything that gives one."""
    return dict(Heartbeat.objects.values_list("name", "at"))


def first_event_at() -> datetime | None:
    """Return when the history begins, None while nothing has happened."""
    return Event.objects.order_by("pk").values_list("at", flat=True).first()


def last_check() -> Event | None:
    """Return the newest look at the whole history, None before the first night."""
    return Event.objects.filter(stream=anchors.STREAM, kind="history_checked").order_by("-seq").first()


def last_anchor() -> Anchor | None:
    """Return the newest anchor of the history, None before the first night."""
    return Anchor.objects.order_by("-id").first()
