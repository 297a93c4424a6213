"""What the conditions of one policy mean: where they are certain, as functions of the answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from intake.policy.analysis.diagram import FALSE, TRUE
from intake.policy.analysis.fields import BySector
from intake.policy.analysis.space import Space
from intake.policy.conditions import (
    All,
    Always,
    AnyOf,
    AtLeast,
    Condition,
    DerivedIs,
    FactHolds,
    Leaf,
    Not,
    OutcomeIs,
    Unanswered,
    Value,
)
from intake.policy.model import Level, Outcome, Policy, Question, Row, Rule, Step, Withheld

TableRow = Row | Outcome | Level


class Meaning:
    """The conditions of a policy over a space; everything is worked out once.

    With `seen` an answer only counts where this policy asks for it, also when the space is that of another policy.
    """

    def __init__(self, space: Space, policy: Policy, *, seen: bool = False) -> None:
        self.space = space
        self.policy = policy
        self.diagram = space.diagram
        self._seen = seen
        # By identity: conditions live as long as their policy, and comparing trees is slow.
        self._known: dict[tuple[int, bool], int] = {}
        self._leaves: dict[tuple[Condition, bool], int] = {}
        self._tables: dict[str, tuple[int, ...]] = {}
        self._effective: dict[str, int] = {}
        self._beaten_by: dict[str, list[Rule | Withheld]] = {}
        items: list[Rule | Withheld] = [*policy.rules.rules, *policy.rules.withheld]
        for item in items:
            for loser in item.beats:
                self._beaten_by.setdefault(loser, []).append(item)

    def certain(self, condition: Condition, *, wanted: bool = True) -> int:
        """Return where the condition certainly holds, or with `wanted` False certainly does not."""
        key = id(condition), wanted
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._certain(condition, wanted)
        return found

    def _certain(self, condition: Condition, wanted: bool) -> int:
        diagram = self.diagram
        match condition:
            case All(parts) | AnyOf(parts):
                found = [self.certain(part, wanted=wanted) for part in parts]
                return diagram.every(found) if isinstance(condition, All) is wanted else diagram.some(found)
            case Not(part):
                return self.certain(part, wanted=not wanted)
            case AtLeast(number, parts):
                found = [self.certain(part, wanted=wanted) for part in parts]
                return diagram.at_least(number if wanted else len(parts) - number + 1, found)
            case FactHolds(fact):
                return self.certain(self.policy.rules.facts[fact].when, wanted=wanted)
            case Always():
                return TRUE if wanted else FALSE
            case leaf:
                key = leaf, wanted
                if key not in self._leaves:
                    self._leaves[key] = self._about_one(leaf, wanted)
                return self._leaves[key]

    def _about_one(self, leaf: DerivedIs | OutcomeIs | Leaf, wanted: bool) -> int:
        match leaf:
            case DerivedIs(key, values):
                rows = self.policy.rules.derived[key].rows
                inside = [row.value in values for row in rows]
                return self._hit(self.first(f"afgeleid:{key}", rows), inside, wanted)
            case OutcomeIs(codes):
                outcomes = self.policy.rules.outcomes
                return self._hit(self.outcomes(), [item.code in codes for item in outcomes], wanted)
            case _:
                return self._about_answer(leaf, wanted)

    def _hit(self, first: Sequence[int], inside: Sequence[bool], wanted: bool) -> int:
        return self.diagram.some(row for row, within in zip(first, inside, strict=True) if within is wanted)

    def _about_answer(self, leaf: Leaf, wanted: bool) -> int:
        certain = self.space.fields[leaf.question].certain(self.diagram, leaf, wanted)
        if not self._seen:
            return certain
        asked = self.certain(self.policy.catalogue.by_code[leaf.question].visible_when)
        if isinstance(leaf, Unanswered) and wanted:
            return self.diagram.disj(certain, asked ^ 1)
        return self.diagram.conj(certain, asked)

    def first(self, name: str, rows: Sequence[TableRow]) -> tuple[int, ...]:
        """Return for each row of a table where it is the first one that is certain."""
        if name not in self._tables:
            left, found = TRUE, []
            for row in rows:
                certain = self.certain(row.when)
                found.append(self.diagram.conj(left, certain))
                left = self.diagram.minus(left, certain)
            self._tables[name] = tuple(found)
        return self._tables[name]

    def outcomes(self) -> tuple[int, ...]:
        """Return for each outcome where it is found."""
        return self.first("uitkomst", self.policy.rules.outcomes)

    def levels(self) -> Mapping[str, int]:
        """Return where each intensity is found."""
        found: dict[str, int] = {}
        rows = self.policy.rules.levels
        for row, first in zip(rows, self.first("intensiteit", rows), strict=True):
            found[row.value] = self.diagram.disj(found.get(row.value, FALSE), first)
        return found

    def gate(self, step: Step) -> int:
        """Return where a step is open."""
        gate = self.policy.rules.gates.get(step)
        return TRUE if gate is None else self.certain(gate.when)

    def base(self, item: Rule | Withheld) -> int:
        """Return where a rule or message holds, its gate counted but not what goes before it."""
        when = self.certain(item.when)
        return self.diagram.conj(when, self.gate(item.step)) if isinstance(item, Rule) and item.gated else when

    def effective(self, item: Rule | Withheld) -> int:
        """Return where a rule or message holds."""
        found = self._effective.get(item.code)
        if found is None:
            found = self._effective[item.code] = self.diagram.minus(self.base(item), self.beaten(item))
        return found

    def beaten(self, item: Rule | Withheld) -> int:
        """Return where something holds that goes before a rule or message, also where that does not hold by itself."""
        return self.diagram.some(self.effective(winner) for winner in self._beaten_by.get(item.code, ()))

    def places(self, answers: Mapping[str, Value]) -> list[int]:
        """Return the values for answers that need not be complete; those that are not asked for are dropped first."""
        places = [0] * self.diagram.depth
        kept: dict[str, Value] = {}
        for question in self.space.catalogue.questions:
            field = self.space.fields.get(question.code)
            if field is None or question.code not in answers:
                continue
            value = field.offered_of(answers[question.code], kept)
            if value is not None and self.diagram.holds(self.certain(question.visible_when), places):
                kept[question.code] = value
                places[field.first : field.first + len(field.weights)] = field.places(kept)
        return places

    def fitting(self, question: Question) -> int:
        """Return where a question is answered as it may be: only when it is asked, and then when it must."""
        diagram, field = self.diagram, self.space.fields[question.code]
        asked, missing, answered = self.certain(question.visible_when), field.missing(diagram), field.answered(diagram)
        if isinstance(field, BySector):
            offered = self._offers(field)
            asked = diagram.conj(asked, diagram.some(where for where, _ in offered))
            answered = diagram.some(diagram.conj(where, values) for where, values in offered)
        if not question.required:
            answered = diagram.disj(answered, missing)
        return diagram.disj(diagram.conj(asked, answered), diagram.minus(missing, asked))

    def _offers(self, field: BySector) -> list[tuple[int, int]]:
        """Return where sectors are chosen, with the answers that are offered there."""
        sector = self.space.sector_of(field)
        pairs = field.offered().items()
        return [(sector.among(self.diagram, names), field.among(self.diagram, values)) for values, names in pairs]
