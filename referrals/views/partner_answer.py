"""The partner's answer: the form of it, and carrying it out once."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from nnmkb.ledger.models import Event
from referrals.domain.lifecycle import Action, Transition
from referrals.domain.worktime import local_date
from referrals.models import Offer
from referrals.services import access
from referrals.services.errors import Gone, NotDone, Refused
from referrals.views.desk_forms import KEY
from referrals.views.partner_access import behind_code
from referrals.views.partner_acts import BY_SLUG, Act, Answer, actor_of, possible
from referrals.views.partner_dossier import page_of
from referrals.views.partner_forms import AnswerForm


@require_http_methods(["GET", "HEAD", "POST"])
@behind_code
def answer(request: HttpRequest, token: str, offer: Offer) -> HttpResponse:
    """Show the form of an answer (GET ?wat=afwijzen) or give it (POST)."""
    chosen = BY_SLUG.get((request.POST if request.method == "POST" else request.GET).get("wat", ""))
    if chosen is None:
        raise Http404
    rows = {act.slug: row for act, row in possible(offer)}
    row = rows.get(chosen.slug)
    # Whether a question may be asked its service says, so that nothing typed is lost.
    late = chosen.slug not in rows and chosen.action is not None
    if request.method == "POST":
        return give(request, token, offer, chosen, row, late=late)
    if late:
        return answered(request, token, offer, "")
    if chosen.slug not in rows:
        return redirect(f"{reverse('referrals:offer-dossier', args=[token])}#vragen")
    form = chosen.form(row=row, initial={"on": local_date(timezone.now())})
    return show(request, token, offer, chosen, form)


def give(
    request: HttpRequest, token: str, offer: Offer, chosen: Act, row: Transition | None, *, late: bool
) -> HttpResponse:
    """Carry the answer out; the same form again changes nothing and leads to the same page."""
    if replayed(offer, request.POST.get("sleutel", "")):
        return redirect("referrals:offer", token)
    if late:
        return answered(request, token, offer, "")
    form = chosen.form(request.POST, row=row)
    if not form.is_valid():
        return show(request, token, offer, chosen, form)
    given = Answer(offer, form.cleaned_data["sleutel"], timezone.now(), form.cleaned_data)
    try:
        chosen.run(given)
    except Refused as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return show(request, token, offer, chosen, form)
    except Gone:
        raise
    except NotDone as error:
        return answered(request, token, offer, str(error))
    messages.success(request, chosen.done)
    return redirect("referrals:offer", token)


def show(request: HttpRequest, token: str, offer: Offer, chosen: Act, form: AnswerForm) -> HttpResponse:
    """Show the form; that of accepting stands with the dossier."""
    if chosen.action is Action.ACCEPT:
        # The dossier stands below this form, so showing it is a look like any other: allowed now, and recorded.
        offer = access.open_dossier(offer, actor_of(offer), timezone.now())
        return render(request, "referrals/partner_dossier.html", page_of(token, offer, form))
    context = {"offer": offer, "token": token, "act": chosen, "form": form}
    return render(request, "referrals/partner_answer.html", context)


def answered(request: HttpRequest, token: str, offer: Offer, why: str) -> HttpResponse:
    """Say that somebody else of the organisation answered already."""
    offer.refresh_from_db(fields=["state", "contact_person", "answered_at", "ended_at"])
    context = {"offer": offer, "token": token, "why": why}
    return render(request, "referrals/partner_answered.html", context, status=409)


def replayed(offer: Offer, key: str) -> bool:
    """Say whether this very form was carried out before."""
    stream = f"referral:{offer.referral_id}"
    return (
        bool(KEY.fullmatch(key)) and Event.objects.filter(stream=stream, idempotency_key__endswith=f":{key}").exists()
    )
