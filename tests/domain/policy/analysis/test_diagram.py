"""The decision diagram against tables of all combinations."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise, product
from random import Random

import pytest

from intake.policy.analysis.diagram import FALSE, MOST_VARIABLES, TRUE, BudgetSpent, Diagram

WEIGHTS = ((1, 2), (1, 1, 3), (2, 1), (1, 0, 4, 1), (1, 5))
ALL = tuple(product(*(range(len(weights)) for weights in WEIGHTS)))
Table = frozenset[tuple[int, ...]]


def ways(table: Table) -> int:
    """Count the answers in a table, each combination as often as its weights say."""
    total = 0
    for places in table:
        number = 1
        for weights, place in zip(WEIGHTS, places, strict=True):
            number *= weights[place]
        total += number
    return total


def random_function(diagram: Diagram, rng: Random, depth: int = 3) -> tuple[int, Table]:
    """Return a random function with the combinations for which it holds."""
    if depth == 0 or rng.random() < 0.2:
        level = rng.randrange(len(WEIGHTS))
        holds = [rng.random() < 0.5 for _ in WEIGHTS[level]]
        return diagram.test(level, holds), frozenset(places for places in ALL if holds[places[level]])
    one, first = random_function(diagram, rng, depth - 1)
    other, second = random_function(diagram, rng, depth - 1)
    kind: Callable[[], tuple[int, Table]] = rng.choice(
        [
            lambda: (diagram.conj(one, other), first & second),
            lambda: (diagram.disj(one, other), first | second),
            lambda: (diagram.minus(one, other), first - second),
            lambda: (one ^ 1, frozenset(ALL) - first),
        ]
    )
    return kind()


@pytest.mark.parametrize("seed", range(60))
def test_functions_are_what_their_tables_say(seed: int) -> None:
    rng = Random(seed)
    diagram = Diagram(WEIGHTS)
    found = [random_function(diagram, rng) for _ in range(8)]
    for function, table in found:
        assert frozenset(places for places in ALL if diagram.holds(function, places)) == table
        assert diagram.count(function) == ways(table)
    for (one, first), (other, second) in product(found, repeat=2):
        assert (one == other) is (first == second)
        assert diagram.meets(one, other) is bool(first & second)
        assert diagram.count(one, other) == ways(first & second)
        assert (diagram.conj(one, other) == FALSE) is (not first & second)


@pytest.mark.parametrize("number", range(6))
def test_at_least_counts_functions(number: int) -> None:
    diagram = Diagram(WEIGHTS)
    found = [random_function(diagram, Random(seed)) for seed in range(5)]
    together = diagram.at_least(number, [function for function, _ in found])
    expected = {places for places in ALL if sum(places in table for _, table in found) >= number}
    assert {places for places in ALL if diagram.holds(together, places)} == expected


def test_ways_in_counts_what_was_chosen_before_each_variable() -> None:
    diagram = Diagram(WEIGHTS)
    function, table = random_function(diagram, Random(3))
    for level, nodes in enumerate(diagram.ways_in(function)):
        counted = sum(before * (diagram.count(node) // _before(level)) for node, before in nodes.items())
        assert counted == ways(table)


def _before(level: int) -> int:
    total = 1
    for weights in WEIGHTS[:level]:
        total *= sum(weights)
    return total


def test_a_sample_is_any_answer_that_holds() -> None:
    diagram = Diagram(WEIGHTS)
    function, table = random_function(diagram, Random(5))
    possible = {places for places in table if ways(frozenset([places]))}
    rng = Random(0)
    drawn = {tuple(diagram.sample(function, rng.randrange)) for _ in range(20_000)}
    assert drawn == possible


def test_opposites_cost_no_nodes() -> None:
    diagram = Diagram(WEIGHTS)
    function, _ = random_function(diagram, Random(7))
    before = diagram.nodes
    assert diagram.conj(function, function ^ 1) == FALSE
    assert diagram.disj(function, function ^ 1) == TRUE
    assert diagram.nodes == before


def test_a_diagram_stops_at_its_budget() -> None:
    diagram = Diagram([(1, 1)] * 30, budget=40)
    pairs = [diagram.conj(diagram.value(at, 1), diagram.value(at + 15, 1)) for at in range(5)]
    with pytest.raises(BudgetSpent):
        diagram.some(pairs)


def at_least(diagram: Diagram, number: int, levels: range) -> int:
    """Return where so many of the variables have value 1, made node by node."""
    needed = [TRUE] + [FALSE] * number
    for level in reversed(levels):
        needed = [TRUE, *(diagram.node(level, (more, less)) for less, more in pairwise(needed))]
    return needed[-1]


@pytest.mark.parametrize("ask", ["conj", "meets", "count_together"])
def test_steps_are_bounded_too(ask: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """To see that two functions never hold together takes many steps and makes no node."""
    for pairs, enough in ((4.0, True), (0.0005, False)):
        monkeypatch.setattr("intake.policy.analysis.diagram.PAIRS", pairs)
        diagram = Diagram([(1, 1)] * 40)
        few, many = at_least(diagram, 10, range(40)) ^ 1, at_least(diagram, 10, range(1, 40, 2))
        if enough:
            assert not getattr(diagram, ask)(few, many)
        else:
            with pytest.raises(BudgetSpent):
                getattr(diagram, ask)(few, many)


def test_room_is_given_back() -> None:
    diagram = Diagram([(1, 1)] * 10)
    with pytest.raises(BudgetSpent), diagram.room(2):
        diagram.every(diagram.value(at, 1) for at in range(10))
    assert diagram.budget == 1_000_000
    assert diagram.count(diagram.every(diagram.value(at, 1) for at in range(10))) == 1


def test_too_many_variables_are_refused_before_they_break_the_stack() -> None:
    with pytest.raises(BudgetSpent):
        Diagram([(1, 1)] * (MOST_VARIABLES + 1))


def test_the_most_variables_fit_on_the_stack() -> None:
    diagram = Diagram([(1, 1)] * MOST_VARIABLES)
    half = MOST_VARIABLES // 2
    odd = diagram.every(diagram.value(level, 1) for level in reversed(range(1, MOST_VARIABLES, 2)))
    even = diagram.every(diagram.value(level, 1) for level in reversed(range(0, MOST_VARIABLES, 2)))
    assert diagram.count(odd, even) == 1
    assert diagram.meets(odd, even)
    assert diagram.count(diagram.conj(odd, even)) == 1
    assert diagram.count(odd) == 2**half
