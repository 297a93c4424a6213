"""The text of a document: uploaded or pasted."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict

from intake.forms.policy import PolicyForm, RawText

UPLOAD = "Dit bestand kwam niet goed aan. Kies het nog een keer."


class SourceForm(PolicyForm):
    """An upload of plain text, or a pasted text; not both."""

    bestand = forms.FileField(
        label="Kies een tekstbestand",
        required=False,
        help_text="Gewone tekst (.txt, UTF-8). Laat een lege regel tussen de alinea’s.",
        allow_empty_file=True,
        error_messages={"invalid": UPLOAD, "missing": UPLOAD},
        widget=forms.FileInput({"accept": ".txt,.md,text/plain"}),
    )
    tekst = RawText(label="Of plak de tekst", widget=forms.Textarea({"rows": 10, "spellcheck": "false"}))

    def __init__(self, data: QueryDict | None = None, uploads: Any = None) -> None:
        super().__init__(data, files=uploads)
        for field in self.fields.values():
            field.hide_optional = True  # type: ignore[attr-defined]

    @property
    def filled_in(self) -> str:
        """Return the field that was used."""
        return "bestand" if self.cleaned_data.get("bestand") is not None else "tekst"

    def clean(self) -> dict[str, Any]:
        """Take one of both; a text that is empty is for the service to refuse."""
        typed: dict[str, Any] = self.cleaned_data
        if typed.get("bestand") is not None and typed.get("tekst"):
            self.add_error("bestand", "Kies een bestand of plak een tekst, niet allebei.")
        return typed
