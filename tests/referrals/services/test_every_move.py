"""Every (state, actor, action): the services do what the table says, and refuse the rest without a trace."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction

from nnmkb.ledger.models import Event, Outgoing
from referrals.domain.lifecycle import TRANSITIONS, Action, Actor, State, Transition, actions_for
from referrals.mail import WRITERS, Outdated
from referrals.models import Referral
from referrals.services import door
from referrals.services.errors import NotAllowed, NotDone
from tests.referrals.services.cast import NOW, Case
from tests.referrals.services.moving import SERVICES, case_in

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)
NEW = (Action.SUBMIT, Action.PROPOSE)
# Two moves in one transaction: the referral is claimed (Q1) or taken up again (B1) first.
IN_ONE = (Action.OFFER, Action.HANDLE_OURSELVES, Action.ASK, Action.REQUEST_CONSENT, Action.POSTPONE)
# The only move that an advisor makes with what the KvK handles itself.
HANDLED_BY_KVK = ("A1", Actor.ADVISOR)


def expected(state: State, actor: Actor) -> dict[Action, State]:
    """Return what this actor can do in this state and where it leads: the table, and what is documented beside it."""
    found = {row.action: row.target for row in actions_for(state, actor)}
    if actor is Actor.ADVISOR and state in {State.QUEUED, State.RETURNED}:
        found |= {row.action: row.target for row in actions_for(State.IN_REVIEW, actor) if row.action in IN_ONE}
    if actor is Actor.TEAM_LEAD and any(row.action is Action.CANCEL for row in actions_for(state, Actor.ADVISOR)):
        # Also what a colleague is working on.
        found[Action.CANCEL] = State.CANCELLED
    if actor is Actor.ENTREPRENEUR and state is State.AWAITING_CONSENT:
        # Without a consent to take back, withdrawing is refusing (C2).
        found[Action.WITHDRAW] = State.WITHDRAWN
    return found


def carried_out(found: Case, action: Action, actor: Actor) -> State | None:
    """Return where the service leads; None when it refuses, which must leave everything as it was."""
    before = Referral.objects.get(pk=found.referral.pk)
    events = Event.objects.count()
    try:
        SERVICES[action, actor](found, NOW if actor is Actor.TIMER else LATER)
    except (NotDone, ObjectDoesNotExist) as error:
        # Who never got an offer has no link; everybody else reads why.
        assert isinstance(error, NotDone) or found.offer is None  # noqa: PT017
        assert str(error)  # noqa: PT017
    after = Referral.objects.get(pk=found.referral.pk)
    if after.version == before.version:
        assert Event.objects.count() == events
        assert after.state == before.state
        return None
    if actor is Actor.TIMER and after.state == before.state:
        # The clock ran out, somebody was told, and the referral stays: no move.
        return None
    return State(after.state)


def all_carried_out(found: Case, actor: Actor) -> dict[Action, State]:
    """Return what this actor can do with this referral, by trying everything; nothing of it is kept."""
    done: dict[Action, State] = {}
    for action in Action:
        if (action, actor) not in SERVICES or action in NEW:
            continue
        with transaction.atomic():
            to = carried_out(found, action, actor)
            transaction.set_rollback(True)
        if to is not None:
            done[action] = to
    return done


@pytest.mark.parametrize("state", State)
def test_services_make_exactly_the_moves_of_the_table(state: State) -> None:
    found = case_in(state)
    others = [actor for actor in Actor if (state, actor) != (State.ACCEPTED, Actor.ADVISOR)]
    done = {actor: all_carried_out(found, actor) for actor in others}
    assert done == {actor: expected(state, actor) for actor in others}


def test_advisor_acts_on_an_accepted_referral_only_when_the_kvk_handles_it() -> None:
    assert all_carried_out(case_in(State.ACCEPTED), Actor.ADVISOR) == {}


def test_advisor_moves_what_the_kvk_handles_itself() -> None:
    found = case_in(State.ACCEPTED, by_kvk=True)
    assert all_carried_out(found, Actor.ADVISOR) == expected(State.ACCEPTED, Actor.ADVISOR)


def test_every_move_of_the_table_has_a_service() -> None:
    assert {(row.action, actor) for row in TRANSITIONS for actor in row.actors} == set(SERVICES)


@pytest.mark.parametrize("action", NEW)
def test_new_referrals_begin_as_the_table_says(action: Action) -> None:
    found = case_in(State.IN_REVIEW)
    (row,) = [row for row in TRANSITIONS if row.source is None and row.action is action]
    (actor,) = row.actors
    SERVICES[action, actor](found, NOW)
    made = Referral.objects.order_by("id").last()
    assert made is not None
    assert made.pk != found.referral.pk
    assert made.state == row.target
    assert Event.objects.get(stream=made.stream).kind == row.event


@pytest.mark.parametrize("state", State)
def test_door_opens_for_the_table_only(state: State) -> None:
    table = {(row.action, actor) for row in TRANSITIONS for actor in row.actors if row.source == state}
    for action, actor in itertools.product(Action, Actor):
        if (action, actor) in table:
            assert door.allowed(state, action, actor).source == state
            continue
        with pytest.raises(NotAllowed, match="Deze doorverwijzing staat op"):
            door.allowed(state, action, actor)


def every_move() -> Iterator[tuple[Transition, Actor, Case]]:
    """Yield each move of the table with a referral that waits for it; what is done with it is taken back after."""
    moves = [(row.source or State.IN_REVIEW, row, actor) for row in TRANSITIONS for actor in row.actors]
    for state, by_kvk in itertools.product(State, (False, True)):
        some = [move for move in moves if move[0] is state and ((move[1].number, move[2]) == HANDLED_BY_KVK) == by_kvk]
        if not some:
            continue
        with transaction.atomic():
            found = case_in(state, by_kvk=by_kvk)
            for _, row, actor in some:
                with transaction.atomic():
                    yield row, actor, found
                    transaction.set_rollback(True)
            transaction.set_rollback(True)


def test_move_leaves_exactly_one_event_of_its_kind_with_its_number() -> None:
    for row, actor, found in every_move():
        if row.source is None:
            continue
        last = Event.objects.order_by("id").last()
        assert last is not None
        SERVICES[row.action, actor](found, NOW if actor is Actor.TIMER else LATER)
        made = [
            one
            for one in Event.objects.filter(stream=found.referral.stream, id__gt=last.pk)
            if one.payload.get("transition")
        ]
        assert [(one.kind, one.payload["transition"]) for one in made] == [(row.event, row.number)], actor


def test_every_mail_that_a_move_promises_can_be_written() -> None:
    written: set[str] = set()
    for row, actor, found in every_move():
        last = Outgoing.objects.order_by("id").last()
        SERVICES[row.action, actor](found, NOW if actor is Actor.TIMER else LATER)
        for outgoing in Outgoing.objects.filter(id__gt=last.pk if last else 0, kind__startswith="mail."):
            with contextlib.suppress(Outdated):
                assert WRITERS[outgoing.kind](outgoing).body
            written.add(outgoing.kind)
    promised = {f"mail.{notice.message}" for row in TRANSITIONS for notice in row.notices}
    assert promised <= written


def test_every_move_of_the_table_is_tried_once() -> None:
    tried = [(row.number, actor) for row, actor, _ in every_move()]
    assert sorted(tried) == sorted((row.number, actor) for row in TRANSITIONS for actor in row.actors)
