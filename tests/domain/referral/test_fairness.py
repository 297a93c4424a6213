"""The fairness of the order: by work and by waiting, never by name or by the order of the input."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referrals.domain.matching import PartnerProfile, Wanted, match

TODAY = date(2026, 11, 23)
START = datetime(2026, 11, 23, 9, tzinfo=UTC)
WANTED = Wanted("N3", frozenset({"exportclubs"}), "drenthe", "bouw", consented=frozenset({"org"}))
capacities = st.lists(st.integers(1, 12), min_size=1, max_size=5)
chances = st.randoms(use_true_random=False)


def partner(number: int, **fields: object) -> PartnerProfile:
    """Return a partner that fits; its name says nothing about its turn."""
    known = PartnerProfile(
        f"p{number}", "org", f"Naam {number}", frozenset({"N3"}), capacity=100, parties=frozenset({"exportclubs"})
    )
    return replace(known, **fields)  # type: ignore[arg-type]


def order(partners: Sequence[PartnerProfile]) -> list[str]:
    return [proposal.partner.code for proposal in match(WANTED, partners, TODAY).proposals]


def hand_out(partners: list[PartnerProfile], times: int, chance: random.Random, *, closing: bool = False) -> list[str]:
    """Offer to the first that is proposed, again and again; with `closing` the work is done before the next offer."""
    got: list[str] = []
    for turn in range(times):
        chance.shuffle(partners)
        if not (found := order(partners)):
            break
        got.append(found[0])
        at = next(index for index, one in enumerate(partners) if one.code == found[0])
        taken = partners[at]
        assert taken.capacity is None or taken.open_count < taken.capacity
        more = 0 if closing else 1
        partners[at] = replace(
            taken, open_count=taken.open_count + more, last_offered_at=START + timedelta(minutes=turn)
        )
    return got


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 6), st.integers(1, 60), chances)
def test_of_equal_partners_nobody_ever_has_two_more_than_another(size: int, times: int, chance: random.Random) -> None:
    got = hand_out([partner(number) for number in range(size)], times, chance)
    assert len(got) == times
    for count in range(1, times + 1):
        loads = Counter(got[:count])
        assert max(loads.values()) - min(loads[f"p{number}"] for number in range(size)) <= 1


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 6), st.integers(1, 30), chances)
def test_of_equal_partners_that_finish_at_once_each_gets_its_turn(size: int, times: int, chance: random.Random) -> None:
    got = hand_out([partner(number) for number in range(size)], size * times, chance, closing=True)
    for begin in range(0, len(got), size):
        assert sorted(got[begin : begin + size]) == [f"p{number}" for number in range(size)]


@settings(max_examples=80, deadline=None)
@given(capacities, st.integers(1, 60), chances)
def test_partners_of_different_size_fill_up_at_the_same_pace(
    sizes: list[int], times: int, chance: random.Random
) -> None:
    partners = [partner(number, capacity=size) for number, size in enumerate(sizes)]
    got = Counter(hand_out(partners, times, chance))
    for one, size in enumerate(sizes):
        for other, room in enumerate(sizes):
            # Whoever is ahead is so by its last offer at most.
            assert got[f"p{one}"] / size - got[f"p{other}"] / room <= 1 / size + 1e-9
    assert sum(got.values()) == min(times, sum(sizes))


@settings(max_examples=40, deadline=None)
@given(capacities, st.integers(1, 40), chances)
def test_nobody_goes_over_its_capacity_and_all_room_is_used(
    sizes: list[int], times: int, chance: random.Random
) -> None:
    partners = [partner(number, capacity=size) for number, size in enumerate(sizes)]
    got = Counter(hand_out(partners, times + sum(sizes), chance))
    assert got == Counter({f"p{number}": size for number, size in enumerate(sizes)})


@settings(max_examples=40, deadline=None)
@given(st.integers(10, 40), chances)
def test_a_partner_without_a_limit_gets_as_much_as_the_largest(times: int, chance: random.Random) -> None:
    partners = [partner(0, capacity=None), partner(1, capacity=40), partner(2, capacity=40)]
    got = Counter(hand_out(partners, times, chance))
    assert max(got.values()) - min(got.values()) <= 1


def test_never_asked_comes_before_asked_long_ago_and_that_before_lately() -> None:
    partners = [
        partner(1, last_offered_at=START),
        partner(2, last_offered_at=START - timedelta(days=400)),
        partner(3),
    ]
    assert order(partners) == ["p3", "p2", "p1"]


def test_work_counts_before_waiting() -> None:
    assert order([partner(1, open_count=1), partner(2, open_count=0, last_offered_at=START)]) == ["p2", "p1"]


@pytest.mark.parametrize("names", [("Alfa", "Zeta"), ("Zeta", "Alfa")])
def test_the_name_decides_nothing_while_work_or_waiting_differs(names: tuple[str, str]) -> None:
    first, second = names
    assert order([partner(1, name=first, open_count=2), partner(2, name=second, open_count=1)]) == ["p2", "p1"]
    assert order([partner(1, name=first, last_offered_at=START), partner(2, name=second)]) == ["p2", "p1"]


@pytest.mark.parametrize("fields", [{"paused_until": date(2026, 11, 24)}, {"capacity": 3, "open_count": 3}])
def test_a_full_or_paused_partner_loses_its_turn_and_not_its_place(fields: dict[str, object]) -> None:
    away = partner(1, **fields)
    assert order([away, partner(2, last_offered_at=START)]) == ["p2"]
    back = replace(away, paused_until=None, open_count=0)
    assert order([partner(2, last_offered_at=START), back]) == ["p1", "p2"]
