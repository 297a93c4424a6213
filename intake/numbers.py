"""Reference numbers: readable over the phone, not to be guessed from another, with a check character."""

from __future__ import annotations

import re

# Crockford's letters and digits: without I, L, O and U, which look like others.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LOOK_ALIKES = str.maketrans("ILO", "110")
PREFIX = "NN"
# Seven characters of five bits; the eighth is the check character.
RANDOM_BITS = 35
SIZE = 7


def reference_of(bits: int) -> str:
    """Return the reference for this random number of RANDOM_BITS bits: NN-7K3F-92QD."""
    if not 0 <= bits < 1 << RANDOM_BITS:
        raise ValueError(f"a reference is made of {RANDOM_BITS} bits")
    body = "".join(ALPHABET[bits >> 5 * place & 31] for place in reversed(range(SIZE)))
    text = body + check_character(body)
    return f"{PREFIX}-{text[:4]}-{text[4:]}"


def check_character(body: str) -> str:
    """Return the character that gives away any one wrong character, and any two neighbours that changed places."""
    # Arithmetic in GF(32): times x modulo x^5 + x^2 + 1. Neither x nor x + 1 divides to zero there.
    total = 0
    for character in body:
        total = times_x(total) ^ ALPHABET.index(character)
    return ALPHABET[times_x(total)]


def times_x(element: int) -> int:
    """Multiply an element of GF(32) by x."""
    return (element << 1) ^ (0b100101 if element & 16 else 0)


def parse_reference(text: str) -> str | None:
    """Return the reference as it is stored, however it was typed; None when it cannot be one."""
    plain = re.sub(r"[\s.-]", "", text[:40]).upper()
    body = plain.removeprefix(PREFIX).translate(LOOK_ALIKES)
    if not plain.startswith(PREFIX) or len(body) != SIZE + 1 or not set(body) <= set(ALPHABET):
        return None
    if check_character(body[:SIZE]) != body[SIZE]:
        return None
    return f"{PREFIX}-{body[:4]}-{body[4:]}"
