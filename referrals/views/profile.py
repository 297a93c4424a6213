"""One's own settings of the workbench, and the page that names the letter keys."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from nnmkb.web.desk import KEYS as KEYS_ON
from nnmkb.web.desk import frame, signed_in
from nnmkb.web.permissions import by_role
from nnmkb.web.widgets import RadioSelect
from referrals.domain.worktime import local_date
from referrals.services import profiles
from referrals.services.errors import Refused
from referrals.views.desk_forms import day_field, own_words
from referrals.views.workbench import read

# What each key does; the keys themselves are in static/desk-keys.js.
KEYS = (
    ("j", "Naar de volgende rij"),
    ("k", "Naar de vorige rij"),
    ("Enter", "De rij openen"),
    ("x", "De rij kiezen, of niet meer kiezen"),
    ("c", "De rij oppakken"),
    ("o", "Naar de partners om aan te bieden"),
    ("r", "Terugleggen, of het aanbod terughalen"),
    ("n", "Een notitie schrijven"),
    ("/", "Zoeken"),
    ("g en dan m", "Naar Mijn werk"),
    ("?", "Deze lijst tonen"),
)


class ProfileForm(forms.Form):
    """Keys and absence."""

    use_required_attribute = False

    keys = forms.ChoiceField(
        label="Toetsen",
        choices=[("aan", "Aan"), ("uit", "Uit")],
        widget=RadioSelect(hints={"uit": "Kies dit als u praat tegen uw computer, of als toetsen in de weg zitten."}),
        error_messages={"required": "Kies aan of uit.", "invalid_choice": "Kies aan of uit."},
    )
    absent_until = day_field("Afwezig tot en met")

    def __init__(self, data: QueryDict | None = None, **initial: object) -> None:
        super().__init__(data, initial=initial)
        own_words(self)
        field = self.fields["absent_until"]
        field.required = False
        field.help_text = "Collega’s kunnen dan verder met uw werk. Leeg: u bent er."


@by_role
def profile(request: HttpRequest) -> HttpResponse:
    """Show and change one's own settings."""
    user, now = signed_in(request), timezone.now()
    kept = profiles.of(user)
    if request.method == "POST":
        form = ProfileForm(request.POST)
        if form.is_valid() and keep(form, request):
            messages.success(request, "Uw instellingen zijn bewaard.")
            return redirect("referrals:desk-profile")
    else:
        form = ProfileForm(keys="aan" if kept.shortcuts else "uit", absent_until=kept.absent_until)
    context = {
        **frame(request),
        "form": form,
        "away": kept.absent_until and kept.absent_until >= local_date(now),
        "absent_until": kept.absent_until,
        "start_href": f"{reverse('referrals:desk')}?{read(QueryDict(kept.start)).query()}",
        "own_start": bool(kept.start),
        "start_name": read(QueryDict(kept.start)).view.label,
    }
    return render(request, "referrals/desk_profile.html", context)


def keep(form: ProfileForm, request: HttpRequest) -> bool:
    """Save a valid form; put what the service refuses beside its field."""
    try:
        profiles.save(
            signed_in(request),
            shortcuts=form.cleaned_data["keys"] == "aan",
            absent_until=form.cleaned_data["absent_until"],
            today=local_date(timezone.now()),
        )
    except Refused as error:
        form.add_error(error.field or None, str(error))
        return False
    request.session[KEYS_ON] = form.cleaned_data["keys"] == "aan"
    return True


@by_role
def keys(request: HttpRequest) -> HttpResponse:
    """Name the letter keys, and where to switch them off."""
    context = {**frame(request), "keys": KEYS, "on": profiles.of(signed_in(request)).shortcuts}
    return render(request, "referrals/desk_keys.html", context)
