"""`make_referrals`: an invented population of any size, to try and to measure the workbench with."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import UTC, datetime, time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from intake.models import Intake
from referrals.population.populating import populate


class Command(BaseCommand):
    """Write so many referrals of invented companies; all or nothing."""

    help = "Fills an empty database with invented referrals, seeded. Refuses in production."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How many, from which seed, up to which day."""
        parser.add_argument("number", type=int, help="how many referrals")
        parser.add_argument("--seed", type=int, default=2013, help="the same seed gives the same rows")
        parser.add_argument("--end", type=datetime.fromisoformat, help="last moment, such as 2026-11-28T12:00; now")
        parser.add_argument("--add", action="store_true", help="also when there are scans already")

    def handle(self, *args: object, number: int, seed: int, end: datetime | None, add: bool, **options: Any) -> str:
        """Fill, and return what was written."""
        if settings.PRODUCTION:
            raise CommandError("Invented referrals do not belong in production.")
        if number < 1:
            raise CommandError("Ask for at least one referral.")
        if Intake.objects.exists() and not add:
            raise CommandError("There are scans in this database already. Use an empty one, or add --add.")
        if end is not None and end.tzinfo is None:
            end = timezone.make_aware(end)
        told = self._tell if options["verbosity"] > 1 else lambda done: None
        # Today at noon: the same all day, so that a second run of today gives the same rows.
        noon = datetime.combine(timezone.now().date(), time(12), UTC)
        counted = populate(number, seed=seed, end=end or noon, told=told)
        self._count_again()
        lines = (f"{count:>10,} {model._meta.verbose_name_plural}" for model, count in counted.items() if count)
        return "\n".join(lines)

    def _tell(self, done: int) -> None:
        self.stdout.write(f"{done:>10,}", ending="\r")

    def _count_again(self) -> None:
        """Let the database know what is there now.

        PostgreSQL vacuums a living site by itself; rows that were just copied it has not seen, and then an index that
        holds all that is asked still makes it read every row.
        """
        vacuum = connection.vendor == "postgresql" and not connection.in_atomic_block
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE)" if vacuum else "ANALYZE")
