"""Links and codes: made again from what is stored, dead with their nonce, useless without the key."""

from __future__ import annotations

import re

from nnmkb.ledger import tokens


def test_token_can_be_made_again_and_is_long_enough():
    assert tokens.derive("follow", "NN-1", "n") == tokens.derive("follow", "NN-1", "n")
    assert len(tokens.derive("follow", "NN-1", "n")) == 43


def test_token_differs_by_purpose_subject_and_nonce():
    made = [("follow", "NN-1", "n"), ("resume", "NN-1", "n"), ("follow", "NN-2", "n"), ("follow", "NN-1", "m")]
    assert len({tokens.derive(*one) for one in made}) == 4


def test_token_is_worthless_under_another_key(settings):
    before = tokens.derive("follow", "NN-1", "n"), tokens.derive_code("7", "n")
    settings.SECRET_KEY = "another-key" * 6
    assert tokens.derive("follow", "NN-1", "n") != before[0]


def test_only_a_digest_is_stored_and_it_does_not_give_the_token_away():
    token = tokens.derive("follow", "NN-1", "n")
    assert re.fullmatch(r"[0-9a-f]{64}", tokens.digest(token))
    assert token not in tokens.digest(token)


def test_code_has_six_digits_and_differs_by_nonce():
    codes = {tokens.derive_code("code:1", str(number)) for number in range(200)}
    assert all(re.fullmatch(r"\d{6}", code) for code in codes)
    assert len(codes) > 190


def test_comparison_tells_same_from_other():
    assert tokens.same("123456", "123456")
    assert not tokens.same("123456", "123457")
    assert not tokens.same("é", "e")
