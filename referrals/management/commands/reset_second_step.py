"""`reset_second_step NAME`: for the administrator whom nobody else can help."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from referrals.services import second_factor


class Command(BaseCommand):
    """Take away apps, passkeys and recovery codes of one account; the person makes a new second step."""

    help = "Takes away the second step of one account. Check first who asks."

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask whose."""
        parser.add_argument("name", help="the name that this person signs in with")

    def handle(self, *args: object, **options: Any) -> str:
        """Take it away, with an event and a mail."""
        user = User.objects.filter(username=options["name"], is_active=True).first()
        if user is None:
            raise CommandError("there is no account with this name that can sign in.")
        second_factor.reset(user, actor="system", now=timezone.now())
        return "The second step is gone. This person keeps the password, and makes a new one when signing in."
