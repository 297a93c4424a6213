"""The forms of the pages about policy: beginning a version, its text, and a reason with an act."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict

from intake.services.governing.door import MOST_WORDS
from intake.services.governing.drafting import LONGEST_TITLE
from intake.services.governing.errors import NotDone
from nnmkb.web.widgets import Select

ODD = "Hier staat een teken dat wij niet kunnen lezen. Typ de tekst opnieuw."
Choices = list[tuple[str, str]]


class PolicyForm(forms.Form):
    """A form whose mistakes are told in our own words, also those that a service finds."""

    use_required_attribute = False

    def __init__(self, data: QueryDict | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        for field in self.fields.values():
            field.error_messages.setdefault("null_characters_not_allowed", ODD)

    def refuse(self, error: NotDone, field: str | None = None) -> None:
        """Show why something was not done."""
        for reason in error.reasons:
            self.add_error(field, reason)


class LockedForm(PolicyForm):
    """A form that is only good for the version that was on the screen."""

    lock = forms.CharField(required=False, widget=forms.HiddenInput)


class NewVersionForm(PolicyForm):
    """From which version a draft begins, and how it is called."""

    basis = forms.ChoiceField(
        label="Begin vanaf versie",
        help_text="De tekst van deze versie wordt overgenomen. Daarna verandert u wat anders moet.",
        widget=Select,
        error_messages={"required": "Kies een versie.", "invalid_choice": "Kies een versie uit de lijst."},
    )
    naam = forms.CharField(
        label="Naam",
        help_text="Kort, en nog niet gebruikt. Kleine letters, cijfers en streepjes. Bijvoorbeeld: 2026-1.",
        max_length=100,
        error_messages={"required": "Geef de versie een naam.", "max_length": "Deze naam is te lang."},
        widget=forms.TextInput({"class": "nnmkb-w-s", "autocomplete": "off", "autocapitalize": "none"}),
    )
    titel = forms.CharField(
        label="Titel",
        help_text="Zeg in een paar woorden wat er anders wordt.",
        max_length=LONGEST_TITLE,
        error_messages={
            "required": "Geef de versie een titel.",
            "max_length": f"Gebruik in de titel hooguit {LONGEST_TITLE} tekens.",
        },
        widget=forms.TextInput({"autocomplete": "off"}),
    )

    def __init__(self, data: QueryDict | None, *, bases: Choices, in_force: str) -> None:
        super().__init__(data, initial={"basis": in_force})
        basis = self.fields["basis"]
        assert isinstance(basis, forms.ChoiceField)
        basis.choices = bases


class ConfirmForm(LockedForm):
    """An act that only has to be confirmed."""


class ReasonForm(LockedForm):
    """An act with the reason for it."""

    reden = forms.CharField(
        label="Waarom?",
        max_length=MOST_WORDS,
        help_text="Wie aan deze versie werkt, leest dit. Noem geen bedrijven.",
        widget=forms.Textarea({"rows": 4}),
        error_messages={
            "required": "Schrijf op waarom.",
            "max_length": f"Gebruik hier hooguit {MOST_WORDS} tekens.",
        },
    )


class RawText(forms.CharField):
    """A text that is kept whatever is in it: nothing is stripped and no character is refused."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, strip=False, **kwargs)

    def run_validators(self, value: Any) -> None:
        """Refuse nothing; how long it may be is for the service to say."""


class FileForm(LockedForm):
    """The whole text of one file."""

    tekst = RawText(
        label="De tekst van dit bestand",
        help_text="Wat u bewaart, blijft staan, ook als het nog niet klopt. U ziet daarna elke fout bij haar regel.",
        widget=forms.Textarea({"rows": 30, "class": "nnmkb-code-area", "spellcheck": "false"}),
    )

    def __init__(self, data: QueryDict | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["tekst"].hide_optional = True  # type: ignore[attr-defined]
