"""Signatures of Standard Webhooks 1.0.0: HMAC-SHA256 over id, moment and body, under one or more secrets.

Facts of the standard: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime

PREFIX = "whsec_"
SHORTEST_KEY, LONGEST_KEY = 24, 64
ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"


class BadSecret(ValueError):
    """The text is no secret of this standard."""


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
