"""Rows for the page of the team lead: answered and refused offers, deliveries, signs of life."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from nnmkb.ledger import events
from nnmkb.ledger.models import Anchor, Event, Heartbeat, Outgoing
from referrals.domain.lifecycle import State
from referrals.domain.worktime import deadline, read_calendar
from referrals.models import DeskProfile, Dossier, Feedback, Offer, Partner, Referral, ReviewItem, TimerFailure
from tests.referrals.desk import making
from tests.referrals.desk.making import NOW

# A Monday, so that the days of a term are the days of the week.
OFFERED = datetime(2026, 11, 2, 10, 0, tzinfo=NOW.tzinfo)
CALENDAR = read_calendar()
_count = itertools.count(1)


def offer(to: Partner, *, offered: datetime = OFFERED, rules: list[str] | None = None, **fields: Any) -> Offer:
    """Make an offer in any state, straight in the table."""
    row = making.referral(state=State.IN_REVIEW, rules=["R-P4"] if rules is None else rules)
    frozen = Dossier.objects.create(referral=row, number=1, content={}, digest="0" * 64, created_at=offered)
    return Offer.objects.create(
        referral=row,
        partner=to,
        organisation=to.organisation,
        partner_name=to.name,
        attempt=1,
        dossier=frozen,
        offered_at=offered,
        respond_by=deadline(offered, 5, CALENDAR),
        nonce="n",
        link_digest=f"{next(_count):064}",
        **fields,
    )


def answered(to: Partner, *, after: timedelta, offered: datetime = OFFERED) -> Offer:
    """Make an offer that was accepted after this time."""
    return offer(to, offered=offered, state=Offer.State.ACCEPTED, answered_at=offered + after)


def unanswered(to: Partner, state: Offer.State) -> Offer:
    """Make an offer that ended without an answer."""
    return offer(to, state=state, ended_at=OFFERED + timedelta(days=7))


def refused(
    to: Partner,
    reason: str,
    *,
    state: Offer.State = Offer.State.DECLINED,
    ago: timedelta = timedelta(days=1),
    text: str = "",
    rules: list[str] | None = None,
) -> Offer:
    """Make an offer that a partner refused or gave back."""
    return offer(
        to,
        offered=NOW - ago - timedelta(days=1),
        state=state,
        reason=reason,
        reason_text=text,
        answered_at=NOW - ago,
        ended_at=NOW - ago,
        rules=rules,
    )


def closed() -> Referral:
    """Make a referral that was completed."""
    return making.referral(state=State.COMPLETED, outcome="advice_given", closed_at=NOW, next_due_at=None)


@transaction.atomic
def happened(at: datetime = NOW, kind: str = "note_added", stream: str = "", **payload: object) -> Event:
    """Record an event."""
    return events.record(stream or f"referral:{next(_count)}", kind, actor="system", at=at, payload=payload)


def delivery(kind: str, state: Outgoing.State, *, due: timedelta = timedelta(0), stream: str = "") -> Outgoing:
    """Put a delivery in the outbox."""
    number = next(_count)
    return Outgoing.objects.create(
        kind=kind,
        event=happened(stream=stream),
        recipient=f"offer:{number}",
        dedupe_key=f"made:{number}",
        state=state,
        due_at=NOW + due,
        created_at=NOW + due,
    )


def failing() -> TimerFailure:
    """Make a referral whose term cannot be carried out."""
    return TimerFailure.objects.create(
        referral=making.referral(), error="ZeroDivisionError", count=4, first_at=NOW - timedelta(days=2), last_at=NOW
    )


def all_runs(*, nights: bool = True, breaks: int = 0) -> None:
    """Let everything give its sign of life."""
    for name in ("relay", "sweep"):
        Heartbeat.objects.create(name=name, at=NOW)
    if nights:
        Anchor.objects.create(at=NOW, last_event=0, streams=0, root="ab" * 32)
        happened(NOW, "history_checked", "audit", breaks=breaks, events=1200)


def everything(many: int) -> None:
    """Make so many rows of everything that the page shows, each at somebody else."""
    for number in range(many):
        owner, to = making.staff(f"adviseur{number}"), making.partner(f"partner{number}")
        DeskProfile.objects.create(user=owner, absent_until=NOW.date())
        making.referral(state=State.OFFERED, owner=owner, partner=to, due=-timedelta(days=1))
        making.referral(state=State.RETURNED, owner=owner, attempts=3)
        answered(to, after=timedelta(days=2))
        unanswered(to, Offer.State.EXPIRED)
        refused(to, "not_our_activity", rules=[f"R-P{number}"])
        refused(to, "other", text="Te druk met verbouwen")
        delivery(f"mail.offer{number}", Outgoing.State.DEAD)
        delivery(f"mail.offer{number}", Outgoing.State.PENDING)
        failing()
        Feedback.objects.create(
            referral=closed(), moment="end", happy=False, text="Niemand belde mij", asks_reopening=True, given_at=NOW
        )
        ReviewItem.objects.create(
            kind=ReviewItem.Kind.DIRECTORY, partner=to, reason="region", opened_at=NOW, last_at=NOW
        )
    all_runs()
