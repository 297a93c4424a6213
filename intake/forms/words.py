"""What the form says when an answer is missing or does not fit: one message for each cause."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from intake.forms.fields import MOST_KEPT, quoted
from intake.policy import Kind, Question

MISSING = {
    Kind.CHOICE: "Kies een antwoord bij «{question}»",
    Kind.MULTI: "Kies minstens één antwoord bij «{question}»",
    Kind.MULTI_PER_SECTOR: "Kies minstens één antwoord bij «{question}»",
    Kind.NUMBER: "Vul een getal in bij «{question}»",
    Kind.MATRIX: "Kies op elke regel een antwoord bij «{question}»",
}


def missing(question: Question) -> str:
    """Return what to do when a question has no answer."""
    return MISSING[question.kind].format(question=question.text)


def rows_missing(question: Question, answer: Mapping[str, int]) -> str:
    """Name the rows that still need an answer, three at most."""
    open_rows = [row.label for row in question.rows if row.value not in answer]
    names = ", ".join(f"«{label}»" for label in open_rows[:3])
    more = f" en nog {len(open_rows) - 3} andere" if len(open_rows) > 3 else ""
    return f"Kies ook een antwoord bij {names}{more}."


def wrong(question: Question, typed: Any, why: str) -> str:
    """Return why an answer does not fit, with what was typed when that is not on the screen any more."""
    text = str(typed)
    if question.kind is not Kind.NUMBER:
        return why
    if len(text) > MOST_KEPT:
        return f"{why} U vulde {len(text)} tekens in. Dat is te lang. Wij bewaren het begin."
    return f"{why} U vulde in: {quoted(text)}."


def chosen_together(question: Question, typed: Any) -> str | None:
    """Return what to do about a choice that excludes the others; None when there is no such choice."""
    labels = {option.value: option.label for option in question.options}
    chosen = [value for value in typed or [] if value in labels]
    alone = next((value for value in chosen if value in question.exclusive), None)
    if alone is None or len(set(chosen)) < 2:
        return None
    other = next(value for value in chosen if value != alone)
    return f"«{labels[alone]}» en «{labels[other]}» kunnen niet allebei. Haal een van de twee weg."


def strange_field(name: str) -> str:
    """Return what to do when an answer came in to a question that is not on the page."""
    return f"Er kwam een antwoord binnen op {quoted(name)}. Die vraag staat niet hier. Kijk uw antwoorden na."
