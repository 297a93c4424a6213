"""In which order questions are asked and tables settled, so that each needs only what came before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from intake.policy.conditions import Condition
from intake.policy.dependencies import Dependencies, Node
from intake.policy.engine.clauses import Test
from intake.policy.engine.tables import MaskTable
from intake.policy.model import Catalogue, Kind, Policy


@dataclass(frozen=True, slots=True)
class Asking:
    """Questions that are asked under one condition."""

    test: Test
    questions: tuple[str, ...]


Step = Asking | MaskTable


def steps_of(policy: Policy, asking: Mapping[Condition, Test], tables: Mapping[Node, MaskTable]) -> tuple[Step, ...]:
    """Return questions and tables in order. Questions under one condition go together, as soon as it is settled."""
    graph = Dependencies(policy.rules)
    waiting = {node: graph.questions_of(node) for node in tables}
    groups = _groups(policy.catalogue)
    steps: list[Step] = []
    done: set[str] = set()
    while groups or waiting:
        before = len(steps)
        ready = [node for node, needs in waiting.items() if needs <= done]
        steps += [tables[node] for node in ready]
        for node in ready:
            del waiting[node]
        # What a condition needs is settled by now: its tables ask nothing that it does not.
        for key in [key for key in groups if graph.questions(key[0]) | key[1] <= done]:
            codes = tuple(groups.pop(key))
            steps.append(Asking(asking[key[0]], codes))
            done |= {*codes}
        if len(steps) == before:
            raise ValueError("questions depend on each other")
    return tuple(steps)


def _groups(catalogue: Catalogue) -> dict[tuple[Condition, frozenset[str]], list[str]]:
    """Return the questions by the condition under which they are asked and what else must be asked before.

    A question that goes by the sector stands alone.
    """
    found: dict[tuple[Condition, frozenset[str]], list[str]] = {}
    for question in catalogue.questions:
        if question.kind is Kind.MULTI_PER_SECTOR:
            before = catalogue.questions[: catalogue.questions.index(question)]
            found[question.visible_when, frozenset(item.code for item in before)] = [question.code]
        else:
            found.setdefault((question.visible_when, frozenset()), []).append(question.code)
    return found
