"""A company from abroad that wants to settle here: one page, one check, done. In English."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods, require_safe

from intake.models import Intake
from intake.policies import policy
from intake.views.doors import limited
from referrals.domain.english_consent import english_sentence, english_version
from referrals.domain.worktime import local_date
from referrals.forms import SETTLE_AIMS, SETTLE_PROVINCES, SETTLE_SECTORS, SETTLE_TERMS, SettleForm
from referrals.services import refer
from referrals.services.asking import Place
from referrals.services.consents import KVK, SHARE, VIEW, Box
from referrals.services.errors import Refused
from referrals.views.follow import key_of
from referrals.views.status import day

FORM = ["GET", "HEAD", "POST"]
TYPED, DONE = "settle", "settled"
View = Callable[[HttpRequest], HttpResponse]
LINES = {
    KVK: "KvK is the front desk. Without this permission nobody can help you.",
    "nom": "NOM helps companies from abroad to invest and settle in the north.",
}
PROVINCE_LINE = "The provincial government helps with sites, permits and local contacts."


def in_english(view: View) -> View:
    """Show the page in English, whatever the rest of the site speaks."""

    @wraps(view)
    def inner(request: HttpRequest) -> HttpResponse:
        with translation.override("en"):
            return view(request)

    return inner


def boxes() -> tuple[Box, ...]:
    """Return the consent boxes: the KvK, the NOM, and the three provinces."""
    rules = policy()
    wish = refer.settle_wish("", local_date(timezone.now()))
    version = english_version(rules.consents[SHARE].text_version)
    view = Box(VIEW, english_sentence(VIEW, ""), version, name=rules.organisations[KVK].name, line=LINES[KVK])
    return (
        view,
        *(
            Box(
                SHARE,
                english_sentence(SHARE, rules.organisations[code].name),
                version,
                code,
                rules.organisations[code].name,
                LINES.get(code, PROVINCE_LINE),
                lead=code in wish.lead,
            )
            for code in (*wish.lead, *wish.others)
        ),
    )


@require_http_methods(FORM)
@limited("answer")
@in_english
def settle(request: HttpRequest) -> HttpResponse:
    """Ask everything on one page; what is typed stays, also when it is wrong."""
    if request.method != "POST":
        said = request.session.get(TYPED, {})
        return render(request, "referrals/settle.html", {"form": SettleForm(boxes(), initial=said)})
    form = SettleForm(boxes(), request.POST)
    valid = form.is_valid() and reachable(form)
    request.session[TYPED] = {name: text[:2000] for name, text in form.typed().items()}
    if valid:
        return redirect("referrals:settle-check")
    return render(request, "referrals/settle.html", {"form": form})


def reachable(form: SettleForm) -> bool:
    """Say whether anybody may help with this request; put the error on the form when nobody may."""
    wish = refer.settle_wish(province_of(form), local_date(timezone.now()))
    if wish.allowed(key for key, yes in form.consents().items() if yes):
        return True
    form.add_error(form.boxes[1].field, "Tick at least one organisation that may help you in this province.")
    return False


def province_of(form: SettleForm) -> str:
    """Return the province code, empty when the company has no preference."""
    chosen = str(form.cleaned_data["province"])
    return chosen if chosen in refer.NORTH else ""


@require_http_methods(FORM)
@limited("submit")
@in_english
def check(request: HttpRequest) -> HttpResponse:
    """Show it once more, and send."""
    form = SettleForm(boxes(), request.session.get(TYPED, {}))
    if not form.is_valid() or not reachable(form):
        # A second click on send arrives here: the first one emptied the session.
        return redirect("referrals:settle-done" if request.session.get(DONE) else "referrals:settle")
    if request.method != "POST":
        context = {"form": form, "rows": rows(form), "permissions": permissions(form), "key": str(uuid.uuid4())}
        return render(request, "referrals/settle_check.html", context)
    try:
        intake = refer.settle(
            contact=form.contact(),
            answers=form.words(),
            place=Place(province_of(form), form.cleaned_data["sector"], ()),
            consents=form.consents(),
            shown=form.boxes,
            key=key_of(request),
            now=timezone.now(),
        )
    except Refused:
        return redirect("referrals:settle")
    del request.session[TYPED]
    request.session[DONE] = intake.reference
    return redirect("referrals:settle-done")


@require_safe
@in_english
def done(request: HttpRequest) -> HttpResponse:
    """Show the reference and the link to follow it."""
    intake = Intake.objects.filter(
        reference=request.session.get(DONE, ""), kind=Intake.Kind.FOREIGN, state=Intake.State.SUBMITTED
    ).first()
    if intake is None:
        return redirect("referrals:settle")
    referral = intake.referrals.order_by("id").first()
    context = {
        "intake": intake,
        "email": intake.contact.email,
        "due": day(referral.next_due_at) if referral and referral.next_due_at else "",
        "follow": request.build_absolute_uri(refer.follow_path(intake)),
    }
    return render(request, "referrals/settle_done.html", context)


def rows(form: SettleForm) -> list[dict[str, Any]]:
    """Return the request in words."""
    said = form.cleaned_data
    country = dict(form.fields["country"].choices)[said["country"]]  # type: ignore[attr-defined]
    return [
        {"label": "Company", "value": said["company"]},
        {"label": "Country", "value": country},
        {"label": "Website", "value": said["website"]},
        {"label": "What it does", "value": SETTLE_SECTORS[said["sector"]]},
        {"label": "Looking for", "value": SETTLE_AIMS[said["aim"]]},
        {"label": "Start", "value": SETTLE_TERMS[said["term"]]},
        {"label": "Where", "value": SETTLE_PROVINCES[said["province"]]},
        {"label": "Your name", "value": said["person"]},
        {"label": "E-mail", "value": said["email"]},
        {"label": "Phone", "value": said["phone"]},
        {"label": "Message", "value": said["message"]},
    ]


def permissions(form: SettleForm) -> list[str]:
    """Return the names of those who may read it."""
    return [box.name for box in form.boxes if form.consents()[box.key]]
