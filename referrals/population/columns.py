"""Which columns of which tables an invented population fills; the others keep their default."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from django.db.models import Max, Model

from intake.models import AnswerVector, Assessment, Consent, Contact, Intake
from nnmkb.ledger.models import Event, Outgoing, Tip
from referrals.models import ConsentRequest, Dossier, Feedback, Label, Note, Offer, Question, Referral

COLUMNS: dict[type[Model], tuple[str, ...]] = {
    Intake: (
        "id", "reference", "state", "nonce", "resume_digest", "follow_digest", "policy", "answers", "created_at",
        "changed_at", "expires_at", "submitted_at",
    ),
    Contact: ("intake_id", "company", "kvk_number", "person", "email", "place"),
    Assessment: (
        "id", "intake_id", "number", "made_at", "policy", "answers", "outcome", "intensity", "result", "receipt",
    ),
    AnswerVector: ("intake_id", "vector"),
    Consent: ("intake_id", "purpose", "organisation", "given", "text_version", "text_digest", "source", "at"),
    Referral: (
        "id", "intake_id", "assessment_id", "number", "activity", "rules", "step", "way", "intensity", "province",
        "sector", "state", "owner_id", "partner_id", "organisation", "partner_name", "entered_at", "next_due_at",
        "sweep_at", "due_kind", "reason", "outcome", "closed_at", "attempts", "version", "no_partner", "created_at",
    ),
    Dossier: ("id", "referral_id", "number", "content", "digest", "created_at"),
    Offer: (
        "id", "referral_id", "partner_id", "organisation", "partner_name", "attempt", "dossier_id", "state",
        "offered_at", "respond_by", "answered_at", "ended_at", "reason", "nonce", "link_digest",
    ),
    Question: ("referral_id", "asked_by_id", "asked_at", "text", "answer", "answered_at", "closed_at"),
    ConsentRequest: ("referral_id", "organisation", "asked_by_id", "asked_at", "closed_at"),
    Note: ("referral_id", "author_id", "text", "at"),
    Label: ("referral_id", "name"),
    Feedback: ("referral_id", "moment", "happy", "asks_reopening", "given_at", "handled_at"),
    Event: ("id", "stream", "seq", "kind", "actor", "at", "payload", "previous", "digest"),
    Tip: ("stream", "seq", "digest"),
    Outgoing: (
        "kind", "event_id", "recipient", "dedupe_key", "state", "attempts", "due_at", "created_at", "done_at",
        "last_error", "message_id",
    ),
}  # fmt: skip
NUMBERED = (Intake, Assessment, Referral, Dossier, Offer, Event)


def numbers() -> dict[type[Model], Iterator[int]]:
    """Return the next primary keys of the tables that others point to."""
    return {
        model: itertools.count((model._default_manager.aggregate(most=Max("pk"))["most"] or 0) + 1)
        for model in NUMBERED
    }
