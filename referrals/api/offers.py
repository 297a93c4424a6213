"""The addresses that only read: who you are, offers, dossier, contact data, questions."""

from __future__ import annotations

import base64
from typing import Annotated, Literal

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router

from intake.models import Contact
from intake.policies import policy
from referrals.api import shapes
from referrals.api.asking import OfferId, describe
from referrals.api.keys import PartnerKey, is_head, key_of
from referrals.api.problems import Problem, etag
from referrals.domain.api_scopes import Scope
from referrals.domain.dossier import canonical, sight
from referrals.domain.lifecycle import Action, Actor, State, actions_for
from referrals.models import Dossier, Offer, PartnerQuestion, Referral
from referrals.services import access, api_keys, consents, feed_reading, partner_offers
from referrals.services.answering import ENDED
from referrals.services.errors import Gone

router = Router()
SALT = "partner-api-cursor"
PAGE = 50

# The word in the address of each move; «progress» is possible wherever the work may be ended.
_WORDS = {
    Action.ACCEPT: ("accept", "decline"),
    Action.RECORD_CONTACT: ("contact",),
    Action.COMPLETE: ("close", "progress"),
    Action.POSTPONE: ("hold",),
    Action.RESUME: ("resume",),
    Action.RETURN: ("return",),
    Action.STOP: ("stop",),
}


@router.get("/me", auth=PartnerKey(None), url_name="api-me", **describe("me"))
def me(request: HttpRequest) -> shapes.Me:
    """Say whose key this is and what it may do."""
    key = key_of(request)
    return shapes.Me(
        partner=shapes.PartnerName(code=key.partner.code, name=key.partner.name),
        key=shapes.KeyFacts(
            prefix=key.prefix, name=key.name, scopes=[Scope(one) for one in key.scopes], expires_at=key.expires_at
        ),
        latest_event=feed_reading.latest(key.partner_id),
    )


@router.get("/offers", auth=PartnerKey(Scope.OFFERS), url_name="api-offers", **describe("offers"))
def offers(
    request: HttpRequest,
    state: Literal["running", "open", "accepted", "ended"] = "running",
    cursor: Annotated[str, Query(max_length=400)] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = PAGE,
) -> shapes.OfferList:
    """List offers, the oldest first: those that run, or those that ended."""
    partner_id = key_of(request).partner_id
    rows = partner_offers.ended(partner_id) if state == "ended" else partner_offers.live(partner_id)
    if state in {"open", "accepted"}:
        rows = rows.filter(state=state)
    after = _place(cursor, partner_id, state) if cursor else 0
    found = list(rows.filter(pk__gt=after).order_by("pk")[: limit + 1])
    more = signing.dumps([partner_id, state, found[limit - 1].pk], salt=SALT) if len(found) > limit else None
    return shapes.OfferList(offers=[_line(offer) for offer in found[:limit]], next_cursor=more)


def _place(cursor: str, partner_id: int, state: str) -> int:
    """Return where a page begins; a cursor is good for the partner and the filter it was made for."""
    try:
        owner, filtered, place = signing.loads(cursor, salt=SALT)
    except (signing.BadSignature, ValueError):
        raise Problem("bad_cursor") from None
    if (owner, filtered) != (partner_id, state):
        raise Problem("bad_cursor")
    assert isinstance(place, int)
    return place


@router.get("/offers/{int:offer_id}", auth=PartnerKey(Scope.OFFERS), url_name="api-offer", **describe("offer"))
def offer(request: HttpRequest, response: HttpResponse, offer_id: OfferId) -> shapes.OfferFull:
    """Show one offer, with its version and what can be done now."""
    found = partner_offers.one(key_of(request).partner_id, offer_id)
    referral = found.referral
    response["ETag"] = etag(referral.version)
    return shapes.OfferFull(
        id=found.pk,
        number=referral.number,
        state=found.state,
        referral_state=referral.state,
        version=referral.version,
        attempt=found.attempt,
        activity=_activity(referral),
        offered_at=found.offered_at,
        respond_by=found.respond_by,
        due_at=referral.next_due_at,
        contact_person=found.contact_person,
        dossier_digest=found.dossier.digest,
        dossier_pdf_ready=bool(found.dossier.pdf_digest),
        actions=_actions(found),
    )


@router.get(
    "/offers/{int:offer_id}/dossier.json", auth=PartnerKey(Scope.DOSSIER), url_name="api-dossier", **describe("dossier")
)
def dossier(request: HttpRequest, offer_id: OfferId) -> HttpResponse:
    """Give the frozen dossier, byte for byte as it is embedded in the PDF."""
    found = partner_offers.one(key_of(request).partner_id, offer_id)
    digest = found.dossier.digest
    if not is_head(request):
        access.open_dossier(found, api_keys.actor_of(key_of(request)), timezone.now())
    return _sealed(canonical(found.dossier.content), digest, "application/json")


@router.get(
    "/offers/{int:offer_id}/dossier.pdf", auth=PartnerKey(Scope.DOSSIER), url_name="api-pdf", **describe("dossier_pdf")
)
def dossier_pdf(request: HttpRequest, offer_id: OfferId) -> HttpResponse:
    """Give the dossier as PDF, when it has been made."""
    found = partner_offers.one(key_of(request).partner_id, offer_id)
    kept = Dossier.objects.filter(pk=found.dossier_id).values_list("pdf", "pdf_digest").get()
    if not kept[0]:
        raise Problem("dossier_not_ready", headers={"Retry-After": "30"})
    if not is_head(request):
        access.download_dossier(found, api_keys.actor_of(key_of(request)), timezone.now())
    response = _sealed(bytes(kept[0]), kept[1], "application/pdf")
    response["Content-Disposition"] = f'attachment; filename="dossier-{found.referral.number}.pdf"'
    return response


def _sealed(body: bytes, digest: str, content_type: str) -> HttpResponse:
    """Return bytes with their own SHA-256, in the way of RFC 9530 and as an ETag."""
    response = HttpResponse(body, content_type=content_type)
    response["ETag"] = f'"{digest}"'
    response["Repr-Digest"] = f"sha-256=:{base64.b64encode(bytes.fromhex(digest)).decode()}:"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@router.get(
    "/offers/{int:offer_id}/contact",
    auth=PartnerKey(Scope.CONTACT),
    url_name="api-contact",
    **describe("contact_details"),
)
def contact_details(request: HttpRequest, offer_id: OfferId) -> shapes.ContactDetails:
    """Say whom to call; only after acceptance, and as long as the consent stands."""
    found = partner_offers.one(key_of(request).partner_id, offer_id)
    if found.state != Offer.State.ACCEPTED:
        raise Problem("not_accepted")
    if not is_head(request):
        found = access.open_dossier(found, api_keys.actor_of(key_of(request)), timezone.now())
    allowed = consents.organisations(found.referral.intake_id)
    seen = sight(allowed, found.organisation, live=True, accepted=found.state == Offer.State.ACCEPTED)
    person = Contact.objects.filter(intake=found.referral.intake_id).first() if seen.contact else None
    if person is None:
        raise Gone(ENDED[Offer.State.WITHDRAWN], code=Offer.State.WITHDRAWN, offer=found)
    return shapes.ContactDetails(
        company=person.company,
        person=person.person,
        email=person.email,
        phone=person.phone,
        place=person.place,
        country=person.country,
    )


@router.get(
    "/offers/{int:offer_id}/question",
    auth=PartnerKey(Scope.DOSSIER),
    url_name="api-question",
    **describe("questions"),
)
def questions(request: HttpRequest, offer_id: OfferId) -> shapes.QuestionList:
    """List what was asked of the KvK about this offer, with the answers."""
    found = partner_offers.one(key_of(request).partner_id, offer_id)
    asked = PartnerQuestion.objects.filter(offer=found).order_by("pk")
    return shapes.QuestionList(
        questions=[
            shapes.AskedLine(
                id=one.pk, asked_at=one.asked_at, text=one.text, answer=one.answer, answered_at=one.closed_at
            )
            for one in asked
        ]
    )


def _line(offer: Offer) -> shapes.OfferLine:
    referral = offer.referral
    ended = offer.ended_at is not None
    return shapes.OfferLine(
        id=offer.pk,
        number=referral.number,
        state=offer.state,
        offered_at=offer.offered_at,
        ended_at=offer.ended_at,
        referral_state=None if ended else referral.state,
        version=None if ended else referral.version,
        activity=None if ended else _activity(referral),
        respond_by=None if ended else offer.respond_by,
        due_at=None if ended else referral.next_due_at,
    )


def _activity(referral: Referral) -> shapes.Activity:
    found = policy(referral.intake.policy).activities.get(referral.activity)
    return shapes.Activity(code=referral.activity, title=found.title if found else referral.activity)


def _actions(offer: Offer) -> list[str]:
    """Return the words of what the partner can do with this offer now."""
    moves = {row.action for row in actions_for(State(offer.referral.state), Actor.PARTNER)}
    return [word for action, words in _WORDS.items() if action in moves for word in words] + ["question"]
