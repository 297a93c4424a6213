"""A decision diagram over variables with any number of values: what holds for which of all combinations.

Equal functions have one number. Numbers go in pairs: an even one and, one higher, its opposite; so «not» costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import reduce
from itertools import repeat

FALSE, TRUE = 0, 1
# Two numbers make one key; no budget needs more bits than this for one of them.
SHIFT = 32
NODES = 1_000_000
# What one question may take of them, where there is a way to do without the answer.
NODES_FOR_ONE = 20_000
# How many pairs of functions are remembered for each node of the budget, by each way of putting two together.
PAIRS = 4
# Every variable is a frame or two on the stack of the interpreter, which holds a thousand.
MOST_VARIABLES = 300


class BudgetSpent(Exception):
    """Raised when a diagram grows beyond its budget of nodes, or takes more steps than go with it."""


class Diagram:
    """Functions over variables 0, 1, …; `weights` says for each value of each how many answers it stands for."""

    def __init__(self, weights: Sequence[Sequence[int]], budget: int = NODES) -> None:
        self.weights = tuple(tuple(values) for values in weights)
        self.depth = len(self.weights)
        self.budget = budget
        if self.depth > MOST_VARIABLES:
            raise BudgetSpent
        # By number of the function: the variable that it asks for first, and what is left for each of its values.
        self.level: list[int] = [self.depth, self.depth]
        self.kids: list[tuple[int, ...]] = [(), ()]
        # How many answers there are to a variable and all after it.
        self.below = [1] * (self.depth + 1)
        for level in reversed(range(self.depth)):
            self.below[level] = self.below[level + 1] * sum(self.weights[level])
        self._unique: list[dict[tuple[int, ...], int]] = [{} for _ in self.weights]
        self._conjunctions: dict[int, int] = {}
        # Functions with what they remember inside: an attribute look-up at every step would take a third of the time.
        self.conj: Callable[[int, int], int] = self._conjunction()
        self.meets: Callable[[int, int], bool] = self._meeting()
        self.count_together: Callable[[int, int], int] = self._counting()

    @property
    def nodes(self) -> int:
        """Return the number of nodes made."""
        return len(self.level) // 2

    @property
    def spent(self) -> bool:
        """Say that there was no room for a next node."""
        return self.nodes > self.budget

    def node(self, level: int, kids: tuple[int, ...]) -> int:
        """Return the function that asks for a variable and goes on with one of the functions."""
        first = kids[0]
        if kids.count(first) == len(kids):
            return first
        if first & 1:
            return self._even(level, tuple([kid ^ 1 for kid in kids])) ^ 1
        return self._even(level, kids)

    def _even(self, level: int, kids: tuple[int, ...]) -> int:
        found = self._unique[level].get(kids)
        if found is None:
            found = len(self.level)
            if found > 2 * self.budget:
                raise BudgetSpent
            self._unique[level][kids] = found
            self.level += (level, level)
            self.kids += (kids, tuple([kid ^ 1 for kid in kids]))
        return found

    def test(self, level: int, holds: Iterable[bool]) -> int:
        """Return the function of one variable that holds for these of its values."""
        return self.node(level, tuple([TRUE if value else FALSE for value in holds]))

    def value(self, level: int, place: int) -> int:
        """Return where a variable has this value."""
        return self.test(level, [at == place for at in range(len(self.weights[level]))])

    def disj(self, one: int, other: int) -> int:
        """Return where one or the other holds."""
        return self.conj(one ^ 1, other ^ 1) ^ 1

    def minus(self, one: int, other: int) -> int:
        """Return where one holds and the other does not."""
        return self.conj(one, other ^ 1)

    def every(self, functions: Iterable[int]) -> int:
        """Return where all hold."""
        return reduce(self.conj, functions, TRUE)

    def some(self, functions: Iterable[int]) -> int:
        """Return where at least one holds."""
        return reduce(self.disj, functions, FALSE)

    def at_least(self, number: int, functions: Iterable[int]) -> int:
        """Return where at least so many hold."""
        # reached[n]: at least n of the functions so far hold.
        reached = [TRUE] + [FALSE] * number
        for function in functions:
            for count in range(number, 0, -1):
                reached[count] = self.disj(reached[count], self.conj(reached[count - 1], function))
        return reached[number]

    def holds(self, function: int, places: Sequence[int]) -> bool:
        """Say whether a function holds for a value of every variable."""
        while function > TRUE:
            function = self.kids[function][places[self.level[function]]]
        return function == TRUE

    def count(self, one: int, other: int = TRUE) -> int:
        """Return for how many answers both hold."""
        low = min(self.level[one], self.level[other])
        return self.count_together(one, other) * (self.below[0] // self.below[low])

    def sample(self, function: int, draw: Callable[[int], int]) -> list[int]:
        """Return a value for every variable with which a function holds; `draw(n)` gives a number below n.

        Every answer for which it holds is as likely as any other.
        """
        places: list[int] = []
        for level, weights in enumerate(self.weights):
            kids = self.kids[function] if self.level[function] == level else (function,) * len(weights)
            ways = [weight * self.count(kid) for weight, kid in zip(weights, kids, strict=True)]
            number, place = draw(sum(ways)), 0
            while number >= ways[place]:
                number -= ways[place]
                place += 1
            places.append(place)
            function = kids[place]
        return places

    @contextmanager
    def room(self, nodes: int) -> Iterator[None]:
        """Allow only so many more nodes for what happens inside."""
        before = self.budget
        self.budget = min(before, self.nodes + nodes)
        try:
            yield
        finally:
            self.budget = before

    def ways_in(self, function: int) -> tuple[dict[int, int], ...]:
        """Return for each variable what is left of a function before it, and for how many answers so far."""
        found: list[dict[int, int]] = [{} for _ in range(self.depth + 1)]
        if function:
            found[0][function] = 1
        for level, weights in enumerate(self.weights):
            after = found[level + 1]
            for node, ways in found[level].items():
                if self.level[node] > level:
                    after[node] = after.get(node, 0) + ways * sum(weights)
                    continue
                for weight, kid in zip(weights, self.kids[node], strict=True):
                    if kid:
                        after[kid] = after.get(kid, 0) + ways * weight
        return tuple(found)

    def _conjunction(self) -> Callable[[int, int], int]:
        level, kids, known, node = self.level, self.kids, self._conjunctions, self.node
        most = PAIRS * self.budget

        def conj(one: int, other: int) -> int:
            """Return where both hold."""
            if one > other:
                one, other = other, one
            if one < 2:
                return other if one else FALSE
            if one ^ other < 2:
                return one if one == other else FALSE
            key = one << SHIFT | other
            found = known.get(key)
            if found is None:
                at, there = level[one], level[other]
                if at == there:
                    both = tuple(map(conj, kids[one], kids[other]))
                elif at < there:
                    both = tuple(map(conj, kids[one], repeat(other)))
                else:
                    at = there
                    both = tuple(map(conj, kids[other], repeat(one)))
                if len(known) >= most:
                    raise BudgetSpent
                found = known[key] = node(at, both)
            return found

        return conj

    def _meeting(self) -> Callable[[int, int], bool]:
        level, kids, made = self.level, self.kids, self._conjunctions
        known: dict[int, bool] = {}
        most = PAIRS * self.budget

        def meets(one: int, other: int) -> bool:
            """Say whether both hold somewhere, without working out where."""
            if one > other:
                one, other = other, one
            if one < 2:
                return one == TRUE and other != FALSE
            if one ^ other < 2:
                return one == other
            key = one << SHIFT | other
            found = known.get(key)
            if found is not None:
                return found
            both = made.get(key)
            if both is not None:
                return both != FALSE
            at, there = level[one], level[other]
            pairs = zip(
                kids[one] if at <= there else repeat(one), kids[other] if there <= at else repeat(other), strict=False
            )
            # A loop and not `any`, which would take a second frame at every variable.
            found = False
            for left, right in pairs:
                if left and right and meets(left, right):
                    found = True
                    break
            if len(known) >= most:
                raise BudgetSpent
            known[key] = found
            return found

        return meets

    def _counting(self) -> Callable[[int, int], int]:
        level, kids, weights, below = self.level, self.kids, self.weights, self.below
        known: dict[int, int] = {}
        most = PAIRS * self.budget

        def count(one: int, other: int) -> int:
            """Return for how many answers both hold, from the first variable on that either asks for."""
            if one > other:
                one, other = other, one
            if one < 2 and (one == FALSE or other < 2):
                return one & other
            if one ^ other == 1:
                return 0
            key = one << SHIFT | other
            found = known.get(key)
            if found is None:
                at, there = level[one], level[other]
                left, right = kids[one] if at <= there else repeat(one), kids[other] if there <= at else repeat(other)
                after = min(at, there) + 1
                found = 0
                for weight, a, b in zip(weights[after - 1], left, right, strict=False):
                    if a and b and (some := count(a, b)):
                        low = min(level[a], level[b])
                        found += weight * some if low == after else weight * some * (below[after] // below[low])
                if len(known) >= most:
                    raise BudgetSpent
                known[key] = found
            return found

        return count
