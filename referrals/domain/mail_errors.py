"""What went wrong with a mail: whether trying again can help, and what a person may know of it.

Permanent is only what is about this address or this mail. What is about our own account, our sender or the mail server
hits every mail alike: an administrator can mend that, and until then no offer may end by it.
"""

from __future__ import annotations

import re
import smtplib
from collections.abc import Iterator

_STATUS = re.compile(rb"\b([245]\.\d{1,3}\.\d{1,3})\b")
# "Authenticate first", by the code alone (RFC 4954), and any code about rules and permission (RFC 3463, X.7.X): a
# server that relays nothing for us, or that finds our name not proven.
_OUR_ACCOUNT = frozenset({530, 534, 535, 538})
_PERMISSION = "5.7."


def is_permanent(error: BaseException) -> bool:
    """Say whether the mail server refused this address or this mail for ever."""
    if isinstance(error, smtplib.SMTPConnectError | smtplib.SMTPHeloError | smtplib.SMTPAuthenticationError):
        return False
    if isinstance(error, smtplib.SMTPSenderRefused):
        # Too large is about this mail; all else about the sender, which every mail has.
        return error.smtp_code == 552
    return bool(answers := list(_answers(error))) and all(_refuses(code, status) for code, status in answers)


def told(error: BaseException) -> str:
    """Return the name of an error with the codes of the server; never its words, which quote the address."""
    codes = sorted({f"{code} {status}".strip() for code, status in _answers(error)})
    return " ".join([type(error).__name__, *codes])


def _refuses(code: int, status: str) -> bool:
    return code >= 500 and code not in _OUR_ACCOUNT and not status.startswith(_PERMISSION)


def _answers(error: BaseException) -> Iterator[tuple[int, str]]:
    """Yield the code of each answer of the server, with the status in it ("5.1.1") when there is one."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        for code, words in error.recipients.values():
            yield code, _status(words)
    elif isinstance(error, smtplib.SMTPResponseException):
        yield error.smtp_code, _status(error.smtp_error)


def _status(words: bytes | str) -> str:
    text = words.encode("utf-8", "replace") if isinstance(words, str) else words
    found = _STATUS.search(text)
    return found.group(1).decode("ascii") if found else ""
