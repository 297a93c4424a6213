"""The keys of a partner's system, for who keeps the partner list: to look at, and to stop when something is wrong."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from nnmkb.web.desk import frame, signed_in
from nnmkb.web.permissions import by_role
from referrals.services import api_keys
from referrals.views import key_words
from referrals.views.partners import get_partner, may


@by_role
@require_safe
def page(request: HttpRequest, code: str) -> HttpResponse:
    """Show the keys of a partner: never a secret, because nobody has it."""
    partner = get_partner(code)
    rows = key_words.rows(api_keys.listed(partner.pk), timezone.now())
    may_stop = may(request, "referrals:partner-keys-revoke")
    context = {**frame(request), "partner": partner, "rows": rows, "may_stop": may_stop}
    return render(request, "referrals/partners/keys.html", context)


@by_role
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Ask whether a key must stop (GET), or stop it (POST)."""
    partner, now = get_partner(code), timezone.now()
    key = api_keys.listed(partner.pk).filter(pk=pk).first()
    if key is None:
        raise Http404
    if request.method != "POST":
        context = {**frame(request), "partner": partner, "row": key_words.row(key, now)}
        return render(request, "referrals/partners/keys_revoke.html", context)
    api_keys.revoke(partner.pk, pk, actor=f"staff:{signed_in(request).pk}", now=now)
    messages.success(request, "De sleutel werkt niet meer. Laat het de partner weten.")
    return redirect("referrals:partner-keys", partner.code)
