"""What somebody of a partner answers: the form of it, carrying it out once, and who was first when it came too late."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from nnmkb.ledger.models import Event
from nnmkb.web.desk import name_of
from referrals.domain.lifecycle import Action
from referrals.domain.worktime import local_date
from referrals.models import Membership, Offer
from referrals.once_form import INCOMPLETE
from referrals.services import access, accounts, door
from referrals.views.partner_acts import Act, possible
from referrals.views.partner_carrying import Answerer, carry, replayed, standing
from referrals.views.partner_forms import AnswerForm
from referrals.views.portal import happened
from referrals.views.portal.acts import ACTS, BY_SLUG
from referrals.views.portal.frame import frame
from referrals.views.portal.offer import place_of, shown, typed, with_offer

LONGEST_VERSION = 9


@with_offer
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, member: Membership, offer: Offer) -> HttpResponse:
    """Show the form of an answer (GET ?wat=afwijzen) or give it (POST)."""
    chosen = BY_SLUG.get((request.POST if request.method == "POST" else request.GET).get("wat", ""))
    if chosen is None:
        raise Http404
    if request.method == "POST":
        return give(request, member, offer, chosen)
    row, late = standing(offer, chosen, ACTS)
    if late:
        return conflict(request, member, offer, chosen, happened.deeds_of(offer))
    if chosen not in [act for act, _ in possible(offer, ACTS)]:
        return redirect(place_of(offer).page)
    return show(request, member, offer, chosen, chosen.form(row=row, initial=begin(member)))


def begin(member: Membership) -> dict[str, object]:
    """Return what a form starts with: today, and that one makes the contact oneself."""
    return {"on": local_date(timezone.now()), "contact_person": name_of(member.user)}


def give(request: HttpRequest, member: Membership, offer: Offer, chosen: Act) -> HttpResponse:
    """Carry the answer out, unless something happened since the page was made that the partner should know first."""
    version = version_of(request)
    if not replayed(offer, request.POST.get("sleutel", "")):
        if version is None:
            return incomplete(request, member, offer, chosen)
        missed = happened.visible(door.since(offer.referral, version), offer)[::-1]
        if missed:
            return conflict(request, member, offer, chosen, missed)
    by = Answerer(accounts.actor_of(member), timezone.now(), offer.referral.version)
    found = carry(offer, chosen, request.POST, by, ACTS)
    if found.form:
        return show(request, member, offer, chosen, found.form)
    if not found.done:
        offer.refresh_from_db(fields=["state", "ended_at"])
        newest = happened.deeds_of(offer)
        return conflict(request, member, offer, chosen, newest, found.why)
    if found.fresh:
        messages.success(request, chosen.done)
    over = Offer.objects.filter(pk=offer.pk, ended_at__isnull=False).exists()
    return redirect("referrals:portal") if over else redirect(place_of(offer).page)


def show(request: HttpRequest, member: Membership, offer: Offer, chosen: Act, form: AnswerForm) -> HttpResponse:
    """Show the form; that of accepting stands with the dossier."""
    if chosen.action is Action.ACCEPT:
        # The dossier stands below this form, so showing it is a look like any other: allowed now, and recorded.
        offer = access.open_dossier(offer, accounts.actor_of(member), timezone.now())
        return render(request, "referrals/portal/offer.html", shown(request, member, offer, form))
    context = {**frame(request, member), "offer": offer, "place": place_of(offer), "act": chosen, "form": form}
    return render(request, "referrals/portal/answer.html", context)


def incomplete(request: HttpRequest, member: Membership, offer: Offer, chosen: Act) -> HttpResponse:
    """Show the form again when it came without the version it was made for, with what was typed."""
    row, late = standing(offer, chosen, ACTS)
    if late:
        return conflict(request, member, offer, chosen, happened.deeds_of(offer))
    form = chosen.form(request.POST, row=row)
    form.add_error(None, INCOMPLETE)
    return show(request, member, offer, chosen, form)


def conflict(
    request: HttpRequest, member: Membership, offer: Offer, chosen: Act, events: Sequence[Event], why: str = ""
) -> HttpResponse:
    """Say that nothing was done and who was first, with what was typed: in the form again when it still can be sent."""
    row, late = standing(offer, chosen, ACTS)
    form: AnswerForm | None = None
    if request.method == "POST" and not late:
        kept = {name: request.POST.get(name, "") for name in chosen.form.base_fields if name != "sleutel"}
        form = chosen.form(row=row, initial=kept)
    reader, deed = accounts.actor_of(member), happened.newest(events)
    context = {
        **frame(request, member),
        "offer": offer,
        "place": place_of(offer),
        "act": chosen,
        "own": deed is not None and deed.actor == reader,
        "first": happened.first(events, reader),
        "why": why,
        "form": form,
        "typed": [] if form else typed(request),
    }
    return render(request, "referrals/portal/conflict.html", context, status=409)


def version_of(request: HttpRequest) -> int | None:
    """Return the version that the form was made for; None when it is not a number that one can have."""
    given = request.POST.get("versie", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) <= LONGEST_VERSION else None
