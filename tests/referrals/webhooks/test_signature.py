"""Signatures: the published vector, the public library as a second opinion, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from referrals.domain.webhook_signature import BadSecret, headers, key_of, secret, sign

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
ID = "msg_0b1f6a8e3c5d4f7a9b2c1d0e3f4a5b6c"
BODY = b'{"type":"endpoint.test"}'
ONE, OTHER = secret(b"1" * 32), secret(b"2" * 32)


def test_the_vector_that_the_standard_publishes() -> None:
    found = sign(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        datetime.fromtimestamp(1614265330, tz=UTC),
        b'{"test": 2432232314}',
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    )
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("known", [ONE, OTHER])
def test_the_public_library_takes_a_message_that_is_signed_under_two_secrets(known: str) -> None:
    with time_machine.travel(NOW, tick=False):
        assert Webhook(known).verify(BODY, headers(ID, NOW, BODY, [ONE, OTHER])) == {"type": "endpoint.test"}


@pytest.mark.parametrize("later", [timedelta(minutes=5, seconds=1), -timedelta(minutes=5, seconds=1)])
def test_a_message_that_is_played_back_is_refused(later: timedelta) -> None:
    kept = headers(ID, NOW, BODY, [ONE])
    with time_machine.travel(NOW + later, tick=False), pytest.raises(WebhookVerificationError):
        Webhook(ONE).verify(BODY, kept)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("webhook-id", "msg_other"),
        ("webhook-timestamp", str(int(NOW.timestamp()) + 1)),
        ("webhook-signature", "v1,AAAA"),
        ("webhook-signature", ""),
        ("webhook-signature", "v2,é"),
        ("webhook-timestamp", "nu"),
        ("webhook-timestamp", "9" * 40),
        ("webhook-timestamp", "-1"),
    ],
)
def test_what_was_changed_on_the_way_is_refused(name: str, value: str) -> None:
    with time_machine.travel(NOW, tick=False), pytest.raises(WebhookVerificationError):
        Webhook(ONE).verify(BODY, {**headers(ID, NOW, BODY, [ONE]), name: value})


def test_another_body_or_secret_or_a_missing_header_is_refused() -> None:
    kept = headers(ID, NOW, BODY, [ONE])
    for found, body, known in ((kept, BODY + b" ", ONE), (kept, BODY, OTHER), ({}, BODY, ONE)):
        with time_machine.travel(NOW, tick=False), pytest.raises(WebhookVerificationError):
            Webhook(known).verify(body, found)


@pytest.mark.parametrize("text", ["", "geheim", "whsec_", "whsec_!!", "whsec_" + "A" * 8, "whsec_" + "A" * 400])
def test_what_is_no_secret_is_refused(text: str) -> None:
    with pytest.raises(BadSecret):
        key_of(text)


def test_a_secret_gives_its_key_back() -> None:
    assert key_of(ONE) == b"1" * 32
    with pytest.raises(BadSecret):
        secret(b"short")
