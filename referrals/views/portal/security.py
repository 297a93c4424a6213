"""How one signs in: password, apps, passkeys and recovery codes. For people of partners and for staff alike.

Each change asks the password again, and is mailed to the person.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe
from django_otp import DEVICE_ID_SESSION_KEY

from intake.policy.telling import day_in_words
from nnmkb import pages
from nnmkb.ledger import ratelimit
from nnmkb.web import desk
from nnmkb.web.desk import signed_in
from nnmkb.web.permissions import View, by_role
from referrals.domain.worktime import local_date
from referrals.services import account_events, accounts, passkeys, passwords, second_factor
from referrals.services.errors import NotDone
from referrals.services.second_factor import Factor
from referrals.views import halfway, login_set_up
from referrals.views.account_forms import AgainForm, AppAgainForm, ChangePasswordForm, OwnWordsForm, PasskeyAgainForm
from referrals.views.login import minutes
from referrals.views.portal import frame as portal

HOME = "referrals:security"
KINDS = {"app": "App met codes", "passkey": "Passkey"}


def counted(view: View) -> View:
    """Close the page for a while after too many wrong passwords, as the front door does."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: str, **kwargs: str) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except ratelimit.TooMany as limit:
            return pages.problem(request, 429, wait_minutes=minutes(limit))

    return guarded


def around(request: HttpRequest) -> dict[str, Any]:
    """Return the frame of the page: that of the portal for a partner's people, that of the desk for staff."""
    member = accounts.membership(request.user)
    return desk.frame(request) if member is None else portal.frame(request, member)


@by_role
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show how this person signs in."""
    user = signed_in(request)
    found = second_factor.factors(user)
    context = {
        **around(request),
        "factors": [line(one, request) for one in found],
        "codes_left": second_factor.codes_left(user),
        "passkeys": passkeys.possible(),
        "last": len(found) == 1,
    }
    return render(request, "referrals/security.html", context)


def line(one: Factor, request: HttpRequest) -> dict[str, Any]:
    """Return an app or passkey as the list shows it."""
    label = "otp_totp.totpdevice" if one.kind == "app" else "referrals.passkey"
    return {
        "kind": one.kind,
        "pk": one.pk,
        "title": KINDS[one.kind] if one.name in KINDS else f"{KINDS[one.kind]}: {one.name}",
        "added": day_in_words(local_date(one.added)) if one.added else "",
        "used": day_in_words(local_date(one.used)) if one.used else "",
        "here": request.session.get(DEVICE_ID_SESSION_KEY) == f"{label}/{one.pk}",
    }


def done(request: HttpRequest, told: str) -> HttpResponse:
    """Go back to the page with a word about what happened."""
    messages.success(request, told)
    return redirect(HOME)


@by_role
@counted
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def password(request: HttpRequest) -> HttpResponse:
    """Change the password; this session stays, every other one of this person ends."""
    user = signed_in(request)
    form = ChangePasswordForm(request.POST if request.method == "POST" else None, user=user)
    if form.is_bound and form.is_valid():
        passwords.change(user, form.cleaned_data["wachtwoord"], timezone.now())
        update_session_auth_hash(request, user)
        return done(request, "Uw wachtwoord is veranderd. Op andere apparaten bent u uitgelogd.")
    context = {**around(request), "form": form, "title": "Kies een nieuw wachtwoord", "button": "Verander"}
    return render(request, "referrals/security_form.html", context)


@by_role
@counted
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def app(request: HttpRequest) -> HttpResponse:
    """Add an authenticator app."""
    user, now = signed_in(request), timezone.now()
    form = AppAgainForm(request.POST if request.method == "POST" else None, user=user)

    def add() -> object:
        key, code = request.session.get(halfway.APP_KEY, ""), form.cleaned_data["code"]
        return second_factor.add_app(user, key, code, actor=account_events.own(user), now=now)

    if made := carried(form, add):
        request.session.pop(halfway.APP_KEY, None)
        return added(request, user, made)
    context = {**around(request), "form": form, **login_set_up.app(request, user)}
    return render(request, "referrals/security_app.html", context)


@by_role
@counted
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def passkey(request: HttpRequest) -> HttpResponse:
    """Add a passkey."""
    if not passkeys.possible():
        return redirect(HOME)
    user, now = signed_in(request), timezone.now()
    form = PasskeyAgainForm(request.POST if request.method == "POST" else None, user=user)
    wanted = request.session.pop(halfway.CHALLENGE, "") if form.is_bound else ""

    def add() -> object:
        typed, actor = form.cleaned_data, account_events.own(user)
        return passkeys.add(user, typed["antwoord"], wanted, name=typed["naam"], actor=actor, now=now)

    if made := carried(form, add):
        return added(request, user, made)
    context = {**around(request), "form": form, "passkey_options": login_set_up.creation(request, user)}
    return render(request, "referrals/security_passkey.html", context)


def carried(form: OwnWordsForm, work: Callable[[], object]) -> object | None:
    """Do the work of a valid form and return what it made; put what is refused in the form."""
    if not form.is_bound or not form.is_valid():
        return None
    try:
        return work()
    except NotDone as error:
        form.add_error(getattr(error, "field", "") or None, str(error))
        return None


def added(request: HttpRequest, user: User, device: Any) -> HttpResponse:
    """Say that it was added; with the first factor come recovery codes, and this session counts as verified."""
    if len(second_factor.factors(user)) > 1:
        return done(request, "Toegevoegd. U kunt er voortaan mee inloggen.")
    request.session.cycle_key()
    request.session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    return fresh_codes(request, user, told=False)


@by_role
@counted
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def codes(request: HttpRequest) -> HttpResponse:
    """Make new recovery codes and show them once."""
    user = signed_in(request)
    if not second_factor.has_factor(user):
        return redirect(HOME)
    form = AgainForm(request.POST if request.method == "POST" else None, user=user)
    if form.is_bound and form.is_valid():
        return fresh_codes(request, user)
    context = {
        **around(request),
        "form": form,
        "title": "Maak nieuwe herstelcodes",
        "text": "De codes die u nu hebt, werken daarna niet meer.",
        "button": "Maak nieuwe codes",
    }
    return render(request, "referrals/security_form.html", context)


def fresh_codes(request: HttpRequest, user: User, *, told: bool = True) -> HttpResponse:
    """Show ten new codes: now, and never again."""
    made = second_factor.new_codes(user, actor=account_events.own(user), now=timezone.now(), told=told)
    return render(request, "referrals/security_codes.html", {**around(request), "codes": made})


@by_role
@counted
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def remove(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Take away an app or a passkey; not the last one."""
    user = signed_in(request)
    mine = next((one for one in second_factor.factors(user) if (one.kind, one.pk) == (kind, pk)), None)
    if mine is None:
        messages.error(request, "Dit staat er niet meer.")
        return redirect(HOME)
    form = AgainForm(request.POST if request.method == "POST" else None, user=user)

    def take() -> bool:
        second_factor.remove(user, kind, pk, actor=account_events.own(user), now=timezone.now())
        return True

    if carried(form, take):
        return done(request, "Weggehaald. U kunt er niet meer mee inloggen.")
    about = line(mine, request)
    context = {
        **around(request),
        "form": form,
        "title": f"{about['title']} weghalen?",
        "text": "U hebt hiermee ingelogd. Daarna logt u opnieuw in." if about["here"] else "",
        "button": "Haal weg",
    }
    return render(request, "referrals/security_form.html", context)
