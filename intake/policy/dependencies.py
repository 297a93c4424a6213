"""Which questions, facts and tables a condition leans on, directly or through other names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from intake.policy.conditions import All, AnyOf, AtLeast, Condition, DerivedIs, FactHolds, Not, OutcomeIs, walk
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


def _levels(condition: Condition, known: Mapping[Node, int]) -> int:
    """Return how deep a condition goes, what it names counted too."""
    match condition:
        case All(parts) | AnyOf(parts) | AtLeast(_, parts):
            return 1 + max((_levels(part, known) for part in parts), default=0)
        case Not(part):
            return 1 + _levels(part, known)
        case _:
            return 1 + max((known[node] for node in _named(condition)), default=0)


class Dependencies:
    """The graph of names of one rule set."""

    def __init__(self, rules: RuleSet) -> None:
        self._conditions: Mapping[Node, tuple[Condition, ...]] = {
            **{("feit", fact.name): (fact.when,) for fact in rules.facts.values()},
            **{("afgeleid", item.key): tuple(row.when for row in item.rows) for item in rules.derived.values()},
            OUTCOME: tuple(outcome.when for outcome in rules.outcomes),
        }
        self._questions: dict[Node, frozenset[str]] = {}

    def cycles(self) -> list[tuple[Node, ...]]:
        """Return rings of names in which a name needs itself: none exactly when there are none."""
        found: dict[frozenset[Node], tuple[Node, ...]] = {}
        done: set[Node] = set()
        for start in self._conditions:
            # The way from the start to here, and for each name on it the names it leans on that are still to be seen.
            way: dict[Node, Iterator[Node]] = {} if start in done else {start: self._targets(start)}
            while way:
                node = next(reversed(way))
                target = next(way[node], None)
                if target is None:
                    done.add(node)
                    del way[node]
                elif target in way:
                    names = [*way]
                    ring = tuple(names[names.index(target) :])
                    found.setdefault(frozenset(ring), ring)
                elif target not in done:
                    way[target] = self._targets(target)
        return list(found.values())

    def _targets(self, node: Node) -> Iterator[Node]:
        return (target for condition in self._conditions.get(node, ()) for target in _named(condition))

    def deepest(self) -> tuple[Node, int]:
        """Return the name that takes most levels to look into, and how many; needs a graph without cycles."""
        levels: dict[Node, int] = {}
        for node in self.in_order():
            levels[node] = 1 + max((_levels(condition, levels) for condition in self._conditions[node]), default=0)
        return max(levels.items(), key=lambda item: item[1])

    def in_order(self) -> list[Node]:
        """Return every name after the names it needs; needs a graph without cycles."""
        ordered: dict[Node, None] = {}
        for start in self._conditions:
            way = [(start, self._targets(start))]
            while way:
                node, targets = way[-1]
                target = next((target for target in targets if target not in ordered), None)
                if target is None:
                    ordered[node] = None
                    way.pop()
                else:
                    way.append((target, self._targets(target)))
        return list(ordered)

    def questions_of(self, node: Node) -> set[str]:
        """Return every question that can change a fact, a derived value or the outcome."""
        if node not in self._questions:
            parts = self._conditions.get(node, ())
            self._questions[node] = frozenset[str]().union(*(self.questions(part) for part in parts))
        return {*self._questions[node]}

    def questions(self, condition: Condition) -> set[str]:
        """Return every question that can change the truth of the condition; needs a graph without cycles."""
        return direct_questions(condition).union(*map(self.questions_of, _named(condition)))
