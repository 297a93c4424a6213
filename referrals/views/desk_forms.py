"""The forms of the workbench."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator, MinLengthValidator
from django.http import QueryDict
from django.utils import timezone

from intake.policies import policy
from nnmkb.web.desk import name_of
from nnmkb.web.widgets import RadioSelect, Select
from referrals.domain.lifecycle import Transition
from referrals.domain.reasons import label_of
from referrals.domain.states import LONGEST_HOLD
from referrals.domain.worktime import local_date
from referrals.models import Partner, Referral
from referrals.once_form import INCOMPLETE, OnceForm
from referrals.services import labels, profiles, proposing
from referrals.services.notes import LONGEST
from referrals.services.partner_questions import LONGEST_ANSWER
from referrals.services.questions import LONGEST_QUESTION

LONGEST_REASON = 500
SHORTEST_FORCE = 10
ODD = "Hier staat een teken dat wij niet kunnen lezen. Typ de tekst opnieuw."
TOO_LONG = "De tekst is te lang. Gebruik hoogstens {} tekens."
# Of a select in groups, the second of a pair is a list of choices.
Choices = list[tuple[str, Any]]


class WordsField(forms.CharField):
    """Words on any number of lines; a line end counts as one character, as it does in the browser."""

    def __init__(self, *, rows: int = 4, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea({"rows": rows}), **kwargs)

    def to_python(self, value: Any) -> str:
        """Return the text with the line ends of every other text."""
        return str(super().to_python(value) or "").replace("\r\n", "\n")


class ActForm(OnceForm):
    """What every act carries: its key (sent twice is done once), the version it was made for, and the list."""

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
        known: dict[Any, Any] = {}
        for one, label in getattr(self.fields[name], "choices", []):
            known |= dict(label) if isinstance(label, list) else {one: label}
        # The list of reasons is gone when the move is: then the label comes from the table of all reasons.
        return str(known.get(value) or label_of(value))


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

    text = WordsField(
        label="Notitie",
        max_length=LONGEST,
        help_text="Alleen collega’s van de KvK lezen dit.",
        error_messages={
            "required": "Schrijf eerst een notitie.",
            "max_length": f"De notitie is te lang. Gebruik hoogstens {LONGEST} tekens.",
        },
    )


class ReasonForm(ActForm):
    """A reason from the list of the move, with a text where the reason asks for it."""

    reason = forms.ChoiceField(
        label="Reden",
        widget=RadioSelect(),
        error_messages={"required": "Kies een reden.", "invalid_choice": "Kies een reden uit de lijst."},
    )
    reason_text = WordsField(
        label="Toelichting",
        required=False,
        max_length=LONGEST_REASON,
        rows=3,
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


def plus_day_field(label: str, help_text: str) -> forms.DateField:
    """Return a field for a day to come."""
    field = day_field(label)
    field.help_text = help_text
    return field


class HoldForm(ActForm):
    """Until when nothing happens."""

    until = plus_day_field("Wachten tot", f"Een dag na vandaag, hoogstens {LONGEST_HOLD} dagen vooruit.")


class TextForm(ActForm):
    """An act that asks for words; what about, each act says itself."""

    text = WordsField(label="")
    label = ""
    help_text = ""
    missing = "Schrijf eerst een tekst."
    longest = LONGEST

    def prepare(self) -> None:
        """Ask for these words."""
        field = self.fields["text"]
        assert isinstance(field, WordsField)
        field.label, field.help_text, field.max_length = self.label, self.help_text, self.longest
        field.validators.append(MaxLengthValidator(self.longest, TOO_LONG.format(self.longest)))
        field.error_messages["required"] = self.missing


class QuestionForm(TextForm):
    """A question to the entrepreneur."""

    label = "Uw vraag"
    help_text = "Eén vraag. Vraag en antwoord komen in het volgende dossier."
    missing = "Schrijf eerst een vraag."
    longest = LONGEST_QUESTION


class PartnerAnswerForm(TextForm):
    """The answer to a question of a partner."""

    label = "Uw antwoord"
    help_text = "De partner leest dit achter de code. Noem geen gegevens die niet in het dossier staan."
    missing = "Schrijf eerst een antwoord."
    longest = LONGEST_ANSWER


class CallForm(TextForm):
    """Who was called back, and what they asked."""

    label = "Wie belde u terug, en wat vroeg de ondernemer?"
    help_text = "Ten minste 10 tekens. Dit komt als notitie bij de doorverwijzing."
    missing = "Schrijf wie u terugbelde en wat die vroeg."


class AskedAgainForm(TextForm):
    """How the entrepreneur came back to it."""

    label = "Hoe vroeg de ondernemer erom?"
    help_text = "Ten minste 10 tekens. Dit komt als notitie bij de doorverwijzing."
    missing = "Schrijf hoe de ondernemer erom vroeg."


class StayClosedForm(TextForm):
    """Why it stays closed."""

    label = "Waarom blijft dit gesloten?"
    help_text = "Ten minste 10 tekens. Bel de ondernemer eerst. Dit komt als notitie bij de doorverwijzing."
    missing = "Schrijf waarom dit gesloten blijft."
    longest = LONGEST_REASON


class HandOverForm(ActForm):
    """To whom it goes."""

    to = forms.ChoiceField(
        label="Collega",
        widget=Select(),
        error_messages={"required": "Kies een collega.", "invalid_choice": "Kies een collega uit de lijst."},
    )

    def prepare(self) -> None:
        """Offer the colleagues who are there."""
        there = profiles.colleagues(local_date(timezone.now())).exclude(pk=self.referral.owner_id or 0)
        named = sorted(((str(user.pk), name_of(user)) for user in there), key=lambda pair: pair[1].casefold())
        choose(self, "to", [("", "Kies een collega"), *named])


class ProposeForm(ActForm):
    """Which activity, and who would do it."""

    proposal = forms.ChoiceField(
        label="Activiteit en partner",
        widget=Select(),
        help_text="Alleen partners die deze activiteit nu doen. De ondernemer moet het eerst goed vinden.",
        error_messages={
            "required": "Kies een activiteit en een partner.",
            "invalid_choice": "Deze partner kan dit nu niet meer doen. Kies een andere.",
        },
    )

    def prepare(self) -> None:
        """Offer what does not run yet, by activity."""
        case = self.referral.intake
        titles = policy(case.policy).activities
        choose(
            self,
            "proposal",
            [
                ("", "Kies een partner"),
                *(
                    (f"{code} {titles[code].title}", [(f"{code}:{one}", name) for one, name in partners.items()])
                    for code, partners in proposing.proposable(case, timezone.now()).items()
                ),
            ],
        )


class PartnerForm(ActForm):
    """Which partner consent is asked for; the page shows what the entrepreneur will read."""

    partner = forms.ModelChoiceField(
        Partner.objects.all(),
        widget=forms.HiddenInput,
        error_messages={"required": "Kies een partner.", "invalid_choice": "Kies een partner uit de lijst."},
    )


class LabelForm(ActForm):
    """A word to find it again by."""

    label = forms.CharField(
        label="Label",
        max_length=labels.LONGEST,
        widget=forms.TextInput({"class": "nnmkb-w-m", "autocomplete": "off"}),
        error_messages={
            "required": "Schrijf eerst een label.",
            "max_length": f"Dit label is te lang. Gebruik hoogstens {labels.LONGEST} tekens.",
        },
    )


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
    force_reason = WordsField(
        label="Waarom vraagt u deze partner opnieuw?",
        required=False,
        max_length=LONGEST_REASON,
        rows=3,
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
