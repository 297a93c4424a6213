"""The dossier behind the code: on the screen and as PDF; each look is an event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from intake.models import Contact
from referrals.domain.dossier import sight
from referrals.domain.lifecycle import Action, State
from referrals.models import Dossier, Offer
from referrals.services import access, consents
from referrals.views import desk_rows
from referrals.views.partner_access import behind_code
from referrals.views.partner_acts import actor_of, possible
from referrals.views.partner_forms import AcceptForm, AnswerForm


@dataclass(frozen=True, slots=True)
class Place:
    """Where the pages of one offer are, for who looks at it."""

    page: str
    answer: str
    pdf: str


def by_link(token: str) -> Place:
    """Return where they are for who came by link."""
    return Place(*(reverse(f"referrals:offer-{name}", args=[token]) for name in ("dossier", "answer", "pdf")))


@require_safe
@behind_code
def dossier(request: HttpRequest, token: str, offer: Offer) -> HttpResponse:
    """Show the frozen dossier, and what the partner can do now."""
    if request.method == "GET":
        offer = access.open_dossier(offer, actor_of(offer), timezone.now())
    return render(request, "referrals/partner_dossier.html", page_of(by_link(token), offer))


def page_of(place: Place, offer: Offer, form: AnswerForm | None = None) -> dict[str, Any]:
    """Return what the dossier page shows; `form` is one that came back with an error."""
    referral = offer.referral
    acts = possible(offer)
    accept = next((row for act, row in acts if act.action is Action.ACCEPT), None)
    accepted = offer.state == Offer.State.ACCEPTED
    allowed = consents.organisations(referral.intake_id)
    seen = sight(allowed, offer.organisation, live=offer.ended_at is None, accepted=accepted)
    return {
        "offer": offer,
        "place": place,
        "content": offer.dossier.content,
        "ready": Dossier.objects.filter(pk=offer.dossier_id, pdf__isnull=False).exists(),
        "accepted": accepted,
        "contact": Contact.objects.filter(intake=referral.intake_id).first() if seen.contact else None,
        "form": form or (AcceptForm(row=accept) if accept else None),
        "accept": accept,
        "acts": [act for act, _ in acts if act.action is not Action.ACCEPT],
        "status": State(referral.state).label,
        "deadline": desk_rows.deadline_sentence(referral, timezone.now()),
        "must_do": State(referral.state).facts.must_do,
        "questions": list(offer.questions.order_by("id")),
    }


@require_safe
@behind_code
def pdf(request: HttpRequest, token: str, offer: Offer) -> HttpResponse:
    """Send the PDF; while it is still being made, say so."""
    return sent_pdf(request, offer, actor_of(offer)) or render(
        request, "referrals/partner_not_ready.html", {"place": by_link(token), "offer": offer}
    )


def sent_pdf(request: HttpRequest, offer: Offer, actor: str) -> HttpResponse | None:
    """Return the PDF, and write down who took it; None while it is still being made."""
    kept = Dossier.objects.filter(pk=offer.dossier_id).values_list("pdf", flat=True).first()
    if not kept:
        return None
    if request.method == "GET":
        access.download_dossier(offer, actor, timezone.now())
    response = HttpResponse(bytes(kept), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="dossier-{offer.referral.number}.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store, private"
    return response
