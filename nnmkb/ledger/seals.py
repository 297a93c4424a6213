"""The proof of a text without the text: the history keeps a salted digest, the text stands beside its salt.

Erasing both leaves a digest that nothing can be guessed from, and a chain that still holds.
"""

from __future__ import annotations

import hashlib
import secrets


def new_salt() -> str:
    """Return 128 random bits in hexadecimal."""
    return secrets.token_hex(16)


def seal(salt: str, text: str) -> str:
    """Return SHA-256 over salt and text, in hexadecimal."""
    return hashlib.sha256(f"{salt}|{text}".encode()).hexdigest()
