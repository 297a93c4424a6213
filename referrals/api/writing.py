"""A change by a partner's system: on the version it read, once for its Idempotency-Key, with a thin answer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from nnmkb.ledger import events
from nnmkb.ledger.models import Event
from referrals.api import keys
from referrals.api.problems import etag
from referrals.api.shapes import Request
from referrals.models import Offer, Referral
from referrals.services import api_answers, api_keys, door
from referrals.services.answering import ENDED
from referrals.services.api_answers import Stored
from referrals.services.errors import Gone, Stale, UnknownLink
from referrals.services.partner_deeds import Deed

REPLAYED = "Idempotency-Replayed"


def carry_out(request: HttpRequest, offer_id: int, body: Request, run: Callable[[Deed], object]) -> HttpResponse:
    """Carry out a change and answer with what it led to; the same request again gets the same answer."""
    key, now = keys.key_of(request), timezone.now()
    given = keys.idempotency_key(request)
    request_digest = _digest(request, body)
    if stored := api_answers.begin(key.partner_id, given, request_digest, now):
        return _response(stored, replayed=True)
    try:
        offer = _mine(key.partner_id, offer_id)
        deed_key = api_answers.deed_key(key.partner_id, given, request_digest)
        version = keys.version(request)
        deed = Deed(offer, api_keys.actor_of(key), deed_key, now, body.model_dump(), version)
        # Done before when something broke between the change and the keeping of its answer.
        if (event := _made(offer, deed_key)) is None:
            _check(offer, version)
            run(deed)
            event = _made(offer, deed_key)
        assert event is not None, "a change records its event with the key it was given"
        stored = _answer(offer, event)
        api_answers.keep(key.partner_id, given, now, stored)
    except BaseException as error:
        api_answers.release(key.partner_id, given, now)
        if isinstance(error, Stale):
            raise _own(error, offer_id) from error
        raise
    return _response(stored, replayed=False)


def _mine(partner_id: int, offer_id: int) -> Offer:
    """Return an offer of this partner, also one that ended: a repeat of the answer that ended it is no mistake."""
    found = Offer.objects.select_related("partner", "referral").filter(partner=partner_id, pk=offer_id).first()
    if found is None:
        raise UnknownLink
    return found


def _made(offer: Offer, deed_key: str) -> Event | None:
    """Return the event of a change; services name its subject by offer or by referral."""
    subjects = (f"offer:{offer.pk}", f"referral:{offer.referral_id}")
    return next((event for subject in subjects if (event := events.done_before(f"{subject}:{deed_key}"))), None)


def _check(offer: Offer, version: int) -> None:
    """Refuse what has ended, and what was made for another version; the service looks again inside the change."""
    if offer.ended_at is not None:
        raise Gone(ENDED.get(Offer.State(offer.state), "Dit aanbod is afgesloten."), code=offer.state, offer=offer)
    if offer.referral.version != version:
        raise Stale(offer.referral, door.since(offer.referral, version))


def _own(error: Stale, offer_id: int) -> Stale:
    """Tell only what is about this offer: what another partner answered before, and the KvK did, is not theirs."""
    return Stale(error.referral, [event for event in error.what_changed if event.payload.get("offer") == offer_id])


def _digest(request: HttpRequest, body: Request) -> str:
    """Return what makes two requests the same: what is asked of which offer, whatever the order of the fields."""
    sent = body.model_dump(mode="json", exclude_unset=True)
    text = json.dumps([request.method, request.path_info, sent], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _answer(offer: Offer, event: Event) -> Stored:
    """Return the answer that follows from an event; a question changes neither state nor version."""
    referral = Referral.objects.only("state", "version").get(pk=offer.referral_id)
    version = event.payload.get("version", referral.version)
    assert isinstance(version, int)
    body: dict[str, object] = {
        "offer": offer.pk,
        "number": offer.referral.number,
        "event": event.kind,
        "state": event.payload.get("to", referral.state),
        "version": version,
        "at": event.at.isoformat(),
    }
    return Stored(200, body, etag(version))


def _response(stored: Stored, *, replayed: bool) -> HttpResponse:
    # Sorted: PostgreSQL keeps the fields in an order of its own, and a repeat is the same to the byte.
    text = json.dumps(stored.body, ensure_ascii=False, sort_keys=True)
    response = HttpResponse(text, status=stored.status, content_type="application/json")
    response["ETag"] = stored.etag
    if replayed:
        response[REPLAYED] = "true"
    return response
