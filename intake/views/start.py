"""The front page and the button that begins a scan."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from intake.models import Intake
from intake.services import access, drafts
from intake.services.progress import Progress
from intake.views.doors import key_of, limited, shows, where_left


@require_http_methods(["GET", "HEAD", "POST"])
@limited("start")
def start(request: HttpRequest) -> HttpResponse:
    """Show what the scan gives; a POST makes the draft. A GET never does: crawlers would fill the database."""
    if request.method == "POST":
        draft = drafts.start(now=timezone.now(), key=key_of(request))
        access.grant(request, draft)
        return redirect("intake:step", draft.reference, Progress.of(draft).every_page[0].slug)
    busy = access.granted(request)
    return render(request, "intake/start.html", {"key": uuid.uuid4(), "busy": busy[-1] if busy else None})


@require_safe
@shows
def go_on(request: HttpRequest, intake: Intake) -> HttpResponse:
    """Go to where this scan was left."""
    return where_left(intake)


@require_safe
@shows
def already_sent(request: HttpRequest, intake: Intake) -> HttpResponse:
    """Say that the scan was sent, and when: the back button ends here, and nothing goes out twice."""
    if intake.state != Intake.State.SUBMITTED:
        return where_left(intake)
    return render(request, "intake/already_sent.html", {"intake": intake})
