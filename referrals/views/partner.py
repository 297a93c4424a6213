"""The partner's link: the first page, the code, and a new link when this one has ended. A GET changes nothing here."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nnmkb import pages
from nnmkb.ledger import ratelimit
from referrals.models import Offer
from referrals.services import access
from referrals.services.errors import Gone, UnknownLink
from referrals.views.partner_access import grant, granted, masked, with_offer
from referrals.views.partner_forms import CodeForm

WRONG = "Deze code klopt niet. U kunt het nog {left} keer proberen."
LAST = "Deze code klopt niet. U kunt het nog één keer proberen."
USELESS = "Deze code werkt niet of niet meer. Vraag een nieuwe code."


@require_safe
@with_offer
def door(request: HttpRequest, token: str, offer: Offer) -> HttpResponse:
    """Show that there is an offer, for whom and until when; nothing about the company."""
    if granted(request, offer, timezone.now()):
        return redirect("referrals:offer-dossier", token)
    return render(request, "referrals/partner_door.html", {"offer": offer, "token": token})


@require_http_methods(["GET", "HEAD", "POST"])
@with_offer
def code(request: HttpRequest, token: str, offer: Offer) -> HttpResponse:
    """Send a code, or open the offer with one."""
    form = CodeForm(request.POST if "code" in request.POST else None)
    if request.method != "POST":
        return ask(request, token, offer, form)
    if not form.is_bound:
        return send(request, token, offer)
    try:
        ratelimit.count("code_try", ratelimit.address(request))
    except ratelimit.TooMany as limit:
        return pages.problem(request, 429, wait_minutes=-(-limit.seconds // 60))
    now = timezone.now()
    if form.is_valid():
        if access.use_code(offer, form.cleaned_data["code"], now):
            grant(request, offer, now)
            return redirect("referrals:offer-dossier", token)
        left = access.tries_left(offer, now)
        form.add_error("code", LAST if left == 1 else WRONG.format(left=left) if left else USELESS)
    return ask(request, token, offer, form)


def ask(request: HttpRequest, token: str, offer: Offer, form: CodeForm) -> HttpResponse:
    """Show the field for the code."""
    context = {"offer": offer, "token": token, "form": form, "address": masked(offer.partner.email)}
    return render(request, "referrals/partner_code.html", context)


def send(request: HttpRequest, token: str, offer: Offer) -> HttpResponse:
    """Send a code to the registered address; the answer is the same when the limit is reached."""
    try:
        ratelimit.count("code_send", ratelimit.address(request))
    except ratelimit.TooMany:
        return redirect("referrals:offer-code", token)
    access.send_code(offer.pk, timezone.now())
    return redirect("referrals:offer-code", token)


@require_POST
def renew(request: HttpRequest, token: str) -> HttpResponse:
    """Mail the link of a live offer again, to the registered address only; the answer is always the same."""
    try:
        offer: Offer | None = access.offer_by_token(token)
    except Gone as gone:
        offer = gone.offer
    except UnknownLink as error:
        raise Http404 from error
    try:
        ratelimit.count("mail_link", ratelimit.address(request))
        if offer is not None:
            access.send_link_again(offer.pk, timezone.now())
    except ratelimit.TooMany as limit:
        return pages.problem(request, 429, wait_minutes=-(-limit.seconds // 60))
    return render(request, "referrals/partner_renewed.html")
