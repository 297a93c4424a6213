"""Random changes of one condition: the small mistakes an author could make, as data of the model."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

from intake.policy import conditions as c
from intake.policy.model import Kind, Policy, Question
from tests.domain.policy.oracle.space import every_condition, nodes

CHOSEN = (c.HasAny, c.HasAll, c.HasOnly)


class ConditionEditor:
    """Changes conditions of one policy; all chance comes from the given generator."""

    def __init__(self, policy: Policy, rng: Random) -> None:
        self.policy = policy
        self.rng = rng
        self.pool = [node for condition in every_condition(policy) for node in nodes(condition)]

    def edited(self, condition: c.Condition) -> c.Condition:
        """Return the condition with one of its nodes changed."""
        paths = [path for path, _ in _places(condition)]
        path = self.rng.choice(paths)
        return _put(condition, path, self._changed(dict(_places(condition))[path]))

    def any(self) -> c.Condition:
        """Return a condition of the policy, or a new one about one question."""
        return self.rng.choice(self.pool) if self.rng.random() < 0.7 else self.leaf()

    def _changed(self, node: c.Condition) -> c.Condition:
        general = [self._negated, self._replaced, self._narrowed, self._widened]
        return self.rng.choice([*general, *[self._own] * 6])(node)

    def _negated(self, node: c.Condition) -> c.Condition:
        return node.part if isinstance(node, c.Not) else c.Not(node)

    def _replaced(self, _node: c.Condition) -> c.Condition:
        return self.any()

    def _narrowed(self, node: c.Condition) -> c.Condition:
        return c.All((node, self.any()) if self.rng.random() < 0.5 else (self.any(), node))

    def _widened(self, node: c.Condition) -> c.Condition:
        return c.AnyOf((node, self.any()) if self.rng.random() < 0.5 else (self.any(), node))

    def _own(self, node: c.Condition) -> c.Condition:
        """Return the node changed in a way that only its own kind can be."""
        match node:
            case c.All() | c.AnyOf():
                return self._group(node)
            case c.AtLeast(number, parts):
                return c.AtLeast(max(1, min(len(parts), number + self.rng.choice((-1, 1)))), parts)
            case c.FactHolds():
                return c.FactHolds(self.rng.choice(list(self.policy.rules.facts)))
            case c.DerivedIs(key, values):
                return c.DerivedIs(
                    key, self._flipped(values, [row.value for row in self.policy.rules.derived[key].rows])
                )
            case c.OutcomeIs(codes):
                return c.OutcomeIs(self._flipped(codes, [item.code for item in self.policy.rules.outcomes]))
            case c.Not() | c.Always():
                return self._negated(node) if isinstance(node, c.Not) else self.any()
            case _:
                return self._leaf(node)

    def _group(self, node: c.All | c.AnyOf) -> c.Condition:
        parts = list(node.parts)
        what = self.rng.choice(("swap", "drop", "add", "drop"))
        if what == "swap" or (what == "drop" and len(parts) < 2):
            return c.AnyOf(node.parts) if isinstance(node, c.All) else c.All(node.parts)
        at = self.rng.randrange(len(parts)) if parts else 0
        if what == "drop":
            del parts[at]
        else:
            parts.insert(at, self.any())
        return replace(node, parts=tuple(parts))

    def _leaf(self, node: Any) -> c.Condition:
        question = self.policy.catalogue.by_code[node.question]
        if isinstance(node, (c.NumberIn, c.RowIn)):
            return self._bounds(node, question)
        if isinstance(node, c.Unanswered):
            return c.Unanswered(self.rng.choice(self.policy.catalogue.questions).code)
        kind: Any = self.rng.choice(CHOSEN) if isinstance(node, CHOSEN) and self.rng.random() < 0.4 else None
        values = node.values if kind else self._flipped(node.values, options(question))
        changed: c.Condition = (kind or type(node))(node.question, values)
        return changed

    def _bounds(self, node: c.NumberIn | c.RowIn, question: Question) -> c.Condition:
        low, high = sorted(self.rng.choice(self._steps(node, question)) for _ in range(2))
        return replace(node, low=low, high=high)

    def _steps(self, node: c.NumberIn | c.RowIn, question: Question) -> list[int]:
        near = {bound + step for bound in (node.low, node.high) for step in (-1, 0, 1, 40)}
        return sorted(value for value in {*near, question.minimum, question.maximum} if _fits(question, value))

    def _flipped(self, values: tuple[str, ...], known: list[str]) -> tuple[str, ...]:
        """Put one value in or take one out, never the last."""
        value = self.rng.choice(known)
        if value not in values:
            return tuple(item for item in known if item in values or item == value)
        return tuple(item for item in values if item != value) or values

    def leaf(self) -> c.Condition:
        """Return a new condition about one question."""
        question = self.rng.choice(self.policy.catalogue.questions)
        if self.rng.random() < 0.1:
            return c.Unanswered(question.code)
        if question.kind is Kind.NUMBER:
            return c.NumberIn(question.code, self.rng.choice((0, 5, 50)), self.rng.choice((50, 100, question.maximum)))
        if question.kind is Kind.MATRIX:
            row = self.rng.choice(question.rows).value
            return c.RowIn(question.code, row, self.rng.randint(question.minimum, question.maximum), question.maximum)
        known = options(question)
        chosen = tuple(sorted(self.rng.sample(known, self.rng.randint(1, min(3, len(known)))), key=known.index))
        kind: Any = c.ChoiceIs if question.kind is Kind.CHOICE else self.rng.choice(CHOSEN)
        made: c.Condition = kind(question.code, chosen)
        return made


def options(question: Question) -> list[str]:
    """Return every option the question can have, those of all sectors together."""
    lists = [*question.per_sector.values()] or [question.options]
    return list(dict.fromkeys(option.value for items in lists for option in items))


def _fits(question: Question, value: int) -> bool:
    return question.minimum <= value <= question.maximum


Path = tuple[int, ...]


def _places(condition: c.Condition, path: Path = ()) -> list[tuple[Path, c.Condition]]:
    parts = (condition.part,) if isinstance(condition, c.Not) else getattr(condition, "parts", ())
    below = [place for at, part in enumerate(parts) for place in _places(part, (*path, at))]
    return [(path, condition), *below]


def _put(condition: Any, path: Path, new: c.Condition) -> c.Condition:
    if not path:
        return new
    if isinstance(condition, c.Not):
        return c.Not(_put(condition.part, path[1:], new))
    parts = list(condition.parts)
    parts[path[0]] = _put(parts[path[0]], path[1:], new)
    changed: c.Condition = replace(condition, parts=tuple(parts))
    return changed
