"""The cheapest values for which a function holds: one walk down its diagram, with the best way to each node."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from intake.policy.analysis.diagram import TRUE, Diagram
from intake.policy.analysis.prices import NEVER, OneVariable, Price, Variables
from intake.policy.analysis.space import Places

# The way to a node, last value first: a value and the way before it.
Way = tuple[int, "Way | None"]
Frontier = dict[int, tuple[int, Way | None]]


def shortest(diagram: Diagram, function: int, prices: Iterable[Price]) -> tuple[int, Places] | None:
    """Return the lowest price and the values of all variables that go with it; None when every way is closed."""
    frontier: Frontier = {function: (0, None)}
    for price in prices:
        frontier = (
            _past_one(diagram, frontier, price) if isinstance(price, OneVariable) else _past(diagram, frontier, price)
        )
    if TRUE not in frontier:
        return None
    spent, way = frontier[TRUE]
    return spent, _values(way)


def _values(way: Way | None) -> Places:
    found: list[int] = []
    while way is not None:
        found.append(way[0])
        way = way[1]
    return tuple(reversed(found))


def _past_one(diagram: Diagram, frontier: Frontier, price: OneVariable) -> Frontier:
    """Go past a variable; of the ways to one node only the cheapest goes on, and the first among equals."""
    level, kids = diagram.level, diagram.kids
    after: Frontier = {}
    open_values = [(value, cost) for value, cost in enumerate(price.values) if cost < NEVER]
    for node, (spent, way) in frontier.items():
        if level[node] > price.level:
            # The function does not ask for it here, so the answer can stay as it is.
            _offer(after, node, spent + price.values[price.now], (price.now, way))
            continue
        left = kids[node]
        for value, cost in open_values:
            kid = left[value]
            if kid:
                _offer(after, kid, spent + cost, (value, way))
    return after


def _offer(frontier: Frontier, node: int, spent: int, way: Way) -> None:
    best = frontier.get(node)
    if best is None or spent < best[0]:
        frontier[node] = (spent, way)


def _past(diagram: Diagram, frontier: Frontier, price: Variables) -> Frontier:
    """Go past the variables of one question, which costs the same however many of them change."""
    after = _along(diagram, frontier, price, price.now, price.same)
    if any(price.now):
        _merge(after, _along(diagram, frontier, price, (0,) * len(price.now), price.none))
    if not price.frozen:
        _merge(after, _changed(diagram, frontier, price))
    return after


def _along(diagram: Diagram, frontier: Frontier, price: Variables, values: Sequence[int], cost: int) -> Frontier:
    """Go on with exactly these values."""
    found = {node: (spent + cost, way) for node, (spent, way) in frontier.items()}
    for level, value in enumerate(values, price.level):
        after: Frontier = {}
        for node, (spent, way) in found.items():
            kid = diagram.kids[node][value] if diagram.level[node] == level else node
            if kid:
                _offer(after, kid, spent, (value, way))
        found = after
    return found


def _changed(diagram: Diagram, frontier: Frontier, price: Variables) -> Frontier:
    """Go on with an answer in which at least one value differs; every value that does costs one more."""
    same: Frontier = frontier
    changed: Frontier = {}
    for level, now in enumerate(price.now, price.level):
        stays, moves = Frontier(), Frontier()
        for left, source in ((True, same), (False, changed)):
            for node, (spent, way) in source.items():
                asks = diagram.level[node] == level
                values = diagram.kids[node] if asks else (node,) * len(diagram.weights[level])
                for value, kid in enumerate(values):
                    if kid and value == now:
                        _offer(stays if left else moves, kid, spent, (value, way))
                    elif kid:
                        _offer(moves, kid, spent + 1 + (price.other if left else 0), (value, way))
        same, changed = stays, moves
    return changed


def _merge(into: Frontier, other: Frontier) -> None:
    for node, (spent, way) in other.items():
        best = into.get(node)
        if best is None or spent < best[0]:
            into[node] = (spent, way)
