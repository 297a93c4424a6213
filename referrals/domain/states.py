"""The states of a referral: who acts next, what they must do, which clock runs."""

from dataclasses import dataclass
from enum import StrEnum

# Calendar days that a referral may be put off.
LONGEST_HOLD = 180


class Actor(StrEnum):
    """Who can make a move; an advisor is the owner of the referral unless a guard says otherwise."""

    ENTREPRENEUR = "entrepreneur"
    ADVISOR = "advisor"
    TEAM_LEAD = "team_lead"
    PARTNER = "partner"
    TIMER = "timer"
    SYSTEM = "system"

    @property
    def label(self) -> str:
        """Return the Dutch name."""
        return _ACTOR_LABELS[self]


_ACTOR_LABELS = {
    Actor.ENTREPRENEUR: "de ondernemer",
    Actor.ADVISOR: "de adviseur",
    Actor.TEAM_LEAD: "de teamleider",
    Actor.PARTNER: "de partner",
    Actor.TIMER: "de termijn",
    Actor.SYSTEM: "het systeem",
}


class State(StrEnum):
    """Where a referral is: nine open states, then five closed ones."""

    AWAITING_CONSENT = "awaiting_consent"
    QUEUED = "queued"
    IN_REVIEW = "in_review"
    NEEDS_INFO = "needs_info"
    OFFERED = "offered"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in_progress"
    ON_HOLD = "on_hold"
    COMPLETED = "completed"
    STOPPED = "stopped"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"

    @property
    def facts(self) -> "StateFacts":
        """Return what is known about the state."""
        return STATES[self]

    @property
    def label(self) -> str:
        """Return the Dutch label."""
        return STATES[self].label

    @property
    def is_open(self) -> bool:
        """Tell whether somebody still has to act."""
        return STATES[self].clock is not None


class Unit(StrEnum):
    """What a clock counts in."""

    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    DATE = "date"


class DueKind(StrEnum):
    """What falls due; stored beside the moment, so that the sweep knows which clock ran out."""

    CONSENT = "consent"
    CLAIM = "claim"
    REVIEW = "review"
    ANSWER = "answer"
    RESPONSE = "response"
    NEXT_PARTNER = "next_partner"
    CONTACT = "contact"
    REPORT = "report"
    RESUME = "resume"


@dataclass(frozen=True, slots=True)
class Clock:
    """A term; `amount` is the default, for a date the maximum in calendar days.

    `escalate` names who is told at the first, second, ... miss when the state stays; after the last name the
    clock starts again without a message, unless `last_repeats` keeps telling the last one.
    """

    kind: DueKind
    unit: Unit
    amount: int
    reminder_after: int | None = None
    escalate: tuple[Actor, ...] = ()
    last_repeats: bool = False


@dataclass(frozen=True, slots=True)
class StateFacts:
    """Everything people see or hear about a state; braces are filled with a name, date or reason."""

    label: str
    next_actor: Actor | None
    turn: str
    must_do: str
    clock: Clock | None
    entrepreneur_sees: str


def _working_days(kind: DueKind, amount: int, reminder_after: int | None = None) -> Clock:
    return Clock(kind, Unit.WORKING_DAYS, amount, reminder_after)


def _closed(label: str, entrepreneur_sees: str) -> StateFacts:
    return StateFacts(label, None, "Niemand", "", None, entrepreneur_sees)


_LEAD = Actor.TEAM_LEAD

STATES: dict[State, StateFacts] = {
    State.AWAITING_CONSENT: StateFacts(
        "Wacht op toestemming",
        Actor.ENTREPRENEUR,
        "Ondernemer",
        "Toestemming geven of weigeren",
        _working_days(DueKind.CONSENT, 10, reminder_after=5),
        "Wij vragen uw toestemming",
    ),
    State.QUEUED: StateFacts(
        "In wachtrij",
        Actor.ADVISOR,
        "KvK-team",
        "Oppakken",
        Clock(DueKind.CLAIM, Unit.WORKING_DAYS, 2, escalate=(_LEAD, _LEAD, _LEAD)),
        "Wij hebben uw vraag ontvangen",
    ),
    State.IN_REVIEW: StateFacts(
        "In beoordeling",
        Actor.ADVISOR,
        "Adviseur",
        "Aanbieden, een vraag stellen of afsluiten",
        _working_days(DueKind.REVIEW, 3),
        "KvK bekijkt uw vraag",
    ),
    State.NEEDS_INFO: StateFacts(
        "Informatie gevraagd",
        Actor.ENTREPRENEUR,
        "Ondernemer",
        "De vraag beantwoorden",
        _working_days(DueKind.ANSWER, 5, reminder_after=3),
        "Wij hebben een vraag aan u",
    ),
    State.OFFERED: StateFacts(
        "Aangeboden aan partner",
        Actor.PARTNER,
        "Partner",
        "Aannemen of afwijzen",
        # The reminder depends on the partner's own term: see lifecycle.reminder_due.
        _working_days(DueKind.RESPONSE, 5, reminder_after=3),
        "Voorgelegd aan {partner}",
    ),
    State.RETURNED: StateFacts(
        "Terug bij KvK",
        Actor.ADVISOR,
        "Adviseur",
        "Volgende partner zoeken, zelf doen of afsluiten",
        Clock(DueKind.NEXT_PARTNER, Unit.WORKING_DAYS, 2, escalate=(Actor.ADVISOR, _LEAD, _LEAD)),
        "Wij zoeken een passende partner",
    ),
    State.ACCEPTED: StateFacts(
        "Geaccepteerd",
        Actor.PARTNER,
        "Partner",
        "Contact opnemen",
        _working_days(DueKind.CONTACT, 5, reminder_after=3),
        "{partner} neemt contact op vóór {datum}",
    ),
    State.IN_PROGRESS: StateFacts(
        "In uitvoering",
        Actor.PARTNER,
        "Partner",
        "De stand doorgeven of afsluiten",
        Clock(
            DueKind.REPORT,
            Unit.CALENDAR_DAYS,
            30,
            escalate=(Actor.PARTNER, Actor.ADVISOR),
            last_repeats=True,
        ),
        "{partner} is met u bezig",
    ),
    State.ON_HOLD: StateFacts(
        "Uitgesteld",
        Actor.ADVISOR,
        "Adviseur of partner",
        "Hervatten",
        Clock(DueKind.RESUME, Unit.DATE, LONGEST_HOLD),
        "Uitgesteld tot {datum}",
    ),
    State.COMPLETED: _closed("Afgerond", "Afgerond"),
    State.STOPPED: _closed("Gestopt zonder resultaat", "Gestopt"),
    State.WITHDRAWN: _closed("Ingetrokken", "Ingetrokken op uw verzoek"),
    State.CANCELLED: _closed("Geannuleerd", "Niet doorgezet: {reden}"),
    State.LAPSED: _closed("Verlopen", "Verlopen: wij kregen geen toestemming"),
}

OPEN_STATES = tuple(state for state in State if STATES[state].clock is not None)
CLOSED_STATES = tuple(state for state in State if STATES[state].clock is None)
