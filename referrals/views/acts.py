"""Doing something with a referral: the form or confirm page of an act, and carrying it out once."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from nnmkb.ledger.models import Event
from nnmkb.web.desk import frame, name_of, signed_in
from nnmkb.web.permissions import by_role
from referrals.domain.lifecycle import Action, State
from referrals.domain.matching import match
from referrals.domain.worktime import deadline, local_date
from referrals.dossier import build
from referrals.models import Partner, Referral
from referrals.once_form import KEY
from referrals.services import directory, door, looks
from referrals.services.errors import NotDone, Refused, Stale
from referrals.views import acts_told, desk_rows
from referrals.views.acts_beside import BESIDE, back, is_row_key
from referrals.views.acts_running import Change
from referrals.views.acts_table import BY_SLUG, LEAD_DECIDES, TAKES_UP_FIRST, Act, can, move, waits_for_lead
from referrals.views.conflicts import conflict
from referrals.views.desk_forms import ActForm, OfferForm, PlainForm
from referrals.views.desk_lists import mark_changed
from referrals.views.workbench import get_referral


@by_role
def act(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """Show the page of an act (GET) or do it (POST)."""
    referral = get_referral(number)
    if action in BESIDE:
        return BESIDE[action](request, referral)
    chosen = BY_SLUG.get(action)
    if chosen is None:
        raise Http404
    if request.method == "POST":
        return perform(request, referral, chosen)
    return ask(request, referral, chosen)


def ask(request: HttpRequest, referral: Referral, chosen: Act) -> HttpResponse:
    """Show the form; an act without one, or that is not to be done now, has no page."""
    user = signed_in(request)
    if chosen.form is None:
        return redirect("referrals:desk-referral", referral.number)
    if not can(referral, chosen, user):
        return conflict(request, referral, not_now(referral, chosen))
    row = move(referral, chosen, user)
    lijst = request.GET.get("lijst", "")[:500]
    initial = {"on": local_date(timezone.now()), "lijst": lijst, "partner": request.GET.get("partner", "")}
    form = chosen.form(referral=referral, row=row, initial=initial)
    return show(request, referral, chosen, form)


def perform(request: HttpRequest, referral: Referral, chosen: Act) -> HttpResponse:
    """Do it: once for this key, only on the version that was on the screen."""
    user = signed_in(request)
    row = move(referral, chosen, user)
    form = (chosen.form or PlainForm)(request.POST, referral=referral, row=row)
    if replayed(referral, request.POST.get("sleutel", "")):
        return done(request, referral)
    possible = can(referral, chosen, user)
    if not possible or stale(referral, form):
        version = version_of(form)
        changed = door.since(referral, version) if version is not None else []
        return conflict(
            request,
            referral,
            "" if possible else not_now(referral, chosen),
            changed=changed,
            chosen=chosen,
            form=form,
        )
    if isinstance(form, OfferForm):
        form.ask_again(forced=forced(referral, request.POST.get("partner", "")))
    if not form.is_valid():
        return refuse(request, referral, chosen, form)
    return carry_out(request, referral, chosen, form, user)


def carry_out(request: HttpRequest, referral: Referral, chosen: Act, form: ActForm, user: User) -> HttpResponse:
    """Call the service, and answer what it says."""
    typed = form.cleaned_data
    change = Change(referral, user, typed["versie"], typed["sleutel"], timezone.now(), typed)
    try:
        chosen.run(change)
    except Stale as error:
        return conflict(request, error.referral, "", changed=error.what_changed, chosen=chosen, form=form)
    except Refused as error:
        fresh = get_referral(referral.number)
        if fresh.version != typed["versie"]:
            # A guard that said no because a colleague was quicker: asking again would not help.
            changed = door.since(fresh, typed["versie"])
            return conflict(request, fresh, str(error), changed=changed, chosen=chosen, form=form)
        field = error.field if error.field in form.fields else None
        form.add_error(field, str(error))
        return refuse(request, get_referral(referral.number), chosen, form)
    except NotDone as error:
        return conflict(request, get_referral(referral.number), str(error), chosen=chosen, form=form)
    messages.success(request, chosen.done.format(number=referral.number))
    mark_changed(request, user, timezone.now())
    return done(request, referral)


def refuse(request: HttpRequest, referral: Referral, chosen: Act, form: ActForm) -> HttpResponse:
    """Show the form with what is wrong; a button without a form gets a page that says so."""
    if chosen.form is None:
        why = " ".join(str(error) for errors in form.errors.values() for error in errors)
        return conflict(request, referral, why)
    return show(request, referral, chosen, form)


def show(request: HttpRequest, referral: Referral, chosen: Act, form: ActForm) -> HttpResponse:
    """Show the page of an act; that of an offer shows exactly what the partner gets."""
    context: dict[str, Any] = {
        **frame(request),
        "referral": referral,
        "row": desk_rows.row_of(referral, timezone.now()),
        "act": chosen,
        "form": form,
        "back_href": reverse("referrals:desk-referral", args=[referral.number]),
    }
    partner = partner_of(form) if "partner" in form.fields else None
    if partner is None and "partner" in form.fields:
        raise Http404
    if isinstance(form, OfferForm) and partner is not None:
        if not form.is_bound:
            form.ask_again(forced=forced(referral, str(partner.pk)))
        looks.looked(referral, signed_in(request), timezone.now())
        return render(request, "referrals/desk_offer.html", context | to_send(referral, partner))
    context["told"] = acts_told.told(referral, chosen, partner, timezone.now())
    context["blocked"] = acts_told.in_the_way(referral, chosen, partner, timezone.now())
    return render(request, "referrals/desk_act.html", context)


def partner_of(form: ActForm) -> Partner | None:
    """Return the partner that the form is about, None when it names none."""
    named = str(form["partner"].value() or "")
    return Partner.objects.filter(pk=int(named)).first() if is_row_key(named) else None


def to_send(referral: Referral, partner: Partner) -> dict[str, Any]:
    """Return what goes to the partner, what stays here, and what stands in the way."""
    now = timezone.now()
    found = match(directory.wanted(referral), directory.profiles(referral, [partner], local_date(now)), local_date(now))
    due = deadline(now, partner.response_days, desk_rows.calendar())
    refusal = next(iter(found.refusals), None)
    return {
        "partner": partner,
        "due": due,
        "content": build.content(referral, partner, now=now, respond_by=due),
        "reasons": found.proposals[0].reasons if found.proposals else (),
        "blocked": refusal.reasons if refusal and not refusal.can_be_forced else (),
    }


def forced(referral: Referral, partner: str) -> bool:
    """Say whether this partner said no to this referral before, which asks for a reason."""
    if not is_row_key(partner):
        return False
    found = directory.profiles(referral, Partner.objects.filter(pk=int(partner)), local_date(timezone.now()))
    return any(profile.declined_before for profile in found)


def not_now(referral: Referral, chosen: Act) -> str:
    """Return in words why an act is not to be done now."""
    if waits_for_lead(referral) and chosen.action in {Action.RECONSIDER, *TAKES_UP_FIRST}:
        return LEAD_DECIDES
    owner = name_of(referral.owner)
    whose = f" Behandelaar: {owner}." if owner else ""
    return f"«{chosen.word}» kan nu niet. Deze doorverwijzing staat op: {State(referral.state).label}.{whose}"


def replayed(referral: Referral, key: str) -> bool:
    """Say whether this very form was carried out before."""
    if not KEY.fullmatch(key):
        return False
    # A key may be scoped to the offer: the stream tells that it is about this referral. A proposal is about the scan.
    own = Q(stream=referral.stream, idempotency_key__endswith=f":{key}")
    return Event.objects.filter(own | Q(idempotency_key=f"intake:{referral.intake_id}:{key}")).exists()


def stale(referral: Referral, form: ActForm) -> bool:
    """Say whether the form was made for an older version."""
    version = version_of(form)
    return version is not None and version != referral.version


def version_of(form: ActForm) -> int | None:
    """Return the version on the form, None when it is no number."""
    given = form.data.get("versie", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else None


def done(request: HttpRequest, referral: Referral) -> HttpResponse:
    """Go back to where the person came from."""
    return redirect(back(request, referral))
