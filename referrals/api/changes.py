"""The addresses that change something: each is one answer of the partner, through the service that the pages use."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from referrals.api import shapes
from referrals.api.asking import OfferId, describe
from referrals.api.keys import PartnerKey
from referrals.api.offers import router
from referrals.api.writing import carry_out
from referrals.domain.api_scopes import Scope
from referrals.services import partner_deeds

KEY = PartnerKey(Scope.ANSWER)


@router.post("/offers/{int:offer_id}/accept", auth=KEY, url_name="api-accept", **describe("accept"))
def accept(request: HttpRequest, offer_id: OfferId, body: shapes.Accept) -> HttpResponse:
    """Take the referral on."""
    return carry_out(request, offer_id, body, partner_deeds.accept)


@router.post("/offers/{int:offer_id}/decline", auth=KEY, url_name="api-decline", **describe("decline"))
def decline(request: HttpRequest, offer_id: OfferId, body: shapes.Decline) -> HttpResponse:
    """Say no."""
    return carry_out(request, offer_id, body, partner_deeds.decline)


@router.post("/offers/{int:offer_id}/return", auth=KEY, url_name="api-return", **describe("return"))
def give_back(request: HttpRequest, offer_id: OfferId, body: shapes.Return) -> HttpResponse:
    """Give it back to the KvK."""
    return carry_out(request, offer_id, body, partner_deeds.give_back)


@router.post("/offers/{int:offer_id}/contact", auth=KEY, url_name="api-contact", **describe("contact"))
def contact(request: HttpRequest, offer_id: OfferId, body: shapes.Contact) -> HttpResponse:
    """Record the first contact."""
    return carry_out(request, offer_id, body, partner_deeds.record_contact)


@router.post("/offers/{int:offer_id}/progress", auth=KEY, url_name="api-progress", **describe("progress"))
def progress(request: HttpRequest, offer_id: OfferId, body: shapes.Progress = shapes.STILL_BUSY) -> HttpResponse:
    """Say that the work goes on, and perhaps how."""
    return carry_out(request, offer_id, body, partner_deeds.tell_progress)


@router.post("/offers/{int:offer_id}/close", auth=KEY, url_name="api-close", **describe("close"))
def close(request: HttpRequest, offer_id: OfferId, body: shapes.Close) -> HttpResponse:
    """End the work with a result."""
    return carry_out(request, offer_id, body, partner_deeds.complete)


@router.post("/offers/{int:offer_id}/stop", auth=KEY, url_name="api-stop", **describe("stop"))
def stop(request: HttpRequest, offer_id: OfferId, body: shapes.Stop) -> HttpResponse:
    """End the work without a result."""
    return carry_out(request, offer_id, body, partner_deeds.stop)


@router.post("/offers/{int:offer_id}/hold", auth=KEY, url_name="api-hold", **describe("hold"))
def hold(request: HttpRequest, offer_id: OfferId, body: shapes.Hold) -> HttpResponse:
    """Wait until a date."""
    return carry_out(request, offer_id, body, partner_deeds.postpone)


@router.post("/offers/{int:offer_id}/resume", auth=KEY, url_name="api-resume", **describe("resume"))
def resume(request: HttpRequest, offer_id: OfferId, body: shapes.Nothing = shapes.NOTHING) -> HttpResponse:
    """Go on."""
    return carry_out(request, offer_id, body, partner_deeds.resume)


@router.post("/offers/{int:offer_id}/question", auth=KEY, url_name="api-question", **describe("question"))
def question(request: HttpRequest, offer_id: OfferId, body: shapes.Question) -> HttpResponse:
    """Put a question to the KvK; it changes neither the state nor the version."""
    return carry_out(request, offer_id, body, partner_deeds.ask)
