"""Whether one intake shows what a finding says, by the plain evaluator."""

from __future__ import annotations

from collections.abc import Iterator

from intake.policy.analysis import Fault, Finding
from intake.policy.conditions import Condition
from intake.policy.model import Effect, Policy
from tests.domain.policy.oracle.tree import Tree


def tables(policy: Policy) -> Iterator[tuple[str, list[tuple[str, Condition]]]]:
    rules = policy.rules
    for table in rules.derived.values():
        yield table.code, [(f"{table.code}:{row.value}", row.when) for row in table.rows]
    yield "uitkomst", [(item.code, item.when) for item in rules.outcomes]
    yield "intensiteit", [(f"intensiteit:{item.value}", item.when) for item in rules.levels]


def shows(policy: Policy, finding: Finding, intake: Tree) -> bool:
    """Say whether a finding shows in one intake."""
    rules = policy.rules
    match finding.fault:
        case Fault.CONTRADICTION:
            return {finding.code, finding.other} <= intake.holding
        case Fault.DOUBLE_OUTCOME:
            return all(
                intake.certain(item.when) for item in rules.outcomes if item.code in (finding.code, finding.other)
            )
        case Fault.UNCOVERED:
            [rows] = [rows for table, rows in tables(policy) if table == finding.code]
            return not any(intake.certain(when) for _, when in rows)
        case _:
            assert finding.fault is Fault.IDLE_GATE
            [gate] = [gate for step, gate in rules.gates.items() if f"poort:{step.code}" == finding.code]
            giving = {r.code for r in rules.rules if r.step is gate.step and r.effect is not Effect.SIGNAL}
            helped = intake.level not in ("geen", None)
            return intake.certain(gate.when) and helped and not intake.holding & giving
