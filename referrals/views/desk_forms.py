"""The forms of the workbench."""

from __future__ import annotations

import re
import uuid
from typing import Any

from django import forms
from django.core.validators import MinLengthValidator, RegexValidator
from django.http import QueryDict

from nnmkb.web.widgets import RadioSelect
from referrals.domain.lifecycle import Transition
from referrals.models import Partner, Referral
from referrals.views.history import label_of

INCOMPLETE = "Deze pagina was niet compleet. Ga terug, ververs de pagina en probeer het opnieuw."
LONGEST_REASON = 500
KEY = re.compile(r"[0-9a-f-]{36}")
SHORTEST_FORCE = 10
ODD = "Hier staat een teken dat wij niet kunnen lezen. Typ de tekst opnieuw."
Choices = list[tuple[str, str]]


class ActForm(forms.Form):
    """What every act carries: its key (sent twice is done once), the version it was made for, and the list."""

    use_required_attribute = False

    sleutel = forms.CharField(
        max_length=40,
        widget=forms.HiddenInput,
        validators=[RegexValidator(r"^[0-9a-f-]{36}$", INCOMPLETE)],
        error_messages={"required": INCOMPLETE, "max_length": INCOMPLETE},
    )
    versie = forms.IntegerField(
        min_value=0,
        max_value=2**31 - 1,
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), INCOMPLETE),
    )
    lijst = forms.CharField(
        required=False, max_length=500, widget=forms.HiddenInput, error_messages={"max_length": INCOMPLETE}
    )

    def __init__(
        self, data: QueryDict | None = None, *, referral: Referral, row: Transition | None, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.referral = referral
        self.row = row
        own_words(self)
        for name, value in start(referral).items():
            self.fields[name].initial = value
        self.prepare()

    def prepare(self) -> None:
        """Fill in the choices of this referral."""

    def typed(self) -> list[tuple[str, str]]:
        """Return what somebody typed or chose, in words, to show it again when the act did not go through."""
        return [
            (str(field.label), self.shown(field.name))
            for field in self.visible_fields()
            if self.data.get(field.html_name, "").strip()
        ]

    def shown(self, name: str) -> str:
        """Return the value of a field as text; of a choice, its label."""
        value = str(self.data.get(self.add_prefix(name), ""))
        choices = dict(getattr(self.fields[name], "choices", []))
        # The list of reasons is gone when the move is: then the label comes from the table of all reasons.
        return str(choices.get(value) or label_of(value))


def start(referral: Referral) -> dict[str, object]:
    """Return a fresh key and the version on the screen."""
    return {"sleutel": str(uuid.uuid4()), "versie": referral.version}


def own_words(form: forms.Form) -> None:
    """Say in our own words what is wrong with a character that no keyboard makes."""
    for field in form.fields.values():
        field.error_messages.setdefault("null_characters_not_allowed", ODD)


def choose(form: forms.Form, name: str, choices: Choices) -> None:
    """Set the choices of a field of this form."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


def reasons_of(row: Transition | None) -> Choices:
    """Return the reasons or outcomes of a move."""
    return [(reason.code, reason.label) for reason in row.reasons] if row else []


class PlainForm(ActForm):
    """An act that asks nothing."""


class NoteForm(ActForm):
    """A note."""

    text = forms.CharField(
        label="Notitie",
        max_length=4000,
        widget=forms.Textarea({"rows": 4}),
        help_text="Alleen collega’s van de KvK lezen dit.",
        error_messages={
            "required": "Schrijf eerst een notitie.",
            "max_length": "De notitie is te lang. Gebruik hoogstens 4000 tekens.",
        },
    )


class ReasonForm(ActForm):
    """A reason from the list of the move, with a text where the reason asks for it."""

    reason = forms.ChoiceField(
        label="Reden",
        widget=RadioSelect(),
        error_messages={"required": "Kies een reden.", "invalid_choice": "Kies een reden uit de lijst."},
    )
    reason_text = forms.CharField(
        label="Toelichting",
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea({"rows": 3}),
        help_text="Verplicht bij «Anders»: ten minste 10 tekens. Noem geen namen.",
        error_messages={"max_length": f"De toelichting is te lang. Gebruik hoogstens {LONGEST_REASON} tekens."},
    )

    def prepare(self) -> None:
        """Offer the reasons of this move."""
        choose(self, "reason", reasons_of(self.row))


def day_field(label: str) -> forms.DateField:
    """Return a field for a day in the past; browsers show their calendar and send the year first."""
    return forms.DateField(
        label=label,
        initial=None,
        input_formats=["%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y"],
        widget=forms.DateInput({"type": "date", "class": "nnmkb-w-m"}, format="%Y-%m-%d"),
        error_messages={
            "required": "Vul een datum in.",
            "invalid": "Vul de datum in als dag-maand-jaar, bijvoorbeeld 24-11-2026.",
        },
    )


class ContactForm(ActForm):
    """The day of the first contact."""

    on = day_field("Datum van het eerste contact")


class OutcomeForm(ActForm):
    """How the work ended."""

    outcome = forms.ChoiceField(
        label="Resultaat",
        widget=RadioSelect(),
        error_messages={"required": "Kies een resultaat.", "invalid_choice": "Kies een resultaat uit de lijst."},
    )
    on = day_field("Datum van afronden")

    def prepare(self) -> None:
        """Offer the outcomes of this move."""
        choose(self, "outcome", reasons_of(self.row))


class OfferForm(ActForm):
    """Which partner gets the offer; the confirm page shows exactly what goes there."""

    partner = forms.ModelChoiceField(
        Partner.objects.all(),
        widget=forms.HiddenInput,
        error_messages={"required": "Kies een partner.", "invalid_choice": "Kies een partner uit de lijst."},
    )
    force_reason = forms.CharField(
        label="Waarom vraagt u deze partner opnieuw?",
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"max_length": f"De reden is te lang. Gebruik hoogstens {LONGEST_REASON} tekens."},
    )

    def ask_again(self, *, forced: bool) -> None:
        """Ask for a reason when this partner said no before; otherwise leave the question out."""
        if not forced:
            del self.fields["force_reason"]
            return
        field = self.fields["force_reason"]
        field.required = True
        field.error_messages["required"] = "Vul in waarom u opnieuw vraagt."
        field.validators.append(MinLengthValidator(SHORTEST_FORCE, f"Gebruik ten minste {SHORTEST_FORCE} tekens."))
