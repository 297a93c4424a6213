"""Every open state has a clock: when it runs out, who is reminded and who hears of a miss."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from referrals.domain.lifecycle import (
    CLOSED_STATES,
    OPEN_STATES,
    Actor,
    DueKind,
    State,
    can_expire,
    due,
    escalation,
    reminder_due,
)
from referrals.domain.worktime import AMSTERDAM, read_calendar

CALENDAR = read_calendar()
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=AMSTERDAM)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


@pytest.mark.parametrize(
    ("state", "moment", "kind"),
    [
        (State.AWAITING_CONSENT, "2026-12-07T17:00", DueKind.CONSENT),
        (State.QUEUED, "2026-11-25T17:00", DueKind.CLAIM),
        (State.IN_REVIEW, "2026-11-26T17:00", DueKind.REVIEW),
        (State.NEEDS_INFO, "2026-11-30T17:00", DueKind.ANSWER),
        (State.OFFERED, "2026-11-30T17:00", DueKind.RESPONSE),
        (State.RETURNED, "2026-11-25T17:00", DueKind.NEXT_PARTNER),
        (State.ACCEPTED, "2026-11-30T17:00", DueKind.CONTACT),
        (State.IN_PROGRESS, "2026-12-23T17:00", DueKind.REPORT),
    ],
)
def test_each_open_state_has_its_term(state: State, moment: str, kind: DueKind) -> None:
    assert due(state, MONDAY, CALENDAR) == (at(moment), kind)


def test_every_kind_of_clock_belongs_to_one_open_state() -> None:
    kinds = [state.facts.clock.kind for state in OPEN_STATES if state.facts.clock]
    assert sorted(kinds) == sorted(DueKind)


def test_a_postponed_referral_comes_back_at_the_start_of_the_chosen_day() -> None:
    assert due(State.ON_HOLD, MONDAY, CALENDAR, until=date(2027, 1, 15)) == (at("2027-01-15T00:00"), DueKind.RESUME)


@pytest.mark.parametrize("until", [None, date(2026, 11, 22), date(2026, 11, 23), date(2027, 5, 23)])
def test_a_postponement_needs_a_date_within_180_days(until: date | None) -> None:
    with pytest.raises(ValueError, match="within 180 days"):
        due(State.ON_HOLD, MONDAY, CALENDAR, until=until)


@pytest.mark.parametrize("until", [date(2026, 11, 24), date(2027, 5, 22)])
def test_the_first_and_the_last_date_of_a_postponement_are_allowed(until: date) -> None:
    assert due(State.ON_HOLD, MONDAY, CALENDAR, until=until)[0].date() == until


@pytest.mark.parametrize(
    ("days", "moment", "reminder"),
    [
        (2, "2026-11-25T17:00", "2026-11-24T17:00"),
        (5, "2026-11-30T17:00", "2026-11-26T17:00"),
        (15, "2026-12-14T17:00", "2026-12-04T17:00"),
    ],
)
def test_an_offer_follows_the_term_of_its_partner_and_reminds_at_60_percent(
    days: int, moment: str, reminder: str
) -> None:
    assert due(State.OFFERED, MONDAY, CALENDAR, respond_days=days)[0] == at(moment)
    assert reminder_due(State.OFFERED, MONDAY, CALENDAR, respond_days=days) == at(reminder)


@pytest.mark.parametrize("days", [1, 16, 0, -3])
def test_a_partner_term_outside_2_to_15_days_is_refused(days: int) -> None:
    with pytest.raises(ValueError, match="2 to 15"):
        due(State.OFFERED, MONDAY, CALENDAR, respond_days=days)
    with pytest.raises(ValueError, match="2 to 15"):
        reminder_due(State.OFFERED, MONDAY, CALENDAR, respond_days=days)


def test_the_partner_term_matters_for_an_offer_only() -> None:
    assert due(State.ACCEPTED, MONDAY, CALENDAR, respond_days=15) == due(State.ACCEPTED, MONDAY, CALENDAR)


@pytest.mark.parametrize(
    ("state", "reminder"),
    [
        (State.AWAITING_CONSENT, "2026-11-30T17:00"),
        (State.NEEDS_INFO, "2026-11-26T17:00"),
        (State.ACCEPTED, "2026-11-26T17:00"),
    ],
)
def test_reminders_come_before_the_deadline(state: State, reminder: str) -> None:
    assert reminder_due(state, MONDAY, CALENDAR) == at(reminder)
    assert at(reminder) < due(state, MONDAY, CALENDAR)[0]


@pytest.mark.parametrize("state", [State.QUEUED, State.IN_REVIEW, State.RETURNED, State.IN_PROGRESS, State.ON_HOLD])
def test_the_other_states_have_no_reminder(state: State) -> None:
    assert reminder_due(state, MONDAY, CALENDAR) is None


@pytest.mark.parametrize("state", CLOSED_STATES)
def test_a_closed_state_has_no_clock(state: State) -> None:
    with pytest.raises(ValueError, match="has no clock"):
        due(state, MONDAY, CALENDAR)
    with pytest.raises(ValueError, match="has no clock"):
        reminder_due(state, MONDAY, CALENDAR)


def test_three_states_stay_when_their_clock_runs_out_and_all_others_move() -> None:
    staying = {state for state in OPEN_STATES if not can_expire(state)}
    assert staying == {State.QUEUED, State.RETURNED, State.IN_PROGRESS}
    assert not any(can_expire(state) for state in CLOSED_STATES)


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (State.QUEUED, [Actor.TEAM_LEAD, Actor.TEAM_LEAD, Actor.TEAM_LEAD, None, None]),
        (State.RETURNED, [Actor.ADVISOR, Actor.TEAM_LEAD, Actor.TEAM_LEAD, None, None]),
        (State.IN_PROGRESS, [Actor.PARTNER, Actor.ADVISOR, Actor.ADVISOR, Actor.ADVISOR, Actor.ADVISOR]),
        (State.OFFERED, [None, None, None, None, None]),
    ],
)
def test_a_miss_is_told_to_the_right_person_and_not_without_end(state: State, told: list[Actor | None]) -> None:
    assert [escalation(state, misses) for misses in range(1, 6)] == told


def test_misses_are_counted_from_one() -> None:
    with pytest.raises(ValueError, match="from one"):
        escalation(State.QUEUED, 0)
