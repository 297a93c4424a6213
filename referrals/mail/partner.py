"""The mails to a partner: a number, a date, a link, and nothing about the company."""

from __future__ import annotations

from django.core.mail import EmailMultiAlternatives

from nnmkb.ledger.models import Outgoing
from referrals.domain import dates
from referrals.mail.addressing import Outdated, key_of, offer_of, still_waiting, to_partner, until, with_way_in
from referrals.models import AccessCode, Offer
from referrals.services import access


def offer(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Give a partner the link to an offer; not after its end, which may come while an attempt at this mail runs."""
    live = offer_of(outgoing)
    if live.ended_at is not None:
        raise Outdated
    return with_way_in(outgoing, live, until=dates.weekday(live.respond_by))


def offer_reminder(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Remind a partner that an answer is due."""
    if offer_of(outgoing).state != Offer.State.OPEN:
        raise Outdated
    return offer(outgoing)


def contact_reminder(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Remind a partner that accepted to call the company."""
    still_waiting(outgoing)
    live = offer_of(outgoing)
    return with_way_in(outgoing, live, until=until(outgoing))


def code(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Give a partner the six digits that open the dossier; not when they open nothing any more."""
    made = AccessCode.objects.select_related("offer__referral", "offer__partner").get(pk=key_of(outgoing))
    newer = AccessCode.objects.filter(offer=made.offer_id, pk__gt=made.pk)
    if made.offer.ended_at is not None or made.used_at is not None or newer.exists():
        raise Outdated
    return to_partner(outgoing, made.offer, code=access.code_of(made))


def recalled(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Tell a partner that the offer was taken back."""
    return to_partner(outgoing, offer_of(outgoing))


def offer_expired_to_partner(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Tell a partner that the term of the offer passed without an answer."""
    return to_partner(outgoing, offer_of(outgoing))


def contact_overdue_to_partner(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Tell a partner that accepted but did not call in time that the KvK takes the referral back."""
    return to_partner(outgoing, offer_of(outgoing))


def report_due_to_partner(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Ask a partner how it goes, when nothing was heard for the whole term."""
    live = offer_of(outgoing)
    if live.ended_at is not None:
        raise Outdated
    return with_way_in(outgoing, live)


def partner_question_answered(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Tell a partner that the KvK answered its question; the answer stands behind the code only."""
    live = offer_of(outgoing)
    if live.ended_at is not None:
        raise Outdated
    return with_way_in(outgoing, live)


def hold_ended_to_partner(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Tell a partner that the postponement ended and the KvK takes over."""
    return to_partner(outgoing, offer_of(outgoing))


def withdrawn_to_partner(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Ask a partner to delete what it kept, because the company withdrew its consent."""
    return to_partner(outgoing, offer_of(outgoing))
