"""The API as addresses of the site: every answer passes one wall, so that HEAD, OPTIONS and 405 behave everywhere."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from ninja import NinjaAPI

from nnmkb.web import problems
from referrals.api import changes, events, keys, offers
from referrals.api.problems import register
from referrals.api.reading import StrictParser

View = Callable[..., HttpResponse]
PREFIX = "/api/partner/v1/"

api = NinjaAPI(
    title="Partner-API van Noord over de grens",
    version="1.0.0",
    description=(
        "Voor het systeem van een partner: aanbiedingen lezen, het dossier ophalen en antwoorden. "
        "Wat een pagina kan, kan de API ook, met dezelfde regels."
    ),
    docs_url=None,
    openapi_url="/unused",
    parser=StrictParser(),
)
register(api)
# One router: an address with two methods is one address, whichever module answers.
for part in (offers, changes, events):
    assert part.router is offers.router
api.add_router("", offers.router)


def wall(view: View) -> View:
    """Answer OPTIONS and HEAD as HTTP means them, a wrong method with a problem, and tell what is left of the limit."""

    @wraps(view)
    def walled(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        method = request.method
        if method == "HEAD":
            # The same answer without its body; nothing is logged as read.
            request.method, request.META[keys.HEAD] = "GET", True
        try:
            response = view(request, *args, **kwargs)
        finally:
            request.method = method
        if response.status_code == 405:
            return _other_method(method, response["Allow"])
        for name, value in keys.limit_headers(request).items():
            response[name] = value
        return response

    walled.csrf_exempt = True  # type: ignore[attr-defined]
    return walled


def _other_method(method: str | None, allowed: str) -> HttpResponse:
    known = {name.strip() for name in allowed.split(",")}
    allow = ", ".join(sorted(known | {"OPTIONS"} | ({"HEAD"} if "GET" in known else set())))
    if method == "OPTIONS":
        return HttpResponse(status=204, headers={"Allow": allow})
    return problems.answer(problems.GENERAL["method_not_allowed"], headers={"Allow": allow})


def patterns() -> list[URLPattern]:
    """Return the addresses of the API below the root of the site, each behind the wall, and none of the library's."""
    own = [one for one in api.urls[0] if isinstance(one, URLPattern) and one.name not in {"api-root", "openapi-json"}]
    return [path(f"{PREFIX[1:]}{one.pattern}", wall(one.callback), name=one.name) for one in own]
