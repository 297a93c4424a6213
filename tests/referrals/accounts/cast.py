"""People of a partner with an account, signed in or not."""

from __future__ import annotations

import itertools
import time
from binascii import unhexlify
from datetime import datetime

from django.contrib.auth.models import Group, User
from django.test import Client
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from nnmkb.web.permissions import Role
from referrals.models import Membership, Partner
from referrals.services.invitations import By, Newcomer
from tests.referrals.services.cast import NOW

_count = itertools.count(1)
PASSWORD = "vier losse woorden hier"
KEY = "3132333435363738393031323334353637383930"


def member(
    partner: Partner, role: Role = Role.PARTNER_HANDLER, *, verified: bool = True, password: str | None = None
) -> Membership:
    """Make somebody of this partner; `verified` gives an authenticator app, with which signed_in() works."""
    email = f"mens{next(_count)}@{partner.code}.example"
    user = User.objects.create_user(email, email, password, first_name="Tjalling", last_name="Haanstra")
    # A transactional test before this one may have emptied the table.
    user.groups.add(Group.objects.get_or_create(name=role)[0])
    if verified:
        TOTPDevice.objects.create(user=user, name="app", key=KEY)
    return Membership.objects.create(user=user, partner=partner, joined_at=NOW)


def signed_in(client: Client, person: Membership) -> Client:
    """Let somebody sign in, in both steps when there is a second factor, with the password alone when not."""
    client.force_login(person.user)
    device = TOTPDevice.objects.filter(user=person.user, confirmed=True).first()
    if device is not None:
        session = client.session
        session[DEVICE_ID_SESSION_KEY] = device.persistent_id
        session.save()
    return client


def kvk() -> By:
    """Return a team lead of the KvK, who acts for a partner."""
    user, _ = User.objects.get_or_create(username="lies", defaults={"email": "lies@kvk.example"})
    return By(user, f"staff:{user.pk}")


def newcomer(password: str = PASSWORD) -> Newcomer:
    """Return who accepts an invitation."""
    return Newcomer("Tjalling", "Haanstra", password)


def code(at: datetime, key: str = KEY) -> str:
    """Return what an app with this secret shows at a moment."""
    return f"{totp(unhexlify(key), t0=0, step=30, drift=int(at.timestamp() // 30) - int(time.time() // 30)):06d}"
