"""The partner's answer: the form of it, and carrying it out once."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from referrals.domain.lifecycle import Action
from referrals.domain.worktime import local_date
from referrals.models import Offer
from referrals.services import access
from referrals.views.partner_access import behind_code
from referrals.views.partner_acts import BY_SLUG, Act, actor_of, possible
from referrals.views.partner_carrying import Answerer, carry, standing
from referrals.views.partner_dossier import by_link, page_of
from referrals.views.partner_forms import AnswerForm


@require_http_methods(["GET", "HEAD", "POST"])
@behind_code
def answer(request: HttpRequest, token: str, offer: Offer) -> HttpResponse:
    """Show the form of an answer (GET ?wat=afwijzen) or give it (POST)."""
    chosen = BY_SLUG.get((request.POST if request.method == "POST" else request.GET).get("wat", ""))
    if chosen is None:
        raise Http404
    if request.method == "POST":
        return give(request, token, offer, chosen)
    row, late = standing(offer, chosen)
    if late:
        return answered(request, token, offer, "")
    if chosen not in [act for act, _ in possible(offer)]:
        return redirect(f"{reverse('referrals:offer-dossier', args=[token])}#vragen")
    form = chosen.form(row=row, initial={"on": local_date(timezone.now())})
    return show(request, token, offer, chosen, form)


def give(request: HttpRequest, token: str, offer: Offer, chosen: Act) -> HttpResponse:
    """Carry the answer out; the same form again changes nothing and leads to the same page."""
    found = carry(offer, chosen, request.POST, Answerer(actor_of(offer), timezone.now()))
    if found.form:
        return show(request, token, offer, chosen, found.form)
    if not found.done:
        return answered(request, token, offer, found.why)
    if found.fresh:
        messages.success(request, chosen.done)
    return redirect("referrals:offer", token)


def show(request: HttpRequest, token: str, offer: Offer, chosen: Act, form: AnswerForm) -> HttpResponse:
    """Show the form; that of accepting stands with the dossier."""
    if chosen.action is Action.ACCEPT:
        # The dossier stands below this form, so showing it is a look like any other: allowed now, and recorded.
        if request.method != "HEAD":
            offer = access.open_dossier(offer, actor_of(offer), timezone.now())
        return render(request, "referrals/partner_dossier.html", page_of(by_link(token), offer, form))
    context = {"offer": offer, "place": by_link(token), "act": chosen, "form": form}
    return render(request, "referrals/partner_answer.html", context)


def answered(request: HttpRequest, token: str, offer: Offer, why: str) -> HttpResponse:
    """Say that somebody else of the organisation answered already."""
    offer.refresh_from_db(fields=["state", "contact_person", "answered_at", "ended_at"])
    context = {"offer": offer, "token": token, "why": why}
    return render(request, "referrals/partner_answered.html", context, status=409)
