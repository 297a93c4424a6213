"""The list of the workbench: due first, page by page, never wrong about which page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.http import QueryDict

from nnmkb.ledger import events, outbox
from nnmkb.ledger.models import Outgoing
from referrals import queues
from referrals.domain.lifecycle import State
from referrals.queues import Filters, View
from tests.referrals.desk import making
from tests.referrals.desk.making import NOW

pytestmark = pytest.mark.django_db
ACTIVITIES = frozenset({"B1", "C1"})


def listed(filters: Filters, user_id: int = 0) -> list[str]:
    """Return the company names in the order of the list."""
    return [row.intake.contact.company for row in queues.page(filters, "", user_id=user_id, now=NOW).rows]


def test_what_is_due_first_stands_first() -> None:
    making.referral("later", due=timedelta(days=5))
    making.referral("late", due=-timedelta(days=2))
    making.referral("today", due=timedelta(hours=3))
    assert listed(Filters(view=View.ALL)) == ["late", "today", "later"]


def test_walking_forth_and_back_meets_each_row_once_even_with_equal_deadlines() -> None:
    for number in range(7):
        making.referral(f"c{number}", due=timedelta(days=number // 3))
    filters, cursor, pages = Filters(view=View.ALL), "", []
    while True:
        page = queues.page(filters, cursor, user_id=0, now=NOW, size=2)
        pages.append([row.intake.contact.company for row in page.rows])
        if not page.following:
            break
        cursor = page.following
    assert pages == [["c0", "c1"], ["c2", "c3"], ["c4", "c5"], ["c6"]]
    back = queues.page(filters, page.preceding, user_id=0, now=NOW, size=2)
    assert [row.intake.contact.company for row in back.rows] == ["c4", "c5"]
    assert back.following
    assert back.preceding


def test_first_page_has_no_way_back_and_last_page_no_way_on() -> None:
    for number in range(4):
        making.referral(f"c{number}")
    first = queues.page(Filters(view=View.ALL), "", user_id=0, now=NOW, size=2)
    last = queues.page(Filters(view=View.ALL), first.following, user_id=0, now=NOW, size=2)
    assert (first.preceding, last.following) == ("", "")
    again = queues.page(Filters(view=View.ALL), last.preceding, user_id=0, now=NOW, size=2)
    assert (len(again.rows), again.preceding) == (2, "")


@pytest.mark.parametrize("cursor", ["nonsense", "a:b:c", "\x00", "é" * 50])
def test_forged_cursor_gives_the_first_page_and_says_so(cursor: str) -> None:
    making.referral("only")
    page = queues.page(Filters(view=View.ALL), cursor, user_id=0, now=NOW)
    assert page.refused
    assert len(page.rows) == 1


def test_cursor_of_another_list_or_another_person_is_refused() -> None:
    for number in range(3):
        making.referral(f"c{number}")
    cursor = queues.page(Filters(view=View.ALL), "", user_id=1, now=NOW, size=1).following
    assert not queues.page(Filters(view=View.ALL), cursor, user_id=1, now=NOW).refused
    assert queues.page(Filters(view=View.ALL, province="drenthe"), cursor, user_id=1, now=NOW).refused
    assert queues.page(Filters(view=View.ALL), cursor, user_id=2, now=NOW).refused


def test_tabs_show_mine_unclaimed_late_and_with_partner() -> None:
    anke, bram = making.staff("anke"), making.staff("bram")
    making.referral("mine", owner=anke, state=State.IN_REVIEW)
    making.referral("his", owner=bram, state=State.OFFERED)
    making.referral("free", due=-timedelta(days=1))
    making.referral("done", owner=anke, state=State.COMPLETED, closed_at=NOW, next_due_at=None, outcome="advice_given")
    shown = {view: listed(Filters(view=view), anke.pk) for view in View}
    assert shown == {
        View.MINE: ["mine"],
        View.UNCLAIMED: ["free"],
        View.LATE: ["free"],
        View.PARTNER: ["his"],
        View.FAILED: [],
        View.ALL: ["free", "mine", "his"],
    }
    assert {tab.view: tab.count for tab in queues.tabs(user_id=anke.pk, now=NOW)} == {
        view: len(names) for view, names in shown.items()
    }


def test_closed_work_is_found_newest_first() -> None:
    closed = {"state": State.STOPPED, "closed_at": NOW, "next_due_at": None, "outcome": "no_need"}
    making.referral("old", created_at=NOW - timedelta(days=9), **closed)
    making.referral("new", created_at=NOW, **closed)
    making.referral("open")
    assert listed(Filters(view=View.ALL, state="gesloten")) == ["new", "old"]


def test_given_up_delivery_puts_its_referral_on_the_list_also_when_closed() -> None:
    row = making.referral("broken", state=State.STOPPED, closed_at=NOW, next_due_at=None, outcome="no_need")
    whole_case = making.referral("whole case")
    making.referral("fine")
    with transaction.atomic():
        for stream in (row.stream, whole_case.intake.stream):
            event = events.record(stream, "tried", actor="system", at=NOW)
            outbox.enqueue(event, "mail.completed", f"intake:{row.intake_id}", at=NOW)
    assert listed(Filters(view=View.FAILED)) == []
    Outgoing.objects.update(state=Outgoing.State.DEAD)
    assert set(listed(Filters(view=View.FAILED))) == {"broken", "whole case"}
    assert next(tab for tab in queues.tabs(user_id=0, now=NOW) if tab.view is View.FAILED).count == 2


def test_counting_stops_at_the_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queues, "CAP", 3)
    for number in range(5):
        making.referral(f"c{number}")
    tab = next(tab for tab in queues.tabs(user_id=0, now=NOW) if tab.view is View.ALL)
    assert (tab.count, tab.shown) == (3, "2+")


@pytest.mark.parametrize(
    "typed", ["hunze", "12345678", "1234 56 78", "POST@HUNZE.EXAMPLE", "{number}", "{case}", "{low}"]
)
def test_search_finds_a_case_by_name_kvk_number_email_or_number(typed: str) -> None:
    case = making.intake("Hunze Sensoren", kvk_number="12345678", email="post@hunze.example")
    row = making.referral(of=case)
    making.referral("Andere")
    text = typed.format(number=row.number, case=case.reference, low=row.number.lower().replace("-", " "))
    assert listed(Filters(view=View.ALL, search=text)) == ["Hunze Sensoren"]


def test_filters_narrow_the_list() -> None:
    anke = making.staff("anke")
    making.referral("that one", province="friesland", step="O", activity="C1", owner=anke)
    making.referral("other")
    for field in ({"province": "friesland"}, {"step": "O"}, {"activity": "C1"}, {"owner": str(anke.pk)}):
        assert listed(Filters(view=View.ALL, **field)) == ["that one"], field


def test_filters_in_the_address_survive_a_round_trip() -> None:
    filters = Filters(
        view=View.LATE, state="offered", province="drenthe", step="S", activity="B1", owner="4", search="x&y"
    )
    assert queues.read_filters(QueryDict(filters.query()), activities=ACTIVITIES) == filters
    assert Filters().query() == ""
    assert Filters().query(open="NN-1") == "open=NN-1"


def test_meaningless_values_in_the_address_are_left_out() -> None:
    query = QueryDict("lijst=weg&status=x&provincie=zeeland&stap=Z&activiteit=Q9&wie=1;drop&zoek=")
    assert queues.read_filters(query, activities=ACTIVITIES) == Filters()
    assert queues.read_filters(QueryDict("wie=%C2%B2"), activities=ACTIVITIES) == Filters()
    assert len(queues.read_filters(QueryDict("zoek=" + "x" * 50_000), activities=ACTIVITIES).search) == 100
