"""The follow page of the entrepreneur, by link: how it stands, and taking back, correcting or erasing."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from intake.models import Consent, Intake
from intake.policies import policy
from intake.views.doors import limited
from nnmkb.ledger import tokens
from referrals.forms import CorrectForm, KeyedForm, SettleCorrectForm
from referrals.models import Offer, Referral
from referrals.once_form import KEY
from referrals.services import closing, consents
from referrals.services.consents import KVK, SHARE, VIEW, Key
from referrals.services.errors import Gone, NotAllowed, Refused
from referrals.services.refer import ContactDetails
from referrals.views.status import day, standings, title_of

FollowView = Callable[[HttpRequest, Intake, str], HttpResponse]
TokenView = Callable[..., HttpResponse]
FORM = ["GET", "HEAD", "POST"]
ACTOR = "entrepreneur"
EVERYTHING = "alles"
REFERRAL = "vraag"


def by_link(view: FollowView) -> TokenView:
    """Turn the token into the intake and its language; unknown, erased and expired links get the same kind page."""

    @wraps(view)
    def inner(request: HttpRequest, token: str) -> HttpResponse:
        intake = Intake.objects.filter(
            follow_digest=tokens.digest(token), state=Intake.State.SUBMITTED, submitted_at__isnull=False
        ).first()
        if intake is None:
            return render(request, "referrals/follow_unknown.html", status=404)
        if timezone.now() >= intake.expires_at:
            return render(request, "referrals/follow_unknown.html", status=410)
        with translation.override(intake.language):
            try:
                return view(request, intake, token)
            except Gone:
                return render(request, "referrals/follow_unknown.html", status=410)

    return inner


@require_safe
@by_link
def follow(request: HttpRequest, intake: Intake, token: str) -> HttpResponse:
    """Show each referral, each consent, and what can be done about them."""
    now = timezone.now()
    found = standings(intake, now)
    context = {
        "intake": intake,
        "token": token,
        "contact": intake.contact,
        "standings": found,
        "open": [one for one in found if one.open],
        "consents": consent_lines(intake),
        "sent_on": day(intake.submitted_at or now),
    }
    return render(request, "referrals/follow.html", context)


@require_http_methods(FORM)
@limited("follow")
@by_link
def withdraw(request: HttpRequest, intake: Intake, token: str) -> HttpResponse:
    """Ask whether it is really meant, and take back one consent, one referral, or everything."""
    wanted = str(request.POST.get("wat") or request.GET.get("wat") or EVERYTHING)
    if wanted.startswith(f"{REFERRAL}:"):
        return withdraw_referral(request, intake, token, wanted)
    what = None if wanted == EVERYTHING else consent_key(intake, wanted)
    if request.method == "POST":
        closing.withdraw(intake.pk, what, actor=ACTOR, key=key_of(request), now=timezone.now())
        messages.success(request, _("Wij hebben uw toestemming ingetrokken."))
        return redirect("referrals:follow", token)
    everything = what is None or what == (VIEW, "")
    context = {
        "intake": intake,
        "token": token,
        "wanted": wanted,
        "everything": everything,
        "name": "" if what is None else name_of(intake, what),
        "shared": shared_with(intake, None if everything else what),
        "key": str(uuid.uuid4()),
        "separate": what is not None and what[0] not in (VIEW, SHARE),
    }
    return render(request, "referrals/follow_withdraw.html", context)


def withdraw_referral(request: HttpRequest, intake: Intake, token: str, wanted: str) -> HttpResponse:
    """Do the same for one referral."""
    number = wanted.partition(":")[2]
    # Compared here and not by the database: what comes in may be anything at all.
    referral = next((one for one in Referral.objects.filter(intake=intake) if one.number == number), None)
    if referral is None:
        raise Http404
    if referral.closed_at is not None:
        return redirect("referrals:follow", token)
    if request.method == "POST":
        try:
            closing.withdraw_referral(referral.pk, actor=ACTOR, key=key_of(request), now=timezone.now())
        except NotAllowed:
            # Closed in this very moment, by the KvK or in another window: the page says how.
            return redirect("referrals:follow", token)
        messages.success(request, _("Wij hebben deze vraag ingetrokken."))
        return redirect("referrals:follow", token)
    live = Offer.objects.filter(referral=referral, ended_at__isnull=True).exclude(organisation=KVK)
    context = {
        "intake": intake,
        "token": token,
        "wanted": wanted,
        "referral": title_of(intake, referral.activity),
        "shared": [offer.partner_name for offer in live],
        "key": str(uuid.uuid4()),
    }
    return render(request, "referrals/follow_withdraw.html", context)


@require_http_methods(FORM)
@limited("follow")
@by_link
def correct(request: HttpRequest, intake: Intake, token: str) -> HttpResponse:
    """Let the contact details be corrected, for as long as anything is open."""
    if not closing.open_referrals(intake):
        messages.info(request, _("Alles is afgesloten. Uw gegevens worden niet meer gebruikt."))
        return redirect("referrals:follow", token)
    foreign = intake.kind == Intake.Kind.FOREIGN
    row = intake.contact
    names = [name for name in ContactDetails.__dataclass_fields__ if name != "country"]
    current = {name: getattr(row, name) for name in names}
    form_class: type[KeyedForm] = SettleCorrectForm if foreign else CorrectForm
    form = form_class(request.POST) if request.method == "POST" else form_class(initial=current)
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in names if name in form.cleaned_data}
        corrected = ContactDetails(**{**current, "country": row.country, **given})
        try:
            closing.correct(intake.pk, corrected, actor=ACTOR, key=form.key, now=timezone.now())
        except Refused as error:
            messages.info(request, _(str(error)))
        else:
            messages.success(request, _("Uw gegevens zijn aangepast."))
        return redirect("referrals:follow", token)
    return render(request, "referrals/follow_contact.html", {"intake": intake, "token": token, "form": form})


@require_http_methods(FORM)
@limited("follow")
@by_link
def erase(request: HttpRequest, intake: Intake, token: str) -> HttpResponse:
    """Ask whether it is really meant, and erase everything about the company."""
    if request.method == "POST":
        closing.erase(intake.pk, actor=ACTOR, key=key_of(request), now=timezone.now())
        return redirect("referrals:erased-en" if intake.language == "en" else "referrals:erased")
    context = {
        "intake": intake,
        "token": token,
        "key": str(uuid.uuid4()),
        "open": len(closing.open_referrals(intake)),
        "shared": shared_with(intake, None),
    }
    return render(request, "referrals/follow_erase.html", context)


@require_safe
def erased(request: HttpRequest, language: str) -> HttpResponse:
    """Say what was done; the link itself is dead by now, so this page knows nothing about anyone."""
    with translation.override(language):
        return render(request, "referrals/follow_erased.html")


def key_of(request: HttpRequest) -> str:
    """Return the idempotency key of the form; a new one when it is missing or was tampered with."""
    typed = request.POST.get("sleutel", "")
    return typed if KEY.match(typed) else str(uuid.uuid4())


def consent_key(intake: Intake, wanted: str) -> Key:
    """Return the consent that is meant; 404 for one that was never asked."""
    purpose, _, organisation = wanted.partition(":")
    if (purpose, organisation) not in consents.newest(intake.pk):
        raise Http404
    return (purpose, organisation)


def consent_lines(intake: Intake) -> list[dict[str, object]]:
    """Return each consent with how it stands now, in the order of the boxes."""
    return [
        {
            "text": name_of(intake, key),
            "given": row.given,
            "on": day(row.at),
            "organisation": row.purpose in (VIEW, SHARE),
            "wanted": EVERYTHING if row.purpose == VIEW else ":".join(filter(None, key)),
        }
        for key, row in in_order(consents.newest(intake.pk))
    ]


def in_order(newest: dict[Key, Consent]) -> list[tuple[Key, Consent]]:
    """Return the consents by purpose, and within it as they stood on the screen."""
    return sorted(newest.items(), key=lambda item: item[0][0])


def name_of(intake: Intake, key: Key) -> str:
    """Return the organisation of a consent, or what its purpose is."""
    rules = policy(intake.policy)
    purpose, organisation = key
    if purpose == VIEW:
        return rules.organisations[KVK].name
    if purpose == SHARE:
        return rules.organisations[organisation].name
    return rules.consents[purpose].text


def shared_with(intake: Intake, what: Key | None) -> list[str]:
    """Name the partners that got a dossier, of one organisation or (None) of all."""
    offers = Offer.objects.filter(referral__intake=intake).exclude(organisation=KVK)
    if what is not None:
        offers = offers.filter(organisation=what[1])
    return list(dict.fromkeys(offers.values_list("partner_name", flat=True)))
