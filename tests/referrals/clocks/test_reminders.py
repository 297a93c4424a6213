"""The one reminder of a state: planned when it is entered, sent once when nothing happened, taken back otherwise."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.core import mail as postbox

from nnmkb.ledger import outbox
from nnmkb.ledger.models import Outgoing
from referrals import dispatch
from referrals.dispatch import Outcome
from referrals.domain.lifecycle import Action, Actor, State, reminder_due
from referrals.domain.reminders import REMINDERS
from referrals.services import answering, closing, door, timing
from referrals.services.telling import REMINDER_KINDS
from tests.referrals.clocks import making
from tests.referrals.clocks.making import case_in, run_out
from tests.referrals.services import cast

pytestmark = pytest.mark.django_db
REMINDED = tuple(REMINDERS)
A_SECOND = timedelta(seconds=1)


def reminders(found: cast.Case) -> list[Outgoing]:
    return list(Outgoing.objects.filter(event__stream=found.referral.stream, kind__in=REMINDER_KINDS).order_by("pk"))


def waiting(found: cast.Case) -> Outgoing:
    """Return the one reminder that waits."""
    [row] = [row for row in reminders(found) if row.state == Outgoing.State.PENDING]
    return row


def everything_due(now: datetime) -> list[str]:
    """Carry out everything that is due, as the relay does; return the kinds that were done."""
    done: list[str] = []
    while rows := list(outbox.claimable(now)):
        for row in rows:
            assert dispatch.deliver(row.pk, now=lambda: now) is Outcome.DONE, row.kind
            done.append(row.kind)
    return done


@pytest.mark.parametrize("state", REMINDED)
def test_the_reminder_goes_once_at_its_moment_and_changes_nothing(state: State) -> None:
    found = case_in(state)
    Outgoing.objects.exclude(kind__in=REMINDER_KINDS).update(state=Outgoing.State.DONE)
    row, before = waiting(found), found.fresh()
    assert row.kind == f"mail.{REMINDERS[state].message}"
    assert row.due_at == reminder_due(state, cast.NOW, door.calendar())
    assert everything_due(row.due_at - A_SECOND) == []
    assert everything_due(row.due_at) == [row.kind]
    assert everything_due(run_out(found)) == []
    assert len(postbox.outbox) == 1
    assert found.fresh().version == before.version


@pytest.mark.parametrize("state", REMINDED)
def test_the_end_of_the_term_takes_a_reminder_back_that_never_went_out(state: State) -> None:
    found = case_in(state)
    row = waiting(found)
    timing.sweep(run_out(found))
    row.refresh_from_db()
    assert (row.state, row.last_error) == (Outgoing.State.DONE, "referral moved on")


@pytest.mark.parametrize("state", REMINDED)
def test_leaving_the_state_takes_the_reminder_back(state: State) -> None:
    found = case_in(state)
    row = waiting(found)
    closing.withdraw_referral(found.referral.pk, actor="entrepreneur", key=cast.key(), now=cast.LATER)
    row.refresh_from_db()
    assert row.state == Outgoing.State.DONE
    assert [one for one in reminders(found) if one.state == Outgoing.State.PENDING] == []


def test_each_entry_into_a_state_has_a_reminder_of_its_own() -> None:
    found = case_in(State.NEEDS_INFO)
    making.step(found, Action.CLOSE_QUESTION, Actor.ADVISOR)
    making.step(found, Action.ASK, Actor.ADVISOR)
    assert [row.state for row in reminders(found)] == ["done", "pending"]


def test_a_state_that_stays_after_a_miss_plans_no_second_reminder() -> None:
    found = case_in(State.IN_PROGRESS)
    before = len(reminders(found))
    timing.sweep(run_out(found))
    assert len(reminders(found)) == before


def test_a_claimed_reminder_that_is_overtaken_by_the_answer_does_not_go_out() -> None:
    found = case_in(State.OFFERED)
    row = waiting(found)
    assert outbox.claim(row.pk, row.due_at)
    answering.accept(found.fresh_offer().pk, actor=found.actor, contact_person="Carla", key=cast.key(), now=row.due_at)
    Outgoing.objects.filter(pk=row.pk).update(state=Outgoing.State.PENDING, due_at=row.due_at)
    assert dispatch.deliver(row.pk, now=lambda: row.due_at) is Outcome.DONE
    assert Outgoing.objects.get(pk=row.pk).last_error == dispatch.OUTDATED
    assert postbox.outbox == []
