"""Files for a draft: uploaded as a zip or one by one, or pasted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from intake.forms.policy import LockedForm, RawText
from nnmkb.web.widgets import Select

UPLOAD = "Dit bestand kwam niet goed aan. Kies het nog een keer."


class ImportForm(LockedForm):
    """An upload, or a pasted text with the file that it is; not both."""

    bestand = forms.FileField(
        label="Kies een bestand",
        required=False,
        help_text="Een zip die u hier hebt gedownload, of één los bestand met zijn eigen naam, zoals regels.yaml.",
        allow_empty_file=True,
        error_messages={"invalid": UPLOAD, "missing": UPLOAD},
        widget=forms.FileInput({"accept": ".zip,.yaml,.yml,.txt"}),
    )
    welk = forms.ChoiceField(
        label="Of plak de tekst van",
        required=False,
        widget=Select,
        error_messages={"invalid_choice": "Kies een bestand uit de lijst."},
    )
    tekst = RawText(
        label="Tekst",
        widget=forms.Textarea({"rows": 10, "class": "nnmkb-code-area", "spellcheck": "false"}),
    )

    def __init__(
        self, data: QueryDict | None = None, uploads: Any = None, *, files: Sequence[str], **kwargs: Any
    ) -> None:
        super().__init__(data, files=uploads, **kwargs)
        welk = self.fields["welk"]
        assert isinstance(welk, forms.ChoiceField)
        welk.choices = [(name, name) for name in files]
        for field in self.fields.values():
            field.hide_optional = True  # type: ignore[attr-defined]

    @property
    def filled_in(self) -> str:
        """Return the field that was used."""
        return "bestand" if self.cleaned_data.get("bestand") is not None else "tekst"

    def clean(self) -> dict[str, Any]:
        """Ask for one of both."""
        typed: dict[str, Any] = self.cleaned_data
        upload, pasted = typed.get("bestand"), typed.get("tekst")
        if "bestand" in self.errors or "welk" in self.errors:
            return typed
        if upload is not None and pasted:
            self.add_error("bestand", "Kies een bestand of plak een tekst, niet allebei.")
        elif upload is None and not pasted:
            self.add_error("bestand", "Kies een bestand, of plak een tekst.")
        return typed
