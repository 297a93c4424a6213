"""The forms of the entrepreneur: contact and consent, corrections, and the request of a company from abroad."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterable
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from intake.reference import countries
from nnmkb.web import widgets
from referrals.once_form import KEY
from referrals.services.consents import VIEW, Box, Key, fingerprint
from referrals.services.refer import NORTH, ContactDetails

# Null and other control characters, which no keyboard makes and PostgreSQL refuses; line ends and tabs stay.
# Directions too: with them a name reads as another name on the screen of an advisor.
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
QUOTED = 40

NL = {
    "too_long": "Dit is te lang: {count} tekens. Gebruik er hoogstens {longest}.",
    "email": "{typed} is geen e-mailadres. Een goed voorbeeld is naam@bedrijf.nl.",
    "phone": "{typed} is geen telefoonnummer. Een goed voorbeeld is 050 123 45 67.",
    "kvk": "{typed} is geen KvK-nummer. Een KvK-nummer heeft 8 cijfers.",
    "website": "{typed} is geen website. Een goed voorbeeld is www.bedrijf.nl.",
}
EN = {
    "too_long": "This is too long: {count} characters. Use {longest} at most.",
    "email": "{typed} is not an e-mail address. A good example is name@company.com.",
    "phone": "{typed} is not a phone number. A good example is +49 421 123456.",
    "website": "{typed} is not a website. A good example is www.company.com.",
}


def quoted(text: str) -> str:
    """Return what was typed, short enough to read."""
    return f"«{text[:QUOTED]}{'…' if len(text) > QUOTED else ''}»"


def is_email(text: str) -> str | None:
    """Return the address, None when it is not one."""
    try:
        validate_email(text)
    except ValidationError:
        return None
    return text if len(text) <= 254 else None


def is_phone(text: str) -> str | None:
    """Return the number as typed, None when it cannot be one."""
    fits = re.fullmatch(r"\+?[0-9 ()./-]{6,29}", text) and 6 <= len(re.sub(r"\D", "", text)) <= 15
    return text if fits else None


def is_kvk(text: str) -> str | None:
    """Return the eight digits, however they were typed."""
    plain = re.sub(r"[\s.-]", "", text)
    return plain if re.fullmatch(r"[0-9]{8}", plain) else None


def is_website(text: str) -> str | None:
    """Return the address of a website, None when it cannot be one."""
    return text if re.fullmatch(r"(https?://)?[\w-]+(\.[\w-]+)+(/\S*)?", text) else None


CHECKS: dict[str, Callable[[str], str | None]] = {
    "email": is_email,
    "phone": is_phone,
    "kvk": is_kvk,
    "website": is_website,
}


class Line(forms.CharField):
    """Text with one message of our own for each cause."""

    def __init__(
        self, label: str, longest: int, *, missing: str = "", check: str = "", words: dict[str, str] = NL, **more: Any
    ) -> None:
        super().__init__(label=label, required=bool(missing), **more)
        self.longest, self.missing, self.check, self.words = longest, missing, check, words
        if isinstance(self.widget, forms.Textarea):
            # Read by the form pack, which writes below the field how much fits.
            self.max_length = longest

    def clean(self, value: Any) -> str:
        """Return the text, or say what is wrong with it."""
        text = UNPRINTABLE.sub("", str(value or "")).replace("\r\n", "\n").strip()
        if not isinstance(self.widget, forms.Textarea):
            text = " ".join(text.split())
        if not text:
            if self.missing:
                raise ValidationError(self.missing, code="missing")
            return ""
        if len(text) > self.longest:
            raise ValidationError(self.words["too_long"].format(count=len(text), longest=self.longest), code="long")
        if self.check:
            checked = CHECKS[self.check](text)
            if checked is None:
                raise ValidationError(self.words[self.check].format(typed=quoted(text)), code=self.check)
            text = checked
        return text


class Pick(forms.ChoiceField):
    """One of a list, with one message for leaving it open and for a choice that is not there."""

    def __init__(self, label: str, choices: Iterable[tuple[str, str]], *, missing: str, **more: Any) -> None:
        super().__init__(
            label=label,
            choices=list(choices),
            required=bool(missing),
            error_messages={"required": missing, "invalid_choice": missing},
            **more,
        )


def auto(kind: str, **more: str) -> dict[str, str]:
    """Return the attributes that let a browser fill in what it knows."""
    return {"autocomplete": kind, **more}


class KeyedForm(forms.Form):
    """A form with an idempotency key that is made when the page is."""

    use_required_attribute = False
    sleutel = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("sleutel", str(uuid.uuid4()))
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.form_show_errors = False

    @property
    def key(self) -> str:
        """Return the key that came with the form; a new one when it is missing or was tampered with."""
        typed = str(self.data.get("sleutel", ""))
        return typed if KEY.match(typed) else str(uuid.uuid4())

    def typed(self) -> dict[str, str]:
        """Return every field as it was typed, to show it again later."""
        return {name: str(self.data[name]) for name in self.fields if name != "sleutel" and self.data.get(name)}


class PersonForm(KeyedForm):
    """Who to call."""

    company = Line(
        "Naam van uw bedrijf",
        120,
        missing="Vul de naam van uw bedrijf in.",
        widget=forms.TextInput(attrs=auto("organization")),
    )
    kvk_number = Line(
        "KvK-nummer",
        20,
        check="kvk",
        help_text="8 cijfers.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "nnmkb-w-s"}),
    )
    place = Line("Plaats", 80, widget=forms.TextInput(attrs=auto("address-level2")))
    person = Line("Uw naam", 120, missing="Vul uw naam in.", widget=forms.TextInput(attrs=auto("name")))
    email = Line(
        "E-mailadres",
        254,
        missing="Vul uw e-mailadres in. Daar sturen wij uw link heen.",
        check="email",
        widget=forms.EmailInput(attrs=auto("email")),
    )
    phone = Line("Telefoonnummer", 30, check="phone", widget=forms.TextInput(attrs=auto("tel", inputmode="tel")))
    message = Line(
        "Wilt u nog iets vertellen?",
        1000,
        help_text="Schrijf hier geen privégegevens van anderen.",
        widget=forms.Textarea(attrs={"rows": "4"}),
    )

    def contact(self) -> ContactDetails:
        """Return what was filled in."""
        names = ("company", "kvk_number", "place", "person", "email", "phone", "message")
        return ContactDetails(**{name: self.cleaned_data[name] for name in names})


class BoxesMixin(KeyedForm):
    """A form with one box per consent; they start empty, and an error elsewhere never clears them."""

    boxes: tuple[Box, ...]
    no_view = ""
    changed = ""

    def add_boxes(self, boxes: Iterable[Box]) -> None:
        """Put the boxes on the form, with a fingerprint of what they say."""
        self.boxes = tuple(boxes)
        for box in self.boxes:
            field = forms.BooleanField(label=box.text, required=False, help_text=box.line or box.note)
            field.hide_optional = True  # type: ignore[attr-defined]
            self.fields[box.field] = field
        self.fields["teksten"] = forms.CharField(required=False, widget=forms.HiddenInput)
        self.initial["teksten"] = fingerprint(self.boxes)

    def clean(self) -> dict[str, Any]:
        """Refuse a form without the one box that everything rests on, or with sentences that have changed."""
        cleaned = super().clean() or {}
        if cleaned.get("teksten") != fingerprint(self.boxes):
            self.add_error(None, self.changed)
            self.data = {name: self.data[name] for name in self.data} | {"teksten": fingerprint(self.boxes)}
        if not cleaned.get(VIEW):
            self.add_error(VIEW, self.no_view)
        return cleaned

    def consents(self) -> dict[Key, bool]:
        """Return yes or no for each box."""
        return {box.key: bool(self.cleaned_data.get(box.field)) for box in self.boxes}

    def shared(self) -> list[tuple[Box, forms.BoundField]]:
        """Return the boxes that each name an organisation, the KvK first."""
        return [(box, self[box.field]) for box in self.boxes if box.name]

    def separate(self) -> list[forms.BoundField]:
        """Return the other boxes."""
        return [self[box.field] for box in self.boxes if not box.name]


class ContactForm(PersonForm, BoxesMixin):
    """Who to call, and who may have what."""

    no_view = "Vink dit vakje aan. Zonder uw toestemming mag niemand u helpen."
    changed = "De tekst bij een vakje is net veranderd. Lees de vakjes nog eens en verstuur dan."

    def __init__(self, boxes: Iterable[Box], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_boxes(boxes)
        # The summary names the errors in the order of the page.
        self.order_fields([box.field for box in self.boxes if box.name])


SETTLE_SECTORS = {
    "industrie_food": "Food and drink",
    "industrie_metaal": "Metal and machinery",
    "industrie_overig": "Other manufacturing",
    "groothandel": "Wholesale",
    "vervoer": "Transport and logistics",
    "zakelijk_kennis": "Engineering, research and other knowledge services",
    "zakelijk_overig": "Other business services",
    "ict": "Information technology",
    "bouw": "Construction",
    "vrijetijd": "Tourism and leisure",
    "landbouw": "Agriculture",
    "detailhandel": "Retail",
    "zorg": "Health care",
    "anders": "Something else",
}
SETTLE_AIMS = {
    "site": "A site or building",
    "partner": "A partner or supplier",
    "investment": "A company to invest in",
    "office": "A first office or sales point",
    "advice": "Advice on rules, tax and permits",
}
SETTLE_TERMS = {
    "half_year": "Within six months",
    "year": "Within a year",
    "later": "Later than a year",
    "unknown": "We do not know yet",
}
SETTLE_PROVINCES = dict(zip(NORTH, ("Groningen", "Fryslân", "Drenthe"), strict=True)) | {"any": "No preference"}


def settle_countries() -> list[tuple[str, str]]:
    """Return every country by its English name, except the Netherlands."""
    found = sorted((country.name_en, country.code) for country in countries() if country.code != "NL")
    return [("", "Choose from the list"), *((code, name) for name, code in found)]


class SettleForm(BoxesMixin):
    """The request of a company from abroad, on one page."""

    no_view = "Tick this box. Without your permission nobody can help you."
    changed = "The text next to a box has just changed. Please read the boxes again."

    company = Line(
        "Name of your company",
        120,
        missing="Fill in the name of your company.",
        words=EN,
        widget=forms.TextInput(attrs=auto("organization")),
    )
    website = Line("Website", 200, check="website", words=EN, widget=forms.TextInput(attrs=auto("url")))
    sector = Pick(
        "What does your company do?",
        [("", "Choose from the list"), *SETTLE_SECTORS.items()],
        missing="Choose what your company does.",
        widget=widgets.Select,
    )
    aim = Pick(
        "What are you looking for?",
        SETTLE_AIMS.items(),
        missing="Choose what you are looking for.",
        widget=widgets.RadioSelect,
    )
    term = Pick(
        "When do you want to start?",
        SETTLE_TERMS.items(),
        missing="Choose when you want to start.",
        widget=widgets.RadioSelect,
    )
    province = Pick(
        "Where would you like to settle?",
        SETTLE_PROVINCES.items(),
        missing="Choose a province, or choose «No preference».",
        widget=widgets.RadioSelect,
    )
    person = Line("Your name", 120, missing="Fill in your name.", words=EN, widget=forms.TextInput(attrs=auto("name")))
    email = Line(
        "E-mail address",
        254,
        missing="Fill in your e-mail address. We send your link there.",
        check="email",
        words=EN,
        widget=forms.EmailInput(attrs=auto("email")),
    )
    phone = Line(
        "Phone number", 30, check="phone", words=EN, widget=forms.TextInput(attrs=auto("tel", inputmode="tel"))
    )
    message = Line("Is there anything else we should know?", 1000, words=EN, widget=forms.Textarea(attrs={"rows": "4"}))

    def __init__(self, boxes: Iterable[Box], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"] = Pick(
            "Country",
            settle_countries(),
            missing="Choose the country of your company.",
            widget=widgets.Select(attrs=auto("country")),
        )
        self.order_fields(["company", "country"])
        self.add_boxes(boxes)

    def contact(self) -> ContactDetails:
        """Return what was filled in."""
        names = ("company", "website", "country", "person", "email", "phone", "message")
        return ContactDetails(**{name: self.cleaned_data[name] for name in names})

    def words(self) -> dict[str, str]:
        """Return the request in the words of the screen; the dossier shows them as they are."""
        return {
            "sector": SETTLE_SECTORS[self.cleaned_data["sector"]],
            "looks_for": SETTLE_AIMS[self.cleaned_data["aim"]],
            "when": SETTLE_TERMS[self.cleaned_data["term"]],
            "province": SETTLE_PROVINCES[self.cleaned_data["province"]],
        }


class CorrectForm(PersonForm):
    """The contact details, once more."""


class SettleCorrectForm(KeyedForm):
    """The contact details of a company from abroad, once more."""

    company = SettleForm.base_fields["company"]
    website = SettleForm.base_fields["website"]
    person = SettleForm.base_fields["person"]
    email = SettleForm.base_fields["email"]
    phone = SettleForm.base_fields["phone"]
    message = SettleForm.base_fields["message"]
