"""The smallest example of something: a complete intake, and the few of its answers that matter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from intake.policy.analysis.diagram import FALSE, TRUE, Diagram
from intake.policy.analysis.intakes import Intakes
from intake.policy.answers import Answers

# An answer that matters. One that matters because it is missing says less, so it counts for a little more.
ANSWER, MISSING = 1000, 1001
NEVER = 10**9
Fixed = Mapping[int, int]


class Smallest:
    """Finds examples among all complete intakes of a policy."""

    def __init__(self, intakes: Intakes) -> None:
        self.intakes = intakes
        self.diagram: Diagram = intakes.diagram
        self._costs: dict[tuple[int, int], int] = {}

    def example(self, function: int) -> tuple[Answers, tuple[str, ...]]:
        """Return an intake for which a function holds, and the questions that matter, in catalogue order.

        Every complete intake with the same answers to those questions is an example too, and none of them can be left
        out. The function must hold for some intake.
        """
        space = self.intakes.space
        fixed = self._without_spare(function, self._path(function))
        return space.answers(self.complete(self.intakes.whole, fixed)), self._questions(fixed)

    def reasons(self, functions: Iterable[int], places: Sequence[int]) -> tuple[str, ...]:
        """Return questions whose values make every one of the functions fail, few but not always the fewest."""
        fixed: dict[int, int] = {}
        for function in functions:
            own = {level: places[level] for level in self._asked_along(function, places)}
            # What already counts for another function goes last, so that it is kept.
            for level in sorted(own, key=lambda at: at in fixed):
                fewer = {at: place for at, place in own.items() if at != level}
                if not self._reaches(function, fewer, {}):
                    own = fewer
            fixed |= own
        return self._questions(fixed)

    def _asked_along(self, function: int, places: Sequence[int]) -> Iterator[int]:
        while function > TRUE:
            at = self.diagram.level[function]
            yield at
            function = self.diagram.kids[function][places[at]]

    def _questions(self, fixed: Fixed) -> tuple[str, ...]:
        space = self.intakes.space
        codes = {space.question_at[level] for level in fixed}
        return tuple(question.code for question in space.catalogue.questions if question.code in codes)

    def _path(self, function: int) -> Fixed:
        """Return values that decide that the function holds, the fewest on one path through the diagram."""
        whole = self.intakes.whole
        fixed: dict[int, int] = {}
        while function != TRUE:
            at = self.diagram.level[function]
            place, _, left = self._best(function, whole)
            if at <= self.diagram.level[whole]:
                fixed[at] = place
            function, whole = left
        return fixed

    def _best(self, function: int, whole: int) -> tuple[int, int, tuple[int, int]]:
        """Return the next value to take, what it costs until the function holds, and what is left then."""
        level, kids = self.diagram.level, self.diagram.kids
        at = min(level[function], level[whole])
        values = len(self.diagram.weights[at])
        asks = level[function] == at
        mine = kids[function] if asks else (function,) * values
        others = kids[whole] if level[whole] == at else (whole,) * values
        best = (0, NEVER, (FALSE, FALSE))
        for place, left in enumerate(zip(mine, others, strict=True)):
            own = (ANSWER if place else MISSING) if asks else 0
            cost = own + self._cost(*left)
            if cost < best[1]:
                best = (place, cost, left)
        return best

    def _cost(self, function: int, whole: int) -> int:
        if FALSE in (function, whole):
            return NEVER
        if function == TRUE:
            return 0
        key = function, whole
        if key not in self._costs:
            self._costs[key] = self._best(function, whole)[1]
        return self._costs[key]

    def _without_spare(self, function: int, fixed: Fixed) -> Fixed:
        """Leave out every question of which the answer follows from the others, or does not matter after all."""
        space = self.intakes.space
        against = self.diagram.minus(self.intakes.whole, function)
        place = {question.code: at for at, question in enumerate(space.catalogue.questions)}
        codes = {space.question_at[level] for level in fixed}

        def order(code: str) -> tuple[bool, int]:
            answered = any(value for level, value in fixed.items() if space.question_at[level] == code)
            return answered, -place[code]

        for code in sorted(codes, key=order):
            fewer = {level: value for level, value in fixed.items() if space.question_at[level] != code}
            if not self._reaches(against, fewer, {}):
                fixed = fewer
        return fixed

    def _reaches(self, function: int, fixed: Fixed, known: dict[int, bool]) -> bool:
        """Say whether a function holds anywhere with these values."""
        if function <= TRUE:
            return function == TRUE
        if function not in known:
            at, kids = self.diagram.level[function], self.diagram.kids[function]
            left = (kids[fixed[at]],) if at in fixed else kids
            known[function] = any(self._reaches(kid, fixed, known) for kid in left)
        return known[function]

    def complete(self, function: int, fixed: Fixed) -> tuple[int, ...]:
        """Return a value for every variable with which a function holds; the fewest questions answered come first."""
        known: dict[int, bool] = {}
        places: list[int] = []
        for level in range(self.diagram.depth):
            asks = self.diagram.level[function] == level
            kids = self.diagram.kids[function] if asks else (function,) * len(self.diagram.weights[level])
            values = (fixed[level],) if level in fixed else range(len(kids))
            place = next(at for at in values if self._reaches(kids[at], fixed, known))
            places.append(place)
            function = kids[place]
        return tuple(places)
