"""The rows of the workbench list, ready to draw."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.utils import timezone
from django.utils.formats import date_format

from intake.models import Contact, Intake
from intake.policies import policy
from intake.policy import Way
from nnmkb.web.desk import name_of
from referrals.domain.lifecycle import State, StateFacts
from referrals.domain.worktime import Calendar, days_late, days_left, local_date, read_calendar
from referrals.models import Referral
from referrals.queues import STEPS
from referrals.services import consents, organisations

WAYS = {Way.INNOVATION.code: "innovatie", Way.NETWORKING.code: "netwerken", Way.PROMOTION.code: "promotie"}
STANDING_STILL = (State.AWAITING_CONSENT, State.NEEDS_INFO, State.ON_HOLD)
ERASED = "Gegevens gewist"
WITHDRAWN = "Toestemming ingetrokken"


@cache
def calendar() -> Calendar:
    """Return the working days, read once."""
    return read_calendar()


@dataclass(frozen=True, slots=True)
class Row:
    """One referral as the list and the head of the pane show it."""

    referral: Referral
    company: str
    about: str
    # Working days left; below zero is late, None when nothing runs.
    days: int | None
    paused: bool
    step: str
    way: str
    activity: str
    to: str
    # What became of the organisation that has it, when that ended meanwhile.
    ending: str
    status: str
    since: str
    owner: str
    turn: str
    open: bool


def rows_of(referrals: Iterable[Referral], now: datetime) -> list[Row]:
    """Return the rows; one query for all of them: who may still be seen."""
    listed = list(referrals)
    seen = consents.seen_by_kvk(referral.intake_id for referral in listed)
    return [_row(referral, now, seen=referral.intake_id in seen) for referral in listed]


def row_of(referral: Referral, now: datetime) -> Row:
    """Return one row."""
    return rows_of([referral], now)[0]


def _row(referral: Referral, now: datetime, *, seen: bool) -> Row:
    state = State(referral.state)
    facts: StateFacts = state.facts
    contact: Contact | None = getattr(referral.intake, "contact", None)
    erased = referral.intake.state == Intake.State.ERASED
    told = (sector(referral), size(referral.intake), contact.place if contact else "") if seen else ()
    return Row(
        referral=referral,
        company=ERASED if erased else WITHDRAWN if not seen else (contact.company if contact else "") or ERASED,
        about=", ".join(part for part in told if part),
        days=days(referral, now),
        paused=state in STANDING_STILL and days_late_of(referral, now) == 0,
        step=STEPS.get(referral.step, ""),
        way=WAYS.get(referral.way, ""),
        activity=activity_title(referral),
        to=referral.partner_name,
        ending=organisations.ending(referral.organisation, local_date(now)) if state.is_open else "",
        status=facts.label,
        since=short(referral.entered_at),
        owner=name_of(referral.owner),
        turn=facts.turn,
        open=state.is_open,
    )


def days(referral: Referral, now: datetime) -> int | None:
    """Return the working days left, as a negative number when late."""
    if referral.next_due_at is None:
        return None
    late = days_late_of(referral, now)
    return -late if late else days_left(now, referral.next_due_at, calendar())


def days_late_of(referral: Referral, now: datetime) -> int:
    """Return the working days since the deadline."""
    return days_late(now, referral.next_due_at, calendar()) if referral.next_due_at else 0


def deadline_sentence(referral: Referral, now: datetime) -> str:
    """Return by when somebody must act, in one sentence."""
    due = referral.next_due_at
    if due is None:
        return f"Gesloten op {long(referral.closed_at)}." if referral.closed_at else ""
    if now > due:
        return f"Dit had uiterlijk {long(due)} moeten gebeuren."
    return f"Uiterlijk {long(due)}, {timezone.localtime(due):%H.%M} uur."


def sector(referral: Referral) -> str:
    """Return the sector in words; a foreign company wrote its own."""
    if referral.intake.kind == Intake.Kind.FOREIGN:
        return str(referral.intake.answers.get("sector", ""))[:60]
    options = policy(referral.intake.policy).catalogue.by_code["B2"].options
    return next((option.label for option in options if option.value == referral.sector), "")


def size(intake: Intake) -> str:
    """Return how many people work there."""
    people = intake.answers.get("B3")
    return f"{people} medewerkers" if isinstance(people, int) else ""


def activity_title(referral: Referral) -> str:
    """Return the activity by its name."""
    activity = policy(referral.intake.policy).activities.get(referral.activity)
    return activity.title if activity else referral.activity


def short(at: datetime) -> str:
    """Return a date as it stands in a list: di 24 nov."""
    return date_format(timezone.localtime(at), "D j M").lower()


def long(at: datetime) -> str:
    """Return a date in full: dinsdag 24 november."""
    return date_format(timezone.localtime(at), "l j F")
