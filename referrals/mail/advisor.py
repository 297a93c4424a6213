"""The mails to people of the KvK: what happened to a referral, and what they can do; nothing about the company."""

from __future__ import annotations

from django.core.mail import EmailMultiAlternatives

from nnmkb.ledger.models import Outgoing
from referrals.domain.lifecycle import State
from referrals.mail.addressing import partner_of_event, reason_of, to_advisor, until

_ADVICE = {
    State.RETURNED: "Kies een andere partner, doe het zelf of rond af.",
    State.IN_PROGRESS: "Vraag na hoe het gaat, of sluit af.",
}


def consent_given_to_advisor(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Tell who asked that the company said yes."""
    return to_advisor(outgoing)


def consent_refused_to_advisor(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Tell who asked that the company said no."""
    return to_advisor(outgoing)


def consent_lapsed_to_advisor(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Tell who asked that the company did not answer."""
    return to_advisor(outgoing)


def claim_expired_to_advisor(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Tell an advisor that a referral lay too long and went back to the queue."""
    return to_advisor(outgoing)


def question_answered_to_advisor(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Tell the owner that the company answered."""
    return to_advisor(outgoing)


def answer_overdue_to_advisor(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Tell the owner that the company did not answer in time."""
    return to_advisor(outgoing)


def accepted_to_advisor(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Tell the owner that a partner took it."""
    return to_advisor(outgoing, partner=partner_of_event(outgoing), until=until(outgoing))


def declined_to_advisor(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Tell the owner that a partner said no, and why."""
    return to_advisor(outgoing, partner=partner_of_event(outgoing), reason=reason_of(outgoing))


def returned_to_advisor(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Tell the owner that a partner gave it back, and why."""
    return declined_to_advisor(outgoing)


def offer_expired_to_advisor(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Tell the owner that a partner did not answer in time."""
    return to_advisor(outgoing, partner=partner_of_event(outgoing))


def offer_undeliverable_to_advisor(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Tell the owner that an offer could not be delivered."""
    return to_advisor(outgoing, partner=partner_of_event(outgoing))


def contact_overdue_to_advisor(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Tell the owner that a partner did not call the company in time."""
    return to_advisor(outgoing, partner=partner_of_event(outgoing))


def postponed_to_advisor(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Tell the owner that a partner waits until a date."""
    return to_advisor(outgoing, partner=partner_of_event(outgoing), until=until(outgoing))


def resumed_to_advisor(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Tell the owner that a partner goes on."""
    return to_advisor(outgoing, partner=partner_of_event(outgoing))


def late_to_advisor(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Tell the owner that the term passed and the referral stays where it is."""
    state = State(outgoing.event.payload["state"])
    return to_advisor(outgoing, state=state.label, advice=_ADVICE[state])


def hold_ended_to_advisor(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Tell the owner that a postponement has ended."""
    return to_advisor(outgoing)


def withdrawn_to_advisor(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Tell the owner that the company withdrew the request."""
    return to_advisor(outgoing)


def reopened_to_advisor(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Tell who had it that a closed referral is open again."""
    return to_advisor(outgoing)


def handed_over_to_advisor(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Tell an advisor that a colleague gave a referral to her."""
    return to_advisor(outgoing)


def partner_question_to_advisor(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Tell the owner that a partner asked something; the question stands in the workbench only."""
    return to_advisor(outgoing, partner=partner_of_event(outgoing))


def unhappy_to_advisor(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Tell the owner that the company is not satisfied; what it wrote stands in the workbench only."""
    return to_advisor(outgoing)
