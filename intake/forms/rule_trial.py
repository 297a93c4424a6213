"""The answers with which somebody tries a version out: invented, or those of a stored scan to begin with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from intake.forms.fields import MOST_KEPT, given, whole_number
from intake.forms.rule_lines import Option
from intake.policy import AnswerProblem, Answers, Kind, Policy, Question, Step, options_of, read_answer, read_answers
from intake.policy.conditions import Value
from intake.policy.evaluation import look

# Names and values of a form.
Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a matrix with its scores."""

    name: str
    label: str
    choices: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question on the screen; `skipped` says that these answers leave it out, `problem` what is wrong."""

    code: str
    text: str
    kind: str
    choices: tuple[Option, ...]
    rows: tuple[Row, ...]
    typed: str
    skipped: bool
    problem: str


@dataclass(frozen=True, slots=True)
class Part:
    """The questions of one step."""

    title: str
    questions: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """The answers that can be read, the form that shows them, and how many could not."""

    answers: Answers
    parts: tuple[Part, ...]
    problems: tuple[tuple[str, str], ...]


def trial_of(policy: Policy, answers: Mapping[str, Value]) -> Trial:
    """Return the form with these answers."""
    known = read_answers(policy, dict(answers))
    return Trial(known, _parts(policy, known, {}, {}), ())


def fields_of(policy: Policy, answers: Mapping[str, Value]) -> Fields:
    """Return answers as the form sends them, name by name; an answer of more than one part takes a field for each."""
    return tuple(
        field
        for question in policy.catalogue.questions
        if question.code in answers
        for field in _fields(f"a-{question.code}", answers[question.code])
    )


def _fields(name: str, value: Value) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        yield from ((f"{name}-{row}", str(score)) for row, score in value.items())
    elif isinstance(value, tuple):
        yield from ((name, item) for item in value)
    else:
        yield name, str(value)


def read_trial(policy: Policy, posted: QueryDict) -> Trial:
    """Return what was sent: what cannot be read is told at its question, and kept as far as it can be shown."""
    answers = read_answers(policy, {})
    typed: dict[str, str] = {}
    problems: dict[str, str] = {}
    for question in policy.catalogue.questions:
        sent = given(question, _sent(question, posted))
        try:
            value = None if sent is None else read_answer(policy, question, sent, answers)
        except AnswerProblem as problem:
            problems[question.code] = problem.message
            typed[question.code] = str(sent)[:MOST_KEPT] if question.kind is Kind.NUMBER else ""
            continue
        answers = answers.with_answer(question.code, value)
    texts = tuple((code, f"{policy.catalogue.by_code[code].text} {message}") for code, message in problems.items())
    return Trial(answers, _parts(policy, answers, typed, problems), texts)


def _sent(question: Question, posted: QueryDict) -> Any:
    name = f"a-{question.code}"
    match question.kind:
        case Kind.MATRIX:
            scores = {row.value: posted.get(f"{name}-{row.value}", "") for row in question.rows}
            return {row: score for row, score in scores.items() if whole_number(score) is not None}
        case Kind.MULTI | Kind.MULTI_PER_SECTOR:
            return posted.getlist(name)
        case _:
            return posted.get(name, "")


def _parts(policy: Policy, answers: Answers, typed: Mapping[str, str], problems: Mapping[str, str]) -> tuple[Part, ...]:
    asked, _ = look(policy, answers)
    return tuple(
        Part(step.label, tuple(_asked(policy, question, answers, asked, typed, problems) for question in questions))
        for step in Step
        if (questions := [item for item in policy.catalogue.questions if item.step is step])
    )


def _asked(
    policy: Policy,
    question: Question,
    answers: Answers,
    asked: Iterable[str],
    typed: Mapping[str, str],
    problems: Mapping[str, str],
) -> Asked:
    value = answers.get(question.code)
    chosen = {value} if isinstance(value, str) else set(value) if isinstance(value, tuple) else set()
    options = () if question.kind in (Kind.NUMBER, Kind.MATRIX) else options_of(policy, question, answers)
    return Asked(
        code=question.code,
        text=question.text,
        kind=question.kind.value,
        choices=tuple(Option(option.value, option.label, option.value in chosen) for option in options),
        rows=tuple(_row(question, row.value, row.label, value) for row in question.rows),
        typed=typed.get(question.code, str(value) if isinstance(value, int) else ""),
        skipped=question.code not in asked,
        problem=problems.get(question.code, ""),
    )


def _row(question: Question, row: str, label: str, value: Value | None) -> Row:
    score = str(value.get(row, "")) if isinstance(value, Mapping) else ""
    choices = tuple(Option(option.value, option.label, option.value == score) for option in question.options)
    return Row(f"a-{question.code}-{row}", label, choices)
