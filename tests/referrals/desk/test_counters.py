"""The counters beside the lists: true, capped, counted once in half a minute, and no reason for a page to wait."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from referrals import queues
from referrals.domain.lifecycle import State
from referrals.models import SavedView
from referrals.queues import Counters, Filters, View, counting, shown
from tests.referrals.desk import making
from tests.referrals.desk.making import NOW
from tests.referrals.desk.test_filters import undelivered

pytestmark = pytest.mark.django_db
ACTIVITIES = frozenset({"P4"})


def counted(user_id: int = 0, after: float = 0, changed: float | None = None) -> Counters:
    """Return the counters so many seconds after the first moment."""
    return queues.counters(
        user_id=user_id,
        now=NOW + timedelta(seconds=after),
        activities=ACTIVITIES,
        changed=NOW + timedelta(seconds=changed) if changed is not None else None,
    )


def test_each_counter_is_the_length_of_its_list() -> None:
    anke = making.staff("anke")
    states = [State.QUEUED, State.RETURNED, State.OFFERED, State.NEEDS_INFO, State.IN_PROGRESS]
    for number, state in enumerate(states * 2):
        owner = anke if number % 3 else None
        making.referral(f"c{number}", state=state, owner=owner, due=timedelta(days=number - 4))
    closed = making.referral("c", state=State.STOPPED, closed_at=NOW, next_due_at=None, outcome="no_need")
    undelivered(closed, closed.stream)
    lengths = {view: queues.referrals(Filters(view=view), user_id=anke.pk, now=NOW).count() for view in View}
    assert counted(anke.pk).views == lengths
    assert 0 < lengths[View.MINE] < lengths[View.ALL]


def test_counters_stand_still_for_half_a_minute_and_for_each_person_apart() -> None:
    anke, bram = making.staff("anke"), making.staff("bram")
    making.referral("one", owner=anke)
    assert counted(anke.pk).views[View.MINE] == 1
    making.referral("two", owner=anke)
    with CaptureQueriesContext(connection) as asked:
        assert counted(anke.pk, after=29.9).views[View.MINE] == 1
    assert len(asked) == 0
    assert counted(bram.pk).views[View.ALL] == 2
    assert counted(anke.pk, after=30).views[View.MINE] == 2


def test_counters_of_a_clock_that_ran_ahead_are_not_believed() -> None:
    assert counted(after=3600).views[View.ALL] == 0
    making.referral("one")
    assert counted().views[View.ALL] == 1


def test_counters_from_before_a_change_of_the_saved_lists_are_not_believed() -> None:
    anke = making.staff("anke")
    assert counted(anke.pk).saved == ()
    SavedView.objects.create(owner=anke, made_by=anke, name="a", query="lijst=alles", created_at=NOW)
    assert counted(anke.pk, after=5).saved == ()
    assert [one.name for one in counted(anke.pk, after=6, changed=5).saved] == ["a"]


def test_counting_stops_at_the_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "CAP", 3)
    anke = making.staff("anke")
    for query in ("lijst=alles", "lijst=alles&provincie=groningen"):
        SavedView.objects.create(owner=anke, made_by=anke, name=query, query=query, created_at=NOW)
    for number in range(5):
        making.referral(f"c{number}")
    found = counted(anke.pk)
    assert found.views[View.ALL] == 3
    assert [one.count for one in found.saved] == [3, 3]
    assert [shown(count) for count in (0, 2, 3)] == ["0", "2", "2+"]


def test_more_than_a_thousand_is_shown_as_999_and_more() -> None:
    assert [shown(count) for count in (7, 999, 1000)] == ["7", "999", "999+"]


def test_pinned_list_is_counted_and_another_is_not() -> None:
    anke, bram = making.staff("anke"), making.staff("bram")
    making.referral("late", due=-timedelta(days=1), province="drenthe")
    making.referral("other")
    for name, query, owner, pinned in (
        ("by term", "lijst=alles&termijn=laat", anke, True),
        ("by province", "lijst=alles&provincie=drenthe", None, True),
        ("quiet", "lijst=alles", anke, False),
        ("broken", "lijst=weg&status=x", anke, True),
        ("of bram", "lijst=alles", bram, True),
    ):
        SavedView.objects.create(owner=owner, made_by=bram, name=name, query=query, pinned=pinned, created_at=NOW)
    found = {one.name: (one.count, one.team) for one in counted(anke.pk).saved}
    assert found == {
        "by term": (1, False),
        "by province": (1, True),
        "quiet": (None, False),
        "broken": (0, False),
    }


def test_counting_asks_one_question_for_all_lists_and_four_more() -> None:
    anke = making.staff("anke")
    for number in range(2):
        query = f"lijst=alles&status=queued&wie={number + 1}"
        SavedView.objects.create(owner=anke, made_by=anke, name=str(number), query=query, created_at=NOW)
    with CaptureQueriesContext(connection) as asked:
        counted(anke.pk)
    # The saved lists, what was not delivered, the newest arrivals and the own start besides.
    assert len(asked) == 5, [query["sql"][:90] for query in asked]


def test_arrivals_are_counted_from_a_moment() -> None:
    for minutes in (1, 5, 9):
        making.referral("free", created_at=NOW - timedelta(minutes=minutes))
    making.referral("taken", created_at=NOW, owner=making.staff("anke"))
    assert [counted().came_in(NOW - timedelta(minutes=minutes)) for minutes in (0, 5, 20)] == [0, 1, 3]
