"""The mails about accounts: an invitation, a link for a new password, and what changed about signing in."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.core.mail import EmailMultiAlternatives

from nnmkb.ledger.models import Outgoing
from referrals.domain import dates
from referrals.letters import compose
from referrals.mail.addressing import Outdated, address, key_of, to_person
from referrals.models import Invitation
from referrals.services import invitations, passwords
from referrals.services.account_events import Changed

WORDS = {
    Changed.PASSWORD: "Het wachtwoord is veranderd.",
    Changed.APP_ADDED: "Er is een app met codes toegevoegd.",
    Changed.APP_REMOVED: "Er is een app met codes weggehaald.",
    Changed.PASSKEY_ADDED: "Er is een passkey toegevoegd.",
    Changed.PASSKEY_REMOVED: "Er is een passkey weggehaald.",
    Changed.CODES_MADE: "Er zijn nieuwe herstelcodes gemaakt. De oude werken niet meer.",
    Changed.CODE_USED: "Er is ingelogd met een herstelcode.",
    Changed.RESET: "Uw tweede stap is weggehaald. Bij het inloggen stelt u een nieuwe in.",
}


def invitation(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Invite somebody to make an account, with the link that works once."""
    found = Invitation.objects.select_related("partner").get(pk=key_of(outgoing))
    if found.closed_at is not None:
        raise Outdated
    words = {
        "organisation": found.partner.name,
        "until": dates.weekday(found.expires_at),
        "url": address("referrals:invitation", invitations.token_of(found)),
    }
    return compose(outgoing, found.email, words)


def account_changed(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Tell somebody what changed about signing in, so that it cannot be done behind the own back."""
    return to_person(
        outgoing,
        User.objects.get(pk=key_of(outgoing)),
        what=WORDS[Changed(outgoing.event.payload["what"])],
        day=dates.day(outgoing.event.at),
        url=address("referrals:login"),
    )


def password_reset(outgoing: Outgoing) -> EmailMultiAlternatives:
    """Give the link to choose a new password; it is made now, and stored nowhere."""
    user = User.objects.get(pk=key_of(outgoing))
    return to_person(outgoing, user, url=address("referrals:password-new", passwords.token_of(user)))
