"""Opening a closed referral again, or telling why not; an unhappy entrepreneur only asks for it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db.models import QuerySet

from nnmkb.ledger import events
from referrals.domain.lifecycle import DAYS_TO_REOPEN, Action, Actor, State
from referrals.domain.worktime import local_date
from referrals.models import Feedback, Referral
from referrals.permissions import leads
from referrals.services import closing, consents, door, notes, requests
from referrals.services.errors import Refused
from referrals.services.written import checked

LONGEST_REASON = 500
SHORTEST_REASON = 10


def reopen(
    referral_id: int, *, advisor: User, reason: str, reason_text: str = "", version: int, key: str, now: datetime
) -> Referral:
    """X1, X2, X3: put a referral that was closed at most 60 days ago back in the queue, as another attempt."""

    def work(scoped: str | None) -> Referral:
        intake = closing.sent(door.read(referral_id, version).intake_id)
        referral = door.read(referral_id, version)
        role = Actor.TEAM_LEAD if leads(advisor) else Actor.ADVISOR
        row = door.allowed(referral.state, Action.REOPEN, role)
        if row.target is not State.QUEUED:
            raise Refused("Dit was een vraag om toestemming. Vraag die opnieuw.")
        if not in_time(referral, now):
            raise Refused(
                f"Dit is meer dan {DAYS_TO_REOPEN} dagen gesloten. Vraag de ondernemer om een nieuwe zelfscan."
            )
        if consents.KVK not in consents.organisations(intake.pk):
            raise Refused("De ondernemer trok de toestemming voor de KvK in.")
        if requests.only_proposed(referral):
            raise Refused("De ondernemer zei nog geen ja tegen dit voorstel. Stel de activiteit opnieuw voor.")
        if any(one.activity == referral.activity for one in closing.open_referrals(intake)):
            raise Refused("Voor dit bedrijf loopt deze activiteit al in een andere doorverwijzing.")
        door.reason_of(row, reason, reason_text)
        explained = notes.written_with(referral, advisor, reason_text, now) if reason_text.strip() else {}
        door.move(
            referral,
            Action.REOPEN,
            role,
            actor=f"advisor:{advisor.pk}",
            at=now,
            key=scoped,
            changes={
                **door.handed_to(None),
                "owner_id": None,
                "outcome": "",
                "reason": "",
                "attempts": referral.attempts + 1,
            },
            payload={"reason": reason, **explained},
        )
        _asking(referral).update(handled_at=now)
        return referral

    return door.once(f"referral:{referral_id}", key, work, lambda _: door.read(referral_id, None))


def leave_closed(referral_id: int, *, advisor: User, reason_text: str, key: str, now: datetime) -> Referral:
    """Answer an entrepreneur who asks to reopen with no; the reason is kept as a note, nothing else changes."""

    def work(scoped: str | None) -> Referral:
        referral = door.read(referral_id, None)
        asked = list(_asking(referral))
        if not asked:
            raise Refused("De ondernemer vraagt niet meer om heropenen.")
        plain = checked(
            reason_text,
            LONGEST_REASON,
            field="reason_text",
            shortest=SHORTEST_REASON,
            empty=f"Schrijf in ten minste {SHORTEST_REASON} tekens waarom dit gesloten blijft.",
        )
        written = notes.written_with(referral, advisor, plain, now)
        _asking(referral).update(handled_at=now)
        events.record(
            referral.stream,
            "reopening_declined",
            actor=f"advisor:{advisor.pk}",
            at=now,
            payload={"feedback": asked[-1].pk, **written},
            idempotency_key=scoped,
        )
        return referral

    return door.once(f"referral:{referral_id}", key, work, lambda _: door.read(referral_id, None))


def in_time(referral: Referral, now: datetime) -> bool:
    """Say whether it was closed at most 60 days ago, in days on the calendar."""
    closed = referral.closed_at
    return closed is not None and local_date(now) <= local_date(closed) + timedelta(days=DAYS_TO_REOPEN)


def _asking(referral: Referral) -> QuerySet[Feedback]:
    return referral.feedback.filter(asks_reopening=True, handled_at__isnull=True)
