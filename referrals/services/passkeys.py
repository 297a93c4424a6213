"""Passkeys (WebAuthn): what the browser is asked, and whether its answer is true. Needs a site with a name.

Attestation is not asked: which make of key somebody has is none of our business. The person must be verified by the
device (finger, face or PIN), so that a passkey alone is two factors.
"""

from __future__ import annotations

import json
from datetime import datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import webauthn
from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from nnmkb.ledger import tokens
from referrals.models import Passkey
from referrals.services import account_events, second_factor
from referrals.services.account_events import Changed
from referrals.services.errors import Refused

LONGEST_ANSWER = 20_000
LONGEST_NAME = 60
UNTRUE = "Het lukte niet met deze passkey. Probeer het opnieuw."


def possible() -> bool:
    """Say whether passkeys can exist here: browsers tie them to a name, never to a bare IP address."""
    try:
        ip_address(site())
    except ValueError:
        return True
    return False


def site() -> str:
    """Return the name that passkeys of this site are tied to."""
    return urlsplit(settings.SITE_URL).hostname or ""


def origin() -> str:
    """Return from which address a browser must answer."""
    parts = urlsplit(settings.SITE_URL)
    return f"{parts.scheme}://{parts.netloc}"


# --- making one -----------------------------------------------------------------------------------------------------


def creation(user: User) -> tuple[str, str]:
    """Return what the browser needs to make a passkey, as JSON, and the challenge to keep in the session."""
    options = webauthn.generate_registration_options(
        rp_id=site(),
        rp_name=settings.SITE_NAME,
        user_id=handle(user),
        user_name=user.get_username(),
        user_display_name=user.get_full_name() or user.get_username(),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=_descriptors(user),
    )
    return webauthn.options_to_json(options), bytes_to_base64url(options.challenge)


def add(user: User, answer: str, challenge: str, *, name: str, actor: str, now: datetime) -> Passkey:
    """Keep a new passkey; refuses an answer that is not true, or to another challenge."""
    if not challenge:
        # An empty one can be answered by whoever never asked.
        raise Refused(UNTRUE)
    try:
        found = webauthn.verify_registration_response(
            credential=read(answer),
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site(),
            expected_origin=origin(),
            require_user_verification=True,
        )
    # Whatever a hostile answer makes the parsers raise, it is an answer that is not true.
    except Exception as error:
        raise Refused(UNTRUE) from error

    def work() -> Passkey:
        second_factor.lock(user)
        second_factor.room_for_one_more(user)
        try:
            with transaction.atomic():
                made = Passkey.objects.create(
                    user=user,
                    name=name[:LONGEST_NAME] or "passkey",
                    credential_id=bytes_to_base64url(found.credential_id),
                    public_key=found.credential_public_key,
                    sign_count=found.sign_count,
                    created_at=now,
                )
        except IntegrityError as error:
            raise Refused("Deze passkey staat er al.") from error
        account_events.tell(user, Changed.PASSKEY_ADDED, actor=actor, now=now)
        return made

    return account_events.in_one(f"account:{user.pk}", work)


# --- using one ------------------------------------------------------------------------------------------------------


def request(user: User | None) -> tuple[str, str]:
    """Return what the browser needs to show a passkey, of this person or of anyone; and the challenge to keep."""
    options = webauthn.generate_authentication_options(
        rp_id=site(),
        allow_credentials=_descriptors(user) if user else [],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options), bytes_to_base64url(options.challenge)


def use(answer: str, challenge: str, *, user: User | None, now: datetime) -> Passkey | None:
    """Return the passkey that gave this answer; None when it is not true, or of somebody else than `user`."""
    try:
        given = read(answer)
        known = Passkey.objects.select_related("user").filter(credential_id=str(given["id"])[:1400]).first()
        if known is None or (user is not None and known.user_id != user.pk) or not _same_person(given, known.user):
            return None
        found = webauthn.verify_authentication_response(
            credential=given,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site(),
            expected_origin=origin(),
            credential_public_key=bytes(known.public_key),
            credential_current_sign_count=known.sign_count,
            require_user_verification=True,
        )
    except Exception:
        return None
    # Of two answers with the same count, one is of a copy of the key.
    mine = Passkey.objects.filter(pk=known.pk, sign_count=known.sign_count)
    return known if mine.update(sign_count=found.new_sign_count, last_used_at=now) else None


def read(answer: str) -> dict[str, Any]:
    """Return the answer of a browser; raises ValueError when it is none."""
    if not answer or len(answer) > LONGEST_ANSWER:
        raise ValueError("no answer of a browser")
    found = json.loads(answer)
    if not isinstance(found, dict):
        raise ValueError("no answer of a browser")
    return found


def handle(user: User) -> bytes:
    """Return how a passkey names its owner: always the same, and nothing that can be read back."""
    return tokens.keyed(f"passkey|{user.pk}")


def _same_person(given: dict[str, Any], user: User) -> bool:
    named = given["response"].get("userHandle")
    return not named or tokens.same(str(named), bytes_to_base64url(handle(user)))


def _descriptors(user: User) -> list[PublicKeyCredentialDescriptor]:
    ids = Passkey.objects.filter(user=user).values_list("credential_id", flat=True)
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in ids]
