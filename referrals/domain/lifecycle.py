"""The life of a referral: who may do what in which state, and by when."""

from datetime import date, datetime, timedelta

from referrals.domain.moves import Action, Effect, Guard, Need, Notice, Recipient, Transition
from referrals.domain.states import (
    CLOSED_STATES,
    OPEN_STATES,
    STATES,
    Actor,
    Clock,
    DueKind,
    State,
    StateFacts,
    Unit,
)
from referrals.domain.transitions import TRANSITIONS
from referrals.domain.worktime import Calendar, deadline, end_of, local_date, start_of

__all__ = [
    "CLOSED_STATES",
    "OPEN_STATES",
    "STATES",
    "TRANSITIONS",
    "Action",
    "Actor",
    "DueKind",
    "Effect",
    "Guard",
    "Need",
    "NotAllowed",
    "Notice",
    "Recipient",
    "State",
    "StateFacts",
    "Transition",
    "actions_for",
    "answer_until",
    "can_expire",
    "due",
    "escalation",
    "grace",
    "lead_decides",
    "reminder_due",
    "transition",
]

SHORTEST_RESPONSE, LONGEST_RESPONSE = 2, 15
ATTEMPTS_BEFORE_LEAD_DECIDES = 3
# A partner who presses the button at the stroke of five is in time, and so is one whose line was slow. The same for
# everybody: whether an answer counts may not depend on the second at which the sweep happens to look.
GRACE = timedelta(minutes=10)
DAYS_TO_REOPEN = 60

_BY_KEY = {(row.source, row.action, actor): row for row in TRANSITIONS for actor in row.actors}


class NotAllowed(Exception):
    """The move is not in the table; the message says in Dutch why and what can be done instead."""

    def __init__(self, state: State | None, action: Action, actor: Actor) -> None:
        self.state = state
        self.action = action
        self.actor = actor
        super().__init__(_explain(state, action, actor))


def transition(state: State | None, action: Action, actor: Actor) -> Transition:
    """Return the row for this move, or raise NotAllowed; state None is a referral still to be made."""
    found = _BY_KEY.get((state, action, actor))
    if found is None:
        raise NotAllowed(state, action, actor)
    return found


def actions_for(state: State | None, actor: Actor) -> tuple[Transition, ...]:
    """Return every move this actor has in this state, in table order."""
    return tuple(row for row in TRANSITIONS if row.source == state and actor in row.actors)


def can_expire(state: State) -> bool:
    """Tell whether the referral moves on when its clock runs out; otherwise it stays and `escalation` applies."""
    return (state, Action.EXPIRE, Actor.TIMER) in _BY_KEY


def due(
    state: State,
    entered_at: datetime,
    calendar: Calendar,
    *,
    respond_days: int = 5,
    until: date | None = None,
) -> tuple[datetime, DueKind]:
    """Return when the clock of an open state runs out, and what is due then.

    `respond_days` is the partner's own term, used for an offer; `until` the chosen date of a postponement.
    ValueError: the state is closed, or the term or date lies outside its limits.
    """
    clock = _clock(state)
    if clock.unit is Unit.DATE:
        return start_of(_checked_date(local_date(entered_at), until, clock.amount)), clock.kind
    if clock.unit is Unit.CALENDAR_DAYS:
        return end_of(local_date(entered_at) + timedelta(days=clock.amount)), clock.kind
    days = _checked_term(respond_days) if state is State.OFFERED else clock.amount
    return deadline(entered_at, days, calendar), clock.kind


def reminder_due(state: State, entered_at: datetime, calendar: Calendar, *, respond_days: int = 5) -> datetime | None:
    """Return when the one reminder goes out, or None when the state has none; an offer's at 60 % of its term."""
    after = _clock(state).reminder_after
    if after is None:
        return None
    if state is State.OFFERED:
        after = max(1, _checked_term(respond_days) * 6 // 10)
    return deadline(entered_at, after, calendar)


def grace(state: State) -> timedelta:
    """Return how long after its deadline a referral in this state is still left alone."""
    return GRACE if state is State.OFFERED else timedelta(0)


def answer_until(respond_by: datetime) -> datetime:
    """Return the moment from which an answer of a partner comes too late, and the offer runs out."""
    return respond_by + grace(State.OFFERED)


def lead_decides(state: State, attempts: int) -> bool:
    """Say whether only the team lead may search on: what came back would go to its fourth attempt or a later one.

    `attempts` counts how often somebody searched on, so the first attempt is number 0.
    """
    return state is State.RETURNED and attempts + 1 >= ATTEMPTS_BEFORE_LEAD_DECIDES


def escalation(state: State, misses: int) -> Actor | None:
    """Return who hears that the clock ran out for the given time (1 is the first), or None when nobody does."""
    if misses < 1:
        raise ValueError("misses are counted from one")
    clock = _clock(state)
    if misses <= len(clock.escalate):
        return clock.escalate[misses - 1]
    return clock.escalate[-1] if clock.last_repeats else None


def _clock(state: State) -> Clock:
    clock = STATES[state].clock
    if clock is None:
        raise ValueError(f"a referral that is {state} has no clock")
    return clock


def _checked_term(respond_days: int) -> int:
    if not SHORTEST_RESPONSE <= respond_days <= LONGEST_RESPONSE:
        raise ValueError(f"a partner answers within {SHORTEST_RESPONSE} to {LONGEST_RESPONSE} working days")
    return respond_days


def _checked_date(today: date, until: date | None, most_days: int) -> date:
    if until is None or not today < until <= today + timedelta(days=most_days):
        raise ValueError(f"a postponement ends on a date within {most_days} days")
    return until


def _explain(state: State | None, action: Action, actor: Actor) -> str:
    if state is None:
        return f"Een nieuwe doorverwijzing begint niet met: {action.label}."
    where = f"Deze doorverwijzing staat op: {state.label}."
    others = [row for row in TRANSITIONS if row.source == state and row.action == action]
    if others:
        names = " of ".join(dict.fromkeys(other.label for row in others for other in row.actors))
        return f"{where} {action.label} kan hier alleen door {names}."
    possible = [row.action.label for row in actions_for(state, actor)]
    if not possible:
        return f"{where} Er is voor {actor.label} nu niets te doen."
    return f"{where} {action.label} kan dan niet. Wel: {', '.join(possible)}."
