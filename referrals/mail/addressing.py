"""To whom a mail goes, and the facts that it takes from its event."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse

from intake.models import Contact, Intake
from intake.policies import policy
from nnmkb.ledger.models import Outgoing
from referrals.domain import dates
from referrals.domain.lifecycle import State, due
from referrals.domain.reasons import label_of
from referrals.domain.worktime import read_calendar, start_of
from referrals.letters import compose
from referrals.models import Offer, Partner, Referral
from referrals.services import offering, refer


class Outdated(Exception):
    """The mail asks for something that is no longer to be done; it need not go out."""


def to_entrepreneur(outgoing: Outgoing, intake: Intake, *, to: str = "", **words: str) -> EmailMultiAlternatives:
    """Write to the company, in its own language, with the link to its own page."""
    found = {"number": intake.reference, "url": settings.SITE_URL + refer.follow_path(intake), **words}
    return compose(outgoing, to or Contact.objects.get(intake=intake).email, found, intake.language)


def to_partner(outgoing: Outgoing, live: Offer, **words: str) -> EmailMultiAlternatives:
    """Write to the registered address of the partner."""
    return compose(outgoing, live.partner.email, {"number": live.referral.number, **words})


def with_way_in(outgoing: Outgoing, live: Offer, **words: str) -> EmailMultiAlternatives:
    """Write to a partner with the link to an offer, and first the way through its inbox for who works with accounts.

    The link stays, so that no deadline depends on somebody being able to sign in.
    """
    with_accounts = live.partner.channel == Partner.Channel.PORTAL and (
        live.partner.members.filter(ended_at__isnull=True).exists()
    )
    inbox = address("referrals:portal-offer", live.referral.number) if with_accounts else ""
    url = address("referrals:offer", offering.token_of(live))
    return to_partner(outgoing, live, url=url, inbox=inbox, **words)


def to_advisor(outgoing: Outgoing, **words: str) -> EmailMultiAlternatives:
    """Write to somebody of the KvK about the referral of the event, with its number and the link to it.

    To nobody when that account was switched off: who left reads nothing of this any more.
    """
    reader = User.objects.get(pk=key_of(outgoing))
    referral = referral_of(outgoing)
    url = address("referrals:desk-referral", referral.number)
    found = {"number": referral.number, "url": url, **words}
    return compose(outgoing, reader.email if reader.is_active else "", found)


def to_person(outgoing: Outgoing, user: User, **words: str) -> EmailMultiAlternatives:
    """Write to somebody with an account about that account; to nobody when it was switched off."""
    return compose(outgoing, user.email if user.is_active else "", words)


def to_lead(outgoing: Outgoing, **words: str) -> EmailMultiAlternatives:
    """Write to who leads the team about the history as a whole, with the day of the event."""
    lead = User.objects.get(pk=key_of(outgoing))
    return compose(outgoing, lead.email, {"day": dates.day(outgoing.event.at), **words})


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


def partner_of_event(outgoing: Outgoing) -> str:
    """Return the name of the partner that the event is about, as it was asked."""
    return offer_of_event(outgoing).partner_name


def organisation_of_event(outgoing: Outgoing, intake: Intake) -> str:
    """Return the name of the organisation that consent is asked for."""
    return policy(intake.policy).organisations[outgoing.event.payload["organisation"]].name


def referral_of(outgoing: Outgoing) -> Referral:
    """Return the referral whose history the event is in."""
    return Referral.objects.get(pk=int(outgoing.event.stream.partition(":")[2]))


def reason_of(outgoing: Outgoing) -> str:
    """Return the words for the reason of the event."""
    return label_of(outgoing.event.payload["reason"])


def due_of(outgoing: Outgoing) -> datetime:
    """Return when the clock runs out that the event started, as it was frozen then."""
    event = outgoing.event
    if "due" in event.payload:
        return datetime.fromisoformat(event.payload["due"])
    state = State(event.payload["to"])
    if state is State.OFFERED:
        return offer_of_event(outgoing).respond_by
    if state is State.ON_HOLD:
        return start_of(date.fromisoformat(event.payload["until"]))
    by, _ = due(state, event.at, read_calendar())
    return by


def until(outgoing: Outgoing, language: str = "nl") -> str:
    """Return the same in words."""
    return dates.weekday(due_of(outgoing), language)


def still_waiting(outgoing: Outgoing) -> Referral:
    """Return the referral of a reminder; raises Outdated when it left the state that the event put it in."""
    referral = referral_of(outgoing)
    if referral.state != outgoing.event.payload["to"] or referral.entered_at != outgoing.event.at:
        raise Outdated
    return referral


def address(name: str, *args: str) -> str:
    """Return the full address of a page."""
    return settings.SITE_URL + reverse(name, args=args)
