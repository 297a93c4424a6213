"""All possible complete intakes of a policy, and what can be asked about them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from intake.policy.analysis.diagram import NODES, Diagram
from intake.policy.analysis.meaning import Meaning
from intake.policy.analysis.ordering import good_order
from intake.policy.analysis.space import Space
from intake.policy.engine.layout import conditions_of
from intake.policy.model import Policy


class Intakes:
    """Every complete intake: a question is answered when it is asked and must be, and never when it is not asked."""

    def __init__(self, policy: Policy, *, others: Iterable[Policy] = (), budget: int = NODES) -> None:
        conditions = (condition for each in (policy, *others) for condition in conditions_of(each))
        self.space = Space(policy.catalogue, conditions, good_order(policy), budget)
        self.diagram: Diagram = self.space.diagram
        self.meaning = Meaning(self.space, policy)
        questions = policy.catalogue.by_code
        self.whole = self.diagram.every(self.meaning.fitting(questions[code]) for code in reversed(self.space.order))
        # A function leaves open everything before the first variable that it asks for; so counting can start there.
        self._ways_in = self.diagram.ways_in(self.whole)

    @property
    def number(self) -> int:
        """Return how many complete intakes there are."""
        return self.diagram.count(self.whole) * self.space.factor

    def possible(self, function: int) -> bool:
        """Say whether a function holds for any complete intake."""
        meets = self.diagram.meets
        # A loop over few: what is left of all intakes where the function starts.
        return any(meets(function, node) for node in self._ways_in[self.diagram.level[function]])

    def count(self, function: int) -> int:
        """Return for how many complete intakes a function holds."""
        diagram = self.diagram
        starts = self._ways_in[diagram.level[function]].items()
        return sum(ways * diagram.count_together(function, node) for node, ways in starts) * self.space.factor

    @cached_property
    def legal(self) -> int:
        """Return where every question on its own has an answer that can be given, or none, whatever is asked."""
        fields = [self.space.fields[code] for code in reversed(self.space.order)]
        diagram = self.diagram
        return diagram.every(diagram.disj(field.answered(diagram), field.missing(diagram)) for field in fields)
