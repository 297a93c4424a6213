"""Every move in every state by every actor is allowed or refused, as queue.md 6.3 has it."""

from __future__ import annotations

import itertools

import pytest

from referrals.domain.lifecycle import (
    CLOSED_STATES,
    OPEN_STATES,
    STATES,
    TRANSITIONS,
    Action,
    Actor,
    Effect,
    Guard,
    Need,
    NotAllowed,
    Recipient,
    State,
    actions_for,
    transition,
)

# Written down once more, by hand: from, action, by whom, to. A change of the table must be made twice.
EXPECTED = """
-                submit           E   queued
-                propose          A   awaiting_consent
awaiting_consent give_consent     E   queued
awaiting_consent refuse_consent   E   withdrawn
awaiting_consent expire           T   lapsed
awaiting_consent cancel           A   cancelled
queued           claim            A   in_review
queued           cancel           AL  cancelled
queued           withdraw         EL  withdrawn
in_review        release          A   queued
in_review        expire           T   queued
in_review        ask              A   needs_info
in_review        offer            A   offered
in_review        handle_ourselves A   accepted
in_review        request_consent  A   awaiting_consent
in_review        cancel           A   cancelled
in_review        postpone         A   on_hold
in_review        withdraw         EL  withdrawn
needs_info       answer           E   in_review
needs_info       expire           T   in_review
needs_info       close_question   A   in_review
needs_info       withdraw         EL  withdrawn
offered          accept           P   accepted
offered          decline          P   returned
offered          expire           T   returned
offered          recall           A   in_review
offered          bounce           S   returned
offered          withdraw         EL  withdrawn
returned         reconsider       A   in_review
returned         cancel           A   cancelled
returned         withdraw         EL  withdrawn
accepted         record_contact   PA  in_progress
accepted         return           P   returned
accepted         expire           T   returned
accepted         withdraw         EL  withdrawn
in_progress      complete         PA  completed
in_progress      stop             PA  stopped
in_progress      return           P   returned
in_progress      postpone         P   on_hold
in_progress      withdraw         EL  withdrawn
on_hold          resume           A   in_review
on_hold          resume           P   in_progress
on_hold          expire           T   in_review
on_hold          withdraw         EL  withdrawn
completed        reopen           AL  queued
stopped          reopen           AL  queued
cancelled        reopen           AL  queued
lapsed           reopen           A   awaiting_consent
"""
LETTERS = {
    "E": Actor.ENTREPRENEUR,
    "A": Actor.ADVISOR,
    "L": Actor.TEAM_LEAD,
    "P": Actor.PARTNER,
    "T": Actor.TIMER,
    "S": Actor.SYSTEM,
}


def expected() -> dict[tuple[State | None, Action, Actor], State]:
    moves = {}
    for line in EXPECTED.strip().splitlines():
        source, action, letters, target = line.split()
        for letter in letters:
            moves[None if source == "-" else State(source), Action(action), LETTERS[letter]] = State(target)
    return moves


ALL_MOVES = list(itertools.product([None, *State], Action, Actor))


def test_every_state_action_and_actor_is_allowed_or_refused_as_written_down() -> None:
    allowed = expected()
    assert len(ALL_MOVES) == 15 * len(Action) * 6
    for state, action, actor in ALL_MOVES:
        if (state, action, actor) in allowed:
            assert transition(state, action, actor).target is allowed[state, action, actor]
            continue
        with pytest.raises(NotAllowed) as refusal:
            transition(state, action, actor)
        assert (refusal.value.state, refusal.value.action, refusal.value.actor) == (state, action, actor)


def test_the_table_has_the_size_of_the_specification() -> None:
    assert len(State) == 14
    assert (len(OPEN_STATES), len(CLOSED_STATES)) == (9, 5)
    assert len(TRANSITIONS) == 50
    assert sum(row.target is State.WITHDRAWN for row in TRANSITIONS) == 9
    assert len({(row.source, row.target) for row in TRANSITIONS if row.source}) == 39


@pytest.mark.parametrize("state", [None, *State])
def test_the_actions_of_a_state_are_those_that_transition_allows(state: State | None) -> None:
    for actor in Actor:
        rows = actions_for(state, actor)
        assert [transition(state, row.action, actor) for row in rows] == list(rows)
        assert {row.action for row in rows} == {a for (s, a, who) in expected() if s == state and who == actor}


def test_every_action_is_used_and_has_a_dutch_label() -> None:
    assert {row.action for row in TRANSITIONS} == set(Action)
    assert all(action.label for action in Action)


@pytest.mark.parametrize("words", [Guard, Need, Effect, Recipient, Actor])
def test_every_word_of_the_table_is_used(words: type[Guard]) -> None:
    used = {
        word
        for row in TRANSITIONS
        for word in (*row.guards, *row.needs, *row.effects, *row.actors, *(notice.to for notice in row.notices))
        if isinstance(word, words)
    }
    assert used == set(words)


@pytest.mark.parametrize("words", [Guard, Need, Recipient, Actor, State])
def test_every_word_has_a_dutch_label_of_its_own(words: type[Guard]) -> None:
    labels = [word.label for word in words]
    assert all(labels)
    assert len(set(labels)) == len(labels)


def test_refusal_says_in_dutch_who_may_do_it() -> None:
    with pytest.raises(NotAllowed, match=r"Aangeboden aan partner\. Aannemen kan hier alleen door de partner\."):
        transition(State.OFFERED, Action.ACCEPT, Actor.ADVISOR)


def test_refusal_names_every_actor_who_may() -> None:
    with pytest.raises(NotAllowed, match=r"Hervatten kan hier alleen door de adviseur of de partner"):
        transition(State.ON_HOLD, Action.RESUME, Actor.ENTREPRENEUR)


def test_refusal_says_what_can_be_done_instead() -> None:
    with pytest.raises(NotAllowed, match=r"In wachtrij\. Aanbieden kan dan niet\. Wel: Oppakken, Annuleren\."):
        transition(State.QUEUED, Action.OFFER, Actor.ADVISOR)


def test_refusal_says_that_nothing_can_be_done_after_withdrawal() -> None:
    with pytest.raises(NotAllowed, match=r"Ingetrokken\. Er is voor de partner nu niets te doen"):
        transition(State.WITHDRAWN, Action.ACCEPT, Actor.PARTNER)


def test_a_new_referral_begins_with_submitting_or_proposing() -> None:
    with pytest.raises(NotAllowed, match="Een nieuwe doorverwijzing begint niet met: Aanbieden"):
        transition(None, Action.OFFER, Actor.ADVISOR)


def test_offering_has_all_guards_of_the_one_gate() -> None:
    row = transition(State.IN_REVIEW, Action.OFFER, Actor.ADVISOR)
    assert set(row.guards) == {
        Guard.IS_OWNER,
        Guard.CONSENT_COVERS_PARTNER_AND_SCOPE,
        Guard.PARTNER_ACTIVE,
        Guard.PARTNER_HAS_CAPACITY,
        Guard.PARTNER_COVERS_ACTIVITY_AND_PROVINCE,
        Guard.NO_CONFLICT,
        Guard.NOT_DECLINED_BEFORE,
        Guard.DOSSIER_COMPLETE,
        Guard.NO_OTHER_LIVE_OFFER,
    }


def test_consent_is_checked_again_when_a_partner_accepts_or_resumes() -> None:
    for state, action in ((State.OFFERED, Action.ACCEPT), (State.ON_HOLD, Action.RESUME)):
        assert Guard.CONSENT_LIVE in transition(state, action, Actor.PARTNER).guards_for(Actor.PARTNER)


def test_recording_contact_asks_something_else_of_each_actor() -> None:
    row = transition(State.ACCEPTED, Action.RECORD_CONTACT, Actor.PARTNER)
    assert row.guards_for(Actor.PARTNER) == (Guard.OFFER_ACCEPTED,)
    assert row.guards_for(Actor.ADVISOR) == (Guard.HANDLED_BY_KVK, Guard.IS_OWNER)


def test_every_timer_move_waits_for_its_term() -> None:
    rows = [row for row in TRANSITIONS if Actor.TIMER in row.actors]
    assert {row.action for row in rows} == {Action.EXPIRE}
    assert all(row.actors == (Actor.TIMER,) and Guard.TERM_PASSED in row.guards for row in rows)


def test_an_advisor_acts_only_on_own_referrals_except_where_the_table_says_so() -> None:
    free = {
        row.number
        for row in TRANSITIONS
        if Actor.ADVISOR in row.actors and Guard.IS_OWNER not in row.guards_for(Actor.ADVISOR)
    }
    assert free == {"R2", "Q1", "Q2", "B1", "X1", "X2", "X3", "X4"}


def test_a_reason_is_asked_exactly_where_a_list_of_reasons_is_given() -> None:
    for row in TRANSITIONS:
        asked = Need.REASON in row.needs or Need.OUTCOME in row.needs
        assert asked == bool(row.reasons), row.number


def test_the_entrepreneur_does_not_hear_of_a_decline() -> None:
    row = transition(State.OFFERED, Action.DECLINE, Actor.PARTNER)
    assert [notice.to for notice in row.notices] == [Recipient.OWNER]


def test_feedback_is_asked_ten_working_days_after_contact_and_at_once_after_the_end() -> None:
    (contact,) = transition(State.ACCEPTED, Action.RECORD_CONTACT, Actor.PARTNER).notices
    (end,) = transition(State.IN_PROGRESS, Action.COMPLETE, Actor.PARTNER).notices
    assert (contact.message, contact.after_working_days) == ("contact_feedback", 10)
    assert (end.message, end.after_working_days) == ("completed", 0)


def test_withdrawal_ends_consent_offer_and_links_and_tells_the_partner() -> None:
    for state in OPEN_STATES:
        if state is State.AWAITING_CONSENT:
            continue
        row = transition(state, Action.WITHDRAW, Actor.ENTREPRENEUR)
        assert {Effect.WITHDRAW_CONSENT, Effect.END_OFFER, Effect.REVOKE_LINKS} <= set(row.effects)
        assert Recipient.PARTNER in {notice.to for notice in row.notices}


def test_events_are_lower_case_words_in_the_past() -> None:
    for row in TRANSITIONS:
        assert row.event.replace("_", "").isalpha(), row.number
        assert row.event == row.event.lower()


def test_open_states_say_whose_turn_it_is_and_closed_states_say_nobody() -> None:
    for state, facts in STATES.items():
        assert state.is_open == (state in OPEN_STATES) == (facts.next_actor is not None) == bool(facts.must_do)
        assert (facts.turn == "Niemand") == (state in CLOSED_STATES)
        assert state.label == state.facts.label == facts.label
        assert facts.entrepreneur_sees
