"""The endpoints of a partner's system, for who keeps the partner list: how they stand, and one that must stop."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from nnmkb.web.desk import frame, signed_in
from nnmkb.web.permissions import by_role
from referrals.domain.webhook_address import host_of
from referrals.models import WebhookEndpoint
from referrals.once_form import INCOMPLETE, OnceForm
from referrals.services import endpoints
from referrals.services.errors import Refused, UnknownLink
from referrals.views.history import clock
from referrals.views.partners import get_partner, may
from referrals.views.partners_history import OFF

State = WebhookEndpoint.State
LOOKS = {State.PENDING: ("warn", "alert-triangle"), State.ACTIVE: ("ok", "circle-check"), State.OFF: ("error", "ban")}


@dataclass(frozen=True, slots=True)
class Row:
    """One endpoint as staff sees it: the name of the system, not the whole address, which may hold a key."""

    pk: int
    host: str
    word: str
    tone: str
    symbol: str
    told: str
    on: bool


@by_role
@require_safe
def page(request: HttpRequest, code: str) -> HttpResponse:
    """Show where the system of a partner hears what happens."""
    partner = get_partner(code)
    context = {
        **frame(request),
        "partner": partner,
        "rows": [row(one) for one in endpoints.of_partner(partner.pk)],
        "may_stop": may(request, "referrals:partner-endpoints-off"),
    }
    return render(request, "referrals/partners/endpoints.html", context)


@by_role
@require_http_methods(["GET", "HEAD", "POST"])
def off(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Ask whether nothing more must go to an endpoint (GET), or stop it (POST)."""
    partner = get_partner(code)
    try:
        endpoint = endpoints.one(partner.pk, pk)
    except UnknownLink as error:
        raise Http404 from error
    if request.method != "POST":
        context = {**frame(request), "partner": partner, "row": row(endpoint)}
        return render(request, "referrals/partners/endpoints_off.html", context)
    form = OnceForm(request.POST)
    if not form.is_valid():
        messages.warning(request, INCOMPLETE)
        return redirect("referrals:partner-endpoints-off", partner.code, pk)
    actor, key = f"staff:{signed_in(request).pk}", form.cleaned_data["sleutel"]
    try:
        endpoints.switch_off(partner.pk, pk, actor=actor, key=key, now=timezone.now(), why=endpoints.BY_KVK)
    except Refused as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, "Dit meldadres staat uit. De partner krijgt daarvan een e-mail.")
    return redirect("referrals:partner-endpoints", partner.code)


def row(endpoint: WebhookEndpoint) -> Row:
    """Return an endpoint in words."""
    state = State(endpoint.state)
    told = "Er kwam nog geen bericht aan."
    if endpoint.last_success_at is not None:
        told = f"Laatste bericht aangekomen op {clock(endpoint.last_success_at)}."
    if state == State.OFF:
        told = f"Uitgezet: {OFF.get(endpoint.off_reason, 'door de partner')}. {told}"
    return Row(endpoint.pk, host_of(endpoint.url), str(state.label), *LOOKS[state], told, state == State.ACTIVE)
