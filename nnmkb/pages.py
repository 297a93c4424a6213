"""The pages about this site, and the pages for when something is wrong."""

from __future__ import annotations

import logging
import sys

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from nnmkb.context import site
from nnmkb.web import problems

log = logging.getLogger("nnmkb.web")
# What an address for machines answers instead of a page.
_KINDS = {kind.status: kind for kind in problems.GENERAL.values()}


def static_page(request: HttpRequest, name: str) -> HttpResponse:
    """Show one of the pages in templates/pages: the same for everybody, so without the messages that wait for one."""
    response = HttpResponse(render_to_string(f"pages/{name}.html", site(request)))
    response["Cache-Control"] = "public, max-age=600"
    return response


def problem(request: HttpRequest, status: int, **context: object) -> HttpResponse:
    """Return the page of an error: what happened, whether anything was lost, what to do now."""
    if problems.for_machines(request):
        return problems.answer(_KINDS[status])
    return render(request, f"errors/{status}.html", context, status=status)


def unreadable(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 400, or 413 for a form that is far too big: nothing of it was read, so nothing of it was kept."""
    too_big = isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent)
    if too_big and problems.for_machines(request):
        return problems.answer(problems.GENERAL["too_large"])
    response = problem(request, 400, too_big=too_big)
    response.status_code = 413 if too_big else 400
    return response


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 403."""
    return problem(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404."""
    return problem(request, 404)


def broken(request: HttpRequest) -> HttpResponse:
    """Answer 500, or 503 when the database is away, whether a view missed it or what stands around the view.

    Asks the database nothing, so also no session: this page must come up when nothing else does.
    """
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        log.error("database away")
        return away(request)
    if problems.for_machines(request):
        return problems.answer(problems.GENERAL["broken"])
    return HttpResponse(render_to_string("errors/500.html", site(request)), status=500)


def away(request: HttpRequest) -> HttpResponse:
    """Say that nothing was saved and that trying again later helps."""
    if problems.for_machines(request):
        response = problems.answer(problems.GENERAL["away"])
    else:
        response = HttpResponse(render_to_string("errors/503.html", site(request)), status=503)
    response["Retry-After"] = "30"
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form without a valid token: usually a page that stood open for very long, or cookies switched off."""
    return problem(request, 403, stale_form=True)
