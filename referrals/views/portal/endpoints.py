"""The endpoints of a partner's system: add, test, rotate, switch off, remove, and the log with its resend button."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from nnmkb.ledger import ratelimit
from referrals.domain.webhook_address import LONGEST, host_of
from referrals.models import Membership, Partner, WebhookEndpoint
from referrals.once_form import INCOMPLETE, OnceForm
from referrals.services import accounts, endpoints
from referrals.services.endpoints import Shown
from referrals.services.errors import NotDone, Refused, UnknownLink
from referrals.views.acts_beside import is_row_key
from referrals.views.desk_forms import own_words
from referrals.views.history import clock
from referrals.views.portal import endpoint_words
from referrals.views.portal.frame import frame
from referrals.views.portal.guard import by_partner
from referrals.webhooks import trying

PAGE, ONE = "referrals:portal-endpoints", "referrals:portal-endpoints-one"
ADDRESS = "Vul het adres in waarop uw systeem berichten ontvangt. Het begint met https://."


class AddressForm(OnceForm):
    """The address of one's system."""

    url = forms.CharField(
        label="Adres",
        help_text="Bijvoorbeeld https://systeem.voorbeeld.nl/meldingen",
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": ADDRESS, "max_length": f"Gebruik hoogstens {LONGEST} tekens."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own_words(self)
        self.fields["sleutel"].initial = str(uuid.uuid4())


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@by_partner
def page(request: HttpRequest, member: Membership) -> HttpResponse:
    """Show the endpoints (GET), or add one and show its secret this once (POST)."""
    form = AddressForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            shown = endpoints.add(
                member.partner_id,
                form.cleaned_data["url"],
                by=member.user,
                actor=accounts.actor_of(member),
                key=form.cleaned_data["sleutel"],
                now=timezone.now(),
            )
        except Refused as error:
            form.add_error("url", str(error))
        else:
            return secret_of(request, member, shown, "Meldadres toegevoegd", fresh=True)
    now = timezone.now()
    known = list(endpoints.of_partner(member.partner_id))
    context = {
        **frame(request, member),
        "form": form,
        "rows": [{"endpoint": one, "standing": endpoint_words.standing(one, now)} for one in known],
        "full": len(known) >= endpoints.MOST,
        "most": endpoints.MOST,
        "by_system": member.partner.channel == Partner.Channel.API,
    }
    return render(request, "referrals/portal/endpoints.html", context)


@never_cache
@require_http_methods(["GET", "HEAD"])
@by_partner
def one(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """Show one endpoint with its log of thirty days."""
    endpoint, now = mine(member, pk), timezone.now()
    logged = endpoints.log_of(endpoint, now)
    rotating = endpoint.old_until is not None and endpoint.old_until > now
    context = {
        **frame(request, member),
        "endpoint": endpoint,
        "host": host_of(endpoint.url),
        "standing": endpoint_words.standing(endpoint, now),
        "active": endpoint.state == WebhookEndpoint.State.ACTIVE,
        "rotating": clock(endpoint.old_until) if rotating and endpoint.old_until else "",
        "lines": endpoint_words.lines(logged[: endpoints.MOST_LOGGED], endpoints.tests_of(endpoint, now), endpoint),
        "cut": endpoints.MOST_LOGGED if len(logged) > endpoints.MOST_LOGGED else 0,
    }
    return render(request, "referrals/portal/endpoint.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@by_partner
def act(request: HttpRequest, member: Membership, pk: int, action: str) -> HttpResponse:
    """Do what a button on the page of an endpoint says; only removing has a page of its own, to ask first."""
    endpoint = mine(member, pk)
    if action not in ACTS:
        raise Http404
    if request.method != "POST":
        if action != "verwijderen":
            return redirect(ONE, pk)
        context = {**frame(request, member), "endpoint": endpoint, "host": host_of(endpoint.url)}
        return render(request, "referrals/portal/endpoint_remove.html", context)
    key = request.POST.get("sleutel", "")
    if not is_form_key(key):
        messages.warning(request, INCOMPLETE)
        return redirect(ONE, pk)
    try:
        return ACTS[action](request, member, endpoint, key)
    except UnknownLink as error:
        raise Http404 from error
    except ratelimit.TooMany as error:
        minutes = max(1, error.seconds // 60)
        messages.warning(request, f"Dit is vaak genoeg voor nu. Probeer het over {minutes} minuten opnieuw.")
    except NotDone as error:
        messages.warning(request, str(error))
    return redirect(ONE, pk)


def test(request: HttpRequest, member: Membership, endpoint: WebhookEndpoint, key: str) -> HttpResponse:
    """Send a test message now; one that is answered well switches the endpoint on."""
    ratelimit.count("webhook_test", f"partner:{member.partner_id}")
    tried = trying.test(endpoint, actor=accounts.actor_of(member), now=timezone.now())
    if tried.well:
        messages.success(request, "De test is gelukt. Dit meldadres staat aan.")
    else:
        messages.warning(request, f"De test is niet gelukt. {endpoint_words.advice(tried)}")
    return redirect(ONE, endpoint.pk)


def rotate(request: HttpRequest, member: Membership, endpoint: WebhookEndpoint, key: str) -> HttpResponse:
    """Make a new secret and show it this once."""
    shown = endpoints.rotate(
        member.partner_id, endpoint.pk, actor=accounts.actor_of(member), key=key, now=timezone.now()
    )
    return secret_of(request, member, shown, "Nieuw geheim", fresh=False)


def switch_off(request: HttpRequest, member: Membership, endpoint: WebhookEndpoint, key: str) -> HttpResponse:
    """Send nothing more there."""
    endpoints.switch_off(member.partner_id, endpoint.pk, actor=accounts.actor_of(member), key=key, now=timezone.now())
    messages.success(request, "Dit meldadres staat uit. U krijgt berichten per mail.")
    return redirect(ONE, endpoint.pk)


def remove(request: HttpRequest, member: Membership, endpoint: WebhookEndpoint, key: str) -> HttpResponse:
    """Take the endpoint out of the list."""
    endpoints.remove(member.partner_id, endpoint.pk, actor=accounts.actor_of(member), key=key, now=timezone.now())
    messages.success(request, "Het meldadres is verwijderd.")
    return redirect(PAGE)


def send_again(request: HttpRequest, member: Membership, endpoint: WebhookEndpoint, key: str) -> HttpResponse:
    """Send a message of the log once more."""
    given = request.POST.get("bericht", "")
    if not is_row_key(given):
        raise UnknownLink
    ratelimit.count("webhook_again", f"partner:{member.partner_id}")
    actor = accounts.actor_of(member)
    endpoints.send_again(member.partner_id, endpoint.pk, int(given), actor=actor, key=key, now=timezone.now())
    messages.success(request, "Het bericht gaat nog een keer naar uw systeem, met hetzelfde kenmerk.")
    return redirect(ONE, endpoint.pk)


ACTS: dict[str, Callable[[HttpRequest, Membership, WebhookEndpoint, str], HttpResponse]] = {
    "test": test,
    "geheim": rotate,
    "uitzetten": switch_off,
    "verwijderen": remove,
    "opnieuw": send_again,
}


def mine(member: Membership, pk: int) -> WebhookEndpoint:
    """Return an endpoint of one's own organisation; 404 for any other."""
    try:
        return endpoints.one(member.partner_id, pk)
    except UnknownLink as error:
        raise Http404 from error


def is_form_key(text: str) -> bool:
    """Say whether a text is the key of a form."""
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def secret_of(request: HttpRequest, member: Membership, shown: Shown, title: str, *, fresh: bool) -> HttpResponse:
    """Show a secret, once: the same form a second time leads to the page of the endpoint."""
    if not shown.secret:
        messages.info(request, "Het geheim is al getoond. Kwijt? Maak dan een nieuw geheim.")
        return redirect(ONE, shown.endpoint.pk)
    context = {
        **frame(request, member),
        "endpoint": shown.endpoint,
        "secret": shown.secret,
        "title": title,
        "fresh": fresh,
        "active": shown.endpoint.state == WebhookEndpoint.State.ACTIVE,
    }
    return render(request, "referrals/portal/endpoint_secret.html", context)
