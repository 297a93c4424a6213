"""Small random policies, of which every complete intake can be walked one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from itertools import combinations, product
from random import Random
from typing import Any

from intake.policy import conditions as c
from intake.policy.model import (
    Catalogue,
    Derived,
    Effect,
    Fact,
    Gate,
    Kind,
    Level,
    Option,
    Outcome,
    Place,
    Policy,
    Question,
    Row,
    Rule,
    RuleSet,
    Source,
    Step,
    Withheld,
)
from tests.domain.policy.oracle.editing import ConditionEditor
from tests.domain.policy.oracle.mutants import well_formed
from tests.domain.policy.oracle.tree import Tree, rules_and_messages
from tests.domain.policy.samples import policy_2013

SOURCE = Source("001", "Notitie", "§3", "Klein, om na te tellen.")


def _options(words: str) -> tuple[Option, ...]:
    return tuple(Option(word, f"optie {word}", word) for word in words.split())


def _question(code: str, key: str, kind: Kind, words: str = "", **fields: Any) -> Question:
    known: dict[str, Any] = {
        "step": Step.STRATEGY,
        "way": None,
        "text": f"Vraag {code}?",
        "help": "",
        "rows": (),
        "per_sector": {},
        "sector_question": "",
        "exclusive": (),
        "required": True,
        "minimum": 0,
        "maximum": 0,
        "visible_when": c.All(()),
        "source": SOURCE,
    }
    return Question(code=code, key=key, kind=kind, options=_options(words), **{**known, **fields})


QUESTIONS = (
    _question("B1", "sector", Kind.CHOICE, "bouw ict zorg", step=Step.COMPANY),
    _question("B2", "mensen", Kind.NUMBER, step=Step.COMPANY, maximum=4),
    _question("S1", "wens", Kind.CHOICE, "ja nee"),
    _question("S2", "landen", Kind.MULTI, "polen china geen", exclusive=("geen",)),
    _question("O1", "plan", Kind.CHOICE, "ja deels nee", required=False),
    _question("U1", "last", Kind.MATRIX, "1 2 3", rows=_options("tijd geld"), minimum=1, maximum=3),
    _question(
        "U2",
        "knelpunten",
        Kind.MULTI_PER_SECTOR,
        per_sector={"bouw": _options("krimp regels"), "ict": _options("regels")},
        sector_question="sector",
        required=False,
    ),
)


class _Writer(ConditionEditor):
    """Writes new conditions over the questions of a policy and the names that came before."""

    def condition(self, depth: int = 2) -> c.Condition:
        chance = self.rng.random()
        if depth and chance < 0.5:
            parts = tuple(self.condition(depth - 1) for _ in range(self.rng.randint(2, 3)))
            kind: Any = self.rng.choice((c.All, c.All, c.AnyOf))
            return self.rng.choice((kind(parts), kind(parts), c.Not(kind(parts)), c.AtLeast(2, parts)))
        return self._name() if chance > 0.85 else self.leaf()

    def _name(self) -> c.Condition:
        facts, derived = list(self.policy.rules.facts), list(self.policy.rules.derived)
        names: list[c.Condition] = [c.FactHolds(fact) for fact in facts]
        names += [c.DerivedIs(key, (self.rng.choice(self.policy.rules.derived[key].rows).value,)) for key in derived]
        return self.rng.choice(names) if names else self.leaf()


@cache
def small_policy(seed: int) -> Policy:
    """Return the small policy of this seed: seven questions, every kind of block."""
    rng = Random(f"small {seed}")
    policy = replace(policy_2013(), catalogue=_catalogue(QUESTIONS), rules=_NOTHING, activities=_activities())
    policy = _with_visibility(policy, rng)
    rules = policy.rules
    for at in range(2):
        fact = Fact(f"feit{at}", f"Feit {at}", _Writer(policy, rng).condition())
        rules = replace(rules, facts={**rules.facts, fact.name: fact})
        policy = replace(policy, rules=rules)
        table = Derived(f"D{at}", f"waarde{at}", f"Waarde {at}", _rows(policy, rng, "abc"), SOURCE)
        rules = replace(rules, derived={**rules.derived, table.key: table})
        policy = replace(policy, rules=rules)
    writer = _Writer(policy, rng)
    rules = replace(
        rules,
        outcomes=tuple(
            Outcome(f"UT{row.value}", row.label, "", None, row.when, SOURCE) for row in _rows(policy, rng, "xyz")
        ),
        levels=tuple(
            Level(value, row.when, SOURCE)
            for value, row in zip(("geen", "licht", "intensief"), _rows(policy, rng, "123"), strict=True)
        ),
        gates={step: Gate(step, writer.condition(1), "Nog dicht.") for step in (Step.ORGANISATION, Step.EXECUTION)},
        rules=tuple(_rule(number, writer, rng) for number in range(5)),
        withheld=tuple(_withheld(number, writer, rng) for number in range(2)),
        unique_outcome=rng.random() < 0.5,
    )
    policy = replace(policy, rules=rules)
    policy = replace(policy, places=_places(policy))
    assert well_formed(policy)
    return policy


_NOTHING = RuleSet({}, {}, {}, (), (), {}, (), ())


def _catalogue(questions: tuple[Question, ...]) -> Catalogue:
    by_code = {question.code: question for question in questions}
    return Catalogue(questions, by_code, {question.key: question for question in questions}, ())


def _activities() -> dict[str, Any]:
    return dict(list(policy_2013().activities.items())[:3])


def _with_visibility(policy: Policy, rng: Random) -> Policy:
    """Let some questions depend on the ones before them."""
    questions: list[Question] = []
    for question in policy.catalogue.questions:
        if len(questions) > 2 and rng.random() < 0.6:
            writer = _Writer(replace(policy, catalogue=_catalogue(tuple(questions))), rng)
            question = replace(question, visible_when=writer.condition(1))
        questions.append(question)
    return replace(policy, catalogue=_catalogue(tuple(questions)))


def _rows(policy: Policy, rng: Random, values: str) -> tuple[Row, ...]:
    writer = _Writer(policy, rng)
    rows = [Row(value, f"rij {value}", writer.condition(1)) for value in values]
    if rng.random() < 0.8:
        rows[-1] = replace(rows[-1], when=c.Always())
    return tuple(rows)


def _rule(number: int, writer: _Writer, rng: Random) -> Rule:
    effect = rng.choice(list(Effect))
    return Rule(
        code=f"R-{number}",
        activity=rng.choice(list(writer.policy.activities)),
        effect=effect,
        step=rng.choice((Step.STRATEGY, Step.ORGANISATION, Step.EXECUTION)),
        way=None,
        intensity=rng.choice((None, "licht", "intensief")),
        parties=(),
        when=writer.condition(),
        reason="Omdat het past.",
        source=SOURCE,
        gated=rng.random() < 0.4,
        beats=rng.choice(((), (), ("NN-0",))),
    )


def _withheld(number: int, writer: _Writer, rng: Random) -> Withheld:
    """Message 0 can be beaten, message 1 can beat: so there are no rings."""
    beats = rng.choice(((), ("R-0",), ("R-1", "R-2"))) if number else ()
    activities = tuple(writer.policy.activities)[: rng.randint(1, 3)]
    return Withheld(f"NN-{number}", activities, writer.condition(), "Later.", "Eerst dit.", (), SOURCE, beats)


def _places(policy: Policy) -> Mapping[str, Place]:
    rules = policy.rules
    codes = [
        *(q.code for q in policy.catalogue.questions),
        *policy.activities,
        *(f"feit:{name}" for name in rules.facts),
    ]
    codes += [f"poort:{step.code}" for step in rules.gates]
    codes += [f"intensiteit:{item.value}" for item in rules.levels]
    for table in rules.derived.values():
        codes += [table.code, *(f"{table.code}:{row.value}" for row in table.rows)]
    codes += [item.code for item in rules.outcomes] + [item.code for item in rules_and_messages(policy)]
    return {code: Place("regels.yaml", line) for line, code in enumerate(codes, 1)}


# ------------------------------------------------------------------ walking


def every_intake(policy: Policy) -> Iterator[Tree]:
    """Yield each complete intake once, by trying every answer to every question that is asked."""
    yield from _walk(policy, 0, {})


def _walk(policy: Policy, at: int, answers: dict[str, Any]) -> Iterator[Tree]:
    if at == len(policy.catalogue.questions):
        yield Tree(policy, answers)
        return
    question = policy.catalogue.questions[at]
    so_far = Tree(policy, answers)
    values = list(_values(policy, question, so_far)) if question.code in so_far.asked else []
    if not question.required or not values:
        yield from _walk(policy, at + 1, answers)
    for value in values:
        yield from _walk(policy, at + 1, {**answers, question.code: value})


def _values(policy: Policy, question: Question, so_far: Tree) -> Iterator[Any]:
    match question.kind:
        case Kind.CHOICE:
            yield from (option.value for option in question.options)
        case Kind.NUMBER:
            yield from range(question.minimum, question.maximum + 1)
        case Kind.MATRIX:
            scores = range(question.minimum, question.maximum + 1)
            for row in product(scores, repeat=len(question.rows)):
                yield {option.value: score for option, score in zip(question.rows, row, strict=True)}
        case _:
            offered = question.options
            if question.kind is Kind.MULTI_PER_SECTOR:
                sector = so_far.kept.get(policy.catalogue.by_key[question.sector_question].code, "")
                offered = question.per_sector.get(sector, ())
            yield from _chosen(question, [option.value for option in offered])


def _chosen(question: Question, values: list[str]) -> Iterator[tuple[str, ...]]:
    for count in range(1, len(values) + 1):
        for chosen in combinations(values, count):
            if count == 1 or not set(chosen) & set(question.exclusive):
                yield chosen
