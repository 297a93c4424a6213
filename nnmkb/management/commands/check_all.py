"""`check_all`: every check on the code and the texts, as one table."""

from __future__ import annotations

import os
import subprocess
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from nnmkb.run.checks import CHECKS, ROOT, Check


class Command(BaseCommand):
    """Run all checks, show what is wrong, and end with a table."""

    help = "Checks lint, types, arrows, migrations, production settings, policy, stylesheet, texts and documents."
    requires_system_checks: list[str] = []

    def handle(self, *args: object, **options: Any) -> None:
        """Run every check, also after one that fails."""
        rows: list[tuple[str, bool, float]] = []
        for check in CHECKS:
            began = time.monotonic()
            problems = look(check)
            rows.append((check.name, not problems, time.monotonic() - began))
            if problems:
                self.stdout.write(f"--- {check.name}\n{problems}\n")
        width = max(len(name) for name, _, _ in rows)
        for name, good, seconds in rows:
            self.stdout.write(f"{name:<{width}}  {'good' if good else 'WRONG':<5}  {seconds:5.1f} s")
        failed = sum(not good for _, good, _ in rows)
        self.stdout.write(f"{len(rows) - failed} good, {failed} wrong")
        if failed:
            raise CommandError("not everything is right; see above.")


def look(check: Check) -> str:
    """Return what is wrong, empty when nothing is."""
    if check.look:
        return "\n".join(check.look())
    environment = {**os.environ, **check.environment}
    done = subprocess.run(check.line, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip() or f"code {done.returncode}" if done.returncode else ""
