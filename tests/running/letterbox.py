"""A letterbox that behaves as the address says: slow, hanging, refusing, or deadly to the process that uses it."""

from __future__ import annotations

import os
import signal
import smtplib
import time
from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage

from nnmkb.post import FolderBackend

SLOW, HANGING, REFUSED, POISON = "traag", "hangt", "geweigerd", "gif"
SLOW_SECONDS = 1.5


class TrapBackend(FolderBackend):
    """Notes the start and the end of each mail in a file, and in between does what the address asks for."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for mail in email_messages:
            address = mail.to[0]
            note("begun", address)
            act(address.partition("-")[0], address)
            super().send_messages([mail])
            note("sent", address)
        return len(email_messages)


def act(wish: str, address: str) -> None:
    if wish == SLOW:
        time.sleep(SLOW_SECONDS)
    elif wish == HANGING:
        time.sleep(1000)
    elif wish == REFUSED:
        raise smtplib.SMTPRecipientsRefused({address: (550, b"no such person")})
    elif wish == POISON:
        os.kill(os.getpid(), signal.SIGKILL)


def note(what: str, address: str) -> None:
    settings.VAR.mkdir(exist_ok=True)
    with open(settings.VAR / what, "a") as notes:
        notes.write(f"{address}\n")
