"""The second step: a code from an app, a recovery code, or a passkey; a passkey also without a password."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from nnmkb.ledger import ratelimit
from referrals.models import Passkey
from referrals.services import passkeys, second_factor
from referrals.views import halfway
from referrals.views.account_forms import CodeForm, PasskeyForm
from referrals.views.login import minutes

WRONG = "Deze code klopt niet, of is al gebruikt. Wacht op de volgende code en probeer die."
WAIT = "Wacht nog {} en vul dan een nieuwe code in."
NO_PASSKEY = "Het lukte niet met deze passkey. Probeer het opnieuw, of log in met uw wachtwoord."
SECOND = "referrals/login_second.html"
WITH_PASSKEY = "referrals/login_passkey.html"


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("code")
def second(request: HttpRequest) -> HttpResponse:
    """Ask for the code, and sign in whoever gives the right one."""
    now = timezone.now()
    user = halfway.who(request, now)
    if user is None:
        return redirect("referrals:login")
    if not second_factor.has_factor(user):
        return redirect("referrals:login-set-up")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if not form.is_bound or not form.is_valid():
        return ask(request, user, form)
    try:
        ratelimit.check("second_step", f"user:{user.pk}")
        if seconds := second_factor.wait(user, now):
            form.add_error("code", WAIT.format(in_words(seconds)))
            return ask(request, user, form)
        device = second_factor.check(user, form.cleaned_data["code"], now)
        if device is not None:
            return redirect(halfway.finish(request, user, device))
        ratelimit.count("second_step", f"user:{user.pk}")
    except ratelimit.TooMany as limit:
        return ask(request, user, form, locked=minutes(limit))
    form.add_error("code", WRONG)
    return ask(request, user, form)


def ask(request: HttpRequest, user: User, form: CodeForm, locked: int = 0) -> HttpResponse:
    """Show the field for the code, and the passkey when this person has one."""
    has_passkey = passkeys.possible() and Passkey.objects.filter(user=user).exists()
    context = {
        "form": form,
        "locked_minutes": locked,
        "passkey_options": challenge(request, user) if has_passkey else "",
    }
    return render(request, SECOND, context, status=429 if locked else 200)


def in_words(seconds: int) -> str:
    """Return how long to wait."""
    if seconds > 90:
        return f"{-(-seconds // 60)} minuten"
    return "1 seconde" if seconds == 1 else f"{seconds} seconden"


def challenge(request: HttpRequest, user: User | None) -> str:
    """Return what the browser needs to show a passkey; the session keeps what it must answer to, once."""
    options, wanted = passkeys.request(user)
    request.session[halfway.CHALLENGE] = wanted
    return options


@require_http_methods(["GET", "HEAD", "POST"])
def with_passkey(request: HttpRequest) -> HttpResponse:
    """Sign in with a passkey: as the second step, or instead of name and password."""
    if not passkeys.possible():
        return render(request, WITH_PASSKEY, {"impossible": True, "form": PasskeyForm()})
    now = timezone.now()
    user = halfway.who(request, now)
    form = PasskeyForm(request.POST if request.method == "POST" else None)
    if not form.is_bound:
        return show(request, user, form)
    # Once only, whatever the answer is.
    wanted = request.session.pop(halfway.CHALLENGE, "")
    if not form.is_valid():
        return show(request, user, form)
    guesser = f"user:{user.pk}" if user else ratelimit.address(request)
    try:
        ratelimit.check("second_step", guesser)
        found = passkeys.use(form.cleaned_data["antwoord"], wanted, user=user, now=now) if wanted else None
        if found is not None and found.user.is_active:
            return redirect(halfway.finish(request, found.user, found))
        ratelimit.count("second_step", guesser)
    except ratelimit.TooMany as limit:
        return show(request, user, form, locked=minutes(limit))
    form.add_error(None, NO_PASSKEY)
    return show(request, user, form)


def show(request: HttpRequest, user: User | None, form: PasskeyForm, locked: int = 0) -> HttpResponse:
    """Show the button for a passkey."""
    # Nothing of the last answer goes back into the form: it is worth nothing any more.
    context = {
        "form": form,
        "halfway": user is not None,
        "locked_minutes": locked,
        "passkey_options": challenge(request, user),
    }
    return render(request, WITH_PASSKEY, context, status=429 if locked else 200)
