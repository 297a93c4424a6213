"""An example of each request and answer for the document; a test holds them against the shapes."""

from __future__ import annotations

from typing import Any

_AT = "2026-11-24T10:00:00Z"
_LATER = "2026-12-01T16:00:00Z"
NUMBER = "NN-7K2M-9QXD-1"
DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_ACTIVITY = {"code": "N3", "title": "Netwerken"}

BODIES: dict[str, dict[str, Any]] = {
    "accept": {"contact_person": "Carla de Boer"},
    "decline": {"reason": "capacity", "until": "2027-01-15"},
    "return": {"reason": "other_partner_needed"},
    "contact": {"on": "2026-11-24"},
    "progress": {"note": "Het eerste gesprek is geweest; wij maken nu een plan."},
    "close": {"outcome": "advice_given", "on": "2026-12-15"},
    "stop": {"reason": "other", "reason_text": "Het bedrijf wacht op een vergunning."},
    "hold": {"until": "2027-02-01"},
    "resume": {},
    "question": {"text": "Gaat het om een eigen product of om een licentie?"},
}


def _done(event: str, state: str) -> dict[str, Any]:
    return {"offer": 41, "number": NUMBER, "event": event, "state": state, "version": 5, "at": _AT}


ANSWERS: dict[str, dict[str, Any]] = {
    "me": {
        "partner": {"code": "water-alliance", "name": "Water Alliance"},
        "key": {
            "prefix": "k7m2p9xd",
            "name": "CRM",
            "scopes": ["offers:read", "dossier:read"],
            "expires_at": "2027-11-24T10:00:00Z",
        },
        "latest_event": 12,
    },
    "offers": {
        "offers": [
            {
                "id": 41,
                "number": NUMBER,
                "state": "open",
                "offered_at": _AT,
                "ended_at": None,
                "referral_state": "offered",
                "version": 4,
                "activity": _ACTIVITY,
                "respond_by": _LATER,
                "due_at": _LATER,
            }
        ],
        "next_cursor": None,
    },
    "offer": {
        "id": 41,
        "number": NUMBER,
        "state": "open",
        "referral_state": "offered",
        "version": 4,
        "attempt": 1,
        "activity": _ACTIVITY,
        "offered_at": _AT,
        "respond_by": _LATER,
        "due_at": _LATER,
        "contact_person": "",
        "dossier_digest": DIGEST,
        "dossier_pdf_ready": True,
        "actions": ["accept", "decline", "question"],
    },
    "contact_details": {
        "company": "Zilverwiek Techniek",
        "person": "Anna Zilverwiek",
        "email": "anna@zilverwiek.example",
        "phone": "058 123 45 67",
        "place": "Leeuwarden",
        "country": "NL",
    },
    "questions": {
        "questions": [{"id": 3, "asked_at": _AT, "text": BODIES["question"]["text"], "answer": "", "answered_at": None}]
    },
    "events": {
        "events": [
            {
                "seq": 12,
                "type": "offer.created",
                "timestamp": _AT,
                "data": {"offer_id": 41, "referral_number": NUMBER, "version": 4},
            }
        ],
        "next": 12,
        "latest": 12,
    },
    "accept": _done("offer_accepted", "accepted"),
    "decline": _done("offer_declined", "returned"),
    "return": _done("referral_returned", "returned"),
    "contact": _done("contact_recorded", "in_progress"),
    "progress": _done("progress_reported", "in_progress"),
    "close": _done("referral_completed", "completed"),
    "stop": _done("referral_stopped", "stopped"),
    "hold": _done("referral_postponed", "on_hold"),
    "resume": _done("referral_resumed", "in_progress"),
    "question": _done("partner_question_asked", "offered"),
}
MORE: dict[str, dict[str, Any]] = {
    "invalid": {"errors": [{"field": "contact_person", "message": "Dit veld ontbreekt."}]},
    "stale_version": {
        "version": 5,
        "changes": [{"code": "offer_recalled", "version": 5, "at": "2026-11-24T11:00:00+00:00"}],
    },
    "offer_ended": {"ended_as": "recalled"},
    "wrong_scope": {"scope": "contact:read"},
}
