"""The cheapest change of answers in words, one line for each answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from intake.policy.analysis.findings import Alteration, Change
from intake.policy.answers import answer_label
from intake.policy.conditions import Value
from intake.policy.dependencies import Dependencies
from intake.policy.engine import effective
from intake.policy.model import Kind, Policy, Question


@dataclass(frozen=True, slots=True)
class ToldChange:
    """What would have to be answered before a rule holds; without a rule, `note` says why there is nothing to do."""

    rule: str
    lines: tuple[str, ...]
    note: str = ""


IMPOSSIBLE = ToldChange("", (), "Met deze gegevens van het bedrijf opent geen enkel antwoord dit.")
TOO_LARGE = ToldChange("", (), "Deze versie van het beleid is te groot om dit uit te rekenen.")


def told_change(policy: Policy, change: Change | None, before: Mapping[str, Value]) -> ToldChange:
    """Return the change in words, in the order of the questions."""
    if change is None:
        return IMPOSSIBLE
    rule = policy.rules.rule(change.rule)
    read = Dependencies(policy.rules).questions(effective(policy, rule))
    return ToldChange(rule.code, tuple(_line(policy, step, change, before, read) for step in change.steps))


def _line(policy: Policy, step: Alteration, change: Change, before: Mapping[str, Value], read: set[str]) -> str:
    question = policy.catalogue.by_code[step.question]
    asked = f"«{question.text}»"
    if step.after is None:
        return f"Laat {asked} leeg."
    if isinstance(step.before, Mapping) and isinstance(step.after, Mapping):
        return " ".join(_rows(question, step.before, step.after))
    after = answer_label(policy, step.question, step.after, change.answers)
    if step.before is not None:
        now = answer_label(policy, step.question, step.before, before)
        return f"Verander {asked} van «{now}» in «{after}»."
    # The diagram does not say of a table of scores that any will do; a rule that does not read it does not mind.
    if step.anything or (question.kind is Kind.MATRIX and step.question not in read):
        return f"Geef een antwoord op {asked} (elk antwoord is goed)."
    return f"Beantwoord {asked} met «{after}»."


def _rows(question: Question, before: Mapping[str, int], after: Mapping[str, int]) -> Iterator[str]:
    """Yield a sentence for each row of a table of scores that changes."""
    scale = {int(option.value): option.label for option in question.options}
    for row in question.rows:
        old, new = before.get(row.value), after.get(row.value)
        if new is not None and new != old:
            was = f" van «{scale[old]}»" if old is not None else ""
            yield f"Verander «{row.label}»{was} in «{scale[new]}»."
