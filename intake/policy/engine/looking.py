"""What is asked, and which answers count: one walk along the steps of a policy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from intake.policy.answers import Answers
from intake.policy.conditions import Value
from intake.policy.engine.clauses import Clauses, Counts, enough
from intake.policy.engine.encoding import Encoder
from intake.policy.engine.shortcuts import REMEMBERED, Quick, quick
from intake.policy.engine.steps import Step
from intake.policy.engine.tables import MaskTable, stages
from intake.policy.model import Catalogue, Kind, Question


class Seen(NamedTuple):
    """What is asked, the answers that count, and the atoms that they settle."""

    asked: tuple[str, ...]
    kept: Answers
    bits: int


class Pace(NamedTuple):
    """The tables to settle first, and then questions under one condition; `own` is the bit of that condition.

    `sector` is the question about the sector by which the options of these go, mostly empty.
    """

    settling: tuple[Quick[int], ...]
    own: int
    clauses: Clauses
    counts: Counts
    questions: tuple[tuple[str, dict[Value, int], Callable[[Value], int]], ...]
    sector: str


class Looking:
    """One policy, ready to look at any answers."""

    def __init__(self, catalogue: Catalogue, steps: Sequence[Step], encoders: Mapping[str, Encoder]) -> None:
        self._order = tuple(question.code for question in catalogue.questions)
        self._nothing = sum(encoder.missing for encoder in encoders.values())
        self._sectors = {
            question.code: (catalogue.by_key[question.sector_question].code, _offered(question))
            for question in catalogue.questions
            if question.kind is Kind.MULTI_PER_SECTOR
        }
        self._walk = tuple(self._paces(steps, encoders))
        self._own = {code: pace.own for pace in self._walk for code, _, _ in pace.questions}
        self._asked: dict[int, tuple[str, ...]] = {}

    def _paces(self, steps: Sequence[Step], encoders: Mapping[str, Encoder]) -> Iterator[Pace]:
        tables: list[MaskTable] = []
        for place, step in enumerate(steps):
            if isinstance(step, MaskTable):
                tables.append(step)
                continue
            questions = tuple((code, encoders[code].known, encoders[code].learn) for code in step.questions)
            sector = next((self._sectors[code][0] for code in step.questions if code in self._sectors), "")
            yield Pace(quick(stages(tables)), 1 << place, step.test.clauses, step.test.counts, questions, sector)
            tables = []
        yield Pace(quick(stages(tables)), 0, (), (), (), "")

    def look(self, answers: Mapping[str, Value]) -> Seen:
        """Return what is asked and which answers count; the others have no influence."""
        given = dict(answers.values_by_code if isinstance(answers, Answers) else answers)
        bits, visible = self._nothing, 0
        for settling, own, clauses, counts, questions, sector in self._walk:
            for inputs, known_atoms, learn_atoms in settling:
                found = known_atoms.get(bits & inputs)
                bits |= learn_atoms(bits) if found is None else found
            for mask in clauses:
                if not bits & mask:
                    break
            else:
                if counts and not enough(bits, counts):
                    continue
                visible |= own
                if sector:
                    self._fit(given, questions[0][0], asked=visible & self._own[sector] != 0)
                for code, known, learn in questions:
                    if code in given:
                        value = given[code]
                        try:
                            bits += known[value]
                        except KeyError:
                            bits += learn(value)
        asked = self._asked.get(visible) or self._asked_when(visible)
        return Seen(asked, Answers(MappingProxyType({code: given[code] for code in asked if code in given})), bits)

    def _asked_when(self, visible: int) -> tuple[str, ...]:
        if len(self._asked) >= REMEMBERED:
            self._asked.clear()
        asked = self._asked[visible] = tuple(code for code in self._order if visible & self._own[code])
        return asked

    def _fit(self, given: dict[str, Value], code: str, *, asked: bool) -> None:
        """Leave out the options of another sector; without a sector there are none."""
        value = given.get(code)
        if isinstance(value, tuple):
            sector, offered = self._sectors[code]
            chosen = given.get(sector) if asked else None
            options = offered.get(chosen, frozenset()) if isinstance(chosen, str) else frozenset()
            given[code] = tuple(item for item in value if item in options)
            if not given[code]:
                del given[code]


def _offered(question: Question) -> Mapping[str, frozenset[str]]:
    return {sector: frozenset(option.value for option in options) for sector, options in question.per_sector.items()}
