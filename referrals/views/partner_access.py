"""Who stands behind a partner's link: the offer it opens, and the session that a code has opened for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from referrals.models import Offer
from referrals.services import access
from referrals.services.answering import in_time
from referrals.services.errors import Gone, UnknownLink

OfferView = Callable[[HttpRequest, str, Offer], HttpResponse]
LinkView = Callable[[HttpRequest, str], HttpResponse]
IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=8)
KEY = "offers"
# What a browser sends with a page that it fetches in case somebody may open it.
AHEAD = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
# Ends that the partner brought about: who did so just now reads thanks, not "this link is dead".
BY_PARTNER = (Offer.State.DECLINED, Offer.State.RETURNED, Offer.State.CLOSED)


def grant(request: HttpRequest, offer: Offer, now: datetime) -> None:
    """Open this one offer for this browser, under a new session key."""
    request.session.cycle_key()
    request.session[KEY] = {**request.session.get(KEY, {}), str(offer.pk): [now.timestamp(), now.timestamp()]}


def granted(request: HttpRequest, offer: Offer, now: datetime) -> bool:
    """Say whether a code opened this offer here, at most 8 hours ago and never left alone for 30 minutes."""
    times = request.session.get(KEY, {}).get(str(offer.pk))
    if not times:
        return False
    began, seen = (datetime.fromtimestamp(stamp, tz=now.tzinfo) for stamp in times)
    if now - began >= LONGEST or now - seen >= IDLE:
        close(request, offer)
        return False
    if request.method != "HEAD":
        request.session[KEY] = {**request.session[KEY], str(offer.pk): [began.timestamp(), now.timestamp()]}
    return True


def close(request: HttpRequest, offer: Offer) -> None:
    """Forget that a code opened this offer here."""
    request.session[KEY] = {pk: times for pk, times in request.session.get(KEY, {}).items() if pk != str(offer.pk)}


def with_offer(view: OfferView) -> LinkView:
    """Give the view the live offer behind the link; an unknown link is no page, an ended one says why."""

    @wraps(view)
    def opened(request: HttpRequest, token: str) -> HttpResponse:
        try:
            offer = access.offer_by_token(token)
            # The link ends with the term, also when no sweep came by yet.
            in_time(offer, timezone.now())
            return view(request, token, offer)
        except UnknownLink as error:
            raise Http404 from error
        except Gone as error:
            return ended(request, token, error)

    return opened


def behind_code(view: OfferView) -> LinkView:
    """Give the view the offer only where a code opened it; everyone else starts at the first page of the link.

    What a browser fetches ahead is refused: opening a dossier is written down, and nobody opened it yet. The browser
    asks again when somebody does.
    """

    @wraps(view)
    def checked(request: HttpRequest, token: str, offer: Offer) -> HttpResponse:
        if ahead(request):
            return not_ahead()
        if not granted(request, offer, timezone.now()):
            return redirect("referrals:offer", token)
        return view(request, token, offer)

    return with_offer(checked)


def ahead(request: HttpRequest) -> bool:
    """Say whether a browser fetches this page ahead, without anybody having asked for it."""
    return any(word in request.headers.get(name, "").lower() for name in AHEAD for word in ("prefetch", "prerender"))


def not_ahead() -> HttpResponse:
    """Refuse to be fetched ahead."""
    return HttpResponse("Vooraf ophalen kan hier niet.", content_type="text/plain; charset=utf-8", status=403)


def ended(request: HttpRequest, token: str, gone: Gone) -> HttpResponse:
    """Say why the link is dead; thank the partner who ended it just now."""
    offer = gone.offer
    if offer and offer.state in BY_PARTNER and granted(request, offer, timezone.now()):
        if request.method == "POST":
            return redirect("referrals:offer", token)
        return render(request, "referrals/partner_thanks.html", {"offer": offer, "why": str(gone)})
    return render(request, "referrals/partner_ended.html", {"why": str(gone), "token": token}, status=410)


def masked(email: str) -> str:
    """Return enough of an address to recognise it, and too little to learn it: p•••@exportclub.example."""
    local, _, domain = email.partition("@")
    return f"{local[:1]}•••@{domain}"
