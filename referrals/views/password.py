"""A forgotten password: a link by mail to whoever has a second step, and then a new one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from nnmkb import pages
from nnmkb.ledger import ratelimit
from referrals.services import passwords
from referrals.views import halfway
from referrals.views.account_forms import ForgottenForm, NewPasswordForm
from referrals.views.login import minutes


@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for the address, and say the same whoever it is of."""
    form = ForgottenForm(request.POST if request.method == "POST" else None)
    if not form.is_bound or not form.is_valid():
        return render(request, "referrals/password_forgotten.html", {"form": form})
    email = form.cleaned_data["email"].lower()
    try:
        ratelimit.count("mail_link", ratelimit.address(request))
    except ratelimit.TooMany as limit:
        return pages.problem(request, 429, wait_minutes=minutes(limit))
    try:
        ratelimit.count("mail_to", email)
        passwords.ask(email, timezone.now())
    except ratelimit.TooMany:
        # Nobody may fill the mailbox of somebody else, and the answer stays the same.
        pass
    return render(request, "referrals/password_sent.html")


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("wachtwoord", "nogmaals")
def new(request: HttpRequest, token: str) -> HttpResponse:
    """Take a new password from who holds the link, and go on with the second step."""
    now, user = timezone.now(), passwords.by_token(token)
    if user is None:
        return render(request, "referrals/password_over.html", status=410)
    form = NewPasswordForm(request.POST if request.method == "POST" else None, user=user)
    if not form.is_bound or not form.is_valid():
        return render(request, "referrals/password_new.html", {"form": form, "account": user.get_username()})
    passwords.change(user, form.cleaned_data["wachtwoord"], now)
    halfway.begin(request, user, "", now)
    return redirect("referrals:login-second")
