"""The forms of doing one thing with many referrals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import QueryDict

from nnmkb.web.desk import name_of
from nnmkb.web.widgets import RadioSelect, Select
from referrals.domain.reasons import CANCEL_REASONS
from referrals.models import Referral
from referrals.once_form import INCOMPLETE, OnceForm
from referrals.services import bulk, labels
from referrals.services.bulk import Act, Choice
from referrals.services.errors import Refused
from referrals.views.desk_forms import LONGEST_REASON, own_words

MOST_TYPED = 100


class BulkForm(OnceForm):
    """What every bulk act carries: its key, and the list to go back to."""

    lijst = forms.CharField(
        required=False, max_length=500, widget=forms.HiddenInput, error_messages={"max_length": INCOMPLETE}
    )

    def __init__(
        self, data: QueryDict | None = None, *, chosen: Sequence[Referral], colleagues: QuerySet[User], **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        own_words(self)
        self.prepare(chosen, colleagues)

    def prepare(self, chosen: Sequence[Referral], colleagues: QuerySet[User]) -> None:
        """Fill in the choices for these referrals."""

    def choice(self) -> Choice:
        """Return what was chosen; call it on a valid form."""
        return Choice()


if TYPE_CHECKING:
    OneUser = forms.ModelChoiceField[User]
else:
    # Not generic at run time.
    OneUser = forms.ModelChoiceField


class Colleague(OneUser):
    """A colleague by name."""

    def label_from_instance(self, obj: User) -> str:
        """Return the name that colleagues see."""
        return name_of(obj)


class HandOverForm(BulkForm):
    """To whom."""

    to = Colleague(
        queryset=None,
        label="Aan wie?",
        empty_label="Kies een collega",
        widget=Select(),
        help_text="Wie afwezig is, staat er niet bij.",
        error_messages={
            "required": "Kies een collega.",
            "invalid_choice": "Kies een collega uit de lijst. Deze collega is afwezig of is geen adviseur meer.",
        },
    )

    def prepare(self, chosen: Sequence[Referral], colleagues: QuerySet[User]) -> None:
        """Offer the colleagues who are there."""
        field = self.fields["to"]
        assert isinstance(field, Colleague)
        field.queryset = colleagues.order_by("first_name", "last_name", "username")

    def choice(self) -> Choice:
        """Return the colleague."""
        return Choice(to=self.cleaned_data["to"])


class LabelForm(BulkForm):
    """Which label to hang on."""

    label = forms.CharField(
        label="Label",
        max_length=MOST_TYPED,
        widget=forms.TextInput({"class": "nnmkb-w-m", "autocomplete": "off"}),
        error_messages={
            "required": "Schrijf een label.",
            "max_length": f"Schrijf een label van hoogstens {labels.LONGEST} tekens.",
        },
    )

    def prepare(self, chosen: Sequence[Referral], colleagues: QuerySet[User]) -> None:
        """Name the labels that are there, so that one thing gets one word."""
        used = ", ".join(labels.in_use()[:12])
        help_text = f"Bijvoorbeeld: {used}." if used else "Een of enkele woorden, zoals «handelsmissie»."
        self.fields["label"].help_text = f"{help_text} Noem geen namen van personen."

    def clean_label(self) -> str:
        """Return the label as it is kept."""
        try:
            return labels.plain(self.cleaned_data["label"])
        except Refused as error:
            raise ValidationError(str(error)) from error

    def choice(self) -> Choice:
        """Return the label."""
        return Choice(label=self.cleaned_data["label"])


class UnlabelForm(BulkForm):
    """Which label to take off."""

    label = forms.ChoiceField(
        label="Welk label?",
        widget=Select(),
        error_messages={"required": "Kies een label.", "invalid_choice": "Kies een label uit de lijst."},
    )

    def prepare(self, chosen: Sequence[Referral], colleagues: QuerySet[User]) -> None:
        """Offer the labels that hang on one of these."""
        field = self.fields["label"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Kies een label"), *((name, name) for name in bulk.labels_of(chosen))]

    def choice(self) -> Choice:
        """Return the label."""
        return Choice(label=self.cleaned_data["label"])


class CancelForm(BulkForm):
    """One reason for all of them."""

    reason = forms.ChoiceField(
        label="Waarom gaan deze niet door?",
        choices=[(code, reason.label) for code, reason in CANCEL_REASONS.items()],
        widget=RadioSelect(),
        help_text="De ondernemers lezen deze reden. Wat niet past bij een doorverwijzing, gebeurt daar niet.",
        error_messages={"required": "Kies een reden.", "invalid_choice": "Kies een reden uit de lijst."},
    )
    reason_text = forms.CharField(
        label="Toelichting",
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea({"rows": 3}),
        help_text="Verplicht bij «Anders»: ten minste 10 tekens. Alleen collega’s lezen dit. Noem geen namen.",
        error_messages={"max_length": f"De toelichting is te lang. Gebruik hoogstens {LONGEST_REASON} tekens."},
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the words that a reason needs."""
        cleaned = super().clean() or {}
        reason = CANCEL_REASONS.get(cleaned.get("reason", ""))
        text = cleaned.get("reason_text", "").strip()
        if reason and len(text) < reason.min_text and "reason_text" not in self.errors:
            self.add_error("reason_text", f"Licht de reden toe in ten minste {reason.min_text} tekens.")
        return cleaned

    def choice(self) -> Choice:
        """Return the reason."""
        return Choice(reason=self.cleaned_data["reason"], text=self.cleaned_data["reason_text"])


FORMS: dict[Act, type[BulkForm]] = {
    Act.CLAIM: BulkForm,
    Act.RELEASE: BulkForm,
    Act.HAND_OVER: HandOverForm,
    Act.LABEL: LabelForm,
    Act.UNLABEL: UnlabelForm,
    Act.REMIND: BulkForm,
    Act.CANCEL: CancelForm,
}
