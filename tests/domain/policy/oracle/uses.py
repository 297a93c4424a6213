"""What the answer to each question is used for, without a solver: only by following names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from intake.policy import conditions as c
from intake.policy.model import Policy
from tests.domain.policy.oracle.space import nodes
from tests.domain.policy.oracle.tree import rules_and_messages


def questions_without_effect(policy: Policy) -> Iterator[tuple[str, str, str]]:
    """Yield questions that steer nothing; those of which the answer is used all the same under another name."""
    rules = policy.rules
    owners: list[Any] = [*rules_and_messages(policy), *rules.outcomes, *rules.levels, *rules.gates.values()]
    owners += [row for table in rules.derived.values() for row in table.rows]
    steering = _routed(policy, questions_named(policy, [owner.when for owner in owners]))
    used = _routed(policy, steering | _otherwise(policy))
    for question in policy.catalogue.questions:
        if question.code not in steering:
            yield "INDIRECT_QUESTION" if question.code in used else "IDLE_QUESTION", question.code, ""


def questions_named(policy: Policy, conditions: Iterable[c.Condition]) -> set[str]:
    """Return the questions that conditions name, also through facts, tables and outcomes."""
    rules = policy.rules
    found: set[str] = set()
    known: set[c.Condition] = set()
    waiting = [*conditions]
    while waiting:
        for node in nodes(waiting.pop()):
            if node in known:
                continue
            known.add(node)
            match node:
                case c.FactHolds(fact):
                    waiting.append(rules.facts[fact].when)
                case c.DerivedIs(key, _):
                    waiting += [row.when for row in rules.derived[key].rows]
                case c.OutcomeIs():
                    waiting += [item.when for item in rules.outcomes]
                case _:
                    found.add(getattr(node, "question", ""))
    return found - {""}


def _routed(policy: Policy, codes: set[str]) -> set[str]:
    """Add the questions that decide whether these are asked, and with which options."""
    found = set(codes)
    # Questions lean on earlier ones only, so one walk from the last to the first will do.
    for question in reversed(policy.catalogue.questions):
        if question.code in found:
            found |= questions_named(policy, [question.visible_when])
            if question.sector_question:
                found.add(policy.catalogue.by_key[question.sector_question].code)
    return found


def _otherwise(policy: Policy) -> set[str]:
    """Return the questions that are used without a say in what holds: to check, to tell, to compare, to choose from."""
    rules, organisations = policy.rules, policy.organisations.values()
    found = questions_named(policy, [check.when for check in policy.catalogue.checks])
    found |= questions_named(policy, [condition for message in rules.withheld for condition in message.closed_by])
    found |= {table.question for table in policy.comparisons}
    keys = {key for rule in rules.rules for key in re.findall(r"{(\w+)(?::\w+)?}", rule.reason)}
    limits = {"provincie": "provinces", "sector": "sectors", "thema": "themes"}
    keys |= {key for key, field in limits.items() if any(getattr(item, field) for item in organisations)}
    return found | {policy.catalogue.by_key[key].code for key in keys if key in policy.catalogue.by_key}
