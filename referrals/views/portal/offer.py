"""One offer for who works with an account: the dossier, what can be done now, and what happened with it."""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from nnmkb.web.desk import name_of
from nnmkb.web.permissions import View
from referrals.domain.lifecycle import Action
from referrals.domain.numbers import parse_referral_number, referral_number
from referrals.domain.reasons import label_of
from referrals.models import Membership, Offer
from referrals.services import access, accounts, partner_offers, progress_notes
from referrals.services.errors import Gone, UnknownLink
from referrals.views.partner_access import ahead, not_ahead
from referrals.views.partner_acts import possible
from referrals.views.partner_carrying import replayed
from referrals.views.partner_dossier import Place, page_of, sent_pdf
from referrals.views.partner_forms import AcceptForm, AnswerForm
from referrals.views.portal import happened
from referrals.views.portal.acts import ACTS
from referrals.views.portal.frame import frame
from referrals.views.portal.guard import MemberView, by_partner

# What somebody typed in a form that came too late; the rest of a form is ours.
OURS = frozenset({"csrfmiddlewaretoken", "sleutel", "versie", "wat"})


def with_offer(view: MemberView) -> View:
    """Call the view with the live offer of this number: (request, member, offer).

    One of another partner is as one that does not exist; one that has ended says why, and shows nothing more. As
    behind a link, a look is written down, so what a browser fetches ahead is refused.
    """

    @by_partner
    @wraps(view)
    def found(request: HttpRequest, member: Membership, number: str) -> HttpResponse:
        if ahead(request):
            return not_ahead()
        parsed = parse_referral_number(number)
        try:
            if parsed is None:
                raise UnknownLink
            return view(request, member, partner_offers.numbered(member.partner_id, referral_number(*parsed)))
        except UnknownLink as error:
            raise Http404 from error
        except Gone as gone:
            return ended(request, member, gone)

    return found


@with_offer
@require_safe
def page(request: HttpRequest, member: Membership, offer: Offer) -> HttpResponse:
    """Show the offer; a look, and so written down with who looked."""
    if request.method == "GET":
        offer = access.open_dossier(offer, accounts.actor_of(member), timezone.now())
    return render(request, "referrals/portal/offer.html", shown(request, member, offer))


@with_offer
@require_safe
def pdf(request: HttpRequest, member: Membership, offer: Offer) -> HttpResponse:
    """Send the PDF; while it is still being made, say so."""
    waiting = {**frame(request, member), "place": place_of(offer), "offer": offer}
    return sent_pdf(request, offer, accounts.actor_of(member)) or render(
        request, "referrals/portal/not_ready.html", waiting
    )


def place_of(offer: Offer) -> Place:
    """Return where the pages of this offer are in the portal."""
    number = [offer.referral.number]
    return Place(*(reverse(f"referrals:portal-offer{name}", args=number) for name in ("", "-answer", "-pdf")))


def shown(request: HttpRequest, member: Membership, offer: Offer, form: AnswerForm | None = None) -> dict[str, Any]:
    """Return what the page shows; who only reads gets no buttons. `form` is one that came back with an error."""
    acts = possible(offer, ACTS)
    accept = next((row for act, row in acts if act.action is Action.ACCEPT), None)
    if form is None and accept:
        form = AcceptForm(row=accept, initial={"contact_person": name_of(member.user)})
    may_answer = accounts.answers(member)
    return {
        **frame(request, member),
        **page_of(place_of(offer), offer, form if may_answer else None),
        "accept": accept if may_answer else None,
        "form": form if may_answer else None,
        "acts": [act for act, _ in acts if act.action is not Action.ACCEPT] if may_answer else [],
        "may_answer": may_answer,
        "notes": list(progress_notes.of(offer)),
        "moments": happened.moments(happened.events_of(offer)),
    }


def ended(request: HttpRequest, member: Membership, gone: Gone) -> HttpResponse:
    """Say why an offer is over and who ended it, with what was typed meanwhile; nothing of the company."""
    offer = gone.offer
    assert offer is not None
    if request.method == "POST" and replayed(offer, request.POST.get("sleutel", "")):
        return redirect("referrals:portal")
    context = {
        **frame(request, member),
        "number": offer.referral.number,
        "why": str(gone),
        "withdrawn": gone.code == Offer.State.WITHDRAWN,
        "first": happened.ended(offer, accounts.actor_of(member)),
        "typed": typed(request),
    }
    return render(request, "referrals/portal/ended.html", context, status=410)


def typed(request: HttpRequest) -> list[str]:
    """Return the words that somebody typed in a form that came too late, so that they are not lost."""
    if request.method != "POST":
        return []
    given = {name: str(value).strip() for name, value in request.POST.items() if name not in OURS}
    return [label_of(value) for value in given.values() if value]
