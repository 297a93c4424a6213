"""Request id, private-by-default caching, a limit on forms, and a clear page where the framework has none."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import add_never_cache_headers

from nnmkb import pages
from nnmkb.logs import request_id
from nnmkb.web import problems

Next = Callable[[HttpRequest], HttpResponse]
SESSION_KEY = re.compile(r"[a-z0-9]{32}")
NUMBER = re.compile(r"[0-9]{1,18}")
SAFE_ID = re.compile(r"^[A-Za-z0-9-]{8,64}$")


class GzipPagesMiddleware(GZipMiddleware):
    """Compress pages, and nothing for machines: compressing would weaken an ETag and falsify a digest of the bytes."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Leave an answer for a machine as it is."""
        if problems.for_machines(request):
            return response
        compressed: HttpResponseBase = super().process_response(request, response)
        return compressed


class RequestIdMiddleware:
    """Give each request an id that follows it into logs and answers."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        token = request_id.set(given if SAFE_ID.match(given) else uuid.uuid4().hex)
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = request_id.get()
            return response
        finally:
            request_id.reset(token)


class PrivateByDefaultMiddleware:
    """Keep every page out of caches and search engines, unless a view has said otherwise."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if "Cache-Control" not in response:
            add_never_cache_headers(response)
            response["Cache-Control"] = "no-store, private"
        if "X-Robots-Tag" not in response and request.path != "/":
            response["X-Robots-Tag"] = "noindex"
        return response


class LargestBodyMiddleware:
    """Refuse a form that weighs more than its page may, before anything of it is read, or that has more fields."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.META.get("CONTENT_LENGTH") or "0"
        # Django reads no further than the length that was given, and takes anything odd for nothing.
        most = most_at(request, settings.LARGEST_BODIES, settings.LARGEST_BODY)
        if NUMBER.fullmatch(given) and int(given) > most:
            raise RequestDataTooBig("the body is too large for this page")
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: object) -> None:
        """Count the fields where most pages begin to read them."""
        if request.method != "POST":
            return
        try:
            fields = sum(len(values) for _, values in request.POST.lists())
        except UnreadablePostError:
            # The connection broke; the form that is left is empty, and has no token.
            return
        if fields > most_at(request, settings.MOST_FIELDS_AT, settings.MOST_FIELDS):
            raise TooManyFieldsSent("the form has too many fields for this page")


def most_at(request: HttpRequest, larger: Mapping[str, int], most: int) -> int:
    """Return what is allowed at an address: what is named for its beginning, or what holds everywhere."""
    return next((more for start, more in larger.items() if request.path.startswith(start)), most)


class SessionKeyMiddleware:
    """Drop a session cookie that cannot be one of ours, before it reaches a query: a cookie may hold any character."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not SESSION_KEY.fullmatch(request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")):
            request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
        return self.get_response(request)


class ClearRefusalMiddleware:
    """Put a page in a refusal that Django leaves empty: an address of a button that was opened by hand."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or response.content:
            return response
        page = pages.problem(request, 405)
        page["Allow"] = response["Allow"]
        return page
