"""The filters above the list, what of them is in use, and the orders to choose from."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date

from django import forms
from django.utils.formats import date_format

from intake.policies import policy
from nnmkb.web.widgets import CheckboxSelectMultiple, Select
from referrals.queues import Filters, order_of, orders
from referrals.queues.filters import (
    ATTEMPTS,
    DUE,
    GROUPS,
    LONGEST_SEARCH,
    NAMES,
    NOBODY,
    PROVINCES,
    REASONS,
    STATE_CHOICES,
    STEPS,
    TITLES,
    WAYS,
)
from referrals.views.desk_names import Choices, Names

# The four that always show; the others stand together behind «Meer filters».
FIRST = ("search", "states", "province", "step")
MORE = (
    "due", "owner", "partner", "activity", "way", "sector", "reason", "attempts", "label", "since", "until", "consent",
    "delivery",
)  # fmt: skip
# A box says it all; its value says nothing more.
BOXES = frozenset({"consent", "delivery"})


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in use, with the list without it."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the orders."""

    label: str
    href: str
    current: bool


class FilterForm(forms.Form):
    """The filters above the list; a GET form, so its address can be kept."""

    use_required_attribute = False

    zoek = forms.CharField(
        widget=forms.TextInput({"type": "search", "maxlength": LONGEST_SEARCH, "autocomplete": "off"})
    )
    status = forms.MultipleChoiceField(choices=list(STATE_CHOICES.items()), widget=CheckboxSelectMultiple())
    provincie = forms.ChoiceField(widget=Select())
    stap = forms.ChoiceField(widget=Select())
    termijn = forms.ChoiceField(widget=Select())
    wie = forms.ChoiceField(widget=Select())
    partner = forms.ChoiceField(widget=Select())
    activiteit = forms.ChoiceField(widget=Select())
    manier = forms.ChoiceField(widget=Select())
    sector = forms.ChoiceField(widget=Select())
    reden = forms.ChoiceField(widget=Select())
    poging = forms.ChoiceField(widget=Select())
    label = forms.ChoiceField(widget=Select())
    binnen_van = forms.CharField(widget=forms.DateInput({"type": "date"}))
    binnen_tot = forms.CharField(widget=forms.DateInput({"type": "date"}))
    toestemming = forms.ChoiceField(widget=forms.CheckboxInput({"value": "ontbreekt"}, check_test=bool))
    bezorging = forms.ChoiceField(widget=forms.CheckboxInput({"value": "mislukt"}, check_test=bool))

    def __init__(self, filters: Filters, names: Names) -> None:
        shown = {NAMES[field]: value for field, value in asdict(filters).items()}
        super().__init__(initial=shown, auto_id="filter_%s")
        self.filters = filters
        for name, choices in _choices(filters, names).items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices
        for name, field in self.fields.items():
            field.required = False
            field.label = _TITLE_OF[name]
            field.hide_optional = True  # type: ignore[attr-defined]

    def more(self) -> list[forms.BoundField]:
        """Return the fields that stand behind «Meer filters»."""
        return [self[NAMES[field]] for field in MORE]

    def more_in_use(self) -> int:
        """Return how many of those narrow the list now."""
        return sum(bool(getattr(self.filters, field)) for field in MORE)

    def states(self) -> str:
        """Return in a few words which states the list shows."""
        chosen = self.filters.states
        if not chosen:
            return "Open" if self.filters.open_only else "Open en gesloten"
        return STATE_CHOICES[chosen[0]] if len(chosen) == 1 else f"{len(chosen)} gekozen"

    def word(self, field: str, value: str) -> str:
        """Return a value as people read it."""
        if field in {"since", "until"}:
            return date_format(date.fromisoformat(value), "j F Y")
        known = getattr(self.fields[NAMES[field]], "choices", [])
        return str(dict(known).get(value) or value)


def chips(form: FilterForm, here: str) -> list[Chip]:
    """Return every filter in use, in the order of the form."""
    filters = form.filters
    found = [
        Chip(STATE_CHOICES[state], f"{here}?{filters.without('states', state).query()}") for state in filters.states
    ]
    for field in ("search", "province", "step", *MORE):
        if value := getattr(filters, field):
            text = TITLES[field] if field in BOXES else f"{TITLES[field]}: {form.word(field, value)}"
            found.append(Chip(text, f"{here}?{filters.without(field).query()}"))
    return found


def order_links(filters: Filters, here: str) -> list[Choice]:
    """Return the orders that this list can have."""
    standard, *_ = offered = orders(filters)
    return [
        Choice(
            label=order.label,
            href=f"{here}?{replace(filters, order='' if order is standard else order.value).query()}",
            current=order is order_of(filters),
        )
        for order in offered
    ]


def _choices(filters: Filters, names: Names) -> dict[str, Choices]:
    rules = policy()
    everything = [("", "Alle")]
    groups = sorted({code[:1] for code in rules.activities})
    activities = [(group, f"{group}: alles van {GROUPS.get(group, group).lower()}") for group in groups]
    activities += [(code, f"{code} {activity.title}") for code, activity in rules.activities.items()]
    labels = sorted({*names.labels, filters.label} - {""}, key=str.casefold)
    people = [("", "Iedereen"), (NOBODY, "Nog niemand"), *names.owners()]
    return {
        "provincie": everything + list(PROVINCES.items()),
        "stap": everything + list(STEPS.items()),
        "termijn": everything + list(DUE.items()),
        "wie": _with(people, filters.owner, names.people.get(filters.owner, "Onbekende collega")),
        "partner": _with(everything + list(names.partners.items()), filters.partner, "Onbekende partner"),
        "activiteit": everything + sorted(activities),
        "manier": everything + list(WAYS.items()),
        "sector": _with(everything + _sectors(), filters.sector, filters.sector),
        "reden": everything + list(REASONS.items()),
        "poging": everything + list(ATTEMPTS.items()),
        "label": everything + [(label, label) for label in labels],
        "toestemming": [("ontbreekt", "")],
        "bezorging": [("mislukt", "")],
    }


def _with(choices: Choices, value: str, name: str) -> Choices:
    """Return the choices with the one in use among them, so that showing the form again keeps it."""
    return choices if not value or value in dict(choices) else [*choices, (value, name)]


def _sectors() -> Choices:
    return [(option.value, option.label) for option in policy().catalogue.by_code["B2"].options]


_TITLE_OF = {NAMES[field]: TITLES[field] for field in (*FIRST, *MORE)}
