"""The link of an invitation: a page that changes nothing, and an account once it is sent."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from nnmkb import pages
from nnmkb.ledger import ratelimit
from referrals.services import invitations
from referrals.services.errors import Gone, Refused, UnknownLink
from referrals.services.invitations import Newcomer
from referrals.views import halfway
from referrals.views.account_forms import ROLE_NAMES, NewcomerForm
from referrals.views.login import minutes


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("wachtwoord", "nogmaals")
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Show who invites, and make the account of who chooses a password; the second step follows at once."""
    now = timezone.now()
    if request.method == "POST":
        try:
            ratelimit.count("invitation", ratelimit.address(request))
        except ratelimit.TooMany as limit:
            return pages.problem(request, 429, wait_minutes=minutes(limit))
    try:
        invitation = invitations.by_token(token, now)
    except UnknownLink as error:
        raise Http404 from error
    except Gone as gone:
        return over(request, str(gone), accepted=gone.code == "accepted", status=410)
    if told := invitations.in_the_way(invitation):
        return over(request, told, accepted=False, status=409)
    known = User(username=invitation.email, email=invitation.email)
    form = NewcomerForm(request.POST if request.method == "POST" else None, user=known)
    context = {
        "form": form,
        "account": invitation.email,
        "organisation": invitation.partner.name,
        "role": ROLE_NAMES[invitation.role],
    }
    if not form.is_bound or not form.is_valid():
        return render(request, "referrals/invitation.html", context)
    typed = form.cleaned_data
    try:
        member = invitations.accept(
            token, Newcomer(typed["first_name"], typed["last_name"], typed["wachtwoord"]), timezone.now()
        )
    except (Gone, Refused, UnknownLink) as error:
        if isinstance(error, Refused) and error.field in form.fields:
            form.add_error(error.field, str(error))
            return render(request, "referrals/invitation.html", context)
        return over(request, str(error), accepted=False, status=409)
    halfway.begin(request, member.user, "", now)
    return redirect("referrals:login-set-up")


def over(request: HttpRequest, told: str, *, accepted: bool, status: int) -> HttpResponse:
    """Say why this link makes no account, and what to do."""
    return render(request, "referrals/invitation_over.html", {"told": told, "accepted": accepted}, status=status)
