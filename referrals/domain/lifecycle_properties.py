"""Properties that the transition table must have, each as a question over the table."""

from collections.abc import Callable, Iterable, Mapping

from referrals.domain.moves import Action, Effect, Transition
from referrals.domain.states import Actor, State, StateFacts

Table = tuple[Transition, ...]
Facts = Mapping[State, StateFacts]

_MAY_HOLD_OFFER = {State.OFFERED, State.ACCEPTED, State.IN_PROGRESS, State.ON_HOLD}
_AUTOMATIC = {Actor.TIMER, Actor.SYSTEM}


def problems(table: Table, facts: Facts) -> list[str]:
    """Return every way in which the table breaks a property; an empty list means that it is sound."""
    return [f"{check.__name__}: {found}" for check in PROPERTIES for found in check(table, facts)]


def every_state_can_be_reached(table: Table, facts: Facts) -> Iterable[str]:
    """Yield the states to which no path leads from the start."""
    return sorted(set(facts) - _reachable(table, None))


def every_open_state_can_end(table: Table, facts: Facts) -> Iterable[str]:
    """Yield the open states from which no closed state can be reached."""
    closed = {state for state in facts if facts[state].clock is None}
    return [state for state in _open(facts) if not _reachable(table, state) & closed]


def every_open_state_has_clock_and_next_actor(table: Table, facts: Facts) -> Iterable[str]:
    """Yield the states that are left or ended by someone but name no clock, actor or task."""
    left = {row.source for row in table if row.source and not _only_reopens(table, row.source)}
    return sorted(
        state
        for state in left | set(_open(facts))
        if facts[state].clock is None or facts[state].next_actor is None or not facts[state].must_do
    )


def next_actor_can_act(table: Table, facts: Facts) -> Iterable[str]:
    """Yield the open states whose next actor has no move there."""
    return [
        state
        for state in _open(facts)
        if not any(row.source == state and facts[state].next_actor in row.actors for row in table)
    ]


def every_clock_ends_or_escalates(table: Table, facts: Facts) -> Iterable[str]:
    """Yield the open states where a clock that runs out moves nothing and tells nobody."""
    expiring = {row.source for row in table if row.action is Action.EXPIRE}
    return [
        state
        for state in _open(facts)
        if state not in expiring and not ((clock := facts[state].clock) and clock.escalate)
    ]


def no_cycle_of_timers_only(table: Table, facts: Facts) -> Iterable[str]:
    """Yield the states to which a referral can come back without a person doing anything."""
    by_itself = tuple(row for row in table if set(row.actors) <= _AUTOMATIC)
    return [state for state in facts if state in _reachable(by_itself, state)]


def entrepreneur_can_always_withdraw(table: Table, facts: Facts) -> Iterable[str]:
    """Yield the open states that the entrepreneur cannot leave for withdrawn in one move."""
    leaving = {row.source for row in table if row.target is State.WITHDRAWN and Actor.ENTREPRENEUR in row.actors}
    return [state for state in _open(facts) if state not in leaving]


def withdrawn_is_final(table: Table, facts: Facts) -> Iterable[str]:
    """Yield the moves that leave withdrawn."""
    return [row.number for row in table if row.source is State.WITHDRAWN]


def offered_only_from_review(table: Table, facts: Facts) -> Iterable[str]:
    """Yield the moves to offered that pass by the guards of the one gate."""
    return [row.number for row in table if row.target is State.OFFERED and row.source is not State.IN_REVIEW]


def closed_states_only_reopen(table: Table, facts: Facts) -> Iterable[str]:
    """Yield the moves out of a closed state that are not a reopening."""
    return [
        row.number
        for row in table
        if row.source and facts[row.source].clock is None and row.action is not Action.REOPEN
    ]


def queue_holds_no_owner(table: Table, facts: Facts) -> Iterable[str]:
    """Yield the moves into the queue that leave an owner behind, after which nobody could claim."""
    return [
        row.number
        for row in table
        if row.target is State.QUEUED and row.source is not None and Effect.CLEAR_OWNER not in row.effects
    ]


def no_offer_outlives_its_states(table: Table, facts: Facts) -> Iterable[str]:
    """Yield the moves that leave a live offer or link behind where none may exist."""
    ending = {Effect.END_OFFER, Effect.DECLINE_OFFER}
    return [
        row.number
        for row in table
        if row.source in _MAY_HOLD_OFFER
        and row.target not in _MAY_HOLD_OFFER
        and not (ending & set(row.effects) and Effect.REVOKE_LINKS in row.effects)
    ]


def each_move_is_found_once(table: Table, facts: Facts) -> Iterable[str]:
    """Yield the numbers and the moves (state, action, actor) that occur twice."""
    moves = [f"{row.source}/{row.action}/{actor}" for row in table for actor in row.actors]
    return _twice([row.number for row in table]) + _twice(moves)


PROPERTIES: tuple[Callable[[Table, Facts], Iterable[str]], ...] = (
    every_state_can_be_reached,
    every_open_state_can_end,
    every_open_state_has_clock_and_next_actor,
    next_actor_can_act,
    every_clock_ends_or_escalates,
    no_cycle_of_timers_only,
    entrepreneur_can_always_withdraw,
    withdrawn_is_final,
    offered_only_from_review,
    closed_states_only_reopen,
    queue_holds_no_owner,
    no_offer_outlives_its_states,
    each_move_is_found_once,
)


def _open(facts: Facts) -> list[State]:
    return [state for state in facts if facts[state].clock is not None]


def _only_reopens(table: Table, state: State) -> bool:
    return all(row.action is Action.REOPEN for row in table if row.source == state)


def _reachable(table: Table, start: State | None) -> set[State]:
    found: set[State] = set()
    border: list[State | None] = [start]
    while border:
        here = border.pop()
        fresh = {row.target for row in table if row.source == here} - found
        found |= fresh
        border.extend(fresh)
    return found


def _twice(values: list[str]) -> list[str]:
    return sorted({value for value in values if values.count(value) > 1})
