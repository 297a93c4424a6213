"""The transition table: all fifty moves of a referral, in the order of its life."""

from referrals.domain.moves import Action, Effect, Guard, Need, Notice, Recipient, Transition
from referrals.domain.reasons import (
    CANCEL_REASONS,
    DECLINE_REASONS,
    OUTCOMES,
    RECALL_REASONS,
    REOPEN_REASONS,
    RETURN_REASONS,
    STOP_REASONS,
    Reason,
)
from referrals.domain.states import Actor, State

# One letter an actor keeps a row of the table on one line.
E, A, L, P, T, S = Actor.ENTREPRENEUR, Actor.ADVISOR, Actor.TEAM_LEAD, Actor.PARTNER, Actor.TIMER, Actor.SYSTEM

WORKING_DAYS_UNTIL_FEEDBACK = 10


def _tell(message: str, *recipients: Recipient, after_working_days: int = 0) -> tuple[Notice, ...]:
    return tuple(Notice(recipient, message, after_working_days) for recipient in recipients)


def _cancel(*codes: str) -> tuple[Reason, ...]:
    return tuple(CANCEL_REASONS[code] for code in codes)


_TO_ENTREPRENEUR = Recipient.ENTREPRENEUR
_TO_OWNER = Recipient.OWNER
_TO_PARTNER = Recipient.PARTNER
_ENDS_OFFER = (Effect.END_OFFER, Effect.REVOKE_LINKS)

# fmt: off
# A row reads as a row: number, from, action, by whom, to, event.
_BEFORE_THE_QUEUE = (
    Transition(
        "R1", None, Action.SUBMIT, (E,), State.QUEUED, "referral_submitted",
        guards=(Guard.SUBMITTED, Guard.CONSENT_FOR_PARTNER_TYPE, Guard.NO_OPEN_DUPLICATE),
        effects=(Effect.STORE_TRACE,),
        notices=_tell("receipt", _TO_ENTREPRENEUR),
    ),
    Transition(
        "R2", None, Action.PROPOSE, (A,), State.AWAITING_CONSENT, "referral_proposed",
        effects=(Effect.SET_OWNER,),
        notices=_tell("consent_request", _TO_ENTREPRENEUR),
    ),
    Transition(
        "C1", State.AWAITING_CONSENT, Action.GIVE_CONSENT, (E,), State.QUEUED, "consent_given",
        guards=(Guard.CONSENT_TEXT_CURRENT,),
        # A claim asks for an empty owner: without clearing, nobody could pick the referral up.
        effects=(Effect.RECORD_CONSENT, Effect.CLEAR_OWNER),
        notices=_tell("consent_given_to_advisor", Recipient.FORMER_OWNER),
    ),
    Transition(
        "C2", State.AWAITING_CONSENT, Action.REFUSE_CONSENT, (E,), State.WITHDRAWN, "consent_refused",
        effects=(Effect.RECORD_REFUSAL,),
        notices=_tell("consent_refused_to_advisor", _TO_OWNER),
    ),
    Transition(
        "C3", State.AWAITING_CONSENT, Action.EXPIRE, (T,), State.LAPSED, "consent_lapsed",
        guards=(Guard.TERM_PASSED,),
        effects=(Effect.REVOKE_LINKS,),
        notices=_tell("consent_lapsed", _TO_ENTREPRENEUR) + _tell("consent_lapsed_to_advisor", _TO_OWNER),
    ),
    Transition(
        "C4", State.AWAITING_CONSENT, Action.CANCEL, (A,), State.CANCELLED, "referral_cancelled",
        guards=(Guard.IS_OWNER,),
        needs=(Need.REASON,),
        reasons=_cancel("duplicate", "not_eligible", "helped_elsewhere", "no_need", "other"),
        effects=(Effect.REVOKE_LINKS,),
        notices=_tell("cancelled", Recipient.ENTREPRENEUR_IF_ASKED),
    ),
)

_AT_KVK = (
    Transition(
        "Q1", State.QUEUED, Action.CLAIM, (A,), State.IN_REVIEW, "referral_claimed",
        guards=(Guard.UNCLAIMED,),
        effects=(Effect.SET_OWNER,),
    ),
    Transition(
        "Q2", State.QUEUED, Action.CANCEL, (A, L), State.CANCELLED, "referral_cancelled",
        needs=(Need.REASON,),
        reasons=_cancel("duplicate", "spam", "policy_signal"),
        notices=_tell("cancelled", _TO_ENTREPRENEUR),
    ),
    Transition(
        "V1", State.IN_REVIEW, Action.RELEASE, (A,), State.QUEUED, "claim_released",
        guards=(Guard.IS_OWNER,),
        effects=(Effect.CLEAR_OWNER,),
    ),
    Transition(
        "V2", State.IN_REVIEW, Action.EXPIRE, (T,), State.QUEUED, "claim_expired",
        guards=(Guard.TERM_PASSED,),
        effects=(Effect.CLEAR_OWNER,),
        notices=_tell("claim_expired_to_advisor", Recipient.FORMER_OWNER),
    ),
    Transition(
        "V3", State.IN_REVIEW, Action.ASK, (A,), State.NEEDS_INFO, "question_asked",
        guards=(Guard.IS_OWNER, Guard.QUESTION_FITS, Guard.EMAIL_VERIFIED),
        needs=(Need.QUESTION,),
        effects=(Effect.STORE_QUESTION,),
        notices=_tell("question", _TO_ENTREPRENEUR),
    ),
    Transition(
        "V4", State.IN_REVIEW, Action.OFFER, (A,), State.OFFERED, "offer_made",
        guards=(
            Guard.IS_OWNER,
            Guard.CONSENT_COVERS_PARTNER_AND_SCOPE,
            Guard.PARTNER_ACTIVE,
            Guard.PARTNER_HAS_CAPACITY,
            Guard.PARTNER_COVERS_ACTIVITY_AND_PROVINCE,
            Guard.NO_CONFLICT,
            Guard.NOT_DECLINED_BEFORE,
            Guard.DOSSIER_COMPLETE,
            Guard.NO_OTHER_LIVE_OFFER,
        ),
        needs=(Need.PARTNER,),
        effects=(Effect.FREEZE_DOSSIER, Effect.CREATE_OFFER),
        notices=_tell("offer", _TO_PARTNER) + _tell("offer_to_entrepreneur", _TO_ENTREPRENEUR),
    ),
    Transition(
        "V5", State.IN_REVIEW, Action.HANDLE_OURSELVES, (A,), State.ACCEPTED, "handled_by_kvk",
        guards=(Guard.IS_OWNER, Guard.KVK_IS_PARTY, Guard.NO_OTHER_LIVE_OFFER),
        effects=(Effect.CREATE_OWN_OFFER,),
        notices=_tell("accepted", _TO_ENTREPRENEUR),
    ),
    Transition(
        "V6", State.IN_REVIEW, Action.REQUEST_CONSENT, (A,), State.AWAITING_CONSENT, "consent_requested",
        guards=(Guard.IS_OWNER, Guard.PARTNER_OUTSIDE_CONSENT),
        needs=(Need.PARTNER,),
        notices=_tell("consent_request", _TO_ENTREPRENEUR),
    ),
    Transition(
        "V7", State.IN_REVIEW, Action.CANCEL, (A,), State.CANCELLED, "referral_cancelled",
        guards=(Guard.IS_OWNER,),
        needs=(Need.REASON,),
        reasons=tuple(CANCEL_REASONS.values()),
        notices=_tell("cancelled", _TO_ENTREPRENEUR),
    ),
    Transition(
        "V8", State.IN_REVIEW, Action.POSTPONE, (A,), State.ON_HOLD, "referral_postponed",
        guards=(Guard.IS_OWNER, Guard.RESUME_WITHIN_180_DAYS),
        needs=(Need.DATE,),
        notices=_tell("postponed", _TO_ENTREPRENEUR),
    ),
    Transition(
        "N1", State.NEEDS_INFO, Action.ANSWER, (E,), State.IN_REVIEW, "question_answered",
        guards=(Guard.LINK_VALID,),
        needs=(Need.ANSWER,),
        effects=(Effect.STORE_ANSWER, Effect.NEW_DOSSIER_VERSION),
        notices=_tell("question_answered_to_advisor", _TO_OWNER),
    ),
    Transition(
        "N2", State.NEEDS_INFO, Action.EXPIRE, (T,), State.IN_REVIEW, "answer_overdue",
        guards=(Guard.TERM_PASSED,),
        effects=(Effect.FLAG_NO_ANSWER,),
        notices=_tell("answer_overdue_to_advisor", _TO_OWNER),
    ),
    Transition(
        "N3", State.NEEDS_INFO, Action.CLOSE_QUESTION, (A,), State.IN_REVIEW, "question_closed",
        guards=(Guard.IS_OWNER,),
        effects=(Effect.CLOSE_QUESTION,),
        notices=_tell("question_closed", _TO_ENTREPRENEUR),
    ),
)

_WITH_PARTNER = (
    Transition(
        "O1", State.OFFERED, Action.ACCEPT, (P,), State.ACCEPTED, "offer_accepted",
        guards=(Guard.OFFER_LIVE, Guard.CONSENT_LIVE),
        effects=(Effect.ACCEPT_OFFER,),
        notices=_tell("accepted", _TO_ENTREPRENEUR) + _tell("accepted_to_advisor", _TO_OWNER),
    ),
    Transition(
        "O2", State.OFFERED, Action.DECLINE, (P,), State.RETURNED, "offer_declined",
        guards=(Guard.OFFER_LIVE,),
        needs=(Need.REASON,),
        reasons=tuple(DECLINE_REASONS.values()),
        effects=(Effect.DECLINE_OFFER, Effect.REVOKE_LINKS, Effect.COUNT_DECLINE),
        # The entrepreneur hears nothing until KvK has chosen what happens next.
        notices=_tell("declined_to_advisor", _TO_OWNER),
    ),
    Transition(
        "O3", State.OFFERED, Action.EXPIRE, (T,), State.RETURNED, "offer_expired",
        guards=(Guard.TERM_PASSED,),
        effects=_ENDS_OFFER,
        notices=_tell("offer_expired_to_advisor", _TO_OWNER) + _tell("offer_expired_to_partner", _TO_PARTNER),
    ),
    Transition(
        "O4", State.OFFERED, Action.RECALL, (A,), State.IN_REVIEW, "offer_recalled",
        guards=(Guard.IS_OWNER,),
        needs=(Need.REASON,),
        reasons=tuple(RECALL_REASONS.values()),
        effects=_ENDS_OFFER,
        notices=_tell("recalled", _TO_PARTNER),
    ),
    Transition(
        "O5", State.OFFERED, Action.BOUNCE, (S,), State.RETURNED, "offer_undeliverable",
        guards=(Guard.DELIVERY_FAILED,),
        effects=_ENDS_OFFER,
        notices=_tell("offer_undeliverable_to_advisor", _TO_OWNER),
    ),
    Transition(
        "B1", State.RETURNED, Action.RECONSIDER, (A,), State.IN_REVIEW, "search_resumed",
        guards=(Guard.OWNER_OR_OWNER_ABSENT, Guard.LEAD_APPROVES_FOURTH_ATTEMPT),
        effects=(Effect.SET_OWNER, Effect.COUNT_ATTEMPT),
    ),
    Transition(
        "B2", State.RETURNED, Action.CANCEL, (A,), State.CANCELLED, "referral_cancelled",
        guards=(Guard.IS_OWNER,),
        needs=(Need.REASON,),
        reasons=_cancel("no_partner"),
        notices=_tell("no_partner", _TO_ENTREPRENEUR),
    ),
    Transition(
        "A1", State.ACCEPTED, Action.RECORD_CONTACT, (P, A), State.IN_PROGRESS, "contact_recorded",
        guards=(Guard.OFFER_ACCEPTED, Guard.HANDLED_BY_KVK, Guard.IS_OWNER),
        needs=(Need.DATE,),
        notices=_tell("contact_feedback", _TO_ENTREPRENEUR, after_working_days=WORKING_DAYS_UNTIL_FEEDBACK),
    ),
    Transition(
        "A2", State.ACCEPTED, Action.RETURN, (P,), State.RETURNED, "referral_returned",
        guards=(Guard.OFFER_ACCEPTED,),
        needs=(Need.REASON,),
        reasons=tuple(DECLINE_REASONS.values()),
        effects=_ENDS_OFFER,
        notices=_tell("returned_to_advisor", _TO_OWNER),
    ),
    Transition(
        "A3", State.ACCEPTED, Action.EXPIRE, (T,), State.RETURNED, "contact_overdue",
        guards=(Guard.TERM_PASSED,),
        effects=_ENDS_OFFER,
        notices=_tell("contact_overdue_to_advisor", _TO_OWNER) + _tell("contact_overdue_to_partner", _TO_PARTNER),
    ),
    Transition(
        "P1", State.IN_PROGRESS, Action.COMPLETE, (P,), State.COMPLETED, "referral_completed",
        guards=(Guard.OFFER_ACCEPTED,),
        needs=(Need.OUTCOME, Need.DATE),
        reasons=tuple(OUTCOMES.values()),
        effects=_ENDS_OFFER,
        notices=_tell("completed", _TO_ENTREPRENEUR),
    ),
    Transition(
        "P5", State.IN_PROGRESS, Action.COMPLETE, (A,), State.COMPLETED, "referral_completed",
        guards=(Guard.IS_OWNER,),
        needs=(Need.OUTCOME, Need.DATE),
        reasons=tuple(OUTCOMES.values()),
        effects=_ENDS_OFFER,
        notices=_tell("completed", _TO_ENTREPRENEUR),
    ),
    Transition(
        "P2", State.IN_PROGRESS, Action.STOP, (P,), State.STOPPED, "referral_stopped",
        guards=(Guard.OFFER_ACCEPTED,),
        needs=(Need.REASON,),
        reasons=tuple(STOP_REASONS.values()),
        effects=_ENDS_OFFER,
        notices=_tell("completed", _TO_ENTREPRENEUR),
    ),
    Transition(
        "P6", State.IN_PROGRESS, Action.STOP, (A,), State.STOPPED, "referral_stopped",
        guards=(Guard.IS_OWNER,),
        needs=(Need.REASON,),
        reasons=tuple(STOP_REASONS.values()),
        effects=_ENDS_OFFER,
        notices=_tell("completed", _TO_ENTREPRENEUR),
    ),
    Transition(
        "P3", State.IN_PROGRESS, Action.RETURN, (P,), State.RETURNED, "referral_returned",
        guards=(Guard.OFFER_ACCEPTED,),
        needs=(Need.REASON,),
        reasons=tuple(RETURN_REASONS.values()),
        effects=_ENDS_OFFER,
        notices=_tell("returned_to_advisor", _TO_OWNER),
    ),
    Transition(
        "P4", State.IN_PROGRESS, Action.POSTPONE, (P,), State.ON_HOLD, "referral_postponed",
        guards=(Guard.OFFER_ACCEPTED, Guard.RESUME_WITHIN_180_DAYS),
        needs=(Need.DATE,),
        notices=_tell("postponed", _TO_ENTREPRENEUR) + _tell("postponed_to_advisor", _TO_OWNER),
    ),
    Transition(
        "H1", State.ON_HOLD, Action.RESUME, (A,), State.IN_REVIEW, "referral_resumed",
        guards=(Guard.IS_OWNER,),
        effects=_ENDS_OFFER,
        notices=_tell("recalled", _TO_PARTNER),
    ),
    Transition(
        "H2", State.ON_HOLD, Action.RESUME, (P,), State.IN_PROGRESS, "referral_resumed",
        guards=(Guard.OFFER_ACCEPTED, Guard.CONSENT_LIVE),
        notices=_tell("resumed", _TO_ENTREPRENEUR) + _tell("resumed_to_advisor", _TO_OWNER),
    ),
    Transition(
        "H3", State.ON_HOLD, Action.EXPIRE, (T,), State.IN_REVIEW, "hold_ended",
        guards=(Guard.TERM_PASSED,),
        # An accepted offer that lived on would block every next offer from in_review.
        effects=_ENDS_OFFER,
        notices=_tell("hold_ended_to_advisor", _TO_OWNER) + _tell("hold_ended_to_partner", _TO_PARTNER),
    ),
)


def _withdraw(number: str, source: State) -> Transition:
    return Transition(
        number, source, Action.WITHDRAW, (E, L), State.WITHDRAWN, "referral_withdrawn",
        guards=(Guard.IDENTITY_PROVEN,),
        effects=(Effect.WITHDRAW_CONSENT, *_ENDS_OFFER),
        notices=_tell("withdrawn_to_advisor", _TO_OWNER) + _tell("withdrawn_to_partner", _TO_PARTNER),
    )


_WITHDRAWALS = (
    _withdraw("W1", State.QUEUED),
    _withdraw("W2", State.IN_REVIEW),
    _withdraw("W3", State.NEEDS_INFO),
    _withdraw("W4", State.OFFERED),
    _withdraw("W5", State.RETURNED),
    _withdraw("W6", State.ACCEPTED),
    _withdraw("W7", State.IN_PROGRESS),
    _withdraw("W8", State.ON_HOLD),
)


def _reopen(number: str, source: State) -> Transition:
    return Transition(
        number, source, Action.REOPEN, (A, L), State.QUEUED, "referral_reopened",
        guards=(Guard.CLOSED_WITHIN_60_DAYS, Guard.CONSENT_LIVE),
        needs=(Need.REASON,),
        reasons=tuple(REOPEN_REASONS.values()),
        effects=(Effect.CLEAR_OWNER, Effect.COUNT_ATTEMPT),
        notices=_tell("reopened", _TO_ENTREPRENEUR) + _tell("reopened_to_advisor", Recipient.FORMER_OWNER),
    )


_REOPENINGS = (
    _reopen("X1", State.COMPLETED),
    _reopen("X2", State.STOPPED),
    _reopen("X3", State.CANCELLED),
    Transition(
        "X4", State.LAPSED, Action.REOPEN, (A,), State.AWAITING_CONSENT, "consent_asked_again",
        guards=(Guard.ENTREPRENEUR_ASKED_AGAIN,),
        effects=(Effect.SET_OWNER,),
        notices=_tell("consent_request", _TO_ENTREPRENEUR),
    ),
)
# fmt: on

TRANSITIONS: tuple[Transition, ...] = (
    *_BEFORE_THE_QUEUE,
    *_AT_KVK,
    *_WITH_PARTNER,
    *_WITHDRAWALS,
    *_REOPENINGS,
)
