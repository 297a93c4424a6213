"""A policy compiled to masks: what is asked, what is settled in which order, and which rules hold."""

from __future__ import annotations

from collections.abc import Mapping
from weakref import WeakKeyDictionary

from intake.policy.answers import Answers
from intake.policy.conditions import All, Condition, Value
from intake.policy.dependencies import OUTCOME, Dependencies, Node
from intake.policy.engine.bearing import Bearing
from intake.policy.engine.clauses import Clausing, Test, TooManyClauses
from intake.policy.engine.encoding import encoders
from intake.policy.engine.layout import FactIs, Layout, facts_used_again, owned_conditions
from intake.policy.engine.looking import Looking
from intake.policy.engine.rules import RuleMasks, cluster, precedence_of
from intake.policy.engine.shortcuts import quick
from intake.policy.engine.steps import steps_of
from intake.policy.engine.tables import MaskTable, fact_table, stages, words
from intake.policy.model import Policy, Rule, Step


class Compiled:
    """One policy as masks. Made once per version; never changes, apart from what it remembers.

    `tables` are derived values, facts and the outcome, each after what it needs; `steps` puts the questions between,
    and the intensity after all. `derived` (by key), `outcomes` and `levels` are the tables that give a result. It does
    not hold the policy itself, which is its key.
    """

    def __init__(self, policy: Policy) -> None:
        tests = _Tests(policy)
        self.layout: Layout = tests.layout
        self.rules = _rule_masks(policy, tests)
        self.bearing = Bearing(policy.rules.rules)
        levels = [(0, tests.of(level.when)) for level in policy.rules.levels]
        self._gates = cluster([(1 << step.rank, tests.of(gate.when)) for step, gate in policy.rules.gates.items()])
        self._no_gate = frozenset(Step) - policy.rules.gates.keys()
        self._behind = tuple((1 << step.rank, step) for step in policy.rules.gates)
        asking = {item.visible_when: tests.of(item.visible_when) for item in policy.catalogue.questions}
        # Marks come after all atoms, so whatever needs an atom was compiled by now.
        self.tables = _tables(policy, tests)
        self.levels = MaskTable("intensiteit", levels, _first_free(self.layout, self.tables))
        self.derived = {key: self.tables["afgeleid", key] for key in policy.rules.derived}
        self.outcomes = self.tables[OUTCOME]
        self.steps = (*steps_of(policy, asking, self.tables), self.levels)
        self.encoders = encoders(policy, self.layout)
        self._level_names = tuple(level.value for level in policy.rules.levels)
        settling = (*self.tables.values(), self.levels)
        self._open = tuple(table for table in settling if table.open)
        self._nothing = sum(encoder.missing for encoder in self.encoders.values())
        self._known = {code: encoder.known for code, encoder in self.encoders.items()}
        self._quick = quick(stages(settling))
        self.values = words(_named_tables(policy, self)).of
        self.look = Looking(policy.catalogue, self.steps, self.encoders).look

    def encode(self, answers: Mapping[str, Value]) -> int:
        """Return the atoms of answers that all count, with nothing settled yet."""
        given = answers.values_by_code if isinstance(answers, Answers) else answers
        bits = self._nothing
        known = self._known
        try:
            for code, value in given.items():
                bits += known[code][value]
        except KeyError:
            return self._encode_new(given)
        return bits

    def _encode_new(self, answers: Mapping[str, Value]) -> int:
        bits = self._nothing
        for code, value in answers.items():
            bits += self.encoders[code].learn(value)
        return bits

    def settle(self, bits: int) -> int:
        """Return the atoms with every table and fact worked out; a table without a row that holds settles nothing."""
        for inputs, known, learn in self._quick:
            found = known.get(bits & inputs)
            bits |= learn(bits) if found is None else found
        return bits

    def must_be_covered(self, bits: int) -> None:
        """Raise Uncovered when a table, the outcome or the intensity has no row that holds."""
        for table in self._open:
            table.row(bits)

    def evaluate(self, kept: Mapping[str, Value]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return all that the policy says of answers that all count; or raise Uncovered.

        First the value of every table, the outcome and the intensity; then the codes of rules and messages that hold.
        """
        given = kept.values_by_code if isinstance(kept, Answers) else kept
        bits, held, known = self._nothing, 0, self._known
        # Mostly everything is known: then loops without a call between them are quickest.
        try:
            for code, value in given.items():
                bits += known[code][value]
            for inputs, settled, _ in self._quick:
                bits |= settled[bits & inputs]
            for inputs, holding, _ in self.rules.quick:
                held |= holding[bits & inputs]
        except KeyError:
            bits = self.settle(self.encode(given))
            held = self.rules.hold(bits)
        if self.rules.precedence:
            held = self.rules.give_way(held)
        if self._open:
            self.must_be_covered(bits)
        return self.values(bits), self.rules.names(held)

    def level(self, bits: int) -> str:
        """Return the intensity; or raise Uncovered."""
        return self._level_names[self.levels.row(bits)]

    def open_steps(self, bits: int) -> frozenset[Step]:
        """Return the steps whose gate is open, and those without a gate."""
        opened = self._gates.find(bits)
        return self._no_gate.union([step for place, step in self._behind if opened & place])


def effective(policy: Policy, rule: Rule) -> Condition:
    """Return what must hold for a rule, its gate included."""
    gate = policy.rules.gates.get(rule.step) if rule.gated else None
    return rule.when if gate is None else All((gate.when, rule.when))


def tangled(policy: Policy) -> tuple[str, ...]:
    """Return where conditions stand that take too many clauses (as in `Policy.places`), and so must be split.

    Only a policy without any can be compiled. A tangled fact is not held against the conditions that name it.
    """
    clausing = Clausing(policy, Layout(), _facts_apart(policy))
    conditions = dict(owned_conditions(policy)) | {rule.code: effective(policy, rule) for rule in policy.rules.rules}
    return tuple(owner for owner, condition in conditions.items() if _test(clausing, condition) is None)


def _test(clausing: Clausing, condition: Condition) -> Test | None:
    try:
        return clausing.test(condition)
    except TooManyClauses:
        return None


def _facts_apart(policy: Policy) -> frozenset[str]:
    """Return the facts that get a bit of their own: where writing them out each time would take more masks."""
    plain = Clausing(policy, Layout())
    again = facts_used_again(policy)
    found: set[str] = set()
    for name, fact in policy.rules.facts.items():
        test = _test(plain, fact.when)
        if test is None or test.counts or (name in again and len(test.clauses) > 1):
            found.add(name)
    return frozenset(found)


class _Tests:
    """Every condition of the policy as masks over one layout."""

    def __init__(self, policy: Policy) -> None:
        rules = policy.rules
        apart = _facts_apart(policy)
        self.layout = Layout()
        self._clausing = Clausing(policy, self.layout, apart)
        self.facts = {name: self.of(fact.when) for name, fact in rules.facts.items() if name in apart}
        self.derived = {key: [self.of(row.when) for row in table.rows] for key, table in rules.derived.items()}
        self.outcomes = [self.of(outcome.when) for outcome in rules.outcomes]

    def of(self, condition: Condition) -> Test:
        return self._clausing.test(condition)


def _rule_masks(policy: Policy, tests: _Tests) -> RuleMasks:
    rules = policy.rules
    conditions = {rule.code: effective(policy, rule) for rule in rules.rules}
    conditions |= {item.code: item.when for item in rules.withheld}
    beats = {rule.code: rule.beats for rule in rules.rules} | {item.code: item.beats for item in rules.withheld}
    order = precedence_of(tuple(conditions), beats)
    return RuleMasks(tuple(conditions), [tests.of(condition) for condition in conditions.values()], order)


def _tables(policy: Policy, tests: _Tests) -> dict[Node, MaskTable]:
    """Return tables and facts, each after what it needs; every atom must have its bit by now."""
    rules, layout = policy.rules, tests.layout
    made: dict[Node, MaskTable] = {}
    for node in Dependencies(rules).in_order():
        kind, name = node
        if node == OUTCOME:
            settled = [layout.of_row("", item.code) for item in rules.outcomes]
            rows = list(zip(settled, tests.outcomes, strict=True))
            made[node] = MaskTable("uitkomsten", rows, _first_free(layout, made))
        elif kind == "afgeleid":
            table = rules.derived[name]
            settled = [layout.of_row(name, row.value) for row in table.rows]
            rows = list(zip(settled, tests.derived[name], strict=True))
            made[node] = MaskTable(table.name, rows, _first_free(layout, made))
        elif name in tests.facts:
            made[node] = fact_table(name, layout.bit(FactIs(name)), tests.facts[name], _first_free(layout, made))
    return made


def _first_free(layout: Layout, tables: Mapping[Node, MaskTable]) -> int:
    """Return the first bit that is no atom and in no mark."""
    return layout.width + sum(table.mark.bit_count() for table in tables.values())


def _named_tables(policy: Policy, masks: Compiled) -> list[tuple[MaskTable, tuple[str, ...]]]:
    """Return the tables that give a result, with the values of their rows."""
    rules = policy.rules
    named = [(masks.derived[key], tuple(row.value for row in table.rows)) for key, table in rules.derived.items()]
    named.append((masks.outcomes, tuple(item.code for item in rules.outcomes)))
    return [*named, (masks.levels, tuple(item.value for item in rules.levels))]


_CACHE: WeakKeyDictionary[Policy, Compiled] = WeakKeyDictionary()


def compiled(policy: Policy) -> Compiled:
    """Return the policy as masks, compiled at first use and kept as long as the policy is."""
    found = _CACHE.get(policy)
    if found is None:
        found = _CACHE[policy] = Compiled(policy)
    return found
