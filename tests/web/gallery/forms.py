"""A form with every kind of field, for the gallery."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout, Submit
from django import forms

from nnmkb.web.conditional import show_when
from nnmkb.web.widgets import (
    AffixedInput,
    CheckboxSelectMultiple,
    MatrixField,
    NumberInput,
    RadioSelect,
    Select,
)

WILL = [
    ("ja_meer", "Ja, we doen het al en willen meer"),
    ("ja_begin", "Ja, we willen ermee beginnen"),
    ("misschien", "We weten het nog niet"),
    ("nee", "Nee, voorlopig niet"),
]
COUNTRIES = [("", "Kies een land"), ("de", "Duitsland"), ("be", "België"), ("pl", "Polen")]
THEMES = [("agri", "Landbouw en voeding"), ("water", "Water"), ("energie", "Energie"), ("geen", "Geen van deze")]
SCALE = [("ja", "Ja"), ("deels", "Deels"), ("nee", "Nee")]
ROWS = [("kosten", "De kosten vooraf"), ("taal", "Taal en cultuur"), ("regels", "Regels en belastingen in het land")]


class GalleryForm(forms.Form):
    """One field of each kind."""

    use_required_attribute = False

    will = forms.ChoiceField(label="Wilt u (meer) zakendoen over de grens?", choices=WILL, widget=RadioSelect())
    country = forms.ChoiceField(
        label="Naar welk land wilt u als eerste?",
        help_text="Kies één land. Andere landen kunt u later met de adviseur bespreken.",
        choices=COUNTRIES,
        widget=Select(),
        error_messages={"required": "Kies het land waar u als eerste naartoe wilt."},
    )
    share = forms.IntegerField(
        label="Hoeveel procent van uw omzet komt nu uit het buitenland?",
        help_text="Een schatting is genoeg. Vul 0 in als u nog niets verkoopt in het buitenland.",
        widget=NumberInput(suffix="%", attrs={"class": "nnmkb-w-s"}),
        error_messages={"invalid": "Vul een heel getal in van 0 tot en met 100. U vulde in: ‘ongeveer 12’."},
    )
    budget = forms.CharField(label="Wat is uw budget?", required=False, widget=AffixedInput(prefix="€"))
    themes = forms.MultipleChoiceField(
        label="Bij welke thema's hoort uw product?",
        help_text="U mag er meer kiezen.",
        choices=THEMES,
        widget=CheckboxSelectMultiple(exclusive=["geen"], hints={"agri": "Ook dranken en tuinbouw"}),
        error_messages={"required": "Kies een thema, of ‘Geen van deze’."},
    )
    obstacles = MatrixField(
        label="Wat houdt u nu tegen?",
        rows=ROWS,
        choices=SCALE,
        error_messages={"required": "Geef op elke regel een antwoord."},
    )
    remark = forms.CharField(
        label="Wilt u nog iets kwijt?", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 4})
    )
    email = forms.EmailField(
        label="E-mailadres",
        widget=forms.EmailInput(attrs={"class": "nnmkb-w-m", "autocomplete": "email"}),
        error_messages={"required": "Vul uw e-mailadres in."},
    )
    agree = forms.BooleanField(
        label="Ik geef toestemming om mijn dossier te delen met Exportclub Friesland",
        error_messages={"required": "Kruis aan of u toestemming geeft."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        show_when(self, "country", on="will", values=["ja_meer", "ja_begin"], indent=True)
        show_when(self, "share", on="will", values=["ja_meer", "ja_begin"])
        show_when(self, "share", on="country", values=["de", "be"])
        self.helper = FormHelper()
        self.helper.layout = Layout(
            "will", "country", "share", "budget", "themes", "obstacles", "remark", Fieldset("Contact", "email", "agree")
        )
        self.helper.add_input(Submit("verder", "Volgende stap"))
        self.helper.add_input(Submit("later", "Opslaan en later verder", css_class="nl-button--secondary"))


class FilterForm(forms.Form):
    """The filters of the workbench."""

    use_required_attribute = False
    zoek = forms.CharField(label="Zoek", required=False)
    provincie = forms.ChoiceField(label="Provincie", required=False, choices=[("", "Alle"), ("fr", "Fryslân")])
    stap = forms.ChoiceField(label="Stap", required=False, choices=[("", "Alle")])
    status = forms.ChoiceField(label="Status", required=False, choices=[("", "Open")])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.hide_optional = True  # type: ignore[attr-defined]
