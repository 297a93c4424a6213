"""`manage.py assess`: answers in, assessments out, one JSON object a line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from intake.policy.lines import judge_lines


class Command(BaseCommand):
    help = "Leest antwoorden als JSON Lines en schrijft per regel de beoordeling. Zonder database."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--policy", type=Path, help="map met beleidsbestanden")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["policy"] or Path(settings.POLICY_ROOT) / settings.POLICY_NAME
        if status := judge_lines(folder, sys.stdin.buffer, self.stdout):
            sys.exit(status)
