"""The forms of the partner's pages."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.http import QueryDict

from nnmkb.web.conditional import show_when
from nnmkb.web.widgets import RadioSelect
from referrals.domain.lifecycle import Transition
from referrals.once_form import OnceForm
from referrals.services.partner_questions import LONGEST_QUESTION
from referrals.views.desk_forms import (
    LONGEST_REASON,
    TOO_LONG,
    WordsField,
    choose,
    day_field,
    own_words,
    reasons_of,
)

CODE_WANTED = "Vul de zes cijfers uit de e-mail in."


class CodeForm(forms.Form):
    """The six digits from the mail."""

    use_required_attribute = False

    code = forms.CharField(
        label="Code",
        max_length=20,
        help_text="Zes cijfers. De code werkt tien minuten, en één keer.",
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "one-time-code", "class": "nnmkb-code"}),
        error_messages=dict.fromkeys(("required", "max_length", "null_characters_not_allowed"), CODE_WANTED),
    )


class AnswerForm(OnceForm):
    """What every answer carries: its key, so that sending twice is answering once."""

    def __init__(self, data: QueryDict | None = None, *, row: Transition | None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.row = row
        own_words(self)
        self.fields["sleutel"].initial = str(uuid.uuid4())
        self.prepare()

    def prepare(self) -> None:
        """Fill in the choices of this move."""


class AcceptForm(AnswerForm):
    """Who will contact the company."""

    contact_person = forms.CharField(
        label="Wie neemt contact op met het bedrijf?",
        max_length=120,
        widget=forms.TextInput({"autocomplete": "name"}),
        error_messages={
            "required": "Vul in wie contact opneemt.",
            "max_length": "Deze naam is te lang. Gebruik hoogstens 120 tekens.",
        },
    )


class ReasonForm(AnswerForm):
    """Why not: a reason from the list; «Anders» asks for words, no capacity for a date."""

    reason = forms.ChoiceField(
        label="Reden",
        widget=RadioSelect(),
        error_messages={"required": "Kies een reden.", "invalid_choice": "Kies een reden uit de lijst."},
    )
    until = day_field("Tot wanneer hebt u geen ruimte?")
    reason_text = forms.CharField(
        label="Toelichting",
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea({"rows": 3}),
        help_text="Ten minste 10 tekens. Noem geen namen.",
        error_messages={"max_length": f"De toelichting is te lang. Gebruik hoogstens {LONGEST_REASON} tekens."},
    )

    def prepare(self) -> None:
        """Offer the reasons of this move, and only the questions that one of them opens."""
        choose(self, "reason", reasons_of(self.row))
        known = self.row.reasons if self.row else ()
        dated = [reason.code for reason in known if reason.asks_date]
        worded = [reason.code for reason in known if reason.min_text]
        self.fields["until"].required = False
        for name, codes in (("until", dated), ("reason_text", worded)):
            if codes:
                show_when(self, name, on="reason", values=codes, indent=True)
                # Who sees the words asked for has to fill them in.
                self.fields[name].hide_optional = name == "reason_text"  # type: ignore[attr-defined]
            else:
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Drop what belongs to another reason: it was hidden."""
        found = super().clean() or self.cleaned_data
        known = self.row.reasons if self.row else ()
        chosen = next((one for one in known if one.code == found.get("reason")), None)
        if chosen is None or not chosen.asks_date:
            found["until"] = None
            self.errors.pop("until", None)
        if chosen is None or not chosen.min_text:
            found["reason_text"] = ""
            self.errors.pop("reason_text", None)
        return found


class QuestionForm(AnswerForm):
    """A question to the KvK."""

    text = WordsField(
        label="Uw vraag",
        max_length=LONGEST_QUESTION,
        help_text="Stel één vraag. De KvK weet om welk dossier het gaat. Uw termijn loopt gewoon door.",
        error_messages={"required": "Schrijf eerst een vraag.", "max_length": TOO_LONG.format(LONGEST_QUESTION)},
    )


class ContactForm(AnswerForm):
    """The day of the first contact."""

    on = day_field("Datum van het eerste contact")


class OutcomeForm(AnswerForm):
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


class HoldForm(AnswerForm):
    """Until when nothing happens."""

    until = day_field("Wachten tot")

    def prepare(self) -> None:
        """Say what follows."""
        self.fields["until"].help_text = "Hoogstens 180 dagen. Gaat u dan niet verder? Dan gaat het terug naar de KvK."
