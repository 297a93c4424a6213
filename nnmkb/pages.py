"""The pages about this site, and the pages for when something is wrong."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def static_page(request: HttpRequest, name: str) -> HttpResponse:
    """Show one of the pages in templates/pages."""
    response = render(request, f"pages/{name}.html")
    response["Cache-Control"] = "public, max-age=600"
    return response


def problem(request: HttpRequest, status: int, **context: object) -> HttpResponse:
    """Return the page of an error: what happened, whether anything was lost, what to do now."""
    return render(request, f"errors/{status}.html", context, status=status)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 403."""
    return problem(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404."""
    return problem(request, 404)


def broken(request: HttpRequest) -> HttpResponse:
    """Answer 500."""
    return problem(request, 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form without a valid token: usually a page that stood open for very long, or cookies switched off."""
    return problem(request, 403, stale_form=True)
