"""What a change of answers costs: the number of questions, of those that had another answer, how late they come, and
how far the answers move; what comes first weighs most.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from intake.policy.analysis.fields import BySector, Field, Whole
from intake.policy.analysis.space import Places, Space
from intake.policy.answers import Answers
from intake.policy.conditions import Value
from intake.policy.model import Question, Step

# One number for everything that counts, so that sums compare: each weighs more than all that follows together.
QUESTION = 1 << 60
ANSWERED = 1 << 50
LATE = 1 << 30
FARTHEST = (1 << 20) - 1
NEVER = 1 << 100
REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class OneVariable:
    """The price of each value of a question with one variable, and the value that it has now."""

    level: int
    now: int
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Variables:
    """What a question with more variables costs: as it is `now`, with another answer, and with no answer.

    With `frozen` another answer is not for sale.
    """

    level: int
    now: Places
    same: int
    other: int
    none: int
    frozen: bool


Price = OneVariable | Variables


class Pricing:
    """Prices for the questions of a space, in the order of its variables."""

    def __init__(self, space: Space) -> None:
        self.space = space
        self._late = {question.code: at * LATE for at, question in enumerate(space.catalogue.questions)}
        # Questions that nothing reads, by the one with which they are asked.
        self._along: dict[str, list[Question]] = {code: [] for code in space.order}
        for code, carrier in space.carriers.items():
            if carrier and space.catalogue.by_code[code].required:
                self._along[carrier].append(space.catalogue.by_code[code])
        self._known: dict[tuple[str, Value | None, int, bool], Price] = {}

    def of(self, kept: Answers, emptied: Collection[str] = ()) -> list[Price]:
        """Return what each question costs, starting from these answers; to have none costs only where it is emptied."""
        return [self._price(code, kept, code in emptied) for code in self.space.order]

    def _price(self, code: str, kept: Answers, emptied: bool) -> Price:
        field, value = self.space.fields[code], kept.get(code)
        along = sum(QUESTION + self._late[item.code] for item in self._along[code] if item.code not in kept)
        if isinstance(value, Mapping) or isinstance(field, BySector):
            return self._worked_out(field, kept, along, emptied)
        key = code, value, along, emptied
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            found = self._known[key] = self._worked_out(field, kept, along, emptied)
        return found

    def _worked_out(self, field: Field, kept: Answers, along: int, emptied: bool) -> Price:
        question = field.question
        now = field.places(kept)
        answered = question.code in kept
        # Answers about the company itself are facts; nobody changes those for an advice.
        frozen = question.step is Step.COMPANY and answered
        other = QUESTION + (ANSWERED if answered else 0) + self._late[question.code] + along
        none = other if emptied else 0
        same = along if answered else none
        if not isinstance(field, Whole):
            return Variables(field.first, now, same, other, none, frozen)
        values = [NEVER if frozen else other + moved(field, place, kept) for place in range(len(field.cells))]
        values[0] = none
        values[now[0]] = same
        return OneVariable(field.first, now[0], tuple(values))


def moved(field: Whole, place: int, kept: Answers) -> int:
    """Return how far the nearest answer with a value is from the answer now; of a new answer, how far down the list."""
    before = kept.get(field.question.code)
    if place == 0 or isinstance(field, BySector):
        return 0
    return min(_distance(field.question, before, field.cells[place].nearest(before)), FARTHEST)


def _distance(question: Question, before: Value | None, after: Value | None) -> int:
    if isinstance(after, str):
        order = [option.value for option in question.options]
        return abs(order.index(after) - (order.index(before) if before in order else 0))
    if isinstance(after, int):
        return abs(after - before) if isinstance(before, int) else 0
    if isinstance(after, tuple):
        return len({*after}.symmetric_difference(before if isinstance(before, tuple) else ()))
    return 0
