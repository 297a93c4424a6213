"""What the answer of a receiver leads to, and how long it may ask for rest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from referrals.domain.webhook_answers import Verdict, judge, rest_of

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (200, Verdict.ARRIVED),
        (204, Verdict.ARRIVED),
        (299, Verdict.ARRIVED),
        (100, Verdict.FAILED),
        (301, Verdict.FAILED),
        (308, Verdict.FAILED),
        (400, Verdict.FAILED),
        (404, Verdict.FAILED),
        (410, Verdict.GONE),
        (429, Verdict.BUSY),
        (500, Verdict.FAILED),
        (502, Verdict.BUSY),
        (503, Verdict.FAILED),
        (504, Verdict.BUSY),
        (600, Verdict.FAILED),
        (None, Verdict.FAILED),
    ],
)
def test_what_a_status_means(status: int | None, verdict: Verdict) -> None:
    assert judge(status, "", NOW).verdict is verdict


def test_an_overloaded_receiver_that_says_when_is_left_alone() -> None:
    assert judge(503, "120", NOW) == judge(429, "120", NOW)
    # An answer that is a success stays one.
    assert judge(200, "120", NOW).verdict is Verdict.ARRIVED


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("120", timedelta(minutes=2)),
        ("0", timedelta(minutes=1)),
        ("Tue, 24 Nov 2026 12:00:00 GMT", timedelta(hours=2)),
        ("Tue, 24 Nov 2026 13:00:00 +0100", timedelta(hours=2)),
        ("Tue, 24 Nov 2020 12:00:00 GMT", timedelta(minutes=1)),
        ("Thu, 24 Dec 2026 12:00:00 GMT", timedelta(hours=24)),
        ("999999999", timedelta(hours=24)),
        ("9" * 4000, timedelta(hours=24)),
        ("", None),
        ("-5", None),
        ("1.5", None),
        ("straks", None),
        ("٣٠", None),
        ("Tue, 99 Nov 2026 12:00:00 GMT", None),
    ],
)
def test_how_long_a_receiver_may_ask_for(text: str, rest: timedelta | None) -> None:
    assert rest_of(text, NOW) == rest
