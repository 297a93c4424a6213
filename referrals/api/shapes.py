"""The shapes of requests and answers; the OpenAPI document is made from them."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Literal

from ninja import Field, Schema
from pydantic import BeforeValidator, ConfigDict
from pydantic_core import PydanticCustomError

from referrals.domain.api_scopes import Scope
from referrals.domain.partner_feed import FeedType
from referrals.domain.reasons import DECLINE_REASONS, OUTCOMES, RETURN_REASONS, STOP_REASONS
from referrals.models import Offer

BIGGEST = 2**63 - 1
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _written_as_date(value: object) -> object:
    """Refuse what the library would take for a date: a number of seconds, or a moment."""
    try:
        if isinstance(value, str) and _ISO.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise PydanticCustomError("no_date", "no date")


Day = Annotated[date, BeforeValidator(_written_as_date)]
if TYPE_CHECKING:
    DeclineReason = str
    ReturnReason = str
    StopReason = str
    OutcomeCode = str
    OfferState = str
    ReferralState = str
    ActionCode = str
else:
    # What a service accepts, so that the document says what the code does.
    DeclineReason = Literal[tuple(DECLINE_REASONS)]
    ReturnReason = Literal[tuple({**DECLINE_REASONS, **RETURN_REASONS})]
    StopReason = Literal[tuple(STOP_REASONS)]
    OutcomeCode = Literal[tuple(OUTCOMES)]
    OfferState = Literal[tuple(Offer.State.values)]
    ReferralState = Literal["offered", "accepted", "in_progress", "on_hold", "returned", "completed", "stopped"]
    ActionCode = Literal[
        "accept", "decline", "contact", "progress", "close", "question", "hold", "resume", "return", "stop"
    ]
# No control characters: names end up in mails.
Line = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]*$")]


class Request(Schema):
    """What a system sends; a field that we do not know is a mistake, not something to skip."""

    model_config = ConfigDict(extra="forbid")


class Nothing(Request):
    """A change that needs no more than its address."""


NOTHING = Nothing()


class Progress(Request):
    """Saying that the work goes on, perhaps with how it goes."""

    note: str = Field(
        "",
        max_length=2000,
        description="Hoe het gaat, in woorden. De KvK leest dit, de ondernemer niet. Noem geen namen. "
        "Met «note» kan het ook voor het eerste contact en tijdens uitstel; de versie verandert dan niet.",
    )


STILL_BUSY = Progress.model_validate({})


class Accept(Request):
    """Taking the referral on."""

    contact_person: Line = Field(min_length=2, max_length=120, description="Wie contact opneemt met het bedrijf.")


class _Reasoned(Request):
    reason_text: str = Field("", max_length=500, description="Verplicht bij «other»: ten minste 10 tekens. Geen namen.")
    until: Day | None = Field(None, description="Alleen bij «capacity»: tot wanneer er geen ruimte is.")


class Decline(_Reasoned):
    """Saying no, with a reason."""

    reason: DeclineReason


class Return(_Reasoned):
    """Giving an accepted referral back to the KvK."""

    reason: ReturnReason


class Stop(Request):
    """Ending the work without a result."""

    reason: StopReason
    reason_text: str = Field("", max_length=500, description="Verplicht bij «other»: ten minste 10 tekens. Geen namen.")


class Contact(Request):
    """The first contact with the company."""

    on: Day = Field(description="De dag van het eerste contact.")


class Close(Request):
    """Ending the work with a result."""

    outcome: OutcomeCode
    on: Day = Field(description="De dag van afronden.")


class Hold(Request):
    """Waiting until a date."""

    until: Day = Field(description="Na vandaag, hoogstens 180 dagen.")


class Question(Request):
    """A question to the KvK."""

    text: str = Field(min_length=1, max_length=1000, description="Uw vraag. Noem geen namen.")


class Activity(Schema):
    """What is asked."""

    code: str
    title: str


class OfferLine(Schema):
    """One offer in the list; of one that ended only how it ended."""

    id: int
    number: str
    state: OfferState
    offered_at: datetime
    ended_at: datetime | None = None
    referral_state: ReferralState | None = None
    version: int | None = None
    activity: Activity | None = None
    respond_by: datetime | None = None
    due_at: datetime | None = None


class OfferList(Schema):
    """A page of offers, the oldest first."""

    offers: list[OfferLine]
    next_cursor: str | None = Field(None, description="Voor de volgende pagina; leeg op de laatste.")


class OfferFull(Schema):
    """One offer, without anything about the company: that stands in the dossier."""

    id: int
    number: str
    state: OfferState
    referral_state: ReferralState
    version: int
    attempt: int
    activity: Activity
    offered_at: datetime
    respond_by: datetime
    due_at: datetime | None
    contact_person: str = Field(description="Wie bij u contact opneemt; leeg tot u aanneemt.")
    dossier_digest: str = Field(description="SHA-256 van dossier.json.")
    dossier_pdf_ready: bool
    actions: list[ActionCode] = Field(description="Wat u nu kunt doen.")


class ContactDetails(Schema):
    """Whom to call."""

    company: str
    person: str
    email: str
    phone: str
    place: str
    country: str


class AskedLine(Schema):
    """A question to the KvK with its answer."""

    id: int
    asked_at: datetime
    text: str
    answer: str
    answered_at: datetime | None


class QuestionList(Schema):
    """The questions about one offer, the oldest first."""

    questions: list[AskedLine]


class Done(Schema):
    """What a change led to; no more than codes and numbers."""

    offer: int
    number: str
    event: str
    state: ReferralState
    version: int
    at: datetime


class FeedPoint(Schema):
    """What it is about."""

    offer_id: int
    referral_number: str
    version: int


class FeedLine(Schema):
    """One thing that happened."""

    seq: int
    type: FeedType
    timestamp: datetime
    data: FeedPoint


class Feed(Schema):
    """What happened after a number."""

    events: list[FeedLine]
    next: int = Field(description="Stuur dit de volgende keer als «after».")
    latest: int = Field(description="Het laatste nummer van uw feed.")


class PartnerName(Schema):
    """Whose key it is."""

    code: str
    name: str


class KeyFacts(Schema):
    """The key itself, without its secret."""

    prefix: str
    name: str
    scopes: list[Scope]
    expires_at: datetime


class Me(Schema):
    """Who we think you are."""

    partner: PartnerName
    key: KeyFacts
    latest_event: int
