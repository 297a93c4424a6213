"""The first second step: whoever must have one and has none makes it right after the password, before anything else."""

from __future__ import annotations

from typing import Any

import segno
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from referrals.services import account_events, passkeys, second_factor
from referrals.services.errors import Refused
from referrals.views import halfway
from referrals.views.account_forms import AppForm, NewPasskeyForm


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("code")
def with_app(request: HttpRequest) -> HttpResponse:
    """Show the secret for an app; whoever gives the right code has the app, recovery codes, and is signed in."""
    now = timezone.now()
    user = newcomer(request)
    if user is None:
        return redirect("referrals:login")
    form = AppForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        key = request.session.get(halfway.APP_KEY, "")
        try:
            device = second_factor.add_app(
                user, key, form.cleaned_data["code"], actor=account_events.own(user), now=now
            )
        except Refused as error:
            form.add_error("code", str(error))
        else:
            return welcome(request, user, device)
    context = {"form": form, "passkeys": passkeys.possible(), **app(request, user)}
    return render(request, "referrals/login_set_up.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def with_passkey(request: HttpRequest) -> HttpResponse:
    """Make a passkey; whoever has it then has recovery codes, and is signed in."""
    now = timezone.now()
    user = newcomer(request)
    if user is None or not passkeys.possible():
        return redirect("referrals:login")
    form = NewPasskeyForm(request.POST if request.method == "POST" else None)
    wanted = request.session.pop(halfway.CHALLENGE, "") if form.is_bound else ""
    if form.is_bound and form.is_valid():
        try:
            made = passkeys.add(
                user,
                form.cleaned_data["antwoord"],
                wanted,
                name=form.cleaned_data["naam"],
                actor=account_events.own(user),
                now=now,
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            return welcome(request, user, made)
    context = {"form": form, "passkey_options": creation(request, user)}
    return render(request, "referrals/login_set_up_passkey.html", context)


def newcomer(request: HttpRequest) -> User | None:
    """Return who must make a second step now; nobody who has one already: that one is asked first."""
    user = halfway.who(request, timezone.now())
    return None if user is None or second_factor.has_factor(user) else user


def welcome(request: HttpRequest, user: User, device: object) -> HttpResponse:
    """Sign in, and show the recovery codes: now, and never again."""
    codes = second_factor.new_codes(user, actor=account_events.own(user), now=timezone.now(), told=False)
    href = halfway.finish(request, user, device)
    return render(request, "referrals/login_codes.html", {"codes": codes, "href": href})


def app(request: HttpRequest, user: User) -> dict[str, Any]:
    """Return what an app needs: the QR code and the secret as text; the session keeps the secret until it is used."""
    key = request.session.get(halfway.APP_KEY)
    if key is None:
        key = request.session[halfway.APP_KEY] = second_factor.new_key()
    code = segno.make(second_factor.address_of(user, key), error="m", micro=False)
    return {
        "qr": code.svg_data_uri(scale=5, border=4, dark="#000", light="#fff"),
        "secret": second_factor.secret_of(key),
        "account": user.get_username(),
    }


def creation(request: HttpRequest, user: User) -> str:
    """Return what the browser needs to make a passkey; the session keeps what it must answer to, once."""
    options, request.session[halfway.CHALLENGE] = passkeys.creation(user)
    return options
