"""The form that is carried out once: it carries a key, and what is sent twice under one key is done once."""

from __future__ import annotations

import re

from django import forms
from django.core.validators import RegexValidator

INCOMPLETE = "Deze pagina was niet compleet. Ga terug, ververs de pagina en probeer het opnieuw."
# \Z: a line end after the key is not the key.
KEY = re.compile(r"[0-9a-f-]{36}\Z")


class OnceForm(forms.Form):
    """A form with its key, made by the page that shows it."""

    use_required_attribute = False

    sleutel = forms.CharField(
        max_length=40,
        widget=forms.HiddenInput,
        validators=[RegexValidator(KEY, INCOMPLETE)],
        error_messages={"required": INCOMPLETE, "max_length": INCOMPLETE},
    )
