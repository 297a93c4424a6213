"""The number of a referral: the reference of its case and a serial number."""

import re

from intake.numbers import parse_reference

MOST_REFERRALS = 99

# A case reference without its dashes has ten positions.
_REFERRAL = re.compile(r"([0-9A-Z]{10})([1-9][0-9]?)")


def referral_number(reference: str, serial: int) -> str:
    """Return the number of the first, second, ... referral of a case, such as NN-7K3F-92QD-1."""
    if not 1 <= serial <= MOST_REFERRALS:
        raise ValueError(f"a case has 1 to {MOST_REFERRALS} referrals")
    return f"{reference}-{serial}"


def parse_referral_number(text: str) -> tuple[str, int] | None:
    """Return the case reference and the serial number, however they were typed; None when they cannot be one."""
    match = _REFERRAL.fullmatch(re.sub(r"[\s.-]", "", text[:40]).upper())
    reference = parse_reference(match[1]) if match else None
    return (reference, int(match[2])) if match and reference else None
