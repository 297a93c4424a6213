"""Every finding about a policy, by z3: (fault, code, other), after the definitions of docs/analyse.md."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

from z3 import And, BoolRef, Not, Or, Solver, SolverFor, Xor, sat

from intake.policy import conditions as c
from intake.policy.model import Effect, Policy, Rule, Withheld
from tests.domain.policy.oracle.encoding import Encoding
from tests.domain.policy.oracle.space import FALSE, TRUE, either, nodes
from tests.domain.policy.oracle.tree import Tree, rules_and_messages
from tests.domain.policy.oracle.uses import questions_without_effect

Finding = tuple[str, str, str]
TELLING = (Effect.REFERRAL, Effect.ENROLMENT)


class Oracle:
    """Finds what is wrong with one policy; every question to the solver is «can this be, in a complete intake?»."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.rules = policy.rules
        self.code = Encoding(policy)
        self._complete = _Asking(self.code.complete())
        self._free = _Asking(self.code.free())

    def possible(self, *formulas: BoolRef) -> bool:
        """Say whether all formulas hold together in some complete intake."""
        return self._complete.possible(*formulas)

    def possible_unrouted(self, *formulas: BoolRef) -> bool:
        """Say whether all formulas hold together for some answers, whatever is asked."""
        return self._free.possible(*formulas)

    def findings(self) -> set[Finding]:
        """Return all findings."""
        found = {*self._dead(), *self._tables()}
        # What never holds is told once, not again for each of its parts.
        silent = {code for fault, code, _ in found if fault in ("DEAD_RULE", "DEAD_MESSAGE", "UNREACHABLE_ROW")}
        found |= {*self._contradictions(), *self._unreachable(silent), *self._examples()}
        found |= {*self._nothing_changed(silent), *self._spare(silent), *self._order_decides(silent)}
        return found | {*self._idle_gates(), *questions_without_effect(self.policy)}

    def _dead(self) -> Iterator[Finding]:
        for item in rules_and_messages(self.policy):
            if not self.possible(self.code.effective(item)):
                yield "DEAD_RULE" if isinstance(item, Rule) else "DEAD_MESSAGE", item.code, self._cause(item)

    def _cause(self, item: Rule | Withheld) -> str:
        when = self.code.pair(item.when).yes
        if self.possible(when):
            return "voorrang" if self.possible(self.code.base(item)) else "poort"
        return "routing" if self.possible_unrouted(when) else "zelf"

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
        """Yield rules that the others make up for, the last first; one that was found no longer makes up for any."""
        left = [rule for rule in self.rules.rules if rule.code not in dead]
        for rule in reversed(left.copy()):
            others = [other for other in left if other is not rule]
            if not any(self.possible(lost) for lost in self._lost(rule, others)):
                yield "CHANGES_NOTHING", rule.code, ""
                left = others

    def _lost(self, rule: Rule, others: list[Rule]) -> Iterator[BoolRef]:
        """Yield «without the rule somebody loses this»: an activity, one as strong, or a message pushed aside."""
        same = [other for other in others if (other.activity, other.effect) == (rule.activity, rule.effect)]
        for strength in ("", "licht", "intensief"):
            yield And(self._gives(rule, strength), *(Not(self._gives(other, strength)) for other in same))
        for message in rule.beats:
            too = [self.code.effective(other) for other in others if message in other.beats]
            yield And(self.code.effective(rule), Not(either(*too)))

    def _gives(self, rule: Rule, strength: str) -> BoolRef:
        """Return «the rule gives its activity, at least as strong as this»; a referral follows the table by itself."""
        follows = rule.intensity is None and rule.effect is Effect.REFERRAL
        own = "licht" if follows else rule.intensity or ""
        order = ["", "licht", "intensief"]
        if order.index(own) >= order.index(strength):
            return self.code.effective(rule)
        return And(self.code.effective(rule), self._level("intensief")) if follows else FALSE

    def _level(self, value: str) -> BoolRef:
        levels = zip(self.rules.levels, self.first("intensiteit"), strict=True)
        return either(*(formula for level, formula in levels if level.value == value))

    def _order_decides(self, silent: set[str]) -> Iterator[Finding]:
        for rows in self.tables().values():
            for (one, first), (other, second) in combinations(rows, 2):
                if isinstance(second, c.Always) or other in silent:
                    continue
                if self.possible(self.code.pair(first).yes, self.code.pair(second).yes):
                    yield "ORDER_DECIDES", one, other

    def _spare(self, silent: set[str]) -> Iterator[Finding]:
        for owner, when, context in self._owners():
            if owner not in silent:
                yield from ((fault, owner, path) for fault, path in self._spare_parts(when, context))

    def _owners(self) -> Iterator[tuple[str, c.Condition, BoolRef]]:
        for item in rules_and_messages(self.policy):
            context = self.code.gate(item.step) if isinstance(item, Rule) and item.gated else TRUE
            yield item.code, item.when, context
        for rows in self.tables().values():
            certain = [self.code.pair(when).yes for _, when in rows]
            for at, (owner, when) in enumerate(rows):
                yield owner, when, And(*(Not(earlier) for earlier in certain[:at]))

    def _spare_parts(self, when: c.Condition, context: BoolRef) -> Iterator[tuple[str, str]]:
        """Yield the path of each outermost part that can be left out, and whether only the routing makes it so."""
        waiting: list[tuple[str, ...]] = [()]
        whole = self.code.pair(when).yes
        while waiting:
            path = waiting.pop()
            node = _at(when, path)
            for number in range(1, len(getattr(node, "parts", ())) + 1):
                here = (*path, str(number))
                if self._removable(node, number):
                    changed = Xor(whole, self.code.pair(_without(when, here)).yes)
                    if not self.possible(context, changed):
                        routing = self.possible_unrouted(context, changed)
                        yield "IMPLIED" if routing else "REDUNDANT", ".".join(here)
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


class _Asking:
    """Questions about one set of formulas."""

    def __init__(self, always: list[BoolRef]) -> None:
        self._solver: Solver = SolverFor("QF_FD")
        self._solver.add(always)

    def possible(self, *formulas: BoolRef) -> bool:
        """Say whether all formulas can hold together."""
        self._solver.push()
        self._solver.add(*formulas)
        answer = self._solver.check()
        self._solver.pop()
        return bool(answer == sat)


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
