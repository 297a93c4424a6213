"""The keys of a partner's own system: made and shown once by who manages the partner, and taken back."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from nnmkb.web.widgets import CheckboxSelectMultiple, RadioSelect
from referrals.domain.api_scopes import MOST_LIVE, Scope
from referrals.models import Membership
from referrals.once_form import OnceForm
from referrals.services import accounts, api_keys
from referrals.services.api_keys import Made
from referrals.services.errors import NotDone, Refused
from referrals.views import key_words
from referrals.views.desk_forms import own_words
from referrals.views.portal.frame import frame
from referrals.views.portal.guard import by_partner

PAGE = "referrals:portal-keys"
LIVES = ((90, "3 maanden"), (180, "6 maanden"), (365, "1 jaar"))
NAMED = "Geef de sleutel een naam, bijvoorbeeld die van uw systeem."
CHOSEN = "Kies ten minste één ding dat de sleutel mag."


class NewKeyForm(OnceForm):
    """What a new key is called, may do, and how long it works."""

    name = forms.CharField(
        label="Naam",
        help_text="Zodat u later weet waar de sleutel voor is. Bijvoorbeeld: CRM.",
        min_length=2,
        max_length=60,
        widget=forms.TextInput({"autocomplete": "off", "class": "nnmkb-w-m"}),
        error_messages={
            **dict.fromkeys(("required", "min_length"), NAMED),
            "max_length": "Gebruik hoogstens 60 tekens.",
        },
    )
    scopes = forms.MultipleChoiceField(
        label="Wat mag de sleutel?",
        help_text="Kies niet meer dan uw systeem nodig heeft.",
        choices=[(scope.value, scope.label) for scope in Scope],
        widget=CheckboxSelectMultiple(),
        error_messages={"required": CHOSEN, "invalid_choice": CHOSEN, "invalid_list": CHOSEN},
    )
    days = forms.TypedChoiceField(
        label="Hoe lang werkt de sleutel?",
        help_text="Een maand van tevoren krijgt u een mail.",
        choices=LIVES,
        coerce=int,
        initial=365,
        widget=RadioSelect(),
        error_messages={"required": "Kies hoe lang.", "invalid_choice": "Kies hoe lang."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own_words(self)
        self.fields["sleutel"].initial = str(uuid.uuid4())


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@by_partner
def page(request: HttpRequest, member: Membership) -> HttpResponse:
    """Show the keys (GET), or make one and show it this once (POST)."""
    form = NewKeyForm(request.POST if request.method == "POST" else None)
    now = timezone.now()
    if request.method == "POST" and form.is_valid():
        try:
            made = api_keys.make(
                member.partner_id,
                actor=accounts.actor_of(member),
                by=member.user,
                name=form.cleaned_data["name"],
                scopes=form.cleaned_data["scopes"],
                days=form.cleaned_data["days"],
                key=form.cleaned_data["sleutel"],
                now=now,
            )
        except Refused as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            return show(request, member, made)
    rows = key_words.rows(api_keys.listed(member.partner_id), now)
    context = {
        **frame(request, member),
        "form": form,
        "rows": rows,
        "full": sum(row.works for row in rows) >= MOST_LIVE,
        "most": MOST_LIVE,
    }
    return render(request, "referrals/portal/keys.html", context)


def show(request: HttpRequest, member: Membership, made: Made) -> HttpResponse:
    """Show a key, once: the same form a second time leads to the list."""
    if not made.secret:
        messages.info(request, "Deze sleutel is al gemaakt en getoond. Kwijt? Trek hem in en maak een nieuwe.")
        return redirect(PAGE)
    context = {**frame(request, member), "key": made.key, "secret": made.secret}
    return render(request, "referrals/portal/keys_secret.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@by_partner
def revoke(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """Ask whether a key must stop (GET), or stop it (POST); it works at once, and twice does no harm."""
    key = api_keys.listed(member.partner_id).filter(pk=pk).first()
    if key is None:
        raise Http404
    now = timezone.now()
    if request.method != "POST":
        context = {**frame(request, member), "row": key_words.row(key, now)}
        return render(request, "referrals/portal/keys_revoke.html", context)
    try:
        api_keys.revoke(member.partner_id, pk, actor=accounts.actor_of(member), now=now)
    except NotDone as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, "De sleutel werkt niet meer.")
    return redirect(PAGE)
