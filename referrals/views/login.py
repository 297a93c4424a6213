"""Signing in and out, for staff and for people of partners: the password here, the second step next door."""

from __future__ import annotations

import math

from django import forms
from django.conf import settings
from django.contrib.auth import authenticate, logout
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from nnmkb.ledger import ratelimit
from nnmkb.web.permissions import fully_in, roles_of
from referrals.services import passkeys, second_factor
from referrals.views import halfway

NAME_WANTED = "Vul uw gebruikersnaam in."
WORD_WANTED = "Vul uw wachtwoord in."
PAGE = "referrals/login.html"


class LoginForm(forms.Form):
    """Name and password; the names of the fields are those that password managers know."""

    use_required_attribute = False

    username = forms.CharField(
        label="Gebruikersnaam",
        max_length=150,
        help_text="Werkt u bij een partner? Dan is dit uw e-mailadres.",
        error_messages=dict.fromkeys(("required", "max_length", "null_characters_not_allowed"), NAME_WANTED),
        widget=forms.TextInput({"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label="Wachtwoord",
        max_length=4096,
        strip=False,
        error_messages=dict.fromkeys(("required", "max_length", "null_characters_not_allowed"), WORD_WANTED),
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )
    next = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Show the form, or take the password; too many wrong guesses close the door for a while."""
    context = {"passkeys": passkeys.possible()}
    if request.method != "POST":
        if roles_of(request.user) and fully_in(request.user):
            return redirect(halfway.destination(request, request.GET.get("next", "")))
        form = LoginForm(initial={"next": request.GET.get("next")})
        return render(request, PAGE, {**context, "form": form})
    form = LoginForm(request.POST)
    if not form.is_valid():
        return render(request, PAGE, {**context, "form": form})
    try:
        user = admitted(request, form.cleaned_data["username"], form.cleaned_data["password"])
    except ratelimit.TooMany as limit:
        return render(request, PAGE, {**context, "form": form, "locked_minutes": minutes(limit)}, status=429)
    if user is None:
        form.add_error(None, "Deze naam en dit wachtwoord horen niet bij elkaar. Controleer beide en probeer opnieuw.")
        return render(request, PAGE, {**context, "form": form})
    if not halfway.needs_second_step(user):
        return redirect(halfway.finish(request, user, None, form.cleaned_data["next"]))
    halfway.begin(request, user, form.cleaned_data["next"], timezone.now())
    return redirect("referrals:login-second" if second_factor.has_factor(user) else "referrals:login-set-up")


def minutes(limit: ratelimit.TooMany) -> int:
    """Return for how many minutes a door stays closed; the counter rounds its seconds up already."""
    return math.ceil((limit.seconds - 1) / 60) or 1


def admitted(request: HttpRequest, typed: str, password: str) -> User | None:
    """Return the person whose name and password these are, or None; raises TooMany after too many wrong guesses.

    Only wrong guesses count: a whole office shares one address, and signs in at nine.
    """
    username = account_name(typed)
    guessers = (ratelimit.address(request), f"name:{username.lower()}")
    for guesser in guessers:
        ratelimit.check("login", guesser)
    user = authenticate(request, username=username, password=password)
    if isinstance(user, User):
        return user
    for guesser in guessers:
        ratelimit.count("login", guesser)
    return None


def account_name(typed: str) -> str:
    """Return the name of the account: an e-mail address may be typed in capitals, and with a space behind it."""
    return typed if User.objects.filter(username=typed).exists() else typed.strip().lower()


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session and go to the front page."""
    logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)
