"""The table is sound, and every check goes red on a table that is broken in its way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from referrals.domain.lifecycle import STATES, TRANSITIONS, Action, Actor, Effect, State, Transition
from referrals.domain.lifecycle_properties import PROPERTIES, Facts, Table, problems

Broken = tuple[Table, Facts]


def without(*numbers: str) -> Table:
    return tuple(row for row in TRANSITIONS if row.number not in numbers)


def changed(which: str, **fields: object) -> Table:
    return tuple(replace(row, **fields) if row.number == which else row for row in TRANSITIONS)  # type: ignore[arg-type]


def extra(number: str, source: State, action: Action, actor: Actor, target: State, *effects: Effect) -> Table:
    return (*TRANSITIONS, Transition(number, source, action, (actor,), target, "broken_on_purpose", effects=effects))


def with_facts(state: State, **fields: object) -> Facts:
    return {**STATES, state: replace(STATES[state], **fields)}  # type: ignore[arg-type]


def without_effect(number: str, effect: Effect) -> Table:
    (row,) = (row for row in TRANSITIONS if row.number == number)
    return changed(number, effects=tuple(found for found in row.effects if found is not effect))


BROKEN: dict[str, list[tuple[Broken, str]]] = {
    "every_state_can_be_reached": [((without("V3"), STATES), "needs_info"), ((without("C3"), STATES), "lapsed")],
    "every_open_state_can_end": [
        ((without("B1", "B2", "W5"), STATES), "returned"),
        ((tuple(row for row in TRANSITIONS if row.source is not State.ON_HOLD), STATES), "on_hold"),
    ],
    "every_open_state_has_clock_and_next_actor": [
        ((TRANSITIONS, with_facts(State.QUEUED, clock=None)), "queued"),
        ((TRANSITIONS, with_facts(State.OFFERED, next_actor=None)), "offered"),
        ((TRANSITIONS, with_facts(State.ON_HOLD, must_do="")), "on_hold"),
    ],
    "next_actor_can_act": [((TRANSITIONS, with_facts(State.QUEUED, next_actor=Actor.PARTNER)), "queued")],
    "every_clock_ends_or_escalates": [((without("O3"), STATES), "offered"), ((without("H3"), STATES), "on_hold")],
    "no_cycle_of_timers_only": [
        ((extra("Z1", State.QUEUED, Action.EXPIRE, Actor.TIMER, State.IN_REVIEW), STATES), "queued"),
        ((extra("Z2", State.RETURNED, Action.EXPIRE, Actor.SYSTEM, State.OFFERED), STATES), "returned"),
    ],
    "entrepreneur_can_always_withdraw": [
        ((without("W4"), STATES), "offered"),
        ((changed("W1", actors=(Actor.TEAM_LEAD,)), STATES), "queued"),
    ],
    "withdrawn_is_final": [
        ((extra("Z3", State.WITHDRAWN, Action.REOPEN, Actor.ADVISOR, State.QUEUED), STATES), "Z3"),
    ],
    "offered_only_from_review": [
        ((extra("Z4", State.RETURNED, Action.OFFER, Actor.ADVISOR, State.OFFERED), STATES), "Z4"),
    ],
    "closed_states_only_reopen": [
        ((extra("Z5", State.STOPPED, Action.COMPLETE, Actor.PARTNER, State.COMPLETED), STATES), "Z5"),
    ],
    "queue_holds_no_owner": [
        ((without_effect("C1", Effect.CLEAR_OWNER), STATES), "C1"),
        ((without_effect("X2", Effect.CLEAR_OWNER), STATES), "X2"),
    ],
    "no_offer_outlives_its_states": [
        ((without_effect("O3", Effect.REVOKE_LINKS), STATES), "O3"),
        ((without_effect("H3", Effect.END_OFFER), STATES), "H3"),
    ],
    "each_move_is_found_once": [
        ((changed("C2", number="C1"), STATES), "C1"),
        ((extra("Z6", State.QUEUED, Action.CLAIM, Actor.ADVISOR, State.QUEUED), STATES), "queued/claim/advisor"),
    ],
}
CASES = [(name, broken, found) for name, cases in BROKEN.items() for broken, found in cases]


def test_the_table_has_every_property() -> None:
    assert problems(TRANSITIONS, STATES) == []


@pytest.mark.parametrize("check", PROPERTIES, ids=lambda check: check.__name__)
def test_each_property_has_a_table_that_breaks_it(check: Callable[..., object]) -> None:
    assert BROKEN[check.__name__]


@pytest.mark.parametrize(("name", "broken", "found"), CASES, ids=[f"{name}-{found}" for name, _, found in CASES])
def test_each_check_goes_red_on_a_broken_copy(name: str, broken: Broken, found: str) -> None:
    assert f"{name}: {found}" in problems(*broken)
