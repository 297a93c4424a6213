"""Going on later: the link to copy or mail, the page behind it, and a new link for who lost it."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from intake.forms.address import EmailForm
from intake.models import Intake
from intake.services import access, drafts, links
from intake.views.doors import edits, expired, key_of, limited, where_left
from nnmkb.ledger import ratelimit

SENT = "?gestuurd=1"


@require_http_methods(["GET", "HEAD", "POST"])
@limited("mail_link")
@edits
def later(request: HttpRequest, intake: Intake) -> HttpResponse:
    """Show the link that goes on with this scan; a POST mails it."""
    form = EmailForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if not flooded(form.cleaned_data["email"]):
            links.mail_resume_link(intake, form.cleaned_data["email"], key=key_of(request), now=timezone.now())
        return redirect(reverse("intake:later", args=[intake.reference]) + SENT)
    context = {
        "intake": intake,
        "form": form,
        "key": uuid.uuid4(),
        "asked": "gestuurd" in request.GET,
        "link": request.build_absolute_uri(drafts.resume_path(intake)),
    }
    return render(request, "intake/later.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@limited("mail_link")
def lost(request: HttpRequest) -> HttpResponse:
    """Ask for an address, and mail the links that belong to it. The answer never tells whether there were any."""
    form = EmailForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if not flooded(form.cleaned_data["email"]):
            links.mail_lost_links(form.cleaned_data["email"], key=key_of(request), now=timezone.now())
        return redirect(reverse("intake:lost") + SENT)
    return render(request, "intake/lost.html", {"form": form, "key": uuid.uuid4(), "asked": "gestuurd" in request.GET})


def flooded(email: str) -> bool:
    """Count a mail to an address; say whether it got enough for now. The page never shows the difference."""
    try:
        ratelimit.count("mail_to", email.casefold())
    except ratelimit.TooMany:
        return True
    return False


@require_http_methods(["GET", "HEAD", "POST"])
@limited("answer")
def resume(request: HttpRequest, token: str) -> HttpResponse:
    """Show the button behind a resume link. Only the POST gives access: mail scanners open every link."""
    intake = drafts.by_resume_token(token)
    if intake is None or intake.kind != Intake.Kind.SCAN:
        return render(request, "intake/unknown_link.html", status=404)
    if intake.state == Intake.State.SUBMITTED:
        return render(request, "intake/already_sent.html", {"intake": intake, "stranger": True})
    if intake.expired(timezone.now()):
        return ask_new_link(request, intake)
    if request.method == "POST":
        access.grant(request, intake)
        links.record_resumed(intake, now=timezone.now())
        return where_left(intake)
    return render(request, "intake/resume.html", {"intake": intake})


@limited("mail_link")
def ask_new_link(request: HttpRequest, intake: Intake) -> HttpResponse:
    """Offer a new link for one that is too old; the answer is the same whether or not an address is known."""
    if request.method == "POST":
        links.renew(intake, key=key_of(request), now=timezone.now())
        return expired(request, request.path, asked=True)
    return expired(request, request.path)
