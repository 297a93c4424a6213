"""Examples of a rule for its author to confirm: one with which it holds, and for each part one that just fails."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from intake.policy.analysis.findings import NearMiss
from intake.policy.analysis.intakes import Intakes
from intake.policy.analysis.smallest import Smallest
from intake.policy.analysis.words import answer_line, in_words
from intake.policy.answers import Answers
from intake.policy.conditions import Condition, FactHolds
from intake.policy.dependencies import Dependencies
from intake.policy.engine.clauses import conjuncts
from intake.policy.model import Policy, Rule


def near_misses(policy: Policy, rule_code: str) -> tuple[NearMiss, ...]:
    """Return few answers with which the rule holds, and then for each of its parts few answers with which that part
    alone fails; a part that cannot fail alone is left out. A gate counts as parts, a fact as the parts it stands for.

    Every set of answers can go into «voorbeelden» as it is. KeyError for a rule that does not exist.
    """
    rule = policy.rules.rule(rule_code)
    return tuple(_Finder(policy, rule).all())


class _Finder:
    def __init__(self, policy: Policy, rule: Rule) -> None:
        self.policy = policy
        self.rule = rule
        self.intakes = Intakes(policy)
        self.diagram = self.intakes.diagram
        self.meaning = self.intakes.meaning
        self.smallest = Smallest(self.intakes)
        self.graph = Dependencies(policy.rules)
        gate = policy.rules.gates.get(rule.step) if rule.gated else None
        wholes = [rule.when] if gate is None else [gate.when, rule.when]
        self.parts = tuple(dict.fromkeys(part for whole in wholes for part in _parts(policy, whole)))
        # Else the rule would not hold either if the part did.
        self.unbeaten = self.meaning.beaten(rule) ^ 1

    def all(self) -> Iterator[NearMiss]:
        effective = self.meaning.effective(self.rule)
        if self.intakes.possible(effective):
            yield self._shown(effective, True, "De regel geldt.", frozenset())
        for at, part in enumerate(self.parts):
            certain = [self.meaning.certain(other) for other in self.parts[:at] + self.parts[at + 1 :]]
            others = self.diagram.conj(self.unbeaten, self.diagram.every(certain))
            # A part that certainly fails says more than one that nobody can know.
            fails = (self.meaning.certain(part, wanted=False), self.meaning.certain(part) ^ 1)
            found = (self.diagram.conj(others, function) for function in fails)
            function = next((function for function in found if self.intakes.possible(function)), None)
            if function is not None:
                what = f"Alleen dit klopt niet: {in_words(self.policy, part)}."
                yield self._shown(function, False, what, self.graph.questions(part))

    def _shown(self, function: int, holds: bool, what: str, about: Collection[str]) -> NearMiss:
        complete, matter = self.smallest.example(function)
        # The answers that make the part fail stay, also where no answer would do the same: they show what is meant.
        answers = self._fewest(function, complete, {*about}.intersection(matter))
        lines = tuple(answer_line(self.policy, code, answers) for code in answers)
        return NearMiss(answers, holds, what, lines)

    def _fewest(self, function: int, answers: Answers, kept: set[str]) -> Answers:
        """Leave out answers while the rest by itself, as an intake that is not complete, still shows the same."""
        for code in reversed([*answers]):
            fewer = answers.with_answer(code, None)
            if code not in kept and self.diagram.holds(function, self.meaning.places(fewer)):
                answers = fewer
        return answers


def _parts(policy: Policy, condition: Condition) -> Iterator[Condition]:
    for part in conjuncts(condition):
        if isinstance(part, FactHolds):
            yield from _parts(policy, policy.rules.facts[part.fact].when)
        else:
            yield part
