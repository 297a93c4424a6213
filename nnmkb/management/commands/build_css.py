"""Build static/nnmkb.css from static/src."""

from pathlib import Path
from typing import Any

import brotli
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from nnmkb.web.stylesheet import build_stylesheet


class Command(BaseCommand):
    """Write the stylesheet, or say whether the committed one is still true."""

    help = "Build the stylesheet of the site; the result is committed."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail when the file is out of date")

    def handle(self, *args: Any, **options: Any) -> None:
        root = Path(settings.ROOT)
        target = root / "static" / "nnmkb.css"
        text = build_stylesheet(root)
        if options["check"]:
            if not target.exists() or target.read_text() != text:
                raise CommandError("static/nnmkb.css is out of date: run «manage.py build_css» and commit it.")
        else:
            target.write_text(text)
        size = len(brotli.compress(text.encode()))
        self.stdout.write(f"static/nnmkb.css: {len(text)} bytes, {size} with brotli")
