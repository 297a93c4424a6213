"""The code of twelve characters that a reader types to check a dossier, and the way back to its digest."""

from __future__ import annotations

import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.domain.dossier import check_code, digest_range

DIGESTS = st.binary(max_size=40).map(lambda text: hashlib.sha256(text).hexdigest())
TYPED = [
    "7QK4-M2XD-9RTA",
    "7qk4-m2xd-9rta",
    "7QK4M2XD9RTA",
    " 7qk4 m2xd\t9rta\n",
    "7QK4\u2013M2XD\u20119RTA",
    "7-Q-K-4-M-2-X-D-9-R-T-A",
]
NO_CODES = [
    "",
    "7QK4-M2XD-9RT",
    "7QK4-M2XD-9RTAA",
    "7QK4-M2XD-9RTU",
    "7QK4-M2XD-9RT\x00",
    "7QK4_M2XD_9RTA",
    "٣" * 12,
    "ß" * 6,
    "ﬁ" * 6,
    "-" * 40,
    "A" * 50_000,
]


@given(DIGESTS)
def test_a_code_leads_back_to_the_first_sixty_bits_of_its_digest(digest: str) -> None:
    code = check_code(digest)
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){2}[0-9A-HJKMNP-TV-Z]{4}", code)
    first, last = digest_range(code)
    assert first <= digest <= last
    assert first == digest[:15] + "0" * 49
    assert last == digest[:15] + "f" * 49


def test_the_code_of_known_digests_is_fixed() -> None:
    assert check_code("0" * 64) == "0000-0000-0000"
    assert check_code("f" * 64) == "ZZZZ-ZZZZ-ZZZZ"
    assert check_code("0123456789abcdef".ljust(64, "0")) == "04HM-ASW9-NF6Y"


@pytest.mark.parametrize("typed", TYPED)
def test_it_is_read_as_people_type_it(typed: str) -> None:
    assert digest_range(typed) == digest_range("7QK4M2XD9RTA")


def test_letters_that_look_like_digits_are_read_as_digits() -> None:
    assert digest_range("oOoO-iIiI-lLlL") == digest_range("0000-1111-1111")


@pytest.mark.parametrize("typed", NO_CODES)
def test_anything_else_is_no_code(typed: str) -> None:
    with pytest.raises(ValueError, match="code"):
        digest_range(typed)
