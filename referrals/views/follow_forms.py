"""The forms of the follow page, in the language of the company: an answer to a question, and an opinion."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import lazystr
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from nnmkb.web.conditional import show_when
from nnmkb.web.widgets import RadioSelect
from referrals.domain.reasons import UNHAPPY_REASONS
from referrals.forms import EN, NL, KeyedForm, Line
from referrals.services.feedback import LONGEST

LONGEST_ANSWER = 4000
HAPPY, UNHAPPY = "ja", "nee"
UNHAPPY_IN_ENGLISH = {
    "no_contact": "I have not been contacted",
    "not_helped": "My request has not been answered",
    "wrong_organisation": "This organisation does not fit my request",
    "too_slow": "It took too long",
    "other": "Something else",
}


def spoken() -> dict[str, str]:
    """Return the messages of a text field in the language of this page."""
    return EN if get_language() == "en" else NL


class QuestionForm(KeyedForm):
    """The answer to a question of the KvK."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["antwoord"] = Line(
            str(_("Uw antwoord")),
            LONGEST_ANSWER,
            missing=str(_("Schrijf eerst uw antwoord.")),
            words=spoken(),
            help_text=str(_("De KvK leest dit. Het komt ook in uw dossier.")),
            widget=forms.Textarea(attrs={"rows": "6"}),
        )


class OpinionForm(KeyedForm):
    """Whether it went well; who is not satisfied says why and can ask the KvK to look again."""

    tevreden = forms.ChoiceField(
        label=_("Bent u tevreden?"),
        choices=((HAPPY, _("Ja")), (UNHAPPY, _("Nee"))),
        widget=RadioSelect(),
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Kies ja of nee.")),
    )
    reden = forms.ChoiceField(
        label=_("Wat ging er niet goed?"),
        required=False,
        widget=RadioSelect(),
        error_messages={"invalid_choice": _("Kies wat er niet goed ging.")},
    )
    opnieuw = forms.BooleanField(
        label=_("Ik wil dat de KvK nog eens kijkt"),
        required=False,
        help_text=_("Een adviseur beslist of uw vraag weer opengaat. U hoort dat van ons."),
    )

    def __init__(self, *args: Any, can_ask: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reason = self.fields["reden"]
        assert isinstance(reason, forms.ChoiceField)
        # Only asked of who is not satisfied, and then it must be answered.
        reason.hide_optional = True  # type: ignore[attr-defined]
        reason.choices = [(code, lazystr(label)) for code, label in labels().items()]
        self.fields["toelichting"] = Line(
            str(_("Wilt u daar iets over vertellen?")),
            LONGEST,
            words=spoken(),
            help_text=str(_("De organisatie die u hielp, ziet dit niet.")),
            widget=forms.Textarea(attrs={"rows": "4"}),
        )
        self.order_fields(["sleutel", "tevreden", "reden", "toelichting", "opnieuw"])
        show_when(self, "reden", on="tevreden", values=(UNHAPPY,), indent=True)
        if can_ask:
            show_when(self, "opnieuw", on="tevreden", values=(UNHAPPY,), indent=True)
        else:
            del self.fields["opnieuw"]

    def clean(self) -> dict[str, Any]:
        """Ask who is not satisfied for the reason; drop what belongs to the other answer."""
        found = super().clean() or self.cleaned_data
        if found.get("tevreden") == UNHAPPY:
            if not found.get("reden") and "reden" not in self.errors:
                self.add_error("reden", str(_("Kies wat er niet goed ging.")))
        else:
            found["reden"], found["opnieuw"] = "", False
            self.errors.pop("reden", None)
        return found


def labels() -> dict[str, str]:
    """Return the reasons in the language of this page."""
    if get_language() == "en":
        return UNHAPPY_IN_ENGLISH
    return {code: reason.label for code, reason in UNHAPPY_REASONS.items()}
