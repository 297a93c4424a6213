"""The forms of the partner list."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.validators import MinLengthValidator, RegexValidator
from django.http import QueryDict

from intake.policies import policy
from nnmkb.web.widgets import CheckboxSelectMultiple, NumberInput, RadioSelect, Select
from referrals.domain.lifecycle import LONGEST_RESPONSE, SHORTEST_RESPONSE
from referrals.models import Partner, PartnerContact
from referrals.once_form import INCOMPLETE, OnceForm
from referrals.queues import PROVINCES
from referrals.services import organisations
from referrals.services.partner_entry import LARGEST_CAPACITY, Entry
from referrals.services.partner_lines import Attention
from referrals.services.partners import Person
from referrals.views.desk_forms import Choices, choose, day_field, own_words

LISTS = ("activities", "provinces", "sectors", "themes")
TERM = f"Kies {SHORTEST_RESPONSE} tot en met {LONGEST_RESPONSE} werkdagen."
ROOM = f"Kies een getal van 1 tot en met {LARGEST_CAPACITY}. Geen ruimte? Geef dan een pauze."
WHO = "Kies een organisatie uit de lijst. Wie al partner is of niet meer bestaat, staat er niet bij."
MAIL = "Vul een e-mailadres in, zoals naam@organisatie.nl."


class KeyForm(OnceForm):
    """What every form here carries: its key (sent twice is done once) and the version it was made for."""

    versie = forms.IntegerField(
        min_value=0,
        max_value=2**31 - 1,
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), INCOMPLETE),
    )

    def __init__(self, data: QueryDict | None = None, *, partner: Partner | None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.partner = partner
        own_words(self)
        self.fields["sleutel"].initial = str(uuid.uuid4())
        self.fields["versie"].initial = partner.version if partner else 0
        self.prepare()

    def prepare(self) -> None:
        """Fill in the choices."""

    def made_again(self, partner: Partner, left: Iterable[str] = ()) -> None:
        """Keep what was typed, for the version of now: whoever sends it again has seen what changed.

        The fields in `left` were not touched by who typed: they get what stands there now.
        """
        assert isinstance(self.data, QueryDict)
        data = self.data.copy()
        data["sleutel"], data["versie"] = str(uuid.uuid4()), str(partner.version)
        for name in left:
            value = getattr(partner, name)
            data.setlist(name, value if isinstance(value, list) else ["" if value is None else str(value)])
        self.data = data


def _text(label: str, most: int, *, least: int = 0, required: bool = True, **more: Any) -> forms.CharField:
    lacking = more.pop("lacking", "Vul dit in.")
    field = forms.CharField(
        label=label,
        max_length=most,
        required=required,
        error_messages={"required": lacking, "max_length": f"Gebruik hoogstens {most} tekens."},
        **more,
    )
    if least:
        field.validators.append(MinLengthValidator(least, f"Gebruik ten minste {least} tekens."))
    return field


def _number(label: str, least: int, most: int, words: str, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=least,
        max_value=most,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), words),
        **more,
    )


def _many(label: str, note: str) -> forms.MultipleChoiceField:
    wrong = dict.fromkeys(("invalid_choice", "invalid_list"), "Kies uit de lijst.")
    return forms.MultipleChoiceField(
        label=label, help_text=note, required=False, widget=CheckboxSelectMultiple(), error_messages=wrong
    )


class EntryForm(KeyForm):
    """What the list says about a partner."""

    name = _text("Naam", 120, least=2, lacking="Vul de naam in, zoals ondernemers die lezen.")
    organisation = forms.ChoiceField(
        label="Organisatie in het beleid",
        help_text="Hierop geeft de ondernemer toestemming. Een opvolger is een nieuwe partner.",
        widget=Select(),
        error_messages={"required": "Kies een organisatie.", "invalid_choice": WHO},
    )
    email = forms.EmailField(
        label="E-mailadres voor aanbod en code",
        help_text="Bij voorkeur een adres dat meer mensen lezen.",
        max_length=254,
        error_messages={"required": MAIL, "invalid": MAIL, "max_length": "Dit adres is te lang."},
    )
    channel = forms.ChoiceField(
        label="Hoe wil deze partner een aanbod krijgen?",
        help_text="Elk aanbod komt ook per e-mail met een link, zodat niemand een termijn mist.",
        choices=[(value, label[:1].upper() + label[1:]) for value, label in Partner.Channel.choices],
        widget=RadioSelect(),
        initial=Partner.Channel.LINK,
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Kies een manier uit de lijst."),
    )
    response_days = _number(
        "Termijn voor een antwoord",
        SHORTEST_RESPONSE,
        LONGEST_RESPONSE,
        TERM,
        initial=5,
        widget=NumberInput(suffix="werkdagen", attrs={"class": "nnmkb-w-xs"}),
    )
    capacity = _number(
        "Hoeveel kan deze partner tegelijk behandelen?",
        1,
        LARGEST_CAPACITY,
        ROOM,
        initial=20,
        widget=NumberInput(suffix="doorverwijzingen", attrs={"class": "nnmkb-w-xs"}),
    )
    agreement_date = day_field("Datum van de afspraak")
    activities = _many("Activiteiten", "Niets aangekruist: alle activiteiten.")
    provinces = _many("Provincies", "Niets aangekruist: overal.")
    sectors = _many("Sectoren", "Niets aangekruist: alle sectoren.")
    themes = _many("Thema’s", "Niets aangekruist: geen vast thema.")

    def prepare(self) -> None:
        """Offer what the policy in force knows, and what stands there already."""
        self.fields["agreement_date"].required = False
        for name, choices in self._known().items():
            codes = {code for code, _ in choices}
            standing = getattr(self.partner, name) if self.partner else []
            gone = [(code, f"{code} (niet meer in het beleid)") for code in standing if code not in codes]
            choose(self, name, [*choices, *gone])
        if self.partner:
            self.initial = {**Entry.of(self.partner).columns(), **self.initial}

    def _known(self) -> dict[str, Choices]:
        rules = policy()
        themes = sorted({theme for body in rules.organisations.values() for theme in body.themes})
        return {
            "activities": [(code, f"{code} {activity.title}") for code, activity in rules.activities.items()],
            "provinces": list(PROVINCES.items()),
            "sectors": [(option.value, option.label) for option in rules.catalogue.by_code["B2"].options],
            "themes": [(theme, theme) for theme in themes],
        }

    def offer_organisations(self, today: date) -> None:
        """Offer the organisations that exist and are no partner yet, and the one that stands there."""
        own = self.partner.organisation if self.partner else ""
        taken = set(Partner.objects.exclude(organisation=own).values_list("organisation", flat=True))
        bodies = policy().organisations
        free = [
            (code, body.name)
            for code, body in sorted(bodies.items(), key=lambda one: one[1].name.casefold())
            if code == own or (code not in taken and not organisations.ending(code, today))
        ]
        unknown = [(own, f"{own} (niet meer in het beleid)")] if own and own not in bodies else []
        choose(self, "organisation", [("", "Kies"), *free, *unknown])

    def entry(self) -> Entry:
        """Return what was filled in."""
        typed: dict[str, Any] = {
            name: tuple(value) if name in LISTS else value
            for name, value in self.cleaned_data.items()
            if name not in {"sleutel", "versie"}
        }
        return Entry(**typed)


class PauseForm(KeyForm):
    """Until when a partner gets no offers."""

    until = day_field("Pauze tot")

    def prepare(self) -> None:
        """Say what the day means."""
        self.fields["until"].help_text = "Vanaf deze dag krijgt de partner weer aanbod. Kies een dag binnen een jaar."


class PersonForm(KeyForm):
    """Somebody to call."""

    name = _text("Naam", 120, least=2, lacking="Vul de naam in.")
    role = _text("Functie", 80, required=False)
    email = forms.EmailField(
        label="E-mailadres",
        required=False,
        max_length=254,
        error_messages={"invalid": MAIL, "max_length": "Dit adres is te lang."},
    )
    phone = _text(
        "Telefoon",
        30,
        required=False,
        validators=[RegexValidator(r"^\+?[0-9() -]{6,30}$", "Vul een telefoonnummer in, zoals 058 123 45 67.")],
    )

    def person(self) -> Person:
        """Return what was filled in."""
        return Person(**{name: self.cleaned_data[name] for name in PERSON})


PERSON = ("name", "role", "email", "phone")


def person_initial(contact: PartnerContact) -> dict[str, str]:
    """Return a contact person as it stands, for the form."""
    return {name: getattr(contact, name) for name in PERSON}


ATTENTION_WORDS = {
    Attention.ENDED: "Organisatie bestaat niet meer",
    Attention.REVIEW: "Nakijken",
    Attention.NEVER_CHECKED: "Nog nooit gecontroleerd",
    Attention.LONG_AGO: "Lang niet gecontroleerd",
    Attention.NO_AGREEMENT: "Geen afspraak vastgelegd",
    Attention.FULL: "Vol",
    Attention.PAUSED: "Pauze",
    Attention.OFF: "Doet niet mee",
}


class PartnerFilterForm(forms.Form):
    """The filters above the list; a GET form, so its address can be kept."""

    use_required_attribute = False

    zoek = forms.CharField(label="Zoek", required=False, max_length=100)
    activiteit = forms.ChoiceField(label="Advies", required=False, widget=Select())
    provincie = forms.ChoiceField(label="Provincie", required=False, widget=Select())
    aandacht = forms.ChoiceField(label="Aandacht", required=False, widget=Select())

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(auto_id="filter_%s", **kwargs)
        activities = [(code, f"{code} {activity.title}") for code, activity in policy().activities.items()]
        words = [(kind.value, word) for kind, word in ATTENTION_WORDS.items()]
        for name, choices in {
            "activiteit": [("", "Alle"), *activities],
            "provincie": [("", "Alle"), *PROVINCES.items()],
            "aandacht": [("", "Alle partners"), ("alles", "Vraagt aandacht"), *words],
        }.items():
            choose(self, name, choices)
        for field in self.fields.values():
            field.hide_optional = True  # type: ignore[attr-defined]
