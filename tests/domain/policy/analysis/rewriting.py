"""The policy of 2013 with a rule, message, table or question put in another's place."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from intake.policy.conditions import Condition, walk
from intake.policy.model import Policy, Rule
from tests.domain.policy.samples import policy_2013


def rule_like(code: str, new_code: str, when: Condition, **fields: Any) -> Rule:
    """Return a rule like one of 2013, with a code and a condition of its own."""
    return replace(policy_2013().rules.rule(code), code=new_code, when=when, **fields)


def with_rules(*rules: Rule, policy: Policy | None = None) -> Policy:
    """Return a policy with these rules added; a rule with a known code takes the place of that one."""
    policy = policy or policy_2013()
    known = {rule.code: rule for rule in policy.rules.rules} | {rule.code: rule for rule in rules}
    return replace(policy, rules=replace(policy.rules, rules=tuple(known.values())))


def with_message(code: str, policy: Policy | None = None, **fields: Any) -> Policy:
    """Return a policy in which a message has other fields."""
    policy = policy or policy_2013()
    messages = tuple(replace(item, **fields) if item.code == code else item for item in policy.rules.withheld)
    assert any(item.code == code for item in messages)
    return replace(policy, rules=replace(policy.rules, withheld=messages))


def with_table(name: str, rows: tuple[Any, ...], **fields: Any) -> Policy:
    """Return the policy of 2013 with other rows in one table: `outcomes`, `levels` or the key of a derived value."""
    policy = policy_2013()
    if name in ("outcomes", "levels"):
        return replace(policy, rules=replace(policy.rules, **{name: rows}, **fields))
    table = replace(policy.rules.derived[name], rows=rows)
    return replace(policy, rules=replace(policy.rules, derived={**policy.rules.derived, name: table}))


def reads(condition: Condition, code: str) -> bool:
    """Say whether a condition is about a question, by itself."""
    return any(getattr(part, "question", None) == code for part in walk(condition))
