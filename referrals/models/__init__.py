"""What referrals keeps: partners, referrals with their offers and dossiers, what was written, and the workbench."""

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
from referrals.models.words import Feedback, Label, Note, PolicySignal, Question

__all__ = [
    "OPEN_STATES",
    "AccessCode",
    "BulkRun",
    "ConsentRequest",
    "DeskProfile",
    "Dossier",
    "Feedback",
    "Label",
    "Note",
    "Offer",
    "Partner",
    "PartnerContact",
    "PolicySignal",
    "Presence",
    "Question",
    "Referral",
    "ReviewItem",
    "SavedView",
    "TimerFailure",
]
