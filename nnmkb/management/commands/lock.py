"""`lock`: resolves requirements/*.in to exact versions with hashes, for every platform, naming no host."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

ROOT = Path(__file__).resolve().parents[3]
# Tests and benchmarks run on exactly what production has.
_AS_PRODUCTION = ("--constraint", "requirements/base.txt")
GROUPS: dict[str, tuple[str, ...]] = {
    "base": (),
    "seal": _AS_PRODUCTION,
    "test": _AS_PRODUCTION,
    "bench": _AS_PRODUCTION,
}
OPTIONS = ("--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-emit-index-url")


class Command(BaseCommand):
    """Lock again, after a change in an .in file or to take newer versions."""

    help = "Locks requirements/*.in into requirements/*.txt with uv."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask whether to move to newer versions."""
        parser.add_argument("--upgrade", action="store_true", help="take the newest versions that the .in files allow")

    def handle(self, *args: object, **options: Any) -> None:
        """Write every lock file."""
        uv = shutil.which("uv")
        if not uv:
            raise CommandError("lock needs uv. Install it with: python3 -m pip install uv")
        more = ["--upgrade"] if options["upgrade"] else []
        for group, limits in GROUPS.items():
            line = [uv, "pip", "compile", *OPTIONS, *more, *limits, "--quiet"]
            line += [f"requirements/{group}.in", "--output-file", f"requirements/{group}.txt"]
            if subprocess.run(line, cwd=ROOT, check=False).returncode:
                raise CommandError(f"{group}.in cannot be resolved.")
            self.stdout.write(f"requirements/{group}.txt is up to date.")
