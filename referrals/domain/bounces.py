"""Mail that a mail server sent back: which of our mails it was about, and whether it will ever arrive.

The text comes from anybody. Nothing in it is believed but the Message-ID that we made ourselves, which only the
recipient and the mail servers on the way have seen, and the code of the answer. RFC 3462 (report), RFC 3464 (delivery
status), RFC 3463 (codes). Servers that follow none of these return our headers with a text around it.
"""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.policy import compat32
from uuid import UUID

# Ours return in some tens of kilobytes. A larger one is no bounce of ours, and is not read.
LARGEST = 1_000_000
MOST_PARTS = 100
# Of the text of a server that follows no standard, so much is looked through.
MOST_TEXT = 100_000
_ID = r"<([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})@([A-Za-z0-9.-]{1,255})>"
_OURS = re.compile(rf"^[ \t>]{{0,8}}Message-ID:\s{{0,4}}{_ID}", re.I | re.M)
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_REPLY = re.compile(r"\b([45])\d\d[ -]")
_SENDERS = re.compile(r"mailer-daemon|postmaster|mail delivery (?:sub)?system", re.I)
_AUTOMATIC = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-vacation")


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a mail server said about one of our mails; temporary when it goes on trying."""

    message_id: UUID
    permanent: bool
    # "5.1.1", or "" when none was given.
    status: str


def read_bounce(raw: bytes, host: str) -> Bounce | None:
    """Return what this mail says about a mail of ours, sent from `host`; None when it is no bounce of ours.

    Never raises, whatever is in it.
    """
    if len(raw) > LARGEST:
        return None
    try:
        message = email.message_from_bytes(raw, policy=compat32)
        return _of_report(message, host) if _is_report(message) else _of_text(message, host)
    except Exception:
        # Nested too deep, an unknown encoding, a header that is none: whoever sent this, we learn nothing from it.
        return None


def _is_report(message: Message) -> bool:
    return message.get_content_type() == "multipart/report" and any(
        part.get_content_type() in ("message/delivery-status", "message/global-delivery-status")
        for part in _parts(message)
    )


def _of_report(message: Message, host: str) -> Bounce | None:
    parts = list(_parts(message))
    found = _our_id("".join(_returned(part) for part in parts), host)
    verdicts = [_verdict(part) for part in parts if part.get_content_type().endswith("delivery-status")]
    known = [verdict for verdict in verdicts if verdict is not None]
    if found is None or not known:
        return None
    permanent, status = max(known)
    return Bounce(found, permanent, status)


def _verdict(part: Message) -> tuple[bool, str] | None:
    """Return whether a recipient will never get it, with the code; each of our mails has one recipient."""
    blocks = part.get_payload()
    for block in blocks if isinstance(blocks, list) else []:
        if not isinstance(block, Message):
            continue
        action = str(block.get("Action", "")).strip().lower()
        code = _STATUS.search(str(block.get("Status", ""))[:200])
        status = code.group() if code else ""
        if action == "failed" and not status.startswith("2"):
            return True, status
        if action == "delayed" or (not action and status.startswith("4")):
            return False, status
        if not action and status.startswith("5"):
            return True, status
    return None


def _of_text(message: Message, host: str) -> Bounce | None:
    """Read a bounce in no standard shape: from a mail server, our headers returned, and a code of the answer."""
    if not _SENDERS.search(str(message.get("From", ""))[:500]) or _is_automatic_reply(message):
        return None
    parts = list(_parts(message))
    text = "\n".join(_text(part) for part in parts)[:MOST_TEXT]
    found = _our_id("\n".join([text, *(_returned(part) for part in parts)]), host)
    if found is None:
        return None
    # What is ours begins at our headers; a code in there says nothing about the delivery.
    said = _OURS.split(text, maxsplit=1)[0]
    codes = [(match.group(1) == "5", match.group()) for match in _STATUS.finditer(said) if match.group(1) != "2"]
    codes = codes or [(match.group(1) == "5", "") for match in _REPLY.finditer(said)]
    if not codes:
        return None
    permanent, status = max(codes)
    return Bounce(found, permanent, status)


def _is_automatic_reply(message: Message) -> bool:
    """Say whether a person's mailbox answered by itself; a bounce in no standard shape does not call itself that."""
    answers = str(message.get("Auto-Submitted", "no")).strip().lower().startswith("auto-replied")
    return answers or any(message.get(name) is not None for name in _AUTOMATIC)


def _parts(message: Message) -> Iterator[Message]:
    for number, part in enumerate(message.walk()):
        if number >= MOST_PARTS:
            return
        yield part


def _returned(part: Message) -> str:
    """Return the headers of the mail that came back, when this part holds it."""
    kind = part.get_content_type()
    if kind in ("text/rfc822-headers", "message/global-headers"):
        return _text(part) + "\n"
    if kind in ("message/rfc822", "message/global"):
        inside = part.get_payload()
        first = inside[0] if isinstance(inside, list) and inside else None
        if isinstance(first, Message):
            return f"Message-ID: {str(first.get('Message-ID', '')).strip()[:400]}\n"
    return ""


def _text(part: Message) -> str:
    if part.is_multipart() or part.get_content_maintype() != "text":
        return ""
    payload = part.get_payload(decode=True)
    return payload[:MOST_TEXT].decode("ascii", "replace") if isinstance(payload, bytes) else ""


def _our_id(text: str, host: str) -> UUID | None:
    ours = {UUID(match.group(1)) for match in _OURS.finditer(text) if match.group(2).lower() == host.lower()}
    # Two different ones: not what a mail server sends back.
    return ours.pop() if len(ours) == 1 else None
