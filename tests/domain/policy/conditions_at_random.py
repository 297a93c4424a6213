"""Random conditions that the rule language accepts, over the questions, facts and tables of a policy."""

from __future__ import annotations

from hypothesis import strategies as st

from intake.policy import Kind, Policy, Question
from intake.policy.conditions import (
    All,
    AnyOf,
    AtLeast,
    ChoiceIs,
    Condition,
    DerivedIs,
    FactHolds,
    HasAll,
    HasAny,
    HasOnly,
    Leaf,
    Not,
    NumberIn,
    OutcomeIs,
    RowIn,
    Unanswered,
)
from intake.policy.names import every_option


def some(values: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    """Some of the values in any order, never all of them: that would say nothing."""
    return st.lists(st.sampled_from(values), min_size=1, max_size=len(values) - 1, unique=True).map(tuple)


def bounds(question: Question) -> st.SearchStrategy[tuple[int, int]]:
    low, high = question.minimum, question.maximum
    number = st.integers(low, high) | st.sampled_from([low, high])
    return st.tuples(number, number).map(sorted).filter(lambda pair: pair != [low, high]).map(lambda pair: tuple(pair))  # type: ignore[return-value,arg-type]


def named_or_some(policy: Policy, question: Question) -> st.SearchStrategy[tuple[str, ...]]:
    groups = [group.values for group in policy.rules.groups.values() if group.question == question.key]
    values = some([option.value for option in every_option(question)])
    return values | st.sampled_from(groups) if groups else values


def leaves_of(policy: Policy, question: Question) -> st.SearchStrategy[Leaf]:
    code = question.code
    gap = st.just(Unanswered(code))
    match question.kind:
        case Kind.CHOICE:
            return gap | named_or_some(policy, question).map(lambda values: ChoiceIs(code, values))
        case Kind.NUMBER:
            return gap | bounds(question).map(lambda pair: NumberIn(code, *pair))
        case Kind.MATRIX:
            rows = st.sampled_from([row.value for row in question.rows])
            return gap | st.builds(lambda row, pair: RowIn(code, row, *pair), rows, bounds(question))
        case _:
            values = named_or_some(policy, question)
            free = [option.value for option in every_option(question) if option.value not in question.exclusive]
            return (
                gap
                | values.map(lambda chosen: HasAny(code, chosen))
                | values.map(lambda chosen: HasOnly(code, chosen))
                | some(free).map(lambda chosen: HasAll(code, chosen))
            )


def singles(policy: Policy) -> st.SearchStrategy[Condition]:
    """Conditions without parts."""
    outcomes = [outcome.code for outcome in policy.rules.outcomes]
    tables = [
        some([row.value for row in table.rows]).map(lambda values, key=key: DerivedIs(key, values))  # type: ignore[misc]
        for key, table in policy.rules.derived.items()
    ]
    return st.one_of(
        st.one_of([leaves_of(policy, question) for question in policy.catalogue.questions]),
        st.sampled_from(sorted(policy.rules.facts)).map(FactHolds),
        st.one_of(tables),
        some(outcomes).map(OutcomeIs),
    )


def conditions(policy: Policy, *, max_leaves: int = 8) -> st.SearchStrategy[Condition]:
    """Any condition that a rule may have."""
    return st.recursive(singles(policy), _grown, max_leaves=max_leaves)


def _grown(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    parts = st.lists(inner, min_size=1, max_size=4).map(tuple)
    return (
        parts.filter(_can_hold).map(All)
        | parts.map(AnyOf)
        | inner.map(Not)
        | parts.flatmap(lambda several: st.integers(1, len(several)).map(lambda number: AtLeast(number, several)))
    )


def _can_hold(parts: tuple[Condition, ...]) -> bool:
    """Two choices of one question that exclude each other are refused when read."""
    left: dict[str, set[str]] = {}
    for part in parts:
        if isinstance(part, ChoiceIs):
            allowed = left.setdefault(part.question, set(part.values))
            allowed &= set(part.values)
    return all(left.values())
