"""A policy compiled to masks: what is asked, what is settled in which order, and which rules hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from weakref import WeakKeyDictionary

from intake.policy.answers import Answers
from intake.policy.conditions import All, Condition, Value
from intake.policy.dependencies import OUTCOME, Dependencies, Node
from intake.policy.engine.clauses import Clauses, Clausing, Test
from intake.policy.engine.layout import FactIs, Layout, encoders, facts_worth_a_bit
from intake.policy.engine.rules import RuleMasks, precedence_of
from intake.policy.engine.tables import MaskTable, fact_table, mask_table
from intake.policy.model import Kind, Policy, Question, Rule


@dataclass(frozen=True, slots=True)
class Asking:
    """Questions that are asked under one condition."""

    clauses: Clauses
    questions: tuple[str, ...]


Step = Asking | MaskTable
# What `look` goes by: the place of a step as a bit, then its table, or the clauses of its questions and their answers.
Pace = tuple[int, MaskTable | None, Clauses, tuple[tuple[str, dict[Value, int]], ...]]


@dataclass(frozen=True, slots=True)
class Seen:
    """What is asked, the answers that count, and the atoms that they settle."""

    asked: tuple[str, ...]
    kept: Answers
    bits: int


class Compiled:
    """One policy as masks. Made once per version; never changes, apart from what it remembers.

    `tables` are derived values, facts and the outcome, each after what it needs; `steps` puts the questions between.
    """

    def __init__(self, policy: Policy) -> None:
        tests = _Tests(policy)
        self.layout: Layout = tests.layout
        self.rules = _rule_masks(policy, tests)
        self.levels = mask_table("intensiteit", [(0, tests.of(level.when)) for level in policy.rules.levels])
        self._level_names = tuple(level.value for level in policy.rules.levels)
        asking = {item.visible_when: tests.clauses(item.visible_when) for item in policy.catalogue.questions}
        self.tables = _tables(policy, tests)
        self.steps = _steps(policy, asking, self.tables)
        self.encoders = encoders(policy, self.layout)
        self._nothing = sum(encoder.missing for encoder in self.encoders.values())
        self._known = {code: encoder.known for code, encoder in self.encoders.items()}
        self._quick = tuple((table.inputs, table.known, table.settle) for table in self.tables.values())
        self._walk = tuple(self._pace(index, step) for index, step in enumerate(self.steps))
        self._asked: dict[int, tuple[str, ...]] = {}
        questions = policy.catalogue.questions
        self._order = tuple(question.code for question in questions)
        self._by_sector = tuple(item for item in questions if item.kind is Kind.MULTI_PER_SECTOR)
        self._sector_codes = {question.key: question.code for question in questions}

    def _pace(self, index: int, step: Step) -> Pace:
        if isinstance(step, MaskTable):
            return 0, step, (), ()
        return 1 << index, None, step.clauses, tuple((code, self._known[code]) for code in step.questions)

    def encode(self, answers: Mapping[str, Value]) -> int:
        """Return the atoms of answers that all count, with nothing settled yet."""
        bits = self._nothing
        known = self._known
        given = answers.values_by_code if isinstance(answers, Answers) else answers
        try:
            for code, value in given.items():
                bits ^= known[code][value]
        except KeyError:
            for code, value in given.items():
                self.encoders[code].learn(value)
            return self.encode(given)
        return bits

    def settle(self, bits: int) -> int:
        """Return the atoms with every table and fact worked out; Uncovered when a table has no row for them."""
        for inputs, known, work_out in self._quick:
            found = known.get(bits & inputs)
            bits |= work_out(bits) if found is None else found
        return bits

    def fired(self, kept: Mapping[str, Value]) -> tuple[str, ...]:
        """Return the codes of the rules and messages that hold for answers that all count."""
        rules = self.rules
        return rules.names(rules.hold(self.settle(self.encode(kept))))

    def level(self, bits: int) -> str:
        """Return the intensity."""
        return self._level_names[self.levels.row(bits)]

    def outcome_row(self, bits: int) -> int:
        """Return the place of the outcome in its table."""
        return self.tables[OUTCOME].row(bits)

    def derived_row(self, bits: int, key: str) -> int:
        """Return the place of a derived value in its table."""
        return self.tables["afgeleid", key].row(bits)

    def look(self, answers: Mapping[str, Value]) -> Seen:
        """Return what is asked and which answers count; the others have no influence."""
        given = answers.values_by_code if isinstance(answers, Answers) else answers
        given = self._of_sector(given)
        bits, visible = self._nothing, 0
        for own, table, clauses, asked in self._walk:
            if table is not None:
                bits |= table.settle(bits)
                continue
            for mask in clauses:
                if not bits & mask:
                    break
            else:
                visible |= own
                for code, known in asked:
                    if code in given:
                        try:
                            bits ^= known[given[code]]
                        except KeyError:
                            bits ^= self.encoders[code].learn(given[code])
        codes = self._asked.get(visible) or self._asked_when(visible)
        return Seen(codes, Answers(MappingProxyType({code: given[code] for code in codes if code in given})), bits)

    def _asked_when(self, visible: int) -> tuple[str, ...]:
        asked = {code for own, _, _, questions in self._walk if visible & own for code, _ in questions}
        codes = self._asked[visible] = tuple(code for code in self._order if code in asked)
        return codes

    def _of_sector(self, answers: Mapping[str, Value]) -> Mapping[str, Value]:
        """Leave out the options of another sector; the sector itself is always asked before them."""
        for question in self._by_sector:
            value = answers.get(question.code)
            if isinstance(value, tuple):
                sector = answers.get(self._sector_codes[question.sector_question])
                options = question.per_sector.get(sector, ()) if isinstance(sector, str) else ()
                offered = {option.value for option in options}
                if not offered.issuperset(value):
                    left = tuple(item for item in value if item in offered)
                    answers = {code: given for code, given in answers.items() if left or code != question.code}
                    if left:
                        answers[question.code] = left
        return answers


def effective(policy: Policy, rule: Rule) -> Condition:
    """Return what must hold for a rule, its gate included."""
    gate = policy.rules.gates.get(rule.step) if rule.gated else None
    return rule.when if gate is None else All((gate.when, rule.when))


class _Tests:
    """Every condition of the policy as masks over one layout."""

    def __init__(self, policy: Policy) -> None:
        rules = policy.rules
        plain = Clausing(policy, Layout())
        sizes = {name: len(plain.clauses(fact.when)) for name, fact in rules.facts.items()}
        self.apart = facts_worth_a_bit(policy, sizes)
        self.layout = Layout()
        self._clausing = Clausing(policy, self.layout, self.apart)
        self.facts = {name: self.of(rules.facts[name].when) for name in rules.facts if name in self.apart}
        self.derived = {key: [self.of(row.when) for row in table.rows] for key, table in rules.derived.items()}
        self.outcomes = [self.of(outcome.when) for outcome in rules.outcomes]

    def of(self, condition: Condition) -> Test:
        return self._clausing.test(condition)

    def clauses(self, condition: Condition) -> Clauses:
        return self._clausing.clauses(condition)


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
            made[node] = mask_table("uitkomsten", zip(settled, tests.outcomes, strict=True))
        elif kind == "afgeleid":
            table = rules.derived[name]
            settled = [layout.of_row(name, row.value) for row in table.rows]
            made[node] = mask_table(table.name, zip(settled, tests.derived[name], strict=True))
        elif name in tests.facts:
            made[node] = fact_table(name, layout.bit(FactIs(name)), tests.facts[name])
    return made


def _steps(policy: Policy, asking: Mapping[Condition, Clauses], tables: Mapping[Node, MaskTable]) -> tuple[Step, ...]:
    """Return questions and tables in an order in which each needs only what came before.

    Questions under one condition go together, as soon as what the condition needs is settled.
    """
    graph = Dependencies(policy.rules)
    waiting = {node: graph.questions_of(node) for node in tables}
    groups: dict[Condition, list[Question]] = {}
    for question in policy.catalogue.questions:
        groups.setdefault(question.visible_when, []).append(question)
    steps: list[Step] = []
    done: set[str] = set()
    while groups or waiting:
        before = len(steps)
        ready = [node for node, needs in waiting.items() if needs <= done]
        steps += [tables[node] for node in ready]
        for node in ready:
            del waiting[node]
        # What a condition needs is settled by now: its tables ask nothing that it does not.
        for condition in [when for when in groups if graph.questions(when) <= done]:
            codes = tuple(question.code for question in groups.pop(condition))
            steps.append(Asking(asking[condition], codes))
            done |= {*codes}
        if len(steps) == before:
            raise ValueError("questions depend on each other")
    return tuple(steps)


_CACHE: WeakKeyDictionary[Policy, Compiled] = WeakKeyDictionary()


def compiled(policy: Policy) -> Compiled:
    """Return the policy as masks, compiled at first use and kept as long as the policy is."""
    found = _CACHE.get(policy)
    if found is None:
        found = _CACHE[policy] = Compiled(policy)
    return found
