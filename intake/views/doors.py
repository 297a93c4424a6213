"""What stands before a page: is this your scan, can it still be changed, is it not too much at once."""

from __future__ import annotations

import math
import re
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from intake.models import Intake
from intake.services import access
from intake.services.assessing import latest
from intake.services.drafts import resume_path
from intake.services.errors import AlreadySent, Crowded
from intake.services.progress import Progress
from nnmkb import pages
from nnmkb.ledger import ratelimit

# A NUL character in it would break the query on PostgreSQL.
KEY = re.compile(r"[A-Za-z0-9-]{1,36}")
MANY_WINDOWS = "Uw zelfscan staat in veel vensters open"
CROWDED = "Deze zelfscan staat in veel vensters tegelijk open. Sluit de andere vensters en probeer het opnieuw."
# Views take a request, an intake or a reference, and whatever the address holds after it.
View = Callable[..., HttpResponse]


def shows(view: View) -> View:
    """Turn a reference into the intake, for a browser that may open it; absent and foreign ones look the same."""

    @wraps(view)
    def inner(request: HttpRequest, reference: str, *args: Any, **kwargs: Any) -> HttpResponse:
        intake = access.may_open(request, reference)
        if intake is None or intake.kind != Intake.Kind.SCAN:
            return render(request, "intake/not_yours.html", status=403)
        return view(request, intake, *args, **kwargs)

    return inner


def edits(view: View) -> View:
    """Do the same for a page that changes the draft: after sending and after the term there is nothing to change."""

    @shows
    @wraps(view)
    def inner(request: HttpRequest, intake: Intake, *args: Any, **kwargs: Any) -> HttpResponse:
        if intake.state == Intake.State.SUBMITTED:
            return redirect("intake:already-sent", intake.reference)
        if intake.expired(timezone.now()):
            return expired(request, resume_path(intake))
        try:
            return view(request, intake, *args, **kwargs)
        except AlreadySent:
            return redirect("intake:already-sent", intake.reference)
        except Crowded:
            return pages.problem(request, 409, heading=MANY_WINDOWS, reason=CROWDED, back_href=request.path)

    return inner


def limited(action: str) -> Callable[[View], View]:
    """Count each POST from one address, and ask for patience when it is too much."""

    def wrap(view: View) -> View:
        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method == "POST":
                try:
                    ratelimit.count(action, ratelimit.address(request))
                except ratelimit.TooMany as error:
                    return pages.problem(request, 429, wait_minutes=math.ceil(error.seconds / 60))
            return view(request, *args, **kwargs)

        return inner

    return wrap


def expired(request: HttpRequest, action: str, *, asked: bool = False) -> HttpResponse:
    """Answer 410 with the one button that sends a new link."""
    context = {"action": action, "asked": asked, "key": uuid.uuid4()}
    return render(request, "intake/expired.html", context, status=410)


def key_of(request: HttpRequest) -> str:
    """Return the key of the form, or a new one when it came without: then a double click counts twice."""
    key = request.POST.get("sleutel", "")
    return key if KEY.fullmatch(key) else str(uuid.uuid4())


def where_left(intake: Intake) -> HttpResponse:
    """Send the browser to the place where this scan was left."""
    if intake.state == Intake.State.SUBMITTED:
        return redirect("intake:already-sent", intake.reference)
    page = Progress.of(intake).first_open
    if page is not None:
        return redirect("intake:step", intake.reference, page.slug)
    return redirect("intake:result" if latest(intake) else "intake:check", intake.reference)
