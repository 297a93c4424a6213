"""Signatures of Standard Webhooks 1.0.0: HMAC-SHA256 over id, moment and body, under one or more secrets.

Facts of the standard: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

PREFIX = "whsec_"
SHORTEST_KEY, LONGEST_KEY = 24, 64
TOLERANCE = timedelta(minutes=5)
ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"


class BadSecret(ValueError):
    """The text is no secret of this standard."""


class NotGenuine(Exception):
    """The message was not signed with this secret, was changed on the way, or is too old or too new."""


def secret(key: bytes) -> str:
    """Return a key as receivers store it: `whsec_` and base64."""
    if not SHORTEST_KEY <= len(key) <= LONGEST_KEY:
        raise BadSecret(f"a key has {SHORTEST_KEY} to {LONGEST_KEY} bytes")
    return PREFIX + base64.b64encode(key).decode()


def key_of(text: str) -> bytes:
    """Return the key behind a secret; raises BadSecret."""
    if not text.startswith(PREFIX):
        raise BadSecret(f"a secret starts with {PREFIX}")
    try:
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise BadSecret("a secret is base64") from error
    if not SHORTEST_KEY <= len(key) <= LONGEST_KEY:
        raise BadSecret(f"a key has {SHORTEST_KEY} to {LONGEST_KEY} bytes")
    return key


def sign(message_id: str, at: datetime, body: bytes, text: str) -> str:
    """Return the signature of a message under one secret, with its version in front."""
    signed = b".".join((message_id.encode(), str(int(at.timestamp())).encode(), body))
    return "v1," + base64.b64encode(hmac.new(key_of(text), signed, hashlib.sha256).digest()).decode()


def headers(message_id: str, at: datetime, body: bytes, secrets: Iterable[str]) -> dict[str, str]:
    """Return the three headers of a message, signed under each of the secrets: a receiver needs to know only one."""
    return {
        ID: message_id,
        TIMESTAMP: str(int(at.timestamp())),
        SIGNATURE: " ".join(sign(message_id, at, body, text) for text in secrets),
    }


def verify(found: Mapping[str, str], body: bytes, text: str, now: datetime) -> None:
    """Raise NotGenuine unless one of the signatures is right and the message is of the last five minutes."""
    given = {name.lower(): value for name, value in found.items()}
    if not {ID, TIMESTAMP, SIGNATURE} <= given.keys() or not re.fullmatch(r"[0-9]{1,12}", given[TIMESTAMP]):
        raise NotGenuine("a header is missing or wrong")
    at = datetime.fromtimestamp(int(given[TIMESTAMP]), tz=now.tzinfo)
    if abs(now - at) > TOLERANCE:
        raise NotGenuine("the message is too old or too new")
    expected = sign(given[ID], at, body, text).encode()
    # All of them, whichever is right: the time that it takes tells nothing.
    right = [hmac.compare_digest(one.encode(), expected) for one in given[SIGNATURE].split(" ")]
    if not any(right):
        raise NotGenuine("no signature is right")
