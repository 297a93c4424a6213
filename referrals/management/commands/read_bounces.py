"""`read_bounces`: takes in mail that came back; one message from a pipe, or with --mailbox what is in BOUNCES_URL."""

from __future__ import annotations

import sys
from typing import Any, BinaryIO

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error
from django.utils import timezone

from nnmkb.mailbox import Unreadable
from referrals.domain.bounces import LARGEST
from referrals.services import returned

# For a mail server: keep the message and offer it again later (EX_TEMPFAIL of sysexits.h).
LATER = 75


def read_one(source: BinaryIO) -> bytes:
    """Return the message, or its beginning when it is too large; the rest is read and dropped."""
    raw = source.read(LARGEST + 1)
    while source.read(65536):
        pass
    return raw


class Command(BaseCommand):
    """Take in mail that came back."""

    help = "Reads one returned mail from standard input, or with --mailbox the unread mail of BOUNCES_URL."
    # A pipe of a mail server starts it for each message.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask from where."""
        parser.add_argument("--mailbox", action="store_true", help="read the mailbox of BOUNCES_URL")

    def handle(self, *args: object, **options: Any) -> None:
        """Read, and say in one word for each what it was; nothing of the message itself is shown."""
        if options["mailbox"]:
            self.read_mailbox()
            return
        try:
            result = returned.take_in(read_one(sys.stdin.buffer), timezone.now())
        except Error as error:
            self.stderr.write(f"database away ({type(error).__name__}); offer this message again later")
            sys.exit(LATER)
        self.stdout.write(result.value)

    def read_mailbox(self) -> None:
        """Read everything unread."""
        if not settings.BOUNCES_URL:
            raise CommandError("read_bounces --mailbox needs BOUNCES_URL.")
        try:
            counts = returned.read_mailbox(timezone.now())
        except Unreadable as error:
            raise CommandError(f"the mailbox of BOUNCES_URL cannot be read: {error}") from error
        self.stdout.write(", ".join(f"{result.value}: {counts[result]}" for result in returned.Result))
