"""Each address of the API as the document tells it: name, words, answer, and what can go wrong there, by code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from ninja import Path, Schema

from referrals.api import shapes

OfferId = Annotated[int, Path(ge=1, le=shapes.BIGGEST, description="Het nummer van het aanbod («id»).")]

# The names under which the document keeps what is ours alone, until it is made; see referrals.api.document.
CODES, MEDIA, CHANGE, TAGGED = "x-codes", "x-media", "x-change", "x-etag"

_ALWAYS = ("unreadable_request", "method_not_allowed", "too_large", "broken", "away")
_KEY = (*_ALWAYS, "no_key", "unknown_key", "key_revoked", "key_expired", "too_many_requests")
_READ = (*_KEY, "wrong_scope")
_ONE = (*_READ, "unknown_address", "unknown_offer", "offer_ended")
_CHANGE = (
    *_ONE,
    "no_idempotency_key",
    "bad_idempotency_key",
    "bad_version",
    "unreadable_json",
    "in_progress",
    "not_now",
    "refused",
    "stale_version",
    "not_json",
    "invalid",
    "key_reused",
    "no_version",
)


@dataclass(frozen=True, slots=True)
class Told:
    """What the document says about one address."""

    summary: str
    description: str
    answer: type[Schema] | None
    codes: tuple[str, ...]
    # What the answer is, when it is no JSON of ours; whether it carries an ETag; whether it changes something.
    media: str = "application/json"
    tagged: bool = False
    change: bool = False

    @property
    def tag(self) -> str:
        """Return the heading it stands under."""
        return "Antwoorden" if self.change else "Lezen"


def _change(summary: str, description: str) -> Told:
    return Told(summary, description, shapes.Done, _CHANGE, tagged=True, change=True)


_SEEN = " Elke keer dat u dit opent, staat in de geschiedenis van het aanbod."

TOLD = {
    "me": Told("Wie bent u?", "De partner en de sleutel, en het laatste nummer van uw feed.", shapes.Me, _KEY),
    "offers": Told(
        "Aanbiedingen",
        "De aanbiedingen die lopen, de oudste eerst. Met «state» kiest u: running (open en aangenomen), open, "
        "accepted of ended. "
        "Van wat is afgelopen ziet u alleen hoe het afliep.",
        shapes.OfferList,
        (*_READ, "bad_cursor", "invalid"),
    ),
    "offer": Told(
        "Eén aanbod",
        "De stand, de termijn, de versie (ETag) en wat u nu kunt doen. Over het bedrijf staat hier niets: "
        "dat staat in het dossier.",
        shapes.OfferFull,
        _ONE,
        tagged=True,
    ),
    "dossier": Told(
        "Dossier als JSON",
        "Precies de bytes die ook in de PDF zitten. ETag en Repr-Digest zijn de SHA-256 daarvan." + _SEEN,
        None,
        _ONE,
        tagged=True,
    ),
    "dossier_pdf": Told(
        "Dossier als PDF",
        "De PDF. ETag en Repr-Digest zijn de SHA-256 daarvan." + _SEEN,
        None,
        (*_ONE, "dossier_not_ready"),
        media="application/pdf",
        tagged=True,
    ),
    "contact_details": Told(
        "Contactgegevens",
        "Wie u kunt bellen of mailen. Pas nadat u hebt aangenomen." + _SEEN,
        shapes.ContactDetails,
        (*_ONE, "not_accepted"),
    ),
    "questions": Told(
        "Vragen aan de KvK", "Wat u de KvK vroeg over dit aanbod, met de antwoorden.", shapes.QuestionList, _ONE
    ),
    "events": Told(
        "Wat er gebeurde",
        "De feed van uw organisatie, in volgorde en zonder gaten. Stuur «next» de volgende keer als «after».",
        shapes.Feed,
        (*_READ, "invalid"),
    ),
    "accept": _change("Neem aan", "U neemt het aanbod aan. Daarna ziet u de contactgegevens."),
    "decline": _change("Wijs af", "U wijst het aanbod af, met een reden. Daarna ziet u het dossier niet meer."),
    "return": _change("Geef terug", "U nam het aan, maar kunt niet verder. De KvK zoekt een ander."),
    "contact": _change("Leg eerste contact vast", "U sprak het bedrijf op deze dag."),
    "progress": _change(
        "Nog bezig",
        "U bent nog bezig. De termijn van 30 dagen begint opnieuw. Met «note» schrijft u de KvK hoe het gaat.",
    ),
    "close": _change("Rond af", "Het werk is klaar, met een resultaat."),
    "stop": _change("Stop zonder resultaat", "Het werk stopt, met een reden."),
    "hold": _change("Stel uit", "Er gebeurt niets tot deze dag."),
    "resume": _change("Ga weer verder", "U gaat verder na uitstel."),
    "question": _change(
        "Vraag aan de KvK", "U stelt één vraag tegelijk. De termijn loopt door; de versie verandert niet."
    ),
}


def describe(name: str) -> dict[str, Any]:
    """Return what the library needs to know about an address, and what the document keeps for later."""
    told = TOLD[name]
    extra: dict[str, Any] = {CODES: list(told.codes), MEDIA: told.media, CHANGE: told.change, TAGGED: told.tagged}
    return {
        "operation_id": name,
        "summary": told.summary,
        "description": told.description,
        "response": {200: told.answer},
        "tags": [told.tag],
        "openapi_extra": extra,
    }
