"""Widgets of the form pack: choices that open other questions, choices with a hint, and the matrix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ImproperlyConfigured, ValidationError

Choices = Sequence[tuple[str, str]]


class OpensMixin:
    """Let a choice open groups of other questions, and carry a hint under its label."""

    opens: dict[str, set[str]]
    hints: Mapping[str, str]

    def __init__(self, *args: Any, hints: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.opens = {}
        self.hints = hints or {}

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        copied = super().__deepcopy__(memo)  # type: ignore[misc]
        copied.opens = {value: set(groups) for value, groups in self.opens.items()}
        return copied

    def open_with(self, value: str, group: str) -> None:
        """Make this choice open this group (a-l)."""
        self.opens.setdefault(value, set()).add(group)

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return the option, with the classes that the stylesheet looks for."""
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)  # type: ignore[misc]
        groups = sorted(self.opens.get(str(value), ()))
        option["opens"] = " ".join(f"nnmkb-opens-{group}" for group in groups)
        option["hint"] = self.hints.get(str(value), "")
        if option["opens"]:
            option["attrs"]["class"] = " ".join(filter(None, [option["attrs"].get("class"), option["opens"]]))
        return option


class RadioSelect(OpensMixin, forms.RadioSelect):
    """One choice out of a few, each on a line of its own."""


class CheckboxSelectMultiple(OpensMixin, forms.CheckboxSelectMultiple):
    """Any number of choices; those in `exclusive` come last, after the word «of»."""

    def __init__(self, *args: Any, exclusive: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.exclusive = tuple(exclusive)


class Select(OpensMixin, forms.Select):
    """One choice out of many."""


class AffixedInput(forms.TextInput):
    """A short text with a word before or after it, such as a percentage or an amount."""

    def __init__(self, prefix: str = "", suffix: str = "", attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.prefix, self.suffix = prefix, suffix


class NumberInput(AffixedInput):
    """A whole number, typed: no arrows that change it by accident, and a keyboard of digits on a phone."""

    def __init__(self, prefix: str = "", suffix: str = "", attrs: dict[str, Any] | None = None) -> None:
        super().__init__(
            prefix, suffix, {"inputmode": "numeric", "autocomplete": "off", "class": "nnmkb-w-s"} | (attrs or {})
        )


class MatrixWidget(forms.Widget):
    """Rows that each take one of the same choices; the value is a mapping from row to choice."""

    use_fieldset = True
    needs_multipart_form = False

    def __init__(self, rows: Choices = (), choices: Choices = (), attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.rows, self.choices = list(rows), list(choices)

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> dict[str, str]:
        """Return what was chosen, for the rows that got an answer."""
        found = {row: data.get(f"{name}_{row}", "") for row, _ in self.rows}
        return {row: str(value) for row, value in found.items() if value}

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        """Say whether no row came along."""
        return not self.value_from_datadict(data, files, name)

    def id_for_label(self, id_: str) -> str:
        """Return nothing: the legend names the matrix, no single control does."""
        return ""

    def lines(self, name: str, value: Any, identity: str) -> list[dict[str, Any]]:
        """Return one entry a row, ready for the template."""
        chosen = value if isinstance(value, Mapping) else {}
        return [
            {
                "name": f"{name}_{row}",
                "label": label,
                "missing": not chosen.get(row),
                "options": [
                    {
                        "value": choice,
                        "label": word,
                        "id": f"{identity}_{row}_{index}",
                        "selected": chosen.get(row) == choice,
                    }
                    for index, (choice, word) in enumerate(self.choices)
                ],
            }
            for row, label in self.rows
        ]

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        """Refuse: the pack draws the rows, a bare matrix would lose its legends."""
        raise ImproperlyConfigured("a matrix is drawn by templates/nlds/matrix.html")


class MatrixField(forms.Field):
    """One choice for every row; the cleaned value is a mapping from row to choice."""

    widget: MatrixWidget
    default_error_messages = {
        "required": "Geef op elke regel een antwoord.",
        "invalid_choice": "Kies op elke regel een van de antwoorden.",
    }

    def __init__(self, *, rows: Choices, choices: Choices, **kwargs: Any) -> None:
        self.rows, self.choices = list(rows), list(choices)
        super().__init__(widget=MatrixWidget(self.rows, self.choices), **kwargs)

    def clean(self, value: Any) -> dict[str, str]:
        """Return the answers; raise when a row misses one, or holds one that was not offered."""
        answers: dict[str, str] = dict(value or {})
        if not set(answers.values()) <= {choice for choice, _ in self.choices}:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        if self.required and set(answers) != {row for row, _ in self.rows}:
            raise ValidationError(self.error_messages["required"], code="required")
        return answers
