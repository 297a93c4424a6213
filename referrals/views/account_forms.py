"""The forms about accounts: passwords, codes, passkeys, invitations and roles."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import QueryDict

from nnmkb.ledger import ratelimit
from nnmkb.web.permissions import Role
from nnmkb.web.widgets import RadioSelect
from referrals.services.passkeys import LONGEST_ANSWER, LONGEST_NAME
from referrals.views.desk_forms import own_words

CODE_WANTED = "Vul de zes cijfers uit uw app in, of een herstelcode."
APP_CODE_WANTED = "Vul de zes cijfers in die nu in uw app staan."
WORD_WANTED = "Vul uw wachtwoord in."
EMAIL_WANTED = "Vul een e-mailadres in, zoals naam@bedrijf.nl."
NO_JAVASCRIPT = "Uw browser gaf geen antwoord. Een passkey werkt alleen met JavaScript aan."
WEAK = {
    "password_too_short": "Kies een wachtwoord van ten minste 12 tekens.",
    "password_too_common": "Dit wachtwoord gebruiken veel mensen. Kies een ander.",
    "password_too_similar": "Dit wachtwoord lijkt te veel op uw naam of e-mailadres. Kies een ander.",
}
ROLES = [
    (str(Role.PARTNER_READER), "Lezer"),
    (str(Role.PARTNER_HANDLER), "Behandelaar"),
    (str(Role.PARTNER_MANAGER), "Beheerder"),
]
ROLE_HINTS = {
    str(Role.PARTNER_READER): "Bekijkt wat er binnenkomt.",
    str(Role.PARTNER_HANDLER): "Bekijkt en geeft antwoord.",
    str(Role.PARTNER_MANAGER): "Geeft antwoord, en regelt mensen en gegevens van de organisatie.",
}
ROLE_NAMES = dict(ROLES)


def password_field(label: str, autocomplete: str, wanted: str) -> forms.CharField:
    """Return a field for a password, which is taken exactly as it was typed."""
    return forms.CharField(
        label=label,
        max_length=4096,
        strip=False,
        error_messages=dict.fromkeys(("required", "max_length", "null_characters_not_allowed"), wanted),
        widget=forms.PasswordInput({"autocomplete": autocomplete}),
    )


def email_field(label: str) -> forms.EmailField:
    """Return a field for an e-mail address that fits in the name of an account."""
    return forms.EmailField(
        label=label,
        max_length=150,
        error_messages=dict.fromkeys(
            ("required", "invalid", "max_length", "null_characters_not_allowed"), EMAIL_WANTED
        ),
        widget=forms.EmailInput({"autocomplete": "email", "autocapitalize": "none", "spellcheck": "false"}),
    )


class OwnWordsForm(forms.Form):
    """A form that leaves the checking, and the words for it, to us."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own_words(self)


class CodeForm(OwnWordsForm):
    """The code of the second step."""

    code = forms.CharField(
        label="Code",
        max_length=40,
        help_text="De zes cijfers uit uw app, of een herstelcode.",
        widget=forms.TextInput(
            {
                "autocomplete": "one-time-code",
                "autocapitalize": "none",
                "spellcheck": "false",
                "class": "nnmkb-code nnmkb-code--long",
            }
        ),
        error_messages=dict.fromkeys(("required", "max_length", "null_characters_not_allowed"), CODE_WANTED),
    )


class AppForm(OwnWordsForm):
    """The first code of a new app."""

    code = forms.CharField(
        label="Code uit de app",
        max_length=40,
        help_text="Zes cijfers. Ze veranderen elke halve minuut.",
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "one-time-code", "class": "nnmkb-code"}),
        error_messages=dict.fromkeys(("required", "max_length", "null_characters_not_allowed"), APP_CODE_WANTED),
    )


class PasskeyForm(OwnWordsForm):
    """What the browser answers about a passkey; the script of the page fills it in."""

    antwoord = forms.CharField(
        max_length=LONGEST_ANSWER,
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(("required", "max_length", "null_characters_not_allowed"), NO_JAVASCRIPT),
    )


class NewPasskeyForm(PasskeyForm):
    """A new passkey with the name by which its owner knows it."""

    naam = forms.CharField(
        label="Naam",
        max_length=LONGEST_NAME,
        required=False,
        help_text="Zo herkent u hem later. Bijvoorbeeld: laptop van het werk.",
        error_messages={"max_length": f"Deze naam is te lang. Gebruik hoogstens {LONGEST_NAME} tekens."},
        widget=forms.TextInput({"autocomplete": "off"}),
    )


class OfPersonForm(OwnWordsForm):
    """A form about one account."""

    def __init__(self, data: QueryDict | None = None, *, user: User, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.user = user


class NewPasswordForm(OfPersonForm):
    """A password that is strong enough, typed twice."""

    wachtwoord = password_field("Nieuw wachtwoord", "new-password", "Kies een wachtwoord.")
    wachtwoord.help_text = "Ten minste 12 tekens. Vier losse woorden werken goed."
    nogmaals = password_field("Herhaal het wachtwoord", "new-password", "Vul het wachtwoord nog een keer in.")

    def clean(self) -> dict[str, Any]:
        """Ask for twice the same, and for one that is hard to guess."""
        found = super().clean() or self.cleaned_data
        first, second = found.get("wachtwoord"), found.get("nogmaals")
        if first and second and first != second:
            self.add_error("nogmaals", "Dit is niet hetzelfde wachtwoord. Vul twee keer hetzelfde in.")
        if first:
            self.check_strength(first)
        return found

    def check_strength(self, password: str) -> None:
        """Say what is weak about it, in our own words."""
        try:
            validate_password(password, self.user)
        except ValidationError as error:
            for one in error.error_list:
                self.add_error("wachtwoord", WEAK.get(str(one.code), WEAK["password_too_common"]))


class NewcomerForm(NewPasswordForm):
    """Who accepts an invitation: a name and a password."""

    first_name = forms.CharField(
        label="Voornaam",
        max_length=150,
        widget=forms.TextInput({"autocomplete": "given-name"}),
        error_messages={"required": "Vul uw voornaam in.", "max_length": "Deze naam is te lang."},
    )
    last_name = forms.CharField(
        label="Achternaam",
        max_length=150,
        widget=forms.TextInput({"autocomplete": "family-name"}),
        error_messages={"required": "Vul uw achternaam in.", "max_length": "Deze naam is te lang."},
    )
    field_order = ("first_name", "last_name", "wachtwoord", "nogmaals")

    def check_strength(self, password: str) -> None:
        """Hold the password against the name that was just typed, too."""
        self.user.first_name = self.cleaned_data.get("first_name", "")
        self.user.last_name = self.cleaned_data.get("last_name", "")
        super().check_strength(password)


class ForgottenForm(OwnWordsForm):
    """Where the link for a new password goes."""

    email = email_field("E-mailadres")


class AgainForm(OfPersonForm):
    """The password once more, before something changes about signing in. Wrong guesses count as at the front door."""

    huidig = password_field("Uw wachtwoord van nu", "current-password", WORD_WANTED)

    def clean_huidig(self) -> str:
        """Refuse a wrong password; raises TooMany after too many."""
        typed: str = self.cleaned_data["huidig"]
        who = f"name:{self.user.get_username().lower()}"
        ratelimit.check("login", who)
        if not self.user.check_password(typed):
            ratelimit.count("login", who)
            raise ValidationError("Dit wachtwoord klopt niet.")
        return typed


class ChangePasswordForm(NewPasswordForm, AgainForm):
    """Another password, after the one of now."""

    field_order = ("huidig", "wachtwoord", "nogmaals")


class AppAgainForm(AppForm, AgainForm):
    """A new app, after the password."""


class PasskeyAgainForm(NewPasskeyForm, AgainForm):
    """A new passkey, after the password."""


def role_field() -> forms.ChoiceField:
    """Return the choice of what somebody may do."""
    return forms.ChoiceField(
        label="Wat mag deze persoon?",
        choices=ROLES,
        widget=RadioSelect(hints=ROLE_HINTS),
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Kies wat deze persoon mag doen."),
    )


class InviteForm(OwnWordsForm):
    """Who is invited, and for what."""

    email = email_field("E-mailadres")
    role = role_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The address of somebody else, so the browser must not offer one's own.
        self.fields["email"].widget.attrs["autocomplete"] = "off"


class RoleForm(OwnWordsForm):
    """What somebody may do from now on."""

    role = role_field()
