"""Parts of a policy that can be looked at on their own: the tables, and each step with what it leans on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from intake.policy.conditions import Condition, DerivedIs, FactHolds, OutcomeIs, walk
from intake.policy.dependencies import Dependencies
from intake.policy.model import Catalogue, Policy, Rule, RuleSet, Step, Withheld


@dataclass(frozen=True, slots=True)
class Part:
    """A policy with fewer rules, and only the tables and questions that can matter to them."""

    name: str
    policy: Policy
    step: Step | None


def parts_of(policy: Policy) -> Iterator[Part]:
    """Yield the tables and then the steps that have rules.

    A question that is left out never decides whether one that stays is asked, and it can always be answered somehow.
    So what is possible in a part is possible in the whole, and the other way round; only numbers differ.
    """
    tables = replace(policy, rules=replace(policy.rules, rules=(), withheld=(), gates={}))
    every_row = [row.when for table in policy.rules.derived.values() for row in table.rows]
    every_row += [outcome.when for outcome in policy.rules.outcomes]
    yield Part("de tabellen", _narrowed(tables, every_row, every_table=True), None)
    for step in Step:
        if any(rule.step is step for rule in policy.rules.rules):
            yield Part(f"stap {step.label}", _of_step(policy, step), step)


def _of_step(policy: Policy, step: Step) -> Policy:
    own = [rule for rule in policy.rules.rules if rule.step is step]
    activities = {rule.activity for rule in own}
    messages = [item for item in policy.rules.withheld if not activities.isdisjoint(item.activities)]
    kept = _with_winners(policy.rules, {rule.code for rule in own} | {item.code for item in messages})
    rules = tuple(rule for rule in policy.rules.rules if rule.code in kept)
    steps = {step} | {rule.step for rule in rules if rule.gated}
    narrowed = replace(
        policy.rules,
        rules=rules,
        withheld=tuple(item for item in policy.rules.withheld if item.code in kept),
        gates={key: gate for key, gate in policy.rules.gates.items() if key in steps},
    )
    return _narrowed(replace(policy, rules=narrowed))


def _with_winners(rules: RuleSet, codes: set[str]) -> set[str]:
    """Add what can keep these from holding, and what can keep that."""
    items: Sequence[Rule | Withheld] = [*rules.rules, *rules.withheld]
    found: set[str] = set()
    waiting = codes
    while waiting:
        found |= waiting
        waiting = {item.code for item in items if not waiting.isdisjoint(item.beats)} - found
    return found


def _narrowed(policy: Policy, rows: Iterable[Condition] = (), *, every_table: bool = False) -> Policy:
    """Leave out the tables and questions that nothing leans on."""
    rules, graph = policy.rules, Dependencies(policy.rules)
    kept = [*rows, *(rule.when for rule in rules.rules), *(item.when for item in rules.withheld)]
    kept += [gate.when for gate in rules.gates.values()]
    kept += [level.when for level in rules.levels]
    questions = _closed(policy, set().union(*map(graph.questions, kept)))
    kept += [item.visible_when for item in policy.catalogue.questions if item.code in questions]
    facts, tables, outcome = names_in(rules, kept)
    narrowed = replace(
        rules,
        facts={name: fact for name, fact in rules.facts.items() if name in facts},
        derived={key: table for key, table in rules.derived.items() if every_table or key in tables},
        outcomes=rules.outcomes if every_table or outcome else (),
    )
    return replace(policy, rules=narrowed, catalogue=_only(policy.catalogue, questions))


def _closed(policy: Policy, codes: set[str]) -> set[str]:
    """Add the questions that decide whether these are asked and what they offer."""
    graph, found, waiting = Dependencies(policy.rules), set[str](), codes
    while waiting:
        found |= waiting
        needed: set[str] = set()
        for question in (policy.catalogue.by_code[code] for code in waiting):
            needed |= graph.questions(question.visible_when)
            if question.sector_question:
                needed.add(policy.catalogue.by_key[question.sector_question].code)
        waiting = needed - found
    return found


def names_in(rules: RuleSet, conditions: Iterable[Condition]) -> tuple[set[str], set[str], bool]:
    """Return the facts and tables that conditions name, also through each other, and whether the outcome is."""
    facts: set[str] = set()
    tables: set[str] = set()
    outcome = False
    waiting = [*conditions]
    while waiting:
        for part in walk(waiting.pop()):
            match part:
                case FactHolds(fact) if fact not in facts:
                    facts.add(fact)
                    waiting.append(rules.facts[fact].when)
                case DerivedIs(key) if key not in tables:
                    tables.add(key)
                    waiting += [row.when for row in rules.derived[key].rows]
                case OutcomeIs() if not outcome:
                    outcome = True
                    waiting += [item.when for item in rules.outcomes]
                case _:
                    continue
    return facts, tables, outcome


def _only(catalogue: Catalogue, codes: set[str]) -> Catalogue:
    questions = tuple(question for question in catalogue.questions if question.code in codes)
    by_key = {question.key: question for question in questions}
    return Catalogue(questions, {question.code: question for question in questions}, by_key, ())
