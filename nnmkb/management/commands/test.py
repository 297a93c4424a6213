"""`test`: every test, on every component that is on this machine; names what it could not run.

Takes the place of Django's command of that name, and hands its arguments to pytest.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from nnmkb.run import legs, reporting
from nnmkb.run.tools import TOOLS, Tool

REQUIRE = "NNMKB_REQUIRE_SERVERS"


class Command(BaseCommand):
    """Run pytest once on SQLite and once on PostgreSQL with Redis."""

    help = (
        "Runs all tests: on SQLite, then on PostgreSQL and Redis when they are here. "
        "With arguments for pytest: only those, on SQLite (or on PostgreSQL with --postgres)."
    )
    requires_system_checks: list[str] = []

    def run_from_argv(self, argv: list[str]) -> None:
        """Pass everything after the name to pytest, as it stands."""
        if argv[2:] in (["-h"], ["--help"]):
            self.print_help(argv[0], argv[1])
            return
        sys.exit(self.run(argv[2:]))

    def handle(self, *args: object, **options: Any) -> None:
        """Run all, for call_command."""
        sys.exit(self.run([]))

    def run(self, arguments: Sequence[str]) -> int:
        """Run the legs that fit the arguments; return the exit code."""
        # A run that is stopped from outside must still take its servers down.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        missing = [tool for tool in TOOLS if not tool.here]
        absent = [tool.mark for tool in missing]
        chosen = [argument for argument in arguments if argument != "--postgres"]
        on_postgres = "postgres" not in absent and (not chosen or "--postgres" in arguments)
        on_sqlite = not chosen or "--postgres" not in arguments
        with ExitStack() as stack:
            run: list[legs.Leg] = []
            if on_sqlite:
                marks = dict.fromkeys(["postgres", "servers", *absent])
                folder = stack.enter_context(legs.folder())
                run.append(legs.Leg("SQLite", [*legs.without([*marks]), *chosen], {}, folder))
            if on_postgres:
                unwanted = [] if chosen else [f"--ignore={path}" for path in legs.NOT_ON_POSTGRES]
                line = [*legs.without([*dict.fromkeys(["java", *absent])]), *unwanted, *chosen]
                environment = stack.enter_context(legs.servers())
                folder = stack.enter_context(legs.folder())
                run.append(legs.Leg("PostgreSQL and Redis", line, environment, folder))
            counts = self.carry_out(run)
            return self.conclude(run, counts, missing)

    def carry_out(self, run: Sequence[legs.Leg]) -> list[reporting.Count]:
        """Run the legs side by side; the first writes to the terminal, the others are shown after it."""
        try:
            for leg in run[1:]:
                with (leg.folder / "output").open("wb") as output:
                    leg.start(settings.ROOT, output)
            return [self.follow(leg, first=number == 0) for number, leg in enumerate(run)]
        finally:
            for leg in run:
                leg.stop()

    def follow(self, leg: legs.Leg, *, first: bool) -> reporting.Count:
        """Wait for a leg and let its output be seen; return its counts."""
        self.stdout.write(f"\n=== {leg.name} ===")
        self.stdout.flush()
        if first:
            leg.start(settings.ROOT)
        count = leg.wait()
        if not first:
            with (leg.folder / "output").open("rb") as shown:
                shutil.copyfileobj(shown, sys.stdout.buffer)
            sys.stdout.flush()
        return count

    def conclude(self, run: Sequence[legs.Leg], counts: Sequence[reporting.Count], missing: Sequence[Tool]) -> int:
        """Print the sums and what did not run; return the exit code."""
        self.stdout.write("")
        for leg, count in zip(run, counts, strict=True):
            self.stdout.write(f"{leg.name}: {count.line()} in {leg.took:.0f} s")
        for line in reporting.missing_lines(missing, counts):
            self.stdout.write(line)
        required = os.environ.get(REQUIRE) == "1" and bool(missing)
        if required:
            self.stdout.write(f"{REQUIRE}=1: a program that is not here is a failure.")
        total = reporting.Count(sum((count.outcomes for count in counts), Counter()))
        self.stdout.write(total.line())
        return 0 if counts and all(count.good for count in counts) and not required else 1
