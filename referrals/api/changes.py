"""The addresses that change something: each is one answer of the partner, through the service that the pages use."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from referrals.api import shapes
from referrals.api.asking import OfferId, describe
from referrals.api.keys import PartnerKey
from referrals.api.offers import router
from referrals.api.writing import Deed, carry_out
from referrals.domain.api_scopes import Scope
from referrals.services import answering, holding, partner_questions, progress_notes

KEY = PartnerKey(Scope.ANSWER)


@router.post("/offers/{int:offer_id}/accept", auth=KEY, url_name="api-accept", **describe("accept"))
def accept(request: HttpRequest, offer_id: OfferId, body: shapes.Accept) -> HttpResponse:
    """Take the referral on."""

    def run(deed: Deed) -> object:
        return answering.accept(
            deed.offer.pk,
            actor=deed.actor,
            contact_person=body.contact_person,
            key=deed.key,
            now=deed.now,
            version=deed.version,
        )

    return carry_out(request, offer_id, body, run)


@router.post("/offers/{int:offer_id}/decline", auth=KEY, url_name="api-decline", **describe("decline"))
def decline(request: HttpRequest, offer_id: OfferId, body: shapes.Decline) -> HttpResponse:
    """Say no."""

    def run(deed: Deed) -> object:
        return answering.decline(
            deed.offer.pk,
            actor=deed.actor,
            reason=body.reason,
            reason_text=body.reason_text,
            until=body.until,
            key=deed.key,
            now=deed.now,
            version=deed.version,
        )

    return carry_out(request, offer_id, body, run)


@router.post("/offers/{int:offer_id}/return", auth=KEY, url_name="api-return", **describe("return"))
def give_back(request: HttpRequest, offer_id: OfferId, body: shapes.Return) -> HttpResponse:
    """Give it back to the KvK."""

    def run(deed: Deed) -> object:
        return answering.give_back(
            deed.offer.pk,
            actor=deed.actor,
            reason=body.reason,
            reason_text=body.reason_text,
            until=body.until,
            key=deed.key,
            now=deed.now,
            version=deed.version,
        )

    return carry_out(request, offer_id, body, run)


@router.post("/offers/{int:offer_id}/contact", auth=KEY, url_name="api-contact", **describe("contact"))
def contact(request: HttpRequest, offer_id: OfferId, body: shapes.Contact) -> HttpResponse:
    """Record the first contact."""

    def run(deed: Deed) -> object:
        return answering.first_contact(
            deed.offer.pk, actor=deed.actor, on=body.on, key=deed.key, now=deed.now, version=deed.version
        )

    return carry_out(request, offer_id, body, run)


@router.post("/offers/{int:offer_id}/progress", auth=KEY, url_name="api-progress", **describe("progress"))
def progress(request: HttpRequest, offer_id: OfferId, body: shapes.Progress = shapes.STILL_BUSY) -> HttpResponse:
    """Say that the work goes on, and perhaps how."""

    def run(deed: Deed) -> object:
        if body.note.strip():
            return progress_notes.add(
                deed.offer.pk, actor=deed.actor, text=body.note, key=deed.key, now=deed.now, version=deed.version
            )
        return answering.still_busy(
            deed.offer.referral_id, actor=deed.actor, key=deed.key, now=deed.now, version=deed.version
        )

    return carry_out(request, offer_id, body, run)


@router.post("/offers/{int:offer_id}/close", auth=KEY, url_name="api-close", **describe("close"))
def close(request: HttpRequest, offer_id: OfferId, body: shapes.Close) -> HttpResponse:
    """End the work with a result."""

    def run(deed: Deed) -> object:
        return answering.complete(
            deed.offer.referral_id,
            actor=deed.actor,
            outcome=body.outcome,
            on=body.on,
            key=deed.key,
            now=deed.now,
            version=deed.version,
        )

    return carry_out(request, offer_id, body, run)


@router.post("/offers/{int:offer_id}/stop", auth=KEY, url_name="api-stop", **describe("stop"))
def stop(request: HttpRequest, offer_id: OfferId, body: shapes.Stop) -> HttpResponse:
    """End the work without a result."""

    def run(deed: Deed) -> object:
        return answering.stop(
            deed.offer.referral_id,
            actor=deed.actor,
            reason=body.reason,
            reason_text=body.reason_text,
            key=deed.key,
            now=deed.now,
            version=deed.version,
        )

    return carry_out(request, offer_id, body, run)


@router.post("/offers/{int:offer_id}/hold", auth=KEY, url_name="api-hold", **describe("hold"))
def hold(request: HttpRequest, offer_id: OfferId, body: shapes.Hold) -> HttpResponse:
    """Wait until a date."""

    def run(deed: Deed) -> object:
        return holding.postpone(
            deed.offer.referral_id,
            actor=deed.actor,
            until=body.until,
            key=deed.key,
            now=deed.now,
            version=deed.version,
        )

    return carry_out(request, offer_id, body, run)


@router.post("/offers/{int:offer_id}/resume", auth=KEY, url_name="api-resume", **describe("resume"))
def resume(request: HttpRequest, offer_id: OfferId, body: shapes.Nothing = shapes.NOTHING) -> HttpResponse:
    """Go on."""

    def run(deed: Deed) -> object:
        return holding.resume(
            deed.offer.referral_id, actor=deed.actor, key=deed.key, now=deed.now, version=deed.version
        )

    return carry_out(request, offer_id, body, run)


@router.post("/offers/{int:offer_id}/question", auth=KEY, url_name="api-question", **describe("question"))
def question(request: HttpRequest, offer_id: OfferId, body: shapes.Question) -> HttpResponse:
    """Put a question to the KvK; it changes neither the state nor the version."""

    def run(deed: Deed) -> object:
        return partner_questions.ask(deed.offer.pk, actor=deed.actor, text=body.text, key=deed.key, now=deed.now)

    return carry_out(request, offer_id, body, run)
