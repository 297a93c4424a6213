"""How partners answer: medians of working days, and no number where there is no pattern."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from referrals.domain import responses
from referrals.domain.responses import Ending, Responses, Settled
from referrals.domain.worktime import read_calendar

CALENDAR = read_calendar()
MONDAY = date(2026, 11, 2)


def told(*rows: Settled) -> Responses:
    return responses.by_partner(rows, CALENDAR)[1]


def answer(days: int, *, count: int = 1, offered: date = MONDAY, ending: Ending = Ending.IN_TIME) -> Settled:
    return Settled(1, offered, offered + timedelta(days=days), ending, count)


def silence(ending: Ending, count: int = 1) -> Settled:
    return Settled(1, MONDAY, None, ending, count)


def test_median_is_the_answer_in_the_middle() -> None:
    assert told(answer(0), answer(1), answer(2), answer(3), answer(4)).median_days == 2


def test_median_of_an_even_number_lies_between_two() -> None:
    assert told(answer(1, count=3), answer(2, count=3)).median_days == 1.5


def test_weekend_and_holidays_are_no_working_days() -> None:
    # Friday to Monday; Wednesday 23 December to Monday 28 December, over both days of Christmas.
    found = told(answer(3, offered=date(2026, 11, 6), count=3), answer(5, offered=date(2026, 12, 23), count=3))
    assert found.days == {1: 3, 2: 3}


def test_answer_in_the_weekend_counts_up_to_friday() -> None:
    assert told(answer(2, offered=date(2026, 11, 5))).days == {1: 1}


@pytest.mark.parametrize("count", [0, 4])
def test_too_few_answers_are_no_number(count: int) -> None:
    found = told(answer(1, count=count))
    assert (found.answers, found.median_days, found.percent_in_time) == (count, None, None)


def test_share_in_time_is_of_what_arrived() -> None:
    found = told(
        answer(1, count=4),
        answer(9, ending=Ending.LATE),
        silence(Ending.EXPIRED, 2),
        silence(Ending.UNDELIVERABLE, 10),
    )
    assert (found.answers, found.percent_in_time) == (5, 57)
    assert (found.endings[Ending.EXPIRED], found.endings[Ending.UNDELIVERABLE]) == (2, 10)


def test_almost_all_is_not_all() -> None:
    assert told(answer(1, count=199), answer(9, ending=Ending.LATE)).percent_in_time == 99


def test_partner_that_never_answers_has_a_share_but_no_median() -> None:
    found = told(silence(Ending.EXPIRED, 6))
    assert (found.median_days, found.percent_in_time) == (None, 0)


def test_partners_are_counted_apart() -> None:
    other = Settled(2, MONDAY, MONDAY, Ending.IN_TIME)
    found = responses.by_partner([answer(1), other], CALENDAR)
    assert {partner: told.answers for partner, told in found.items()} == {1: 1, 2: 1}


def test_nothing_offered() -> None:
    assert responses.by_partner([], CALENDAR) == {}
