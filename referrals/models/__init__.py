"""What referrals keeps: partners, referrals with their offers and dossiers, what was written, and the workbench."""

from referrals.models.accounts import Invitation, Membership, Passkey
from referrals.models.connections import ApiAnswer, ApiKey, WebhookAttempt, WebhookEndpoint
from referrals.models.desk import BulkRun, DeskProfile, Presence, SavedView
from referrals.models.partners import Partner, PartnerContact, ReviewItem
from referrals.models.referrals import (
    OPEN_STATES,
    AccessCode,
    ConsentRequest,
    Dossier,
    Offer,
    Referral,
    TimerFailure,
)
from referrals.models.words import Feedback, Label, Note, PartnerQuestion, PolicySignal, Question

__all__ = [
    "OPEN_STATES",
    "AccessCode",
    "ApiAnswer",
    "ApiKey",
    "BulkRun",
    "ConsentRequest",
    "DeskProfile",
    "Dossier",
    "Feedback",
    "Invitation",
    "Label",
    "Membership",
    "Note",
    "Offer",
    "Partner",
    "PartnerContact",
    "PartnerQuestion",
    "Passkey",
    "PolicySignal",
    "Presence",
    "Question",
    "Referral",
    "ReviewItem",
    "SavedView",
    "TimerFailure",
    "WebhookAttempt",
    "WebhookEndpoint",
]
