"""The mails to a company, one function a message; with its number and the link to its own page."""

from __future__ import annotations

from django.core.mail import EmailMultiAlternatives

from nnmkb.ledger import tokens
from nnmkb.ledger.models import Outgoing
from referrals.domain import dates
from referrals.domain.reasons import cancelled_because
from referrals.mail.addressing import (
    Outdated,
    address,
    intake_of,
    offer_of_event,
    organisation_of_event,
    partner_of_event,
    referral_of,
    still_waiting,
    to_entrepreneur,
    until,
)
from referrals.models import Feedback
from referrals.services import feedback


def resume_link(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Give the link to go on with a scan that was saved."""
    intake = intake_of(outgoing)
    token = tokens.derive("resume", intake.reference, intake.nonce)
    return to_entrepreneur(
        outgoing,
        intake,
        to=intake.resume_email,
        url=address("intake:resume", token),
        until=dates.weekday(intake.expires_at, intake.language),
    )


def receipt(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Say that the request came in, with its number and the link to follow it."""
    return to_entrepreneur(outgoing, intake_of(outgoing))


def follow_link(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Give the link to the entrepreneur's own page once more."""
    return to_entrepreneur(outgoing, intake_of(outgoing))


def consent_request(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Ask whether one more organisation may help."""
    intake = intake_of(outgoing)
    organisation = organisation_of_event(outgoing, intake)
    return to_entrepreneur(outgoing, intake, organisation=organisation, until=until(outgoing, intake.language))


def consent_reminder(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Ask it once more, when there is no answer yet."""
    still_waiting(outgoing)
    return consent_request(outgoing)


def consent_lapsed(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Say that the term for consent has passed."""
    return to_entrepreneur(outgoing, intake_of(outgoing), number=referral_of(outgoing).number)


def question(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Say that the KvK has a question; the question itself stands on the page only."""
    intake = intake_of(outgoing)
    number = referral_of(outgoing).number
    return to_entrepreneur(outgoing, intake, number=number, until=until(outgoing, intake.language))


def question_reminder(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Say so once more, when there is no answer yet."""
    still_waiting(outgoing)
    return question(outgoing)


def question_closed(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Say that no answer is needed any more."""
    return to_entrepreneur(outgoing, intake_of(outgoing), number=referral_of(outgoing).number)


def offer_to_entrepreneur(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Say which organisation has the request now, and by when it answers."""
    intake = intake_of(outgoing)
    partner = partner_of_event(outgoing)
    return to_entrepreneur(outgoing, intake, partner=partner, until=until(outgoing, intake.language))


def accepted(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Say who is going to help, and by when they call."""
    return offer_to_entrepreneur(outgoing)


def contact_feedback(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Ask in short how the first contact was, some time after it; not when that partner's work has ended since."""
    moment = feedback.moment_of(referral_of(outgoing))
    if moment is not Feedback.Moment.CONTACT or offer_of_event(outgoing).ended_at is not None:
        raise Outdated
    intake = intake_of(outgoing)
    return to_entrepreneur(outgoing, intake, partner=partner_of_event(outgoing))


def postponed(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Say until when the request waits."""
    intake = intake_of(outgoing)
    number = referral_of(outgoing).number
    return to_entrepreneur(outgoing, intake, number=number, until=until(outgoing, intake.language))


def resumed(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Say that the partner goes on."""
    return to_entrepreneur(outgoing, intake_of(outgoing), partner=partner_of_event(outgoing))


def reopened(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Say that the KvK looks at a closed request again."""
    return to_entrepreneur(outgoing, intake_of(outgoing), number=referral_of(outgoing).number)


def withdrawn_receipt(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Confirm a withdrawal."""
    return to_entrepreneur(outgoing, intake_of(outgoing))


def completed(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Say that the help has ended, and ask how it was."""
    return to_entrepreneur(outgoing, intake_of(outgoing), number=referral_of(outgoing).number)


def cancelled(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Say that the request goes no further, and why."""
    number, intake = referral_of(outgoing).number, intake_of(outgoing)
    reason = cancelled_because(outgoing.event.payload["reason"], intake.language)
    return to_entrepreneur(outgoing, intake, number=number, reason=reason)


def no_partner(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Say that no organisation was found, and what the company can do itself."""
    return to_entrepreneur(outgoing, intake_of(outgoing), number=referral_of(outgoing).number)
