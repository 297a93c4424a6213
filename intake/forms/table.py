"""For which day, province, sector and theme the table of 2013 is shown."""

from __future__ import annotations

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from intake.policy import Policy
from nnmkb.web.widgets import Select

FIRST_DAY = date(2013, 1, 1)
EXAMPLE = "2019-01-01"
UNREADABLE = f"Schrijf de dag als jaar, maand en dag. Bijvoorbeeld {EXAMPLE}. U ziet nu vandaag."
UNKNOWN = "Kies {what} uit de lijst. U ziet nu alle {all}."

CHOICES = (
    ("provincie", "B1", "Alle provincies"),
    ("sector", "B2", "Alle sectoren"),
    ("thema", "B4", "Alle thema's"),
)


class TableForm(forms.Form):
    """What stands in the address; a mistake is told, and the rest of the choice still counts."""

    use_required_attribute = False
    peildatum = forms.DateField(
        label="Op welke dag?",
        required=False,
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": UNREADABLE},
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    provincie = forms.ChoiceField(
        label="Provincie",
        required=False,
        error_messages={"invalid_choice": UNKNOWN.format(what="een provincie", all="provincies")},
        widget=Select,
    )
    sector = forms.ChoiceField(
        label="Sector",
        required=False,
        error_messages={"invalid_choice": UNKNOWN.format(what="een sector", all="sectoren")},
        widget=Select,
    )
    thema = forms.ChoiceField(
        label="Thema",
        required=False,
        error_messages={"invalid_choice": UNKNOWN.format(what="een thema", all="thema's")},
        widget=Select,
    )

    def __init__(self, data: QueryDict | None, *, policy: Policy, today: date) -> None:
        super().__init__(data)
        self.last_day = date(today.year + 1, 12, 31)
        self.fields["peildatum"].initial = today
        placed = {province for item in policy.organisations.values() for province in item.provinces}
        for name, code, every in CHOICES:
            question = policy.catalogue.by_code[code]
            # «Geen van deze» is an answer of a company, and nothing to look for here.
            options = [
                (option.value, option.label) for option in question.options if option.value not in question.exclusive
            ]
            if name == "provincie":
                options = [(value, label) for value, label in options if value in placed]
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", every), *options]
        for field in self.fields.values():
            field.hide_optional = True  # type: ignore[attr-defined]

    def clean_peildatum(self) -> date | None:
        """Return the day; the table did not exist before 2013, and of a far day nobody knows anything."""
        day: date | None = self.cleaned_data.get("peildatum")
        if day is not None and not FIRST_DAY <= day <= self.last_day:
            raise ValidationError(
                f"Kies een dag van {FIRST_DAY:%d-%m-%Y} tot en met {self.last_day:%d-%m-%Y}. U ziet nu vandaag."
            )
        return day
