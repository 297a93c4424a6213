"""One field for one question of the catalogue, and what was typed in it as a value of the policy."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from intake.policy import Kind, Option, Question
from nnmkb.web import widgets

# Longer than any answer; a page that was pasted in by accident is kept up to here.
MOST_KEPT = 2000
MOST_QUOTED = 40
# More choices than this stand in a list that folds open.
MOST_RADIOS = 13
THOUSANDS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+")
WHOLE = re.compile(r"[0-9]{1,9}")


class AsTyped(forms.Field):
    """A field that gives what was typed; the form checks it against the policy, with messages of our own."""

    def clean(self, value: Any) -> Any:
        """Return the value as it came."""
        return value


class ShortText(AsTyped):
    """A line of text."""

    widget = forms.TextInput


def field_for(question: Question, options: Sequence[Option]) -> AsTyped:
    """Return the field of a question, with these choices."""
    return AsTyped(
        label=question.text, help_text=question.help, required=question.required, widget=widget_for(question, options)
    )


def widget_for(question: Question, options: Sequence[Option]) -> forms.Widget:
    """Return how a question is answered on the screen."""
    choices = [(option.value, option.label) for option in options]
    match question.kind:
        case Kind.NUMBER:
            return widgets.NumberInput()
        case Kind.MATRIX:
            return widgets.MatrixWidget([(row.value, row.label) for row in question.rows], choices)
        case Kind.CHOICE if len(choices) > MOST_RADIOS:
            return widgets.Select(choices=[("", "Kies uit de lijst"), *choices])
        case Kind.CHOICE:
            return widgets.RadioSelect(choices=choices)
        case _:
            return widgets.CheckboxSelectMultiple(choices=choices, exclusive=question.exclusive)


def given(question: Question, typed: Any) -> object:
    """Return what was typed in the shape that the policy reads; None when nothing was."""
    match question.kind:
        case Kind.NUMBER:
            return whole_number(str(typed or ""))
        case Kind.MATRIX:
            return {row: whole_number(str(score)) for row, score in dict(typed or {}).items()} or None
        case Kind.CHOICE:
            return str(typed or "").strip() or None
        case _:
            return [str(value) for value in typed or []] or None


def whole_number(text: str) -> int | str | None:
    """Return the number, the text itself when it is none, and None when it is empty."""
    plain = text.strip()
    if THOUSANDS.fullmatch(plain):
        plain = plain.replace(".", "")
    return int(plain) if WHOLE.fullmatch(plain) else plain or None


def shown(question: Question, value: object) -> object:
    """Return an answer in the shape in which the field shows it."""
    if question.kind is Kind.MATRIX and isinstance(value, Mapping):
        return {row: str(score) for row, score in value.items()}
    return list(value) if isinstance(value, tuple) else value


def kept_text(typed: Any) -> Any:
    """Return what was typed as it can be kept: text, a list of texts or a mapping, each cut to a sane length."""
    if isinstance(typed, Mapping):
        return {str(key): kept_line(value) for key, value in typed.items()}
    if isinstance(typed, list | tuple):
        return [kept_line(value) for value in typed]
    return kept_line(typed)


def kept_line(typed: Any) -> str:
    """Return one text as the database takes it: PostgreSQL refuses the NUL character."""
    return str(typed).replace("\x00", "")[:MOST_KEPT]


def quoted(text: str) -> str:
    """Return what was typed between quotes, short enough to read."""
    line = " ".join(text.split())
    return f"«{line}»" if len(line) <= MOST_QUOTED else f"«{line[:MOST_QUOTED]}…»"
