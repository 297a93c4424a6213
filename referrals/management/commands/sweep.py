"""`sweep`: carries out every term that ran out, once; the relay does the same each minute."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from referrals.services import timing


class Command(BaseCommand):
    """One whole pass."""

    help = "Carries out every term that has run out: for cron, or by hand while the relay stands still."

    def handle(self, *args: object, **options: Any) -> str:
        """Sweep, and return what was done; fails when something could not be carried out."""
        swept = timing.sweep(timezone.now())
        if swept.failed:
            raise CommandError(f"{swept.told}: see «Mislukte termijnen» on the page of the team lead.")
        return swept.told
