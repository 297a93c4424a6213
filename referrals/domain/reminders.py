"""The one reminder that a waiting referral sends, and to whom; it never changes the state."""

from referrals.domain.moves import Notice, Recipient
from referrals.domain.states import State

REMINDERS: dict[State, Notice] = {
    State.AWAITING_CONSENT: Notice(Recipient.ENTREPRENEUR, "consent_reminder"),
    State.NEEDS_INFO: Notice(Recipient.ENTREPRENEUR, "question_reminder"),
    State.OFFERED: Notice(Recipient.PARTNER, "offer_reminder"),
    State.ACCEPTED: Notice(Recipient.PARTNER, "contact_reminder"),
}
