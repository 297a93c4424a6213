"""One published regional figure beside the company's own answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from intake.policy.answers import answer_label
from intake.policy.conditions import Value
from intake.policy.model import Benchmark, Figure, Policy, Source

HINDERS_FROM = 3


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """One figure; `own` marks the row of the company's answer."""

    label: str
    amount: str
    share: int
    own: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """A regional figure beside the answer of the company; `share` of a row is 0-100, for drawing."""

    code: str
    title: str
    text: str
    own_answer: str
    rows: tuple[ComparisonRow, ...]
    source: Source
    caveat: str


def comparison(policy: Policy, answers: Mapping[str, Value]) -> Comparison | None:
    """Return the first table, in policy order, that has a figure for an answer; None when nothing fits."""
    for table in policy.comparisons:
        value = answers.get(table.question)
        own = _own(table, value)
        if own or (table.context and value is not None):
            return _compare(policy, table, own, value, answers)
    return None


def _own(table: Benchmark, value: Value | None) -> tuple[str, ...]:
    """The rows of the table that are about this answer; of a matrix only the row that hinders most."""
    known = [figure.code for figure in table.figures]
    if isinstance(value, Mapping):
        hindering = [row for row in known if value.get(row, 0) >= HINDERS_FROM]
        return tuple(sorted(hindering, key=lambda row: -value[row])[:1])
    chosen = (value,) if isinstance(value, str) else value if isinstance(value, tuple) else ()
    return tuple(code for code in known if code in chosen)


def _compare(
    policy: Policy, table: Benchmark, own: tuple[str, ...], value: Value | None, answers: Mapping[str, Value]
) -> Comparison:
    if isinstance(value, Mapping) and own:
        value = {row: value[row] for row in own}
    return Comparison(
        code=table.code,
        title=table.title,
        text=table.text,
        own_answer=answer_label(policy, table.question, value, answers),
        rows=tuple(_row(table, figure, own) for figure in table.figures),
        source=table.source,
        caveat=table.caveat,
    )


def _row(table: Benchmark, figure: Figure, own: tuple[str, ...]) -> ComparisonRow:
    if table.unit == "procent":
        return ComparisonRow(figure.label, f"{figure.amount}%", figure.amount, figure.code in own)
    amount = f"{figure.amount // 100},{figure.amount % 100:02d}"
    return ComparisonRow(figure.label, amount, figure.amount // 4, figure.code in own)
