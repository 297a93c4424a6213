"""One e-mail address, with messages of our own."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import QueryDict

from intake.forms.fields import ShortText, quoted

LONGEST = 254


class EmailForm(forms.Form):
    """Asks where a link may go."""

    use_required_attribute = False
    email = ShortText(
        label="Wat is uw e-mailadres?",
        help_text="Wij sturen alleen de link.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data)

    def clean_email(self) -> str:
        """Return the address; it may be unknown here, but it must be one."""
        typed = str(self.cleaned_data.get("email") or "").strip()
        if not typed:
            raise ValidationError("Vul uw e-mailadres in. Bijvoorbeeld naam@bedrijf.nl.")
        if len(typed) > LONGEST:
            raise ValidationError(f"Dit e-mailadres is te lang: {len(typed)} tekens. Kijk het na.")
        try:
            validate_email(typed)
        except ValidationError as error:
            why = "Een adres heeft een @ en een punt."
            raise ValidationError(f"{quoted(typed)} is geen e-mailadres. {why}") from error
        return typed
