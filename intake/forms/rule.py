"""The form of one rule: only what fits can be chosen, and together it makes a rule that the loader can read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict

from intake.policy import Effect, Policy, Step, Way
from intake.policy.conditions import Condition
from intake.policy.model import Rule, Source
from intake.policy.rules_reading import INTENSITIES
from nnmkb.web.widgets import CheckboxSelectMultiple, RadioSelect, Select

STEPS = {step.code: step for step in (Step.STRATEGY, Step.ORGANISATION, Step.EXECUTION)}
WAYS = {way.code: way for way in Way}
EFFECTS = {
    Effect.REFERRAL: ("Verwijzing", "Iemand neemt contact op met de ondernemer."),
    Effect.ENROLMENT: ("Aanmelding", "De ondernemer kan zich aanmelden."),
    Effect.INFORMATION: ("Informatie", "De ondernemer leest iets na."),
    Effect.SIGNAL: ("Signaal", "Wij tellen het, zonder naam. De ondernemer ziet niets."),
}
LONGEST_TEXT = 600
FIRST = "-"


def _choice(label: str, widget: forms.Widget, *, what: str, required: bool = True, hint: str = "") -> forms.ChoiceField:
    wrong = f"Kies {what} uit de lijst."
    return forms.ChoiceField(
        label=label,
        widget=widget,
        required=required,
        help_text=hint,
        error_messages={"required": wrong, "invalid_choice": wrong},
    )


def _text(label: str, *, hint: str = "", rows: int = 2, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=LONGEST_TEXT,
        required=required,
        help_text=hint,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={
            "required": f"Vul in: {label.lower()}.",
            "max_length": f"Gebruik hier hooguit {LONGEST_TEXT} tekens.",
        },
    )


class RuleForm(forms.Form):
    """Everything about a rule except when it holds; the lines of the condition are read apart."""

    use_required_attribute = False

    code = forms.CharField(
        label="Code",
        max_length=12,
        help_text="Begint met R-. Een code ligt vast, en komt nooit terug bij een andere regel.",
        widget=forms.TextInput(attrs={"class": "nnmkb-w-s", "autocomplete": "off"}),
        error_messages={"required": "Vul een code in.", "max_length": "Gebruik hooguit 12 tekens."},
    )
    activiteit = _choice("Activiteit", Select(), what="een activiteit")
    soort = _choice(
        "Soort", RadioSelect(hints={item.value: hint for item, (_, hint) in EFFECTS.items()}), what="een soort"
    )
    stap = _choice("Stap", Select(), what="een stap")
    manier = _choice("Manier", Select(), what="een manier", required=False)
    intensiteit = _choice("Intensiteit", Select(), what="een intensiteit", required=False)
    trekker = _choice("Wie trekt", Select(), what="wie trekt", hint="De andere rollen van de activiteit volgen daarna.")
    poort = forms.BooleanField(label="Deze regel wacht tot de stap open is", required=False)
    gaat_voor = forms.MultipleChoiceField(
        label="Gaat voor op een bericht «nog niet»",
        required=False,
        widget=CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Kies een bericht uit de lijst."},
    )
    reden = _text("Reden", hint="Dit leest de ondernemer. Korte zinnen, met u.", rows=3)
    document = _choice("Document", Select(), what="een document")
    plaats = forms.CharField(
        label="Paragraaf of tabel",
        max_length=120,
        widget=forms.TextInput(attrs={"class": "nnmkb-w-m", "autocomplete": "off"}),
        error_messages={
            "required": "Vul in: paragraaf of tabel.",
            "max_length": "Gebruik hier hooguit 120 tekens.",
        },
    )
    strekking = _text("Wat daar staat, in eigen woorden")
    citaat = _text("Citaat", hint="Een zin die letterlijk in het document staat.", required=False)
    na = _choice("Staat in de lijst na", Select(), what="een regel")

    def __init__(self, data: QueryDict | None, *, policy: Policy, rule: Rule | None, above: str) -> None:
        super().__init__(data, initial=initial_of(policy, rule, above))
        self.policy = policy
        self.rule = rule
        if rule is not None:
            del self.fields["code"]
        self._offer()

    def _offer(self) -> None:
        """Offer what the policy has, and of the roles and messages only those of the activity that is chosen."""
        policy = self.policy
        activity = str(self["activiteit"].value() or "")
        self._set("activiteit", ((code, f"{code} {item.title}") for code, item in policy.activities.items()))
        self._set("soort", ((item.value, label) for item, (label, _) in EFFECTS.items()))
        self._set("stap", ((code, step.label) for code, step in STEPS.items()))
        self._set("manier", [("", "geen"), *((code, way.label) for code, way in WAYS.items())])
        self._set("intensiteit", [("", "volgt de tabel, of geen"), *((value, value) for value in INTENSITIES[1:])])
        known = policy.activities.get(activity)
        parties = known.parties if known else tuple(policy.parties)
        self._set("trekker", ((code, policy.parties[code].name) for code in parties))
        messages = [item for item in policy.rules.withheld if not known or activity in item.activities]
        self._set("gaat_voor", ((item.code, f"{item.code} {item.text}") for item in messages))
        if not messages:
            del self.fields["gaat_voor"]
        self._set("document", policy.documents.items())
        others = [item.code for item in policy.rules.rules if item is not self.rule]
        self._set("na", [(FIRST, "niets: zij komt als eerste"), *((code, code) for code in others)])

    def _set(self, name: str, choices: Iterable[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(choices)

    def clean(self) -> dict[str, Any]:
        """Let kind and intensity go together."""
        typed = self.cleaned_data
        effect, level = typed.get("soort"), typed.get("intensiteit")
        if effect == Effect.SIGNAL.value and level:
            self.add_error("intensiteit", "Een signaal heeft geen intensiteit. Kies «volgt de tabel, of geen».")
        if effect in (Effect.ENROLMENT.value, Effect.INFORMATION.value) and not level:
            self.add_error("intensiteit", "Kies licht of intensief. Alleen een verwijzing volgt de tabel.")
        return typed

    def rule_with(self, when: Condition) -> Rule:
        """Return the rule that was filled in, once the form is valid; its examples stay as they were."""
        typed = self.cleaned_data
        code = self.rule.code if self.rule else typed["code"].strip()
        document = typed["document"]
        return Rule(
            code=code,
            activity=typed["activiteit"],
            effect=Effect(typed["soort"]),
            step=STEPS[typed["stap"]],
            way=WAYS.get(typed["manier"]),
            intensity=typed["intensiteit"] or None,
            parties=self._parties(typed["activiteit"], typed["trekker"]),
            when=when,
            reason=one_line(typed["reden"]),
            source=Source(
                document,
                self.policy.documents[document],
                *(one_line(typed[name]) for name in ("plaats", "strekking", "citaat")),
            ),
            gated=typed["poort"],
            beats=tuple(typed.get("gaat_voor", ())),
            examples=self.rule.examples if self.rule else (),
        )

    def _parties(self, activity: str, lead: str) -> tuple[str, ...]:
        """Return the roles with the lead in front; in the order they had when the lead stays who it was."""
        parties = self.policy.activities[activity].parties
        if self.rule and self.rule.activity == activity and self.rule.parties[:1] == (lead,):
            return self.rule.parties
        return (lead, *(party for party in parties if party != lead))

    @property
    def after(self) -> str:
        """Return the code of the rule that it must stand below; empty for the first place."""
        place: str = self.cleaned_data["na"]
        return "" if place == FIRST else place


def one_line(text: str) -> str:
    """Return the text as the loader reads it: every run of white space is one space."""
    return " ".join(text.split())


def initial_of(policy: Policy, rule: Rule | None, above: str) -> dict[str, Any]:
    """Return what the form shows of a rule, or of a new one."""
    if rule is None:
        return {"soort": Effect.REFERRAL.value, "na": above or FIRST, "activiteit": next(iter(policy.activities), "")}
    return {
        "activiteit": rule.activity,
        "soort": rule.effect.value,
        "stap": rule.step.code,
        "manier": rule.way.code if rule.way else "",
        "intensiteit": rule.intensity or "",
        "trekker": rule.parties[0] if rule.parties else "",
        "poort": rule.gated,
        "gaat_voor": list(rule.beats),
        "reden": rule.reason,
        "document": rule.source.document,
        "plaats": rule.source.place,
        "strekking": rule.source.gist,
        "citaat": rule.source.quote,
        "na": above or FIRST,
    }
