"""Which questions, facts and tables a condition leans on, directly or through other names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from intake.policy.conditions import Condition, DerivedIs, FactHolds, OutcomeIs, walk
from intake.policy.model import RuleSet

Node = tuple[str, str]
OUTCOME: Node = ("uitkomst", "")


def direct_questions(condition: Condition) -> set[str]:
    """Return the codes of the questions named in the condition itself."""
    return {code for part in walk(condition) if isinstance(code := getattr(part, "question", None), str)}


def _named(condition: Condition) -> Iterator[Node]:
    for part in walk(condition):
        match part:
            case FactHolds(fact):
                yield ("feit", fact)
            case DerivedIs(derived, _):
                yield ("afgeleid", derived)
            case OutcomeIs():
                yield OUTCOME
            case _:
                continue


class Dependencies:
    """The graph of names of one rule set."""

    def __init__(self, rules: RuleSet) -> None:
        self._conditions: Mapping[Node, tuple[Condition, ...]] = {
            **{("feit", fact.name): (fact.when,) for fact in rules.facts.values()},
            **{("afgeleid", item.key): tuple(row.when for row in item.rows) for item in rules.derived.values()},
            OUTCOME: tuple(outcome.when for outcome in rules.outcomes),
        }
        self._questions: dict[Node, frozenset[str]] = {}

    def cycles(self) -> list[tuple[str, ...]]:
        """Return every ring of names in which a name needs itself, each once."""
        found: dict[frozenset[Node], tuple[str, ...]] = {}
        for start in self._conditions:
            self._follow(start, (start,), found)
        return list(found.values())

    def _follow(self, node: Node, path: tuple[Node, ...], found: dict[frozenset[Node], tuple[str, ...]]) -> None:
        for condition in self._conditions.get(node, ()):
            for target in _named(condition):
                if target in path:
                    ring = path[path.index(target) :]
                    found.setdefault(frozenset(ring), tuple(name or kind for kind, name in (*ring, target)))
                else:
                    self._follow(target, (*path, target), found)

    def in_order(self) -> list[Node]:
        """Return every name after the names it needs; needs a graph without cycles."""
        ordered: dict[Node, None] = {}
        for node in self._conditions:
            self._append(node, ordered)
        return list(ordered)

    def _append(self, node: Node, ordered: dict[Node, None]) -> None:
        if node in ordered:
            return
        for condition in self._conditions[node]:
            for target in _named(condition):
                self._append(target, ordered)
        ordered[node] = None

    def questions_of(self, node: Node) -> set[str]:
        """Return every question that can change a fact, a derived value or the outcome."""
        if node not in self._questions:
            parts = self._conditions.get(node, ())
            self._questions[node] = frozenset[str]().union(*(self.questions(part) for part in parts))
        return {*self._questions[node]}

    def questions(self, condition: Condition) -> set[str]:
        """Return every question that can change the truth of the condition; needs a graph without cycles."""
        return direct_questions(condition).union(*map(self.questions_of, _named(condition)))
