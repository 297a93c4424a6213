"""A referral number is the reference of its case with a serial number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.numbers import RANDOM_BITS, parse_reference, reference_of
from referrals.domain.numbers import parse_referral_number, referral_number

REFERENCE = reference_of(12_345_678_901)
BITS = st.integers(0, 2**RANDOM_BITS - 1)


def test_the_number_is_the_reference_and_the_serial_number() -> None:
    assert referral_number("NN-7K3F-92QD", 1) == "NN-7K3F-92QD-1"


@pytest.mark.parametrize("serial", [0, -1, 100])
def test_a_serial_number_has_limits(serial: int) -> None:
    with pytest.raises(ValueError, match="1 to 99"):
        referral_number(REFERENCE, serial)


@given(BITS, st.integers(1, 99))
def test_every_number_is_read_back_however_it_is_typed(bits: int, serial: int) -> None:
    reference = reference_of(bits)
    number = referral_number(reference, serial)
    for typed in (number, number.lower(), number.replace("-", ""), number.replace("-", " "), f"  {number} "):
        assert parse_referral_number(typed) == (reference, serial)


@given(BITS, st.integers(3, 11), st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
def test_one_wrong_character_is_noticed(bits: int, place: int, other: str) -> None:
    number = referral_number(reference_of(bits), 1)
    if number[place] == "-" or number[place] == other:
        assert parse_referral_number(number) is not None
    else:
        assert parse_referral_number(number[:place] + other + number[place + 1 :]) is None


@pytest.mark.parametrize(
    "typed", ["", "NN", REFERENCE, f"{REFERENCE}-0", f"{REFERENCE}-100", f"{REFERENCE}-01", "1", "x" * 99]
)
def test_what_is_no_referral_number_gives_nothing(typed: str) -> None:
    assert parse_referral_number(typed) is None


def test_the_reference_of_the_case_is_read_by_intake() -> None:
    found = parse_referral_number(f"{REFERENCE}-2")
    assert found is not None
    assert parse_reference(found[0]) == REFERENCE
