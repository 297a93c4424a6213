"""A referral that stays when its clock runs out: the clock starts again, and the right person hears of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.contrib.auth.models import User

from nnmkb.ledger import events
from nnmkb.ledger.models import Event, Outgoing
from referrals.domain.lifecycle import State, can_expire, due
from referrals.models import DeskProfile
from referrals.services import queue, timing
from tests.ledger.forging import broken
from tests.referrals.clocks import making
from tests.referrals.clocks.making import case_in, promised, run_out
from tests.referrals.services import cast

pytestmark = pytest.mark.django_db
STAYING = tuple(state for state in making.OPEN if not can_expire(state))


@pytest.fixture
def lead() -> User:
    """Return who leads the team."""
    return cast.advisor("lies", lead=True)


def miss(found: cast.Case) -> Event:
    """Let the clock run out once more; return the event."""
    timing.sweep(run_out(found))
    return events.history(found.referral.stream)[-1]


@pytest.mark.parametrize("state", STAYING)
def test_the_state_stays_the_miss_is_counted_and_the_clock_starts_again(state: State, lead: User) -> None:
    found = case_in(state)
    before, moment = found.fresh(), run_out(found)
    event, after = miss(found), found.fresh()
    assert (event.kind, event.actor, event.at) == ("deadline_missed", "timer", moment)
    assert set(event.payload) == {"version", "state", "misses", "told"}
    assert (event.payload["state"], event.payload["misses"]) == (state, 1)
    assert (after.state, after.misses, after.version) == (state, 1, before.version + 1)
    # How long it has been in this state is not changed by a miss.
    assert (after.entered_at, after.owner_id, after.partner_id) == (
        before.entered_at,
        before.owner_id,
        before.partner_id,
    )
    assert (after.next_due_at, after.due_kind) == (before.next_due_at, before.due_kind)
    assert after.sweep_at == due(state, moment, queue.door.calendar())[0]
    assert broken() == []


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (State.QUEUED, ["team_lead", "team_lead", "team_lead", ""]),
        (State.RETURNED, ["advisor", "team_lead", "team_lead", ""]),
        (State.IN_PROGRESS, ["partner", "advisor", "advisor", "advisor"]),
    ],
)
def test_the_table_says_who_hears_of_each_miss(state: State, told: list[str], lead: User) -> None:
    found = case_in(state)
    messages = {
        "team_lead": {("late_to_lead", f"advisor:{lead.pk}")},
        "advisor": {("late_to_advisor", f"advisor:{found.advisor.pk}")},
        "partner": {("report_due_to_partner", f"offer:{found.offer.pk}")} if found.offer else set(),
        "": set(),
    }
    for number, role in enumerate(told, 1):
        event = miss(found)
        assert (event.payload["misses"], event.payload["told"]) == (number, role)
        assert promised(found, event) == messages[role]
    assert found.fresh().misses == 4


def test_leaving_the_state_forgets_the_misses(lead: User) -> None:
    found = case_in(State.QUEUED)
    miss(found)
    version = found.fresh().version
    claimed = queue.claim(found.referral.pk, advisor=found.advisor, version=version, key=cast.key(), now=cast.LATER)
    assert claimed.misses == 0


def test_every_active_lead_hears_of_it_and_nobody_else(lead: User) -> None:
    second, gone = cast.advisor("mo", lead=True), cast.advisor("ex", lead=True)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    found = case_in(State.QUEUED)
    assert promised(found, miss(found)) == {
        ("late_to_lead", f"advisor:{lead.pk}"),
        ("late_to_lead", f"advisor:{second.pk}"),
    }


@pytest.mark.parametrize("why", ["no owner", "switched off", "absent"])
def test_the_lead_hears_instead_of_an_owner_who_is_not_there(why: str, lead: User) -> None:
    found = case_in(State.RETURNED)
    if why == "no owner":
        cast.Referral.objects.filter(pk=found.referral.pk).update(owner=None)
    elif why == "switched off":
        User.objects.filter(pk=found.advisor.pk).update(is_active=False)
    else:
        DeskProfile.objects.create(user=found.advisor, absent_until=date(2026, 12, 31))
    event = miss(found)
    assert event.payload["told"] == "team_lead"
    assert promised(found, event) == {("late_to_lead", f"advisor:{lead.pk}")}


def test_the_owner_hears_of_the_first_miss_when_the_kvk_does_the_work_itself() -> None:
    found = making.handled_by_kvk()
    event = miss(found)
    assert event.payload["told"] == "advisor"
    assert promised(found, event) == {("late_to_advisor", f"advisor:{found.advisor.pk}")}


def test_many_that_are_late_at_once_send_each_lead_one_mail_a_day(lead: User) -> None:
    other = cast.advisor("mo", lead=True)
    found = [case_in(State.QUEUED) for _ in range(6)]
    moment = max(run_out(one) for one in found)
    assert timing.sweep(moment).missed >= 6
    rows = Outgoing.objects.filter(kind="mail.late_to_lead")
    assert sorted(row.recipient for row in rows) == sorted([f"advisor:{lead.pk}", f"advisor:{other.pk}"])
    told = [event.payload["told"] for one in found for event in events.history(one.referral.stream)[-1:]]
    assert told == ["team_lead"] * 6
    timing.sweep(max(run_out(one) for one in found))
    assert Outgoing.objects.filter(kind="mail.late_to_lead").count() == 4


def test_the_day_of_the_one_mail_is_the_day_in_amsterdam(lead: User) -> None:
    first, second = case_in(State.QUEUED), case_in(State.QUEUED)
    late = datetime.fromisoformat("2026-11-25T23:59:00+01:00")
    cast.Referral.objects.exclude(pk=first.referral.pk).update(sweep_at=late + timedelta(minutes=2))
    timing.sweep(late)
    timing.sweep(late + timedelta(minutes=2))
    assert Outgoing.objects.filter(kind="mail.late_to_lead").count() == 2
    assert second.fresh().misses == 1


def test_without_a_lead_the_miss_is_still_on_record() -> None:
    found = case_in(State.QUEUED)
    assert promised(found, miss(found)) == set()
    assert found.fresh().misses == 1
