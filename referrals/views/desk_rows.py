"""The rows of the workbench list, ready to draw."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
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
from referrals.queues import STEPS, Marks, marks_of, put_companies
from referrals.services import consents, organisations

WAYS = {Way.INNOVATION.code: "innovatie", Way.NETWORKING.code: "netwerken", Way.PROMOTION.code: "promotie"}
STANDING_STILL = (State.AWAITING_CONSENT, State.NEEDS_INFO, State.ON_HOLD)
# From the third attempt on a referral deserves attention; the column counts what came after the first.
THIRD = 2
ERASED = "Gegevens gewist"
WITHDRAWN = "Toestemming ingetrokken"


@cache
def calendar() -> Calendar:
    """Return the working days, read once."""
    return read_calendar()


@dataclass(frozen=True, slots=True)
class Flag:
    """Something that deserves attention, in a word."""

    word: str
    tone: str
    symbol: str


@dataclass(frozen=True, slots=True)
class Row:
    """One referral as the list and the head of the pane show it."""

    referral: Referral
    company: str
    about: str
    # Working days left; below zero is late, None when nothing runs.
    days: int | None
    # "Deze week" or "Later"; empty where the marker says it already.
    term: str
    # The last day, in words.
    due: str
    # Since it came in.
    age: str
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
    flags: tuple[Flag, ...] = ()


def list_rows(referrals: Sequence[Referral], now: datetime, person: Callable[[int | None], str]) -> list[Row]:
    """Return the rows of a page of the list in two questions, however many; `person` knows colleagues by key."""
    seen = put_companies(referrals)
    marks = marks_of(referrals)
    return [
        _row(
            referral,
            now,
            seen=referral.intake_id in seen,
            owner=person(referral.owner_id) or name_of(referral.owner),
            marks=marks[referral.pk],
        )
        for referral in referrals
    ]


def rows_of(referrals: Iterable[Referral], now: datetime) -> list[Row]:
    """Return the rows; one query for all of them: who may still be seen."""
    listed = list(referrals)
    seen = consents.seen_by_kvk(referral.intake_id for referral in listed)
    return [_row(referral, now, seen=referral.intake_id in seen, owner=name_of(referral.owner)) for referral in listed]


def row_of(referral: Referral, now: datetime, *, seen: bool | None = None, marks: Marks = Marks()) -> Row:  # noqa: B008
    """Return one row; `seen` says whether the KvK may look, `marks` what deserves attention, where that is known."""
    if seen is None:
        return rows_of([referral], now)[0]
    return _row(referral, now, seen=seen, owner=name_of(referral.owner), marks=marks)


def _row(referral: Referral, now: datetime, *, seen: bool, owner: str, marks: Marks = Marks()) -> Row:  # noqa: B008
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
        term=term(referral, now),
        due=day(referral.next_due_at, now) if referral.next_due_at else "",
        age=age(referral, now),
        paused=state in STANDING_STILL and days_late_of(referral, now) == 0,
        step=STEPS.get(referral.step, ""),
        way=WAYS.get(referral.way, ""),
        activity=activity_title(referral),
        to=referral.partner_name,
        ending=organisations.ending(referral.organisation, local_date(now)) if state.is_open else "",
        status=facts.label,
        since=short(referral.entered_at),
        owner=owner,
        turn=facts.turn,
        open=state.is_open,
        flags=flags(referral, marks),
    )


def flags(referral: Referral, marks: Marks) -> tuple[Flag, ...]:
    """Return what deserves attention, the most urgent first; the words of the team last."""
    found = [
        (marks.undelivered, Flag("Bezorging mislukt", "error", "mail")),
        (marks.asks_reopening, Flag("Vraagt heropening", "error", "refresh")),
        (marks.partner_asks, Flag("Vraag van partner", "warn", "help")),
        (referral.no_answer, Flag("Geen reactie van ondernemer", "warn", "message-circle")),
        (referral.attempts >= THIRD, Flag(f"{referral.attempts + 1}e poging", "warn", "history")),
    ]
    return (*(flag for here, flag in found if here), *(Flag(label, "", "flag") for label in marks.labels))


def term(referral: Referral, now: datetime) -> str:
    """Return in which stretch of time the work is due, where «te laat» and «vandaag» do not say it already."""
    if referral.next_due_at is None or now > referral.next_due_at:
        return ""
    today, last = local_date(now), local_date(referral.next_due_at)
    if last == today:
        return ""
    return "Deze week" if last <= today + timedelta(days=7 - today.isoweekday()) else "Later"


def age(referral: Referral, now: datetime) -> str:
    """Return since how long we have it."""
    passed = (local_date(now) - local_date(referral.created_at)).days
    return "vandaag binnen" if passed <= 0 else "1 dag oud" if passed == 1 else f"{passed} dagen oud"


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
    at = timezone.localtime(due)
    # A day that somebody chose begins at midnight: no hour, as nobody says it.
    return f"Uiterlijk {long(due)}, {at:%H.%M} uur." if (at.hour, at.minute) != (0, 0) else f"Tot {long(due)}."


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


def day(at: datetime, now: datetime) -> str:
    """Return a day as it stands in a list, with its year where that is not the present one."""
    other_year = local_date(at).year != local_date(now).year
    return date_format(timezone.localtime(at), "j M Y" if other_year else "D j M").lower()


def short(at: datetime) -> str:
    """Return a date as it stands in a list: di 24 nov."""
    return date_format(timezone.localtime(at), "D j M").lower()


def long(at: datetime) -> str:
    """Return a date in full: dinsdag 24 november."""
    return date_format(timezone.localtime(at), "l j F")
