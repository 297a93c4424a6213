"""The list of the workbench page by page: in its order, never wrong about which page, nothing lost or twice."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core import signing

from referrals import queues
from referrals.domain.lifecycle import State
from referrals.models import Referral
from referrals.queues import Filters, Order, View, Walk
from referrals.queues.paging import SALT
from tests.referrals.desk import making
from tests.referrals.desk.making import NOW

pytestmark = pytest.mark.django_db
EVERYTHING = Filters(view=View.ALL)
CLOSED = {"state": State.STOPPED, "closed_at": NOW, "next_due_at": None, "outcome": "no_need"}


def names(rows: list[Referral]) -> list[str]:
    """Return the company names of these rows."""
    return [row.intake.contact.company for row in rows]


def listed(filters: Filters, user_id: int = 0) -> list[str]:
    """Return the company names in the order of the list."""
    return names(queues.page(filters, "", user_id=user_id, now=NOW).rows)


def walk(filters: Filters = EVERYTHING, size: int = 2, user_id: int = 0) -> Walk:
    """Return the list in small pages."""
    return Walk(filters, user_id=user_id, now=NOW, size=size)


def test_what_is_due_first_stands_first() -> None:
    making.referral("later", due=timedelta(days=5))
    making.referral("late", due=-timedelta(days=2))
    making.referral("today", due=timedelta(hours=3))
    assert listed(EVERYTHING) == ["late", "today", "later"]


def test_each_order_puts_another_first_and_the_opposite_last() -> None:
    days = timedelta(days=1)
    making.referral("a", due=1 * days, created_at=NOW - 3 * days, entered_at=NOW - 2 * days)
    making.referral("b", due=2 * days, created_at=NOW - 1 * days, entered_at=NOW - 3 * days)
    making.referral("c", due=3 * days, created_at=NOW - 2 * days, entered_at=NOW - 1 * days)
    assert {order: listed(Filters(view=View.ALL, order=order)) for order in Order} == {
        Order.DUE: ["a", "b", "c"],
        Order.NEWEST: ["b", "c", "a"],
        Order.OLDEST: ["a", "c", "b"],
        Order.CHANGED: ["c", "a", "b"],
    }


def test_closed_work_is_found_newest_first_and_has_no_order_by_term() -> None:
    making.referral("old", created_at=NOW - timedelta(days=9), **CLOSED)
    making.referral("new", created_at=NOW, **CLOSED)
    making.referral("open")
    for order in ("", "termijn", "gewijzigd", "nieuwste"):
        assert listed(Filters(view=View.ALL, states=("gesloten",), order=order)) == ["new", "old"]
    assert listed(Filters(view=View.ALL, states=("gesloten",), order="oudste")) == ["old", "new"]


@pytest.mark.parametrize("order", list(Order))
def test_walking_forth_and_back_meets_each_row_once_even_with_equal_moments(order: Order) -> None:
    for number in range(7):
        moment = NOW - timedelta(days=number // 3)
        making.referral(f"c{number}", due=timedelta(days=number // 3), created_at=moment, entered_at=moment)
    filters = Filters(view=View.ALL, order=order)
    page = walk(filters).page()
    forth = [names(page.rows)]
    while page.following and len(forth) < 9:
        page = walk(filters).page(page.following)
        forth.append(names(page.rows))
    back = [forth[-1]]
    while page.preceding and len(back) < 9:
        page = walk(filters).page(page.preceding)
        back.insert(0, names(page.rows))
    assert [len(rows) for rows in forth] == [2, 2, 2, 1]
    assert sorted(name for rows in forth for name in rows) == [f"c{number}" for number in range(7)]
    assert back == forth


def test_page_holds_25_rows() -> None:
    for number in range(27):
        making.referral(f"c{number}")
    first = queues.page(EVERYTHING, "", user_id=0, now=NOW)
    last = queues.page(EVERYTHING, first.following, user_id=0, now=NOW)
    assert (len(first.rows), len(last.rows), last.following) == (25, 2, "")


def test_first_page_has_no_way_back_and_last_page_no_way_on() -> None:
    for number in range(4):
        making.referral(f"c{number}")
    first = walk().page()
    last = walk().page(first.following)
    assert (first.preceding, last.following) == ("", "")
    again = walk().page(last.preceding)
    assert (len(again.rows), again.preceding) == (2, "")


def test_rows_that_come_go_and_move_between_pages_shift_no_other_past_the_reader() -> None:
    rows = [making.referral(f"c{number}", due=timedelta(days=number)) for number in range(6)]
    page = walk().page()
    seen = names(page.rows)
    making.referral("early", due=-timedelta(days=1))
    Referral.objects.filter(pk=rows[0].pk).update(**CLOSED)
    Referral.objects.filter(pk=rows[1].pk).update(next_due_at=NOW + timedelta(days=9))
    while page.following and len(seen) < 20:
        page = walk().page(page.following)
        seen += names(page.rows)
    # The one that moved behind the reader's place stands there too: it is due again.
    assert seen == ["c0", "c1", "c2", "c3", "c4", "c5", "c1"]


def test_cursor_whose_rows_are_all_gone_gives_the_first_page() -> None:
    rows = [making.referral(f"c{number}", due=timedelta(days=number)) for number in range(3)]
    following = walk().page().following
    Referral.objects.filter(pk=rows[2].pk).update(**CLOSED)
    assert names(walk().page(following).rows) == ["c0", "c1"]


@pytest.mark.parametrize("cursor", ["nonsense", "a:b:c", "\x00", "é" * 50, "x" * 5000])
def test_forged_cursor_gives_the_first_page_and_says_so(cursor: str) -> None:
    making.referral("only")
    page = walk().page(cursor)
    assert page.refused
    assert len(page.rows) == 1


def test_cursor_of_another_list_order_or_person_is_refused() -> None:
    for number in range(3):
        making.referral(f"c{number}")
    cursor = walk(size=1, user_id=1).page().following
    assert not walk(user_id=1).page(cursor).refused
    for other in (
        walk(Filters(view=View.ALL, province="groningen"), user_id=1),
        walk(Filters(view=View.ALL, order="termijn"), user_id=1),
        walk(Filters(view=View.ALL, states=("queued",)), user_id=1),
        walk(user_id=2),
    ):
        assert other.page(cursor).refused


def test_cursor_signed_for_something_else_is_refused() -> None:
    making.referral("only")
    value, pk, backwards, digest = signing.loads(_a_cursor(), salt=SALT)
    elsewhere = signing.dumps([value, pk, backwards, digest], salt="elsewhere")
    assert walk().page(elsewhere).refused


def _a_cursor() -> str:
    making.referral("one more")
    return walk(size=1).page().following


def test_jump_goes_to_the_first_term_of_a_day_and_can_go_back() -> None:
    for number in range(6):
        making.referral(f"c{number}", due=timedelta(days=number))
    page = walk().page(due_from=date(2026, 11, 27))
    assert names(page.rows) == ["c3", "c4"]
    assert names(walk().page(page.preceding).rows) == ["c1", "c2"]
    assert not page.beyond_the_end


def test_jump_past_the_last_term_shows_the_first_page_and_says_so() -> None:
    making.referral("only")
    page = walk().page(due_from=date(2027, 6, 1))
    assert page.beyond_the_end
    assert names(page.rows) == ["only"]


def test_jump_by_term_is_nothing_to_a_list_in_another_order() -> None:
    making.referral("only")
    page = walk(Filters(view=View.ALL, order="nieuwste")).page(due_from=date(2027, 6, 1))
    assert not page.beyond_the_end
    assert names(page.rows) == ["only"]


def test_neighbours_follow_the_list_also_over_the_edge_of_a_page() -> None:
    rows = [making.referral(f"c{number}", due=timedelta(days=number // 2)) for number in range(6)]
    page = walk().page(walk().page().following)
    assert names(page.rows) == ["c2", "c3"]
    before, after = walk().beside(rows[2], page)
    assert before
    assert after
    assert (before.number, after.number, after.cursor) == (rows[1].number, rows[3].number, "")
    assert names(walk().page(before.cursor).rows) == ["c0", "c1"]
    before, after = walk().beside(rows[3], page)
    assert before
    assert after
    assert (before.number, before.cursor, after.number) == (rows[2].number, "", rows[4].number)
    assert names(walk().page(after.cursor).rows) == ["c4", "c5"]


def test_ends_of_the_list_have_one_neighbour() -> None:
    rows = [making.referral(f"c{number}", due=timedelta(days=number)) for number in range(2)]
    page = walk().page()
    assert walk().beside(rows[0], page)[0] is None
    assert walk().beside(rows[1], page)[1] is None


def test_referral_that_left_the_page_still_knows_its_place_and_one_without_term_has_none() -> None:
    rows = [making.referral(f"c{number}", due=timedelta(days=number)) for number in range(5)]
    page = walk().page()
    before, after = walk().beside(rows[4], page)
    assert before
    assert (before.number, after) == (rows[3].number, None)
    assert walk().beside(making.referral("closed", **CLOSED), page) == (None, None)


def test_neighbours_stay_within_the_filters() -> None:
    rows = [
        making.referral(f"c{number}", due=timedelta(days=number), province="drenthe" if number % 2 else "groningen")
        for number in range(5)
    ]
    filters = Filters(view=View.ALL, province="groningen")
    before, after = walk(filters).beside(rows[2], walk(filters, size=9).page())
    assert before
    assert after
    assert (before.number, after.number) == (rows[0].number, rows[4].number)
