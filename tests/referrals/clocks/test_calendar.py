"""The clock of a referral: frozen when the state is entered, in working days of Amsterdam, whatever the season."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from nnmkb.ledger import events
from nnmkb.ledger.models import Outgoing
from referrals.domain.lifecycle import Action, Actor, State, due, reminder_due
from referrals.domain.worktime import AMSTERDAM, Calendar, local_date, read_calendar
from referrals.models import Referral
from referrals.services import answering, door, offering, timing
from tests.referrals.clocks.making import run_out
from tests.referrals.services import cast

CALENDAR = read_calendar()
A_SECOND = timedelta(seconds=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


@pytest.mark.parametrize(
    ("state", "entered", "days", "expected"),
    [
        (State.QUEUED, "2026-12-24T10:00", 2, "2026-12-29"),
        (State.OFFERED, "2026-04-02T10:00", 3, "2026-04-09"),
        (State.IN_REVIEW, "2026-04-02T10:00", 3, "2026-04-09"),
        (State.RETURNED, "2026-04-24T10:00", 2, "2026-04-29"),
        (State.NEEDS_INFO, "2026-05-12T23:59", 5, "2026-05-20"),
    ],
)
def test_a_term_counts_working_days_by_the_law(state: State, entered: str, days: int, expected: str) -> None:
    assert due(state, at(entered), CALENDAR, respond_days=days)[0] == at(f"{expected}T17:00")


@pytest.mark.parametrize(
    ("entered", "days", "moment"),
    [
        # The clock goes forward in the night to 29 March 2026, and back in the night to 25 October 2026.
        ("2026-03-26T12:00", 2, datetime(2026, 3, 30, 15, 0, tzinfo=UTC)),
        ("2026-03-29T01:59", 2, datetime(2026, 3, 31, 15, 0, tzinfo=UTC)),
        ("2026-03-29T03:00", 2, datetime(2026, 3, 31, 15, 0, tzinfo=UTC)),
        ("2026-10-22T12:00", 2, datetime(2026, 10, 26, 16, 0, tzinfo=UTC)),
        ("2026-10-25T02:30", 2, datetime(2026, 10, 27, 16, 0, tzinfo=UTC)),
    ],
)
def test_five_o_clock_is_five_o_clock_on_the_wall_when_the_clock_changes(
    entered: str, days: int, moment: datetime
) -> None:
    assert due(State.OFFERED, at(entered), CALENDAR, respond_days=days)[0] == moment


@pytest.mark.parametrize(
    ("entered", "moment"),
    [
        ("2026-03-26T12:00", datetime(2026, 3, 31, 15, 0, tzinfo=UTC)),
        ("2026-10-22T12:00", datetime(2026, 10, 27, 16, 0, tzinfo=UTC)),
    ],
)
def test_a_reminder_too_is_at_five_on_the_wall(entered: str, moment: datetime) -> None:
    assert reminder_due(State.NEEDS_INFO, at(entered), CALENDAR) == moment


@pytest.mark.parametrize(
    ("entered", "moment"),
    [
        ("2026-02-27T12:00", datetime(2026, 3, 29, 15, 0, tzinfo=UTC)),
        ("2026-09-25T12:00", datetime(2026, 10, 25, 16, 0, tzinfo=UTC)),
    ],
)
def test_thirty_calendar_days_over_a_clock_change_end_at_five_too(entered: str, moment: datetime) -> None:
    assert due(State.IN_PROGRESS, at(entered), CALENDAR)[0] == moment


@pytest.mark.parametrize(
    ("day", "moment"),
    [
        (date(2026, 3, 29), datetime(2026, 3, 28, 23, 0, tzinfo=UTC)),
        (date(2026, 3, 30), datetime(2026, 3, 29, 22, 0, tzinfo=UTC)),
        (date(2026, 10, 25), datetime(2026, 10, 24, 22, 0, tzinfo=UTC)),
        (date(2026, 10, 26), datetime(2026, 10, 25, 23, 0, tzinfo=UTC)),
    ],
)
@pytest.mark.django_db
def test_a_postponement_ends_at_midnight_on_the_wall_also_in_the_night_of_a_clock_change(
    day: date, moment: datetime
) -> None:
    found = cast.case("in_review")
    entered = moment - timedelta(days=20)
    door.once(
        found.referral.stream,
        None,
        lambda _: door.move(found.fresh(), Action.POSTPONE, Actor.ADVISOR, actor="advisor:1", at=entered, until=day),
        lambda event: event,
    )
    assert run_out(found) == moment
    assert local_date(run_out(found)) == day
    timing.sweep(moment - A_SECOND)
    assert found.fresh().state == "on_hold"
    timing.sweep(moment)
    assert found.fresh().state == "in_review"


def decreed(monkeypatch: pytest.MonkeyPatch, *days: str) -> None:
    """Add holidays to the table, as a royal decree does."""
    more = Calendar(CALENDAR.holidays | {date.fromisoformat(day) for day in days})
    monkeypatch.setattr(door, "calendar", lambda: more)


@pytest.mark.django_db
def test_a_holiday_added_later_moves_no_running_term(monkeypatch: pytest.MonkeyPatch) -> None:
    found = cast.case("offered")
    before, moment = found.fresh(), run_out(found)
    reminder = Outgoing.objects.get(kind="mail.offer_reminder").due_at
    decreed(monkeypatch, "2026-11-25", "2026-11-30")
    assert found.fresh().next_due_at == before.next_due_at == found.fresh_offer().respond_by
    assert Outgoing.objects.get(kind="mail.offer_reminder").due_at == reminder
    timing.sweep(moment)
    assert found.fresh().state == "returned"


@pytest.mark.django_db
def test_a_holiday_added_later_counts_for_what_is_entered_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    found = cast.case("in_review")
    decreed(monkeypatch, "2026-11-30")
    made = offering.offer(
        found.referral.pk, found.partner.pk, advisor=found.advisor, version=2, key=cast.key(), now=cast.NOW
    )
    assert made.respond_by == at("2026-12-01T17:00")


@pytest.mark.django_db
def test_only_an_event_gives_a_referral_another_deadline() -> None:
    found = cast.case("offered")
    asked = found.fresh().next_due_at
    with_events = {
        event.payload["version"] for event in events.history(found.referral.stream) if "version" in event.payload
    }
    assert found.fresh().version in with_events
    answering.accept(found.fresh_offer().pk, actor=found.actor, contact_person="Carla", key=cast.key(), now=cast.LATER)
    fresh = Referral.objects.get(pk=found.referral.pk)
    assert fresh.next_due_at == due(State.ACCEPTED, cast.LATER, CALENDAR)[0]
    assert asked is not None
    assert events.history(found.referral.stream)[-1].payload["version"] == fresh.version


@pytest.mark.django_db
def test_a_clock_change_during_a_term_is_seen_by_the_sweep() -> None:
    found = cast.case("queued")
    friday = at("2026-10-23T12:00")
    by, _ = due(State.QUEUED, friday, CALENDAR)
    Referral.objects.filter(pk=found.referral.pk).update(next_due_at=by, sweep_at=by)
    # An hour more than four days and five hours on the wall.
    assert by.astimezone(UTC) - friday.astimezone(UTC) == timedelta(days=4, hours=6)
    timing.sweep(by - A_SECOND)
    assert found.fresh().misses == 0
    timing.sweep(by)
    assert found.fresh().misses == 1
    assert (found.fresh().next_due_at, found.fresh().sweep_at) == (by, at("2026-10-29T17:00"))
