"""`manage.py check_policy`: every mistake in the policy files, or what they hold and what the analysis finds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from intake.policy.checking import check_folder, verdict


class Command(BaseCommand):
    help = "Controleert de beleidsbestanden van een map."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, help="map met beleidsbestanden")
        parser.add_argument("--alles", action="store_true", help="toon ook wat ter informatie is")
        parser.add_argument("--streng", action="store_true", help="laat ook waarschuwingen als fouten tellen")
        parser.add_argument("--bronnen", type=Path, help="map met teksten van documenten, om citaten in na te zoeken")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"] or Path(settings.POLICY_ROOT) / settings.POLICY_NAME
        everything, strict, sources = options["alles"], options["streng"], options["bronnen"]
        count = check_folder(folder, self.stdout, self.stderr, everything=everything, strict=strict, sources=sources)
        if count:
            raise CommandError(verdict(count, folder, strict=strict), returncode=1)
