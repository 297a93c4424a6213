"""Every mail of the house: one function a message, written from the event and the rows it points to.

The texts are in templates/mail, once; letters.py makes both the plain and the HTML part of it. Mails to partners and
advisors hold no personal data: a number, a date, a link.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse

from intake.models import Contact, Intake
from nnmkb.ledger import tokens
from nnmkb.ledger.models import Outgoing
from referrals.domain import dates
from referrals.domain.lifecycle import State, due
from referrals.domain.reasons import CANCEL_REASONS, DECLINE_REASONS, RETURN_REASONS
from referrals.domain.worktime import read_calendar
from referrals.letters import compose
from referrals.models import AccessCode, Offer, Referral
from referrals.services import access, offering, refer

REASONS = {**RETURN_REASONS, **DECLINE_REASONS, **CANCEL_REASONS}


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


def offer_to_entrepreneur(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Say which organisation has the request now, and by when it answers."""
    intake, live = intake_of(outgoing), offer_of_event(outgoing)
    until = dates.weekday(live.respond_by, intake.language)
    return to_entrepreneur(outgoing, intake, partner=live.partner_name, until=until)


def accepted(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Say who is going to help, and by when they call."""
    intake, live = intake_of(outgoing), offer_of_event(outgoing)
    until = dates.weekday(contact_by(outgoing), intake.language)
    return to_entrepreneur(outgoing, intake, partner=live.partner_name, until=until)


def withdrawn_receipt(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Confirm a withdrawal."""
    return to_entrepreneur(outgoing, intake_of(outgoing))


def completed(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Say that the help has ended."""
    return to_entrepreneur(outgoing, intake_of(outgoing), number=referral_of(outgoing).number)


def cancelled(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Say that the request goes no further, and why."""
    intake = intake_of(outgoing)
    return to_entrepreneur(outgoing, intake, number=referral_of(outgoing).number, reason=reason_of(outgoing))


def offer(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Give a partner the link to an offer."""
    live = offer_of(outgoing)
    url = address("referrals:offer", offering.token_of(live))
    return to_partner(outgoing, live, url=url, until=dates.weekday(live.respond_by))


def code(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Give a partner the six digits that open the dossier."""
    made = AccessCode.objects.select_related("offer__referral", "offer__partner").get(pk=key_of(outgoing))
    return to_partner(outgoing, made.offer, code=access.code_of(made))


def recalled(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Tell a partner that the offer was taken back."""
    return to_partner(outgoing, offer_of(outgoing))


def withdrawn_to_partner(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Ask a partner to delete what it kept, because the company withdrew its consent."""
    return to_partner(outgoing, offer_of(outgoing))


def accepted_to_advisor(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Tell the owner of a referral that a partner took it."""
    return to_advisor(outgoing, until=dates.weekday(contact_by(outgoing)))


def declined_to_advisor(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Tell the owner of a referral that it is back, and why."""
    return to_advisor(outgoing, reason=reason_of(outgoing))


def to_entrepreneur(outgoing: Outgoing, intake: Intake, *, to: str = "", **words: str) -> EmailMultiAlternatives:
    """Write to the company, in its own language, with the link to its own page."""
    found = {"number": intake.reference, "url": settings.SITE_URL + refer.follow_path(intake), **words}
    return compose(outgoing, to or Contact.objects.get(intake=intake).email, found, intake.language)


def to_partner(outgoing: Outgoing, live: Offer, **words: str) -> EmailMultiAlternatives:
    """Write to the registered address of the partner."""
    return compose(outgoing, live.partner.email, {"number": live.referral.number, **words})


def to_advisor(outgoing: Outgoing, **words: str) -> EmailMultiAlternatives:
    """Write to an advisor about the referral of the event."""
    referral = referral_of(outgoing)
    asked = Offer.objects.get(pk=outgoing.event.payload["offer"])
    url = address("referrals:desk-referral", referral.number)
    found = {"number": referral.number, "partner": asked.partner_name, "url": url, **words}
    return compose(outgoing, User.objects.get(pk=key_of(outgoing)).email, found)


def key_of(outgoing: Outgoing) -> int:
    """Return the key of the recipient's row."""
    return int(outgoing.recipient.partition(":")[2])


def intake_of(outgoing: Outgoing) -> Intake:
    """Return the intake that the mail goes to."""
    return Intake.objects.get(pk=key_of(outgoing))


def offer_of(outgoing: Outgoing) -> Offer:
    """Return the offer that the mail goes to."""
    return Offer.objects.select_related("referral", "partner").get(pk=key_of(outgoing))


def offer_of_event(outgoing: Outgoing) -> Offer:
    """Return the offer that the event is about."""
    return Offer.objects.get(pk=outgoing.event.payload["offer"])


def referral_of(outgoing: Outgoing) -> Referral:
    """Return the referral whose history the event is in."""
    return Referral.objects.get(pk=int(outgoing.event.stream.partition(":")[2]))


def reason_of(outgoing: Outgoing) -> str:
    """Return the words for the reason of the event."""
    return REASONS[outgoing.event.payload["reason"]].label


def contact_by(outgoing: Outgoing) -> datetime:
    """Return by when a partner that accepted must have called."""
    by, _ = due(State.ACCEPTED, outgoing.event.at, read_calendar())
    return by


def address(name: str, *args: str) -> str:
    """Return the full address of a page."""
    return settings.SITE_URL + reverse(name, args=args)
