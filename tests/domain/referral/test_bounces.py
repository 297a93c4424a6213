"""What a returned mail says: only about a mail of ours, and nothing at all when it is strange."""

from __future__ import annotations

import gzip
import random
from uuid import UUID

import pytest

from referrals.domain.bounces import LARGEST, MOST_PARTS, Bounce, read_bounce
from tests.running.returned_mail import HOST, OURS, qmail, report, vacation

OTHER = UUID("11111111-2222-4333-8444-555555555555")


@pytest.mark.parametrize("returned", ["text/rfc822-headers", "message/rfc822", "message/global"])
def test_report_of_a_failure_is_permanent(returned):
    assert read_bounce(report(returned=returned), HOST) == Bounce(OURS, permanent=True, status="5.1.1")


@pytest.mark.parametrize(
    ("action", "status", "permanent"),
    [
        ("failed", "5.2.2", True),
        # Given up after days of trying: no further attempt follows.
        ("failed", "4.4.7", True),
        ("Failed", "", True),
        ("delayed", "4.4.1", False),
        ("", "5.1.1", True),
        ("", "4.2.2", False),
    ],
)
def test_action_and_code_tell_for_ever_from_for_now(action, status, permanent):
    assert read_bounce(report(action=action, status=status), HOST) == Bounce(OURS, permanent, status)


@pytest.mark.parametrize(
    ("action", "status"), [("delivered", "2.0.0"), ("relayed", "2.1.5"), ("failed", "2.0.0"), ("", "")]
)
def test_report_of_anything_else_is_no_bounce(action, status):
    assert read_bounce(report(action=action, status=status), HOST) is None


def test_reading_receipt_is_no_bounce():
    assert read_bounce(report(kind="disposition-notification"), HOST) is None


def test_bounce_of_a_mail_of_another_house_is_not_ours():
    assert read_bounce(report(host="elders.example"), HOST) is None


def test_two_mails_in_one_report_are_not_what_a_server_sends():
    double = report().replace(b"Subject: Een aanbod", f"Message-ID: <{OTHER}@{HOST}>".encode())
    assert read_bounce(double, HOST) is None


def test_bounce_without_a_standard_is_read_by_our_headers_and_its_code():
    assert read_bounce(qmail(), HOST) == Bounce(OURS, permanent=True, status="5.1.1")
    assert read_bounce(qmail(says="450 4.2.2 over quota, will try again"), HOST) == Bounce(OURS, False, "4.2.2")
    assert read_bounce(qmail(says="Remote host said: 550 unknown user"), HOST) == Bounce(OURS, True, "")


def test_codes_behind_our_own_headers_say_nothing():
    assert read_bounce(qmail(says="It did not work."), HOST) is None


@pytest.mark.parametrize(
    "raw",
    [
        vacation(),
        qmail(sender="Geertje Drentens <geertje@partner.example>"),
        qmail(extra="Auto-Submitted: auto-replied\n"),
        qmail(extra="X-Autoreply: yes\n"),
    ],
    ids=["vacation", "from a person", "automatic", "autoreply"],
)
def test_automatic_reply_is_no_bounce(raw):
    assert read_bounce(raw, HOST) is None


def test_code_of_a_bounce_is_a_code_and_nothing_else():
    assert read_bounce(report(status="5.1.1 geertje@partner.example"), HOST) == Bounce(OURS, True, "5.1.1")


# --- to do harm -------------------------------------------------------------------------------------------------------


def nested(depth: int) -> bytes:
    head = b"From: mailer-daemon@x.example\r\nContent-Type: message/rfc822\r\n\r\n"
    return head * depth + report()


def bombs() -> dict[str, bytes]:
    zipped = gzip.compress(b"\0" * 20_000_000)
    attached = (
        b"From: postmaster@x.example\r\nContent-Type: application/gzip\r\nContent-Encoding: gzip\r\n\r\n" + zipped
    )
    parts = b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" * 20_000
    many = b'From: postmaster@x.example\r\nContent-Type: multipart/report; boundary="b"\r\n\r\n' + parts + b"--b--"
    return {
        "nothing": b"",
        "no mail": b"\x00\xff\xfe" * 1000,
        "too large": report() + b"x" * LARGEST,
        "nested deep": nested(3000),
        "zip bomb": attached,
        "many parts": many,
        "long line": b"Content-Type: multipart/report; " + b'boundary="' + b'"' * 400_000,
        "long header": b"From: " + b"mailer-daemon@x (" * 50_000 + b"\r\n\r\nx",
        "bad base64": report().replace(
            b"text/rfc822-headers", b"text/rfc822-headers\r\nContent-Transfer-Encoding: base64"
        ),
        "nul in the name": report().replace(str(OURS).encode(), b"\x00" * 36),
        "spaces without end": b"From: postmaster\r\n\r\nMessage-ID:" + b" " * 500_000,
    }


@pytest.mark.parametrize("name", list(bombs()))
def test_strange_mail_says_nothing_about_us(name):
    assert read_bounce(bombs()[name], HOST) is None


def test_odd_parts_beside_a_sound_report_change_nothing_of_it():
    assert read_bounce(report().replace(b"us-ascii", b"klingon"), HOST) == Bounce(OURS, True, "5.1.1")
    assert read_bounce(report(status="5." + "1" * 10_000), HOST) == Bounce(OURS, True, "")


def test_parts_are_looked_through_up_to_a_number():
    filler = b"--b1\r\nContent-Type: text/plain\r\n\r\nx\r\n" * MOST_PARTS
    start, end = report().split(b"--b1\r\n", 1)
    assert read_bounce(start + filler + b"--b1\r\n" + end, HOST) is None


@pytest.mark.parametrize("seed", range(40))
def test_no_damage_to_a_mail_makes_it_crash_or_be_about_another(seed):
    chance = random.Random(seed)
    raw = bytearray(chance.choice([report(), qmail(), report(returned="message/rfc822")]))
    for _ in range(chance.randint(1, 40)):
        place = chance.randrange(len(raw))
        raw[place : place + chance.randint(0, 30)] = chance.randbytes(chance.randint(0, 30))
    found = read_bounce(bytes(raw), HOST)
    assert found is None or found.message_id.version == 4
