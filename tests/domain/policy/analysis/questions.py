"""Questions of every kind for tests, and every answer to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, product
from typing import Any

from intake.policy.conditions import All, Condition
from intake.policy.model import Catalogue, Kind, Option, Policy, Question, Source, Step
from tests.domain.policy.analysis.rewriting import rule_like
from tests.domain.policy.samples import policy_2013

SOURCE = Source("001", "Notitie", "§3", "Om te tellen.")


def options(words: str) -> tuple[Option, ...]:
    """Return an option for each word."""
    return tuple(Option(word, f"Optie {word}", word) for word in words.split())


def question(code: str, kind: Kind, words: str = "", **fields: Any) -> Question:
    """Return a question that is always asked and must be answered, unless told otherwise."""
    known: dict[str, Any] = {
        "key": code.lower(),
        "step": Step.STRATEGY,
        "way": None,
        "text": f"Vraag {code}?",
        "help": "",
        "options": options(words),
        "rows": (),
        "per_sector": {},
        "sector_question": "",
        "exclusive": (),
        "required": True,
        "minimum": 0,
        "maximum": 0,
        "visible_when": All(()),
        "source": SOURCE,
    }
    return Question(code=code, kind=kind, **{**known, **fields})


def every_answer(asked: Question, offered: tuple[str, ...] = ()) -> Iterator[Any]:
    """Yield each answer that can be given; `offered` are the options of a sector."""
    match asked.kind:
        case Kind.CHOICE:
            yield from (option.value for option in asked.options)
        case Kind.NUMBER:
            yield from range(asked.minimum, asked.maximum + 1)
        case Kind.MATRIX:
            scores = range(asked.minimum, asked.maximum + 1)
            rows = [row.value for row in asked.rows]
            yield from (dict(zip(rows, chosen, strict=True)) for chosen in product(scores, repeat=len(rows)))
        case _:
            values = offered or tuple(option.value for option in asked.options)
            for number in range(1, len(values) + 1):
                for chosen in combinations(values, number):
                    if number == 1 or not set(chosen) & set(asked.exclusive):
                        yield chosen


def policy_of(questions: list[Question], *conditions: Condition) -> Policy:
    """Return a policy with only these questions and a rule for each condition."""
    by_code = {item.code: item for item in questions}
    catalogue = Catalogue(tuple(questions), by_code, {item.key: item for item in questions}, ())
    rules = tuple(rule_like("R-A1", f"R-{at}", condition) for at, condition in enumerate(conditions))
    empty = replace(
        policy_2013().rules, facts={}, derived={}, outcomes=(), levels=(), gates={}, rules=rules, withheld=()
    )
    return replace(policy_2013(), catalogue=catalogue, rules=empty, comparisons=(), organisations={}, activities={})
