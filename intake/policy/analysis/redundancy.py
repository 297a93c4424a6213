"""Parts of conditions that can be left out without a difference for any complete intake."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from intake.policy.analysis.diagram import FALSE, TRUE
from intake.policy.analysis.examination import Examination
from intake.policy.analysis.findings import Fault, Finding
from intake.policy.analysis.words import in_words
from intake.policy.conditions import All, AnyOf, AtLeast, Condition, Not, Unanswered, walk
from intake.policy.model import Rule

Path = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Hole:
    """A place in a condition: with `part` there, the whole is certain where `always` is, or where `when` and it are."""

    part: Condition
    wanted: bool
    always: int
    when: int
    path: Path


@dataclass(frozen=True, slots=True)
class Spare:
    """A part that can be left out; with `routing` only because questions are not asked of everyone."""

    part: Condition
    path: Path
    routing: bool


def redundant(exam: Examination) -> Iterator[Finding]:
    """Yield parts of rules, messages and rows of tables that can be left out."""
    for item in exam.items:
        if exam.counts[item.code]:
            gated = isinstance(item, Rule) and item.gated
            within = exam.meaning.gate(item.step) if isinstance(item, Rule) and gated else TRUE
            name = f"regel {item.code}" if isinstance(item, Rule) else f"bericht {item.code}"
            yield from _spare_parts(exam, item.code, name, item.when, within)
    for table in exam.tables:
        left = TRUE
        for row in table.rows:
            owner = table.owner(row)
            if exam.reached[owner]:
                name = f"de rij {table.label(row)} van {table.name}"
                yield from _spare_parts(exam, owner, name, row.when, left)
            left = exam.diagram.minus(left, exam.certain(row.when))


def _spare_parts(exam: Examination, owner: str, name: str, when: Condition, within: int) -> list[Finding]:
    spares = _Search(exam).spare(when, within)
    findings = (_told(exam, owner, name, spare) for spare in spares)
    return exam.within_room(findings, f"of {name} overbodige delen heeft")


def _told(exam: Examination, owner: str, name: str, spare: Spare) -> Finding:
    fault = Fault.IMPLIED if spare.routing else Fault.REDUNDANT
    why = "door de vraagvolgorde volgt het al uit de rest" if spare.routing else "zonder dit deel verandert er niets"
    text = f"Overbodig in {name}: {in_words(exam.policy, spare.part)}; {why}."
    return exam.finding(fault, owner, ".".join(map(str, spare.path)), text)


class _Search:
    """Walks conditions from the top; what holds around a part is kept as two functions, so no condition is rebuilt."""

    def __init__(self, exam: Examination) -> None:
        self.exam = exam
        self.diagram = exam.diagram

    def spare(self, condition: Condition, within: int) -> Iterator[Spare]:
        """Yield the outermost parts that can be left out, for intakes within which the condition counts at all."""
        waiting = [_Hole(condition, True, FALSE, within, ())]
        while waiting:
            hole = waiting.pop()
            while isinstance(hole.part, Not):
                hole = _Hole(hole.part.part, not hole.wanted, hole.always, hole.when, hole.path)
            if isinstance(hole.part, All | AnyOf | AtLeast):
                inner = []
                for below in self._below(hole, hole.part):
                    routing = self._without(hole, below)
                    if routing is None:
                        inner.append(below)
                    else:
                        yield Spare(below.part, below.path, routing)
                waiting += reversed(inner)

    def _below(self, hole: _Hole, node: All | AnyOf | AtLeast) -> Iterator[_Hole]:
        """Yield each part of a node with what holds around it."""
        functions = [self.exam.meaning.certain(part, wanted=hole.wanted) for part in node.parts]
        number = _needed(node, hole.wanted)
        conj, disj = self.diagram.conj, self.diagram.disj
        for at, part in enumerate(node.parts):
            others = functions[:at] + functions[at + 1 :]
            # The node holds where the others are enough, or where they are one short and the part holds.
            always = disj(hole.always, conj(hole.when, self._reach(number, others)))
            when = conj(hole.when, self._reach(number - 1, others))
            yield _Hole(part, hole.wanted, always, when, (*hole.path, at + 1))

    def _reach(self, number: int, functions: Sequence[int]) -> int:
        if number > len(functions):
            return FALSE
        if number == len(functions):
            return self.diagram.every(functions)
        return self.diagram.some(functions) if number == 1 else self.diagram.at_least(number, functions)

    def _without(self, hole: _Hole, below: _Hole) -> bool | None:
        """Say whether a part can go: None if not, else whether that is by the routing alone."""
        node = hole.part
        if isinstance(node, AtLeast) or not isinstance(node, All | AnyOf) or len(node.parts) < 2:
            return None
        # What an empty answer does is written down on purpose, for intakes that are not complete.
        if any(isinstance(part, Unanswered) for part in walk(below.part)):
            return None
        part = self.exam.meaning.certain(below.part, wanted=below.wanted)
        every = isinstance(node, All) is hole.wanted
        counts = self.diagram.minus(below.when, below.always)
        changed = self.diagram.conj(counts, part ^ 1 if every else part)
        if self.exam.intakes.possible(changed):
            return None
        return self.diagram.meets(changed, self.exam.intakes.legal)


def _needed(node: All | AnyOf | AtLeast, wanted: bool) -> int:
    """Return how many parts must come out as wanted."""
    if isinstance(node, AtLeast):
        return node.number if wanted else len(node.parts) - node.number + 1
    return len(node.parts) if isinstance(node, All) is wanted else 1
