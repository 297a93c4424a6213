"""The second step of signing in: an authenticator app, recovery codes, and what of these somebody has."""

from __future__ import annotations

import re
import secrets
from base64 import b32encode
from binascii import unhexlify
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from django.contrib.auth.models import User
from django_otp import verify_token
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp.util import random_hex

from nnmkb.ledger import tokens
from referrals.models import Passkey
from referrals.services import account_events
from referrals.services.account_events import Changed
from referrals.services.errors import Refused

CODES = 10
MOST_FACTORS = 10
# No 0, 1, i, l and o: these codes are copied by hand.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
KEY = re.compile(r"[0-9a-f]{40}")
CODE = re.compile(r"[0-9]{6}")


@dataclass(frozen=True, slots=True)
class Factor:
    """One way to take the second step."""

    kind: str
    pk: int
    name: str
    added: datetime | None
    used: datetime | None


def apps(user: User) -> list[TOTPDevice]:
    """Return the authenticator apps of somebody."""
    return list(TOTPDevice.objects.filter(user=user, confirmed=True).order_by("pk"))


def factors(user: User) -> list[Factor]:
    """Return every app and passkey of somebody; recovery codes stand in for these, and are none."""
    found = [Factor("app", one.pk, one.name, one.created_at, one.last_used_at) for one in apps(user)]
    keys = Passkey.objects.filter(user=user).order_by("pk")
    return found + [Factor("passkey", one.pk, one.name, one.created_at, one.last_used_at) for one in keys]


def has_factor(user: User) -> bool:
    """Say whether somebody can take the second step."""
    return TOTPDevice.objects.filter(user=user, confirmed=True).exists() or Passkey.objects.filter(user=user).exists()


# --- the app --------------------------------------------------------------------------------------------------------


def new_key() -> str:
    """Return the secret of a new app, which the person takes over from the screen."""
    return str(random_hex(20))


def secret_of(key: str) -> str:
    """Return the secret as a person types it, in groups of four."""
    plain = b32encode(unhexlify(key)).decode()
    return " ".join(plain[at : at + 4] for at in range(0, len(plain), 4))


def address_of(user: User, key: str) -> str:
    """Return what the QR code says."""
    return str(TOTPDevice(user=user, key=key).config_url)


def add_app(user: User, key: str, typed: str, *, actor: str, now: datetime) -> TOTPDevice:
    """Add an app that shows the right code for this secret; refuses a wrong code.

    The code is used up by this: it does not also sign in.
    """
    if not KEY.fullmatch(key):
        raise Refused("Deze pagina was te oud. Scan de nieuwe code.", field="code")

    def work() -> TOTPDevice:
        lock(user)
        room_for_one_more(user)
        device = TOTPDevice(user=user, key=key, name="app", confirmed=False)
        if not (code := digits(typed)) or not device.verify_token(code):
            raise Refused("Deze code klopt niet. Vul de code in die nu in uw app staat.", field="code")
        device.confirmed = True
        device.save()
        account_events.tell(user, Changed.APP_ADDED, actor=actor, now=now)
        return device

    return account_events.in_one(f"account:{user.pk}", work)


def digits(typed: str) -> str:
    """Return the six digits that somebody typed; empty when it are no six digits."""
    found = re.sub(r"\s", "", typed[:40])
    return found if CODE.fullmatch(found) else ""


def lock(user: User) -> None:
    """Let changes to one account wait for each other, until the end of the transaction."""
    User.objects.select_for_update().get(pk=user.pk)


def room_for_one_more(user: User) -> None:
    """Refuse an eleventh factor."""
    if len(factors(user)) >= MOST_FACTORS:
        raise Refused(f"U hebt al {MOST_FACTORS} manieren om in te loggen. Haal er eerst een weg.")


# --- recovery codes -------------------------------------------------------------------------------------------------


def new_codes(user: User, *, actor: str, now: datetime, told: bool = True) -> list[str]:
    """Make ten fresh recovery codes and return them; the old ones are worth nothing now. Only a digest is kept."""
    codes = ["".join(secrets.choice(LETTERS) for _ in range(10)) for _ in range(CODES)]

    def work() -> None:
        lock(user)
        device = codes_of(user) or StaticDevice.objects.create(user=user, name="herstelcodes")
        device.token_set.all().delete()
        for code in codes:
            device.token_set.create(token=kept(user, code))
        if told:
            account_events.tell(user, Changed.CODES_MADE, actor=actor, now=now)

    account_events.in_one(f"account:{user.pk}", work)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def codes_of(user: User) -> StaticDevice | None:
    """Return what holds the recovery codes of somebody, if there are any."""
    return StaticDevice.objects.filter(user=user).order_by("pk").first()


def codes_left(user: User) -> int:
    """Return how many recovery codes are not used yet."""
    device = codes_of(user)
    return device.token_set.count() if device else 0


def kept(user: User, code: str) -> str:
    """Return what is stored of a recovery code."""
    return tokens.keyed(f"recovery|{user.pk}|{code}").hex()[:16]


# --- the step itself ------------------------------------------------------------------------------------------------


def check(user: User, typed: str, now: datetime) -> Device | None:
    """Return the device whose code this is, a recovery code included; None when it is no code of this person.

    A code works once. Wrong codes make django-otp wait longer and longer; see wait().
    """
    if code := digits(typed):
        return _of_app(user, code)
    device, plain = codes_of(user), re.sub(r"[^a-z0-9]", "", typed[:40].lower())
    if device is None or len(plain) != 10 or not verify_token(user, device.persistent_id, kept(user, plain)):
        return None
    account_events.in_one(
        f"account:{user.pk}",
        lambda: account_events.tell(user, Changed.CODE_USED, actor=account_events.own(user), now=now),
    )
    return device


def _of_app(user: User, code: str) -> Device | None:
    mine = apps(user)
    found = next((one for one in mine if verify_token(user, one.persistent_id, code)), None)
    if found is not None:
        # The code of one app is a wrong code to the others, which would make them wait ever longer.
        for other in mine:
            if other.pk != found.pk:
                TOTPDevice.objects.get(pk=other.pk).throttle_reset()
    return found


def wait(user: User, now: datetime) -> int:
    """Return for how many seconds no code of this person is looked at, after wrong ones."""
    seconds = [_locked(one, now) for one in (*apps(user), codes_of(user)) if one is not None]
    return max(seconds, default=0)


def _locked(device: Device, now: datetime) -> int:
    allowed, why = device.verify_is_allowed()
    return 0 if allowed else max(ceil((why["locked_until"] - now).total_seconds()), 1)


# --- taking away ----------------------------------------------------------------------------------------------------


def remove(user: User, kind: str, pk: int, *, actor: str, now: datetime) -> None:
    """Take away one app or passkey of somebody; refuses the last, which would leave the password alone."""

    def work() -> None:
        lock(user)
        found = factors(user)
        if (kind, pk) not in {(one.kind, one.pk) for one in found}:
            raise Refused("Deze manier van inloggen staat er niet meer.")
        if len(found) == 1:
            raise Refused("Dit is uw enige tweede stap. Voeg eerst een andere toe.")
        rows = TOTPDevice.objects if kind == "app" else Passkey.objects
        rows.filter(user=user, pk=pk).delete()
        changed = Changed.APP_REMOVED if kind == "app" else Changed.PASSKEY_REMOVED
        account_events.tell(user, changed, actor=actor, now=now)

    account_events.in_one(f"account:{user.pk}", work)


def reset(user: User, *, actor: str, now: datetime) -> None:
    """Take away the second step of somebody who lost it, with a mail; the password stays."""

    def work() -> None:
        clear(user)
        account_events.tell(user, Changed.RESET, actor=actor, now=now)

    account_events.in_one(f"account:{user.pk}", work)


def clear(user: User) -> None:
    """Take away everything that takes the second step. Every session of this person is no longer verified by that.

    What is being added at this moment is waited for, and taken away too. Call it in a transaction.
    """
    lock(user)
    for model in (TOTPDevice, StaticDevice, Passkey):
        model.objects.filter(user=user).delete()
