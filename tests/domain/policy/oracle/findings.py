"""Every finding about a policy, by z3: (fault, code, other), after the definitions of docs/analyse.md."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from z3 import And, BoolRef, Not, Or, SolverFor, Xor, sat

from intake.policy import conditions as c
from intake.policy.model import Effect, Policy, Rule, Withheld
from tests.domain.policy.oracle.encoding import Encoding
from tests.domain.policy.oracle.space import TRUE, either, nodes
from tests.domain.policy.oracle.tree import Tree, rules_and_messages

Finding = tuple[str, str, str]
TELLING = (Effect.REFERRAL, Effect.ENROLMENT)


class Oracle:
    """Finds what is wrong with one policy; every question to the solver is «can this be, in a complete intake?»."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.rules = policy.rules
        self.code = Encoding(policy)
        self.solver = SolverFor("QF_FD")
        self.solver.add(self.code.complete())
        self.asked = 0

    def possible(self, *formulas: BoolRef) -> bool:
        """Say whether all formulas hold together in some complete intake."""
        self.asked += 1
        self.solver.push()
        self.solver.add(*formulas)
        answer = self.solver.check()
        self.solver.pop()
        return bool(answer == sat)

    def findings(self) -> set[Finding]:
        """Return all findings."""
        found = {*self._dead(), *self._tables()}
        # What never holds is told once, not again for each of its parts.
        silent = {code for fault, code, _ in found if fault in ("DEAD_RULE", "DEAD_MESSAGE", "UNREACHABLE_ROW")}
        found |= {*self._contradictions(), *self._unreachable(silent), *self._examples()}
        found |= {*self._nothing_changed(silent), *self._redundant(silent)}
        return found | {*self._idle_gates(), *self._idle_questions()}

    def _dead(self) -> Iterator[Finding]:
        for item in rules_and_messages(self.policy):
            if not self.possible(self.code.effective(item)):
                yield "DEAD_RULE" if isinstance(item, Rule) else "DEAD_MESSAGE", item.code, self._cause(item)

    def _cause(self, item: Rule | Withheld) -> str:
        when = self.code.pair(item.when).yes
        if self.possible(when):
            return "voorrang" if self.possible(self.code.base(item)) else "poort"
        solver = SolverFor("QF_FD")
        solver.add(self.code.free())
        solver.add(when)
        return "routing" if solver.check() == sat else "zelf"

    def tables(self) -> dict[str, list[tuple[str, c.Condition]]]:
        """Return the rows of each table, as (owner, condition), by the code of the table."""
        rules = self.rules
        found = {
            table.code: [(f"{table.code}:{row.value}", row.when) for row in table.rows]
            for table in rules.derived.values()
        }
        found["uitkomst"] = [(item.code, item.when) for item in rules.outcomes]
        found["intensiteit"] = [(f"intensiteit:{item.value}", item.when) for item in rules.levels]
        return found

    def first(self, table: str) -> list[BoolRef]:
        """Return for each row of the table «this is the first row that is certain»."""
        derived = {item.code: item for item in self.rules.derived.values()}
        if table in derived:
            return self.code.first(f"afgeleid:{derived[table].key}", derived[table].rows)
        return self.code.first(table, self.rules.outcomes if table == "uitkomst" else self.rules.levels)

    def _tables(self) -> Iterator[Finding]:
        for table, rows in self.tables().items():
            first = self.first(table)
            if self.possible(Not(either(*first))):
                yield "UNCOVERED", table, ""
            for (owner, _), formula in zip(rows, first, strict=True):
                if not self.possible(formula):
                    yield "UNREACHABLE_ROW", owner, ""
        if self.rules.unique_outcome:
            outcomes = self.rules.outcomes
            for at, one in enumerate(outcomes):
                for other in outcomes[at + 1 :]:
                    if self.possible(self.code.pair(one.when).yes, self.code.pair(other.when).yes):
                        yield "DOUBLE_OUTCOME", one.code, other.code

    def _contradictions(self) -> Iterator[Finding]:
        for rule in self.rules.rules:
            for message in self.rules.withheld:
                about = rule.effect in TELLING and rule.activity in message.activities
                if about and self.possible(self.code.effective(rule), self.code.effective(message)):
                    yield "CONTRADICTION", rule.code, message.code

    def _unreachable(self, dead: set[str]) -> Iterator[Finding]:
        reached = {rule.activity for rule in self.rules.rules if rule.code not in dead}
        yield from (("UNREACHABLE_ACTIVITY", code, "") for code in self.policy.activities if code not in reached)

    def _examples(self) -> Iterator[Finding]:
        for rule in self.rules.rules:
            for number, example in enumerate(rule.examples, 1):
                if Tree(self.policy, example.answers).effective(rule) is not example.holds:
                    yield "FAILING_EXAMPLE", rule.code, str(number)

    def _nothing_changed(self, dead: set[str]) -> Iterator[Finding]:
        alive = [rule for rule in self.rules.rules if rule.code not in dead]
        for at, rule in enumerate(alive):
            for there, other in enumerate(alive):
                if there != at and self._covered(rule, other) and (there < at or not self._covered(other, rule)):
                    yield "CHANGES_NOTHING", rule.code, other.code
                    break

    def _covered(self, rule: Rule, other: Rule) -> bool:
        """Say whether the other rule gives at least the same wherever this one holds."""
        same = rule.activity == other.activity and rule.effect is other.effect and {*rule.beats} <= {*other.beats}
        return (
            same
            and _at_least_as_much(other.intensity, rule.intensity)
            and not self.possible(self.code.effective(rule), Not(self.code.effective(other)))
        )

    def _redundant(self, silent: set[str]) -> Iterator[Finding]:
        for owner, when, context in self._owners():
            if owner not in silent:
                yield from (("REDUNDANT", owner, path) for path in self._idle_parts(when, context))

    def _owners(self) -> Iterator[tuple[str, c.Condition, BoolRef]]:
        for item in rules_and_messages(self.policy):
            context = self.code.gate(item.step) if isinstance(item, Rule) and item.gated else TRUE
            yield item.code, item.when, context
        for rows in self.tables().values():
            certain = [self.code.pair(when).yes for _, when in rows]
            for at, (owner, when) in enumerate(rows):
                yield owner, when, And(*(Not(earlier) for earlier in certain[:at]))

    def _idle_parts(self, when: c.Condition, context: BoolRef) -> Iterator[str]:
        """Yield the path of each outermost part that can be left out."""
        waiting: list[tuple[str, ...]] = [()]
        whole = self.code.pair(when).yes
        while waiting:
            path = waiting.pop()
            node = _at(when, path)
            for number in range(1, len(getattr(node, "parts", ())) + 1):
                here = (*path, str(number))
                if self._removable(node, number):
                    less = self.code.pair(_without(when, here)).yes
                    if not self.possible(context, Xor(whole, less)):
                        yield ".".join(here)
                        continue
                waiting.append(here)

    def _removable(self, node: c.Condition, number: int) -> bool:
        if not isinstance(node, (c.All, c.AnyOf)) or len(node.parts) < 2:
            return False
        return not any(isinstance(part, c.Unanswered) for part in nodes(node.parts[number - 1]))

    def _idle_gates(self) -> Iterator[Finding]:
        levels = zip(self.rules.levels, self.first("intensiteit"), strict=True)
        helped = Or(*(formula for level, formula in levels if level.value != "geen"))
        for step, gate in self.rules.gates.items():
            given = [rule for rule in self.rules.rules if rule.step is step and rule.effect is not Effect.SIGNAL]
            nothing = [Not(self.code.effective(rule)) for rule in given]
            if self.possible(self.code.pair(gate.when).yes, helped, *nothing):
                yield "IDLE_GATE", f"poort:{step.code}", ""

    def _idle_questions(self) -> Iterator[Finding]:
        used = self._used()
        questions = self.policy.catalogue.questions
        used |= {self.policy.catalogue.by_key[item.sector_question].code for item in questions if item.sector_question}
        yield from (("IDLE_QUESTION", item.code, "") for item in questions if item.code not in used)

    def _used(self) -> set[str]:
        rules, found = self.rules, set()
        owners: list[Any] = [*rules.rules, *rules.withheld, *rules.outcomes, *rules.levels, *rules.gates.values()]
        owners += [*self.policy.catalogue.checks, *(row for table in rules.derived.values() for row in table.rows)]
        waiting = [owner.when for owner in owners]
        waiting += [question.visible_when for question in self.policy.catalogue.questions]
        while waiting:
            for node in nodes(waiting.pop()):
                if isinstance(node, c.FactHolds):
                    waiting.append(rules.facts[node.fact].when)
                elif hasattr(node, "question"):
                    found.add(node.question)
        return found


def _at_least_as_much(more: str | None, less: str | None) -> bool:
    """A rule without an intensity of its own follows the table, and is never less than light."""
    order = {"licht": 0, None: 1, "intensief": 2}
    return order[more] >= order[less]


def _inside(node: c.Condition) -> c.Condition:
    """Return the node itself, or what stands below one or more «niet»: a path does not count those."""
    while isinstance(node, c.Not):
        node = node.part
    return node


def _at(when: c.Condition, path: tuple[str, ...]) -> c.Condition:
    node = _inside(when)
    for number in path:
        assert isinstance(node, (c.All, c.AnyOf, c.AtLeast))
        node = _inside(node.parts[int(number) - 1])
    return node


def _without(when: c.Condition, path: tuple[str, ...]) -> c.Condition:
    """Return the condition without the part at the path."""
    if isinstance(when, c.Not):
        return c.Not(_without(when.part, path))
    assert isinstance(when, (c.All, c.AnyOf, c.AtLeast))
    at = int(path[0]) - 1
    if len(path) == 1:
        return replace(when, parts=when.parts[:at] + when.parts[at + 1 :])
    return replace(when, parts=(*when.parts[:at], _without(when.parts[at], path[1:]), *when.parts[at + 1 :]))
