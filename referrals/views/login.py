"""Signing in and out for staff."""

from __future__ import annotations

import math

from django import forms
from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from nnmkb.ledger import ratelimit
from nnmkb.web.permissions import Role, roles_of

NAME_WANTED = "Vul uw gebruikersnaam in."
WORD_WANTED = "Vul uw wachtwoord in."
BACKEND = "django.contrib.auth.backends.ModelBackend"


class LoginForm(forms.Form):
    """Name and password; the names of the fields are those that password managers know."""

    use_required_attribute = False

    username = forms.CharField(
        label="Gebruikersnaam",
        max_length=150,
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
    """Show the form, or let somebody in; too many wrong guesses close the door for a while."""
    if request.method != "POST":
        if roles_of(request.user):
            return redirect(destination(request, request.GET.get("next", "")))
        return render(request, "referrals/login.html", {"form": LoginForm(initial={"next": request.GET.get("next")})})
    form = LoginForm(request.POST)
    if not form.is_valid():
        return render(request, "referrals/login.html", {"form": form})
    try:
        user = admitted(request, form.cleaned_data["username"], form.cleaned_data["password"])
    except ratelimit.TooMany as limit:
        # The counter rounds its seconds up already.
        minutes = math.ceil((limit.seconds - 1) / 60) or 1
        return render(request, "referrals/login.html", {"form": form, "locked_minutes": minutes}, status=429)
    if user is None:
        form.add_error(None, "Deze naam en dit wachtwoord horen niet bij elkaar. Controleer beide en probeer opnieuw.")
        return render(request, "referrals/login.html", {"form": form})
    login(request, user, backend=BACKEND)
    # Known before, under another name or none: a key that somebody planted is worth nothing now.
    request.session.cycle_key()
    # A scan that was begun in this browser before would keep the session of an advisor open for a month.
    request.session.set_expiry(None)
    return redirect(destination(request, form.cleaned_data["next"]))


def admitted(request: HttpRequest, username: str, password: str) -> User | None:
    """Return the person whose name and password these are, or None; raises TooMany after too many wrong guesses.

    Only wrong guesses count: a whole office shares one address, and signs in at nine.
    """
    guessers = (ratelimit.address(request), f"name:{username.lower()}")
    for guesser in guessers:
        ratelimit.check("login", guesser)
    user = authenticate(request, username=username, password=password)
    if isinstance(user, User):
        return user
    for guesser in guessers:
        ratelimit.count("login", guesser)
    return None


def destination(request: HttpRequest, wanted: str) -> str:
    """Return where to go after signing in: the page that was asked for when it is ours, else one's own start page."""
    if wanted and url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return wanted
    roles = roles_of(request.user)
    if roles and roles.isdisjoint({Role.ADVISOR, Role.TEAM_LEAD}):
        return "/beheer/" if Role.ADMINISTRATOR in roles else "/beleid/"
    return settings.LOGIN_REDIRECT_URL


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session and go to the front page."""
    logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)
