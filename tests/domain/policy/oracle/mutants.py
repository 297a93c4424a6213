"""Mutants: the policy of 2013 with a few random changes, the same ones for the same seed, and always well-formed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from intake.policy import conditions as c
from intake.policy.model import Effect, Example, Policy, Question, Rule, RuleSet, Step, Withheld
from tests.domain.policy.oracle.editing import ConditionEditor, options
from tests.domain.policy.oracle.space import every_condition, nodes
from tests.domain.policy.oracle.tree import rules_and_messages
from tests.domain.policy.samples import random_answers

TABLES = ("outcomes", "levels")
OWNERS = ("rules", "withheld", *TABLES)


@dataclass(frozen=True, slots=True)
class Mutant:
    """A policy that differs in a few places from the original, with those changes in words."""

    seed: int
    policy: Policy
    changes: tuple[str, ...]


def mutant(original: Policy, seed: int) -> Mutant:
    """Return the mutant of this seed."""
    rng = Random(f"mutant {seed}")
    policy = original
    changes: list[str] = []
    wanted = rng.randint(1, 4)
    while len(changes) < wanted:
        change = rng.choice(CHANGES)
        changed = change(policy, rng)
        if changed is not None and well_formed(changed):
            policy = changed
            changes.append(change.__name__)
    return Mutant(seed, policy, tuple(changes))


# ------------------------------------------------------------------ changes


def _with_rules(policy: Policy, **changes: Any) -> Policy:
    return replace(policy, rules=replace(policy.rules, **changes))


def _with_item(items: tuple[Any, ...], at: int, item: Any) -> tuple[Any, ...]:
    return (*items[:at], item, *items[at + 1 :])


def _with_question(policy: Policy, question: Question) -> Policy:
    questions = tuple(question if item.code == question.code else item for item in policy.catalogue.questions)
    catalogue = replace(
        policy.catalogue,
        questions=questions,
        by_code={item.code: item for item in questions},
        by_key={item.key: item for item in questions},
    )
    return replace(policy, catalogue=catalogue)


def condition_of_owner(policy: Policy, rng: Random) -> Policy:
    """Change the condition of a rule, message, outcome or intensity."""
    part = rng.choice(("rules", "rules", *OWNERS))
    items = getattr(policy.rules, part)
    at = rng.randrange(len(items))
    when = ConditionEditor(policy, rng).edited(items[at].when)
    return _with_rules(policy, **{part: _with_item(items, at, replace(items[at], when=when))})


def condition_of_fact(policy: Policy, rng: Random) -> Policy:
    name = rng.choice(list(policy.rules.facts))
    fact = policy.rules.facts[name]
    changed = replace(fact, when=ConditionEditor(policy, rng).edited(fact.when))
    return _with_rules(policy, facts={**policy.rules.facts, name: changed})


def condition_of_gate(policy: Policy, rng: Random) -> Policy:
    step = rng.choice(list(policy.rules.gates))
    gate = policy.rules.gates[step]
    changed = replace(gate, when=ConditionEditor(policy, rng).edited(gate.when))
    return _with_rules(policy, gates={**policy.rules.gates, step: changed})


def visibility(policy: Policy, rng: Random) -> Policy:
    question = rng.choice(policy.catalogue.questions)
    return _with_question(
        policy, replace(question, visible_when=ConditionEditor(policy, rng).edited(question.visible_when))
    )


def row_of_table(policy: Policy, rng: Random) -> Policy | None:
    """Drop, move, change or turn around rows of a derived value."""
    key = rng.choice(list(policy.rules.derived))
    table = policy.rules.derived[key]
    rows = _other_rows(policy, table.rows, rng)
    return rows and _with_rules(policy, derived={**policy.rules.derived, key: replace(table, rows=rows)})


def row_of_outcomes(policy: Policy, rng: Random) -> Policy | None:
    part = rng.choice(TABLES)
    rows = _other_rows(policy, getattr(policy.rules, part), rng)
    return rows and _with_rules(policy, **{part: rows})


def _other_rows(policy: Policy, rows: tuple[Any, ...], rng: Random) -> Any:
    at, there = rng.randrange(len(rows)), rng.randrange(len(rows))
    match rng.choice(("condition", "drop", "move", "last")):
        case "condition":
            return _with_item(rows, at, replace(rows[at], when=ConditionEditor(policy, rng).edited(rows[at].when)))
        case "drop" if len(rows) > 1:
            return rows[:at] + rows[at + 1 :]
        case "last":
            return (*rows[:-1], replace(rows[-1], when=ConditionEditor(policy, rng).any()))
        case _:
            return _with_item(_with_item(rows, at, rows[there]), there, rows[at])


def gated(policy: Policy, rng: Random) -> Policy:
    return _with_some_rule(policy, rng, lambda rule: replace(rule, gated=not rule.gated))


def behind_the_gate(policy: Policy, rng: Random) -> Policy:
    """Put a rule behind a gate; now and then with a condition that holds only before that gate."""
    step = rng.choice(list(policy.rules.gates))
    closed = c.Not(policy.rules.gates[step].when)

    def moved(rule: Rule) -> Rule:
        when = c.All((rule.when, closed)) if rng.random() < 0.3 else rule.when
        return replace(rule, step=step, gated=True, when=when)

    return _with_some_rule(policy, rng, moved)


def bearing(policy: Policy, rng: Random) -> Policy:
    """Change what a rule gives: activity, kind, step or intensity."""
    fields: dict[str, list[Any]] = {
        "activity": list(policy.activities),
        "effect": list(Effect),
        "step": list(Step),
        "intensity": [None, "licht", "intensief"],
    }
    name = rng.choice(list(fields))
    return _with_some_rule(policy, rng, lambda rule: replace(rule, **{name: rng.choice(fields[name])}))


def reason(policy: Policy, rng: Random) -> Policy:
    """Name any question in the reason of a rule, which also uses an answer that steers nothing."""
    key = rng.choice(policy.catalogue.questions).key
    return _with_some_rule(policy, rng, lambda rule: replace(rule, reason=f"{rule.reason} U antwoordde: {{{key}}}."))


def example(policy: Policy, rng: Random) -> Policy:
    answers = next(iter(random_answers(1, seed=rng.randrange(10**6))))
    known = {code: tuple(value) if isinstance(value, list) else value for code, value in answers.items()}
    added = Example(rng.random() < 0.5, known)
    return _with_some_rule(policy, rng, lambda rule: replace(rule, examples=(*rule.examples, added)))


def _with_some_rule(policy: Policy, rng: Random, change: Callable[[Rule], Rule]) -> Policy:
    at = rng.randrange(len(policy.rules.rules))
    return _with_rules(policy, rules=_with_item(policy.rules.rules, at, change(policy.rules.rules[at])))


def precedence(policy: Policy, rng: Random) -> Policy:
    """Let a rule go before a message, or a message before a rule; mostly about the same activity."""
    message = rng.choice(policy.rules.withheld)
    same = [rule for rule in policy.rules.rules if rule.activity in message.activities]
    rule = rng.choice(same if same and rng.random() < 0.7 else policy.rules.rules)
    if rng.random() < 0.5:
        return _with_beats(policy, rule, message.code)
    return _with_beats(policy, message, rule.code)


def shadow(policy: Policy, rng: Random) -> Policy:
    """Let a message hold wherever a rule does, and go before it: or the other way round."""
    message, rule = rng.choice(policy.rules.withheld), rng.choice(policy.rules.rules)
    at = policy.rules.withheld.index(message)
    wider = c.AnyOf((message.when, rule.when)) if rng.random() < 0.5 else rule.when
    messages = _with_item(policy.rules.withheld, at, replace(message, when=wider))
    changed = _with_rules(policy, withheld=messages)
    return (
        _with_beats(changed, messages[at], rule.code)
        if rng.random() < 0.7
        else _with_beats(changed, rule, message.code)
    )


def _with_beats(policy: Policy, item: Rule | Withheld, code: str) -> Policy:
    part = "rules" if isinstance(item, Rule) else "withheld"
    items = getattr(policy.rules, part)
    beats = (*(known for known in item.beats if known != code), code)
    return _with_rules(policy, **{part: _with_item(items, items.index(item), replace(item, beats=beats))})


def condition_taken_over(policy: Policy, rng: Random) -> Policy:
    """Give a rule or message the condition of another, as after copying a block."""
    part = rng.choice(("rules", "withheld"))
    items = getattr(policy.rules, part)
    at = rng.randrange(len(items))
    same = [rule for rule in policy.rules.rules if part == "withheld" or rule.activity == items[at].activity]
    when = rng.choice(same).when
    return _with_rules(policy, **{part: _with_item(items, at, replace(items[at], when=when))})


def rule_more_or_less(policy: Policy, rng: Random) -> Policy:
    """Leave out a rule or a message, or write one twice with a small change."""
    part = rng.choice(("rules", "rules", "withheld"))
    items = getattr(policy.rules, part)
    at = rng.randrange(len(items))
    if rng.random() < 0.5:
        code = items[at].code
        left = _with_rules(policy, **{part: items[:at] + items[at + 1 :]})
        return _without_beats(left, code)
    copy = replace(items[at], code=f"{items[at].code}x{len(items)}")
    if rng.random() < 0.7:
        copy = replace(copy, when=ConditionEditor(policy, rng).edited(copy.when))
    places = {**policy.places, copy.code: policy.places[items[at].code]} if policy.places else policy.places
    return replace(_with_rules(policy, **{part: (*items, copy)}), places=places)


def twin(policy: Policy, rng: Random) -> Policy:
    """Write a rule twice, with another intensity, or going before a message, or for fewer."""
    rule = rng.choice(policy.rules.rules)
    twins = [
        replace(rule, intensity=rng.choice((None, "licht", "intensief"))),
        replace(rule, beats=(rng.choice(policy.rules.withheld).code,)),
        replace(rule, when=c.All((rule.when, ConditionEditor(policy, rng).any()))),
    ]
    added = replace(rng.choice(twins), code=f"{rule.code}t{len(policy.rules.rules)}")
    rules = [*policy.rules.rules]
    rules.insert(rng.randrange(len(rules) + 1), added)
    return replace(
        _with_rules(policy, rules=tuple(rules)), places={**policy.places, added.code: policy.places[rule.code]}
    )


def _narrowed(policy: Policy, rng: Random, *parts: c.Condition) -> Policy:
    return _with_some_rule(policy, rng, lambda rule: replace(rule, when=c.All((rule.when, *parts))))


def alone(policy: Policy, rng: Random) -> Policy | None:
    """Ask in a rule for an option that stands alone, and for another beside it."""
    questions = [item for item in policy.catalogue.questions if set() < {*item.exclusive} < {*options(item)}]
    if not questions:
        return None
    question = rng.choice(questions)
    others = [option for option in options(question) if option not in question.exclusive]
    chosen = rng.choice(question.exclusive), rng.choice(others)
    return _narrowed(policy, rng, *(c.HasAny(question.code, (value,)) for value in chosen))


def so_many(policy: Policy, rng: Random) -> Policy:
    """Ask in a rule for a number of conditions, or for fewer."""
    editor = ConditionEditor(policy, rng)
    parts = tuple(editor.leaf() for _ in range(rng.randint(2, 4)))
    count = c.AtLeast(rng.randint(1, len(parts)), parts)
    return _narrowed(policy, rng, rng.choice((count, c.Not(count))))


def _without_beats(policy: Policy, code: str) -> Policy:
    rules = policy.rules

    def less(items: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(replace(item, beats=tuple(known for known in item.beats if known != code)) for item in items)

    return _with_rules(policy, rules=less(rules.rules), withheld=less(rules.withheld))


def unique_outcome(policy: Policy, rng: Random) -> Policy | None:
    return None if rng.random() < 0.5 else _with_rules(policy, unique_outcome=not policy.rules.unique_outcome)


def answering(policy: Policy, rng: Random) -> Policy:
    """Change how a question may be answered: required or not, which options stand alone, within which limits."""
    question = rng.choice(policy.catalogue.questions)
    known = options(question)
    match rng.choice(("required", "exclusive")):
        case "exclusive" if known:
            return _with_question(policy, replace(question, exclusive=tuple(rng.sample(known, rng.randint(0, 1)))))
        case _:
            return _with_question(policy, replace(question, required=not question.required))


CHANGES: list[Callable[[Policy, Random], Policy | None]] = [
    *[condition_of_owner] * 6,
    *[condition_of_fact] * 3,
    *[visibility] * 3,
    *[row_of_table] * 3,
    *[row_of_outcomes] * 2,
    *[precedence] * 2,
    *[rule_more_or_less] * 2,
    *[condition_taken_over] * 2,
    *[gated] * 2,
    *[behind_the_gate] * 2,
    *[twin] * 2,
    shadow,
    condition_of_gate,
    alone,
    so_many,
    bearing,
    reason,
    example,
    unique_outcome,
    answering,
]


# ------------------------------------------------------------------ well-formed


def well_formed(policy: Policy) -> bool:
    """Say whether the loader would accept such a policy: no code twice, no rings, visibility by earlier questions."""
    rules = policy.rules
    beats = {item.code: item.beats for item in rules_and_messages(policy)}
    if len(beats) < len(rules_and_messages(policy)) or _ring(beats) or _ring(_names(rules)) or _dangling(policy):
        return False
    before: set[str] = set()
    for question in policy.catalogue.questions:
        if not _leans_on(rules, question.visible_when) <= before:
            return False
        before.add(question.code)
    return True


def _dangling(policy: Policy) -> bool:
    """Say whether a condition names a row that is no longer there."""
    rules = policy.rules
    for node in (node for condition in every_condition(policy) for node in nodes(condition)):
        if isinstance(node, c.DerivedIs) and not {*node.values} <= {
            row.value for row in rules.derived[node.derived].rows
        }:
            return True
        if isinstance(node, c.OutcomeIs) and not {*node.codes} <= {item.code for item in rules.outcomes}:
            return True
    return False


def _ring(graph: Any) -> bool:
    """Say whether someone can come back to where they started."""
    left = {name: set(targets) & set(graph) for name, targets in graph.items()}
    while left:
        free = {name for name, targets in left.items() if not targets}
        if not free:
            return True
        left = {name: targets - free for name, targets in left.items() if name not in free}
    return False


def _names(rules: RuleSet) -> dict[str, set[str]]:
    return {name: {n for when in conditions for n in _named(when)} for name, conditions in _defined(rules).items()}


def _defined(rules: RuleSet) -> dict[str, list[c.Condition]]:
    return {
        **{f"feit:{fact.name}": [fact.when] for fact in rules.facts.values()},
        **{f"afgeleid:{table.key}": [row.when for row in table.rows] for table in rules.derived.values()},
        "uitkomst": [item.when for item in rules.outcomes],
    }


def _named(condition: c.Condition) -> Iterator[str]:
    for node in nodes(condition):
        match node:
            case c.FactHolds(fact):
                yield f"feit:{fact}"
            case c.DerivedIs(key, _):
                yield f"afgeleid:{key}"
            case c.OutcomeIs():
                yield "uitkomst"


def _leans_on(rules: RuleSet, condition: c.Condition) -> set[str]:
    defined, found = _defined(rules), set()
    waiting = [condition]
    while waiting:
        when = waiting.pop()
        found |= {code for node in nodes(when) if (code := getattr(node, "question", None))}
        waiting += [below for name in _named(when) for below in defined[name]]
    return found
