"""Build static/nnmkb.css and static/nnmkb-staff.css from static/src."""

from pathlib import Path
from typing import Any

import brotli
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from nnmkb.web.stylesheet import SHEETS


class Command(BaseCommand):
    """Write the stylesheets, or say whether the committed ones are still true."""

    help = "Build the stylesheets of the site; the result is committed."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail when the file is out of date")

    def handle(self, *args: Any, **options: Any) -> None:
        root = Path(settings.ROOT)
        for name, build in SHEETS.items():
            target, text = root / "static" / name, build(root)
            if not options["check"]:
                target.write_text(text)
            elif not target.exists() or target.read_text() != text:
                raise CommandError(f"static/{name} is out of date: run «manage.py build_css» and commit it.")
            size = len(brotli.compress(text.encode()))
            self.stdout.write(f"static/{name}: {len(text)} bytes, {size} with brotli")
