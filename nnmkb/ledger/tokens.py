"""Link tokens and codes that can be made again when the mail is written, so that only their digest is ever stored."""

from __future__ import annotations

import base64
import hashlib
import hmac

from django.conf import settings


def derive(purpose: str, reference: str, nonce: str) -> str:
    """Return the 256-bit token of this purpose, row and nonce; changing the nonce kills the link."""
    mac = keyed(f"{purpose}|{reference}|{nonce}")
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def derive_code(reference: str, nonce: str) -> str:
    """Return the six digits that go by mail for this row and nonce."""
    return f"{int.from_bytes(keyed(f'code|{reference}|{nonce}')[:8]) % 1_000_000:06d}"


def digest(token: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def same(given: str, expected: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(given.encode(), expected.encode())


def keyed(text: str) -> bytes:
    """Return HMAC-SHA256 under a key that is only for links."""
    key = hashlib.sha256(b"nnmkb.links|" + settings.SECRET_KEY.encode()).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
