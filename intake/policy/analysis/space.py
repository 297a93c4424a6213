"""The questions of a catalogue as the variables of one diagram, and the way back from there to answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from intake.policy.analysis.diagram import NODES, Diagram
from intake.policy.analysis.fields import BySector, Choice, Field, field_of
from intake.policy.answers import NO_ANSWERS, Answers
from intake.policy.conditions import All, Always, Condition, Leaf, Value, walk
from intake.policy.model import Catalogue, Kind, Question

Places = tuple[int, ...]


class Space:
    """Variables for the questions that conditions read. The others only count: `carriers` names with which question
    such a question is always asked, or nothing when it is asked of everyone; `factor` counts the answers to those.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        conditions: Iterable[Condition],
        order: Sequence[str] = (),
        budget: int = NODES,
    ) -> None:
        self.catalogue = catalogue
        leaves = _leaves_of(conditions)
        self.fields = _fields(catalogue, leaves)
        self.carriers: dict[str, str] = {}
        self.factor = 1
        self._carry_unread({*leaves})
        self.order = tuple(code for code in order or self.fields if code in self.fields)
        weights: list[tuple[int, ...]] = []
        for code in self.order:
            self.fields[code].first = len(weights)
            weights += self.fields[code].weights
        self.diagram = Diagram(weights, budget)
        self.question_at = tuple(code for code in self.order for _ in self.fields[code].weights)

    def _carry_unread(self, read: set[str]) -> None:
        by_condition: dict[Condition, list[Question]] = {}
        for question in self.catalogue.questions:
            by_condition.setdefault(question.visible_when, []).append(question)
        sectors = {
            self.catalogue.by_key[item.sector_question].code for item in self.catalogue.questions if item.per_sector
        }
        for condition, together in by_condition.items():
            unread = [item for item in together if item.code not in read | sectors and not item.per_sector]
            able = [item for item in together if self._can_carry(item)]
            able.sort(key=lambda item: item in unread)
            for question in unread:
                if condition in (All(()), Always()):
                    self._carry(question, "")
                elif able and able[0] is not question:
                    self._carry(question, able[0].code)

    def _can_carry(self, question: Question) -> bool:
        return question.required and not question.per_sector and self.fields[question.code].told_by_first

    def _carry(self, question: Question, carrier: str) -> None:
        field = self.fields.pop(question.code)
        ways = sum(field.weights[0][1:]) + (not question.required)
        self.carriers[question.code] = carrier
        if carrier:
            self.fields[carrier].carried *= ways
        else:
            self.factor *= ways

    def sector_of(self, field: BySector) -> Choice:
        """Return the question that decides what another one offers."""
        found = self.fields[field.sector]
        assert isinstance(found, Choice)
        return found

    def places(self, answers: Mapping[str, Value]) -> Places:
        """Return the value of every variable; answers to questions that nothing reads are left out."""
        return tuple(place for code in self.order for place in self.fields[code].places(answers))

    def of_question(self, code: str, places: Sequence[int]) -> Places:
        """Return the values of the variables of one question."""
        field = self.fields[code]
        return tuple(places[field.first : field.first + len(field.weights)])

    def answers(self, places: Sequence[int], near: Mapping[str, Value] = NO_ANSWERS) -> Answers:
        """Return a complete intake with these values, that differs as little as can be from other answers."""
        found: dict[str, Value] = {}
        for question in self.catalogue.questions:
            value = self._answer(question, places, near.get(question.code), found)
            if value is not None:
                found[question.code] = value
        return Answers(MappingProxyType(found))

    def _answer(
        self, question: Question, places: Sequence[int], near: Value | None, found: Mapping[str, Value]
    ) -> Value | None:
        code = question.code
        field = self.fields.get(code)
        if field is not None:
            own = self.of_question(code, places)
            return near if field.is_at(own, near, found) else field.answer(own, near, found)
        carrier = self.carriers[code]
        if carrier and places[self.fields[carrier].first] == 0:
            return None
        return near if near is not None or not question.required else first_answer(question)


def first_answer(question: Question) -> Value | None:
    """Return the first answer to a question that offers everyone the same."""
    field = field_of(question, (), {})
    return field.answer((1,) * len(field.weights), None, {})


def _leaves_of(conditions: Iterable[Condition]) -> dict[str, list[Leaf]]:
    found: dict[str, dict[Leaf, None]] = {}
    for condition in conditions:
        for part in walk(condition):
            if isinstance(part, Leaf):
                found.setdefault(part.question, {})[part] = None
    return {code: [*leaves] for code, leaves in found.items()}


def _fields(catalogue: Catalogue, leaves: Mapping[str, Sequence[Leaf]]) -> dict[str, Field]:
    made: dict[str, Field] = {}
    lists: dict[str, dict[str, list[object]]] = {}
    for question in catalogue.questions:
        if question.kind is Kind.MULTI_PER_SECTOR:
            sector = catalogue.by_key[question.sector_question].code
            field = made[question.code] = BySector(question, leaves.get(question.code, ()), sector)
            for value, kinds in field.kinds_of_sectors().items():
                lists.setdefault(sector, {}).setdefault(value, []).append(kinds)
    for question in catalogue.questions:
        if question.code not in made:
            known = {value: tuple(kinds) for value, kinds in lists.get(question.code, {}).items()}
            made[question.code] = field_of(question, leaves.get(question.code, ()), known)
    return {question.code: made[question.code] for question in catalogue.questions}
