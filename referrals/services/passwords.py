"""A new password: by somebody who is signed in, or by a link in a mail, which never replaces the second step."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.db.models import Q
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from nnmkb.ledger import events, outbox
from referrals.services import account_events, second_factor
from referrals.services.account_events import Changed

# The largest number that fits in the key of a row.
LARGEST = 2**63 - 1


def ask(typed: str, now: datetime) -> int:
    """Mail a link to who has this address, and return to how many; show the same answer whatever it is.

    Only to who has a second step: otherwise whoever reads the mailbox would have the account.
    """
    address = typed.strip().lower()
    known = User.objects.filter(Q(username=address) | Q(email__iexact=address), is_active=True).exclude(email="")
    sent = 0
    for user in known.order_by("pk")[:5]:
        if second_factor.has_factor(user):
            account_events.in_one(f"account:{user.pk}", partial(_promise, user, now))
            sent += 1
    return sent


def token_of(user: User) -> str:
    """Return the token of the link: it dies with the password, the last day of signing in, and in an hour."""
    number = urlsafe_base64_encode(force_bytes(user.pk))
    return f"{number}-{default_token_generator.make_token(user)}"


def by_token(token: str) -> User | None:
    """Return whose link this is; None when it is of nobody, used or too old."""
    number, _, rest = token.partition("-")
    try:
        pk = int(urlsafe_base64_decode(number).decode("ascii"))
    except ValueError:
        return None
    user = User.objects.filter(pk=pk, is_active=True).first() if 0 < pk <= LARGEST else None
    if user is None or not default_token_generator.check_token(user, rest):
        return None
    return user if second_factor.has_factor(user) else None


def change(user: User, password: str, now: datetime) -> None:
    """Set another password; every other session of this person ends by that."""
    # Slow on purpose, so not while others wait for this transaction.
    user.set_password(password)

    def work() -> None:
        user.save(update_fields=["password"])
        account_events.tell(user, Changed.PASSWORD, actor=account_events.own(user), now=now)

    account_events.in_one(f"account:{user.pk}", work)


def _promise(user: User, now: datetime) -> None:
    stream, payload = account_events.stream_of(user), {"person": user.pk}
    event = events.record(stream, "password_link_asked", actor="system", at=now, payload=payload)
    outbox.enqueue(event, "mail.password_reset", f"user:{user.pk}", at=now)
