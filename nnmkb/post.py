"""The laptop's letterbox: mail goes to a folder, and /post/ shows it. Does not exist when a mail server is set."""

from __future__ import annotations

import email
import email.policy
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage as Message
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

# So `demo` names the second step of its accounts on a laptop; the letterbox shows what their app would show.
DEMO_DEVICE = "demo"
NAME = re.compile(r"^[A-Za-z0-9-]+$")
LINK = re.compile(r"https?://[^\s>]+")


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail as the page shows it."""

    name: str
    at: datetime
    to: str
    subject: str
    text: str

    @property
    def parts(self) -> list[tuple[str, bool]]:
        """Return the text in pieces, each with whether it is a link."""
        pieces: list[tuple[str, bool]] = []
        end = 0
        for match in LINK.finditer(self.text):
            pieces += [(self.text[end : match.start()], False), (match.group(), True)]
            end = match.end()
        return [*pieces, (self.text[end:], False)]


class FolderBackend(BaseEmailBackend):
    """Writes each mail to a file named after its Message-ID: a mail that is sent twice is one file."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write the mails; return how many."""
        folder: Path = settings.POST_FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        for mail in email_messages:
            message = mail.message()
            name = re.sub(r"[^A-Za-z0-9-]", "", str(message["Message-ID"]).partition("@")[0])
            fresh = folder / f".{name}"
            fresh.write_bytes(message.as_bytes())
            fresh.rename(folder / f"{name}.eml")
        return len(email_messages)


def read(path: Path) -> Letter:
    """Read one mail."""
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(message, Message)
    body = message.get_body(("plain",))
    return Letter(
        name=path.stem,
        at=datetime.fromtimestamp(path.stat().st_mtime).astimezone(),
        to=str(message["To"]),
        subject=str(message["Subject"]),
        text=body.get_content() if body else "",
    )


def letterbox(request: HttpRequest) -> HttpResponse:
    """Show all mail on this laptop, newest first."""
    files = sorted(Path(settings.POST_FOLDER).glob("*.eml"), key=lambda path: -path.stat().st_mtime)
    letters = [read(path) for path in files[:100]]
    return render(request, "post/letterbox.html", {"letters": letters, "codes": demo_codes()})


def demo_codes() -> list[tuple[str, str]]:
    """Return the code of now for each account of the demo; of accounts that anybody made, none."""
    devices = TOTPDevice.objects.filter(name=DEMO_DEVICE, confirmed=True).select_related("user").order_by("user")
    return [(one.user.get_username(), code_of(one)) for one in devices]


def code_of(device: TOTPDevice) -> str:
    """Return what an app with this secret shows now; after a code was used, the next one, so that nobody waits."""
    app = TOTP(device.bin_key, device.step, device.t0, device.digits)
    app.time = max(time.time(), device.t0 + (device.last_t + 1) * device.step)
    return f"{app.token():0{device.digits}d}"


def letter(request: HttpRequest, name: str) -> HttpResponse:
    """Show one mail, with its links to click."""
    path = Path(settings.POST_FOLDER) / f"{name}.eml"
    if not NAME.match(name) or not path.exists():
        raise Http404
    return render(request, "post/letter.html", {"letter": read(path)})
