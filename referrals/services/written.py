"""What a text that a person typed has to be before it is kept."""

from __future__ import annotations

from referrals.services.errors import Refused

ODD = "Hier staat een teken dat wij niet kunnen lezen. Typ de tekst opnieuw."


def checked(text: str, longest: int, *, field: str, empty: str, shortest: int = 1) -> str:
    """Return the text without the space around it; refuses one that is too short (in the words of `empty`) or long."""
    # A browser sends a line end as two characters, and counts it as one.
    plain = text.replace("\r\n", "\n").strip()
    # PostgreSQL cannot keep it, and no keyboard makes it.
    if "\x00" in plain:
        raise Refused(ODD, field=field)
    if len(plain) < shortest:
        raise Refused(empty, field=field)
    if len(plain) > longest:
        raise Refused(f"Uw tekst telt {len(plain)} tekens. Gebruik hoogstens {longest} tekens.", field=field)
    return plain


def one_line(text: str, *, field: str) -> str:
    """Return a name on one line; refuses what nobody sees, such as the marks that turn the reading direction."""
    plain = " ".join(text.split())
    if not plain.isprintable():
        raise Refused(ODD, field=field)
    return plain
