"""`manage.py replay A B`: what version B of the policy changes for every stored scan, compared with version A."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from intake import policies
from intake.management.progress import Bar
from intake.policy import Policy, PolicyProblems, load_policy
from intake.policy.impact_lines import difference_lines, impact_lines
from intake.policy.scan_changes import change_lines
from intake.services import replaying
from intake.services.replaying import StoredImpact


class Command(BaseCommand):
    help = "Speelt alle scans na met twee versies van het beleid en laat zien wat verandert. Schrijft niets op."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("old", metavar="A", help="versie van nu: naam of map")
        parser.add_argument("new", metavar="B", help="nieuwe versie: naam of map")
        parser.add_argument("--json", action="store_true", help="schrijf één JSON-object in plaats van tabellen")

    def handle(self, *args: Any, **options: Any) -> None:
        old, new = self.version(options["old"]), self.version(options["new"])
        bar = Bar(self.stderr, "naspelen")
        found = replaying.impact(old, new, on_block=bar)
        bar.clear()
        if options["json"]:
            self.stdout.write(json.dumps(found.to_json(), ensure_ascii=False))
            return
        for line in (
            *impact_lines(old, new, found.impact),
            *difference_lines(old, new),
            *samples(old, new, found),
        ):
            self.stdout.write(line)

    def version(self, name: str) -> Policy:
        """Return the policy of a folder or of a published version."""
        try:
            return load_policy(Path(name)) if Path(name).is_dir() else policies.policy(name)
        except PolicyProblems as found:
            for problem in found.problems:
                self.stderr.write(str(problem))
            raise CommandError(f"versie «{name}» is niet te lezen") from None


def samples(old: Policy, new: Policy, found: StoredImpact) -> Iterator[str]:
    """Yield what changes for a few scans and why, with their reference number and nothing else of whose they are."""
    for number, sample in enumerate(replaying.samples(old, new, found.references)):
        yield "" if number else "\nVoorbeelden"
        yield f"  {sample.reference}"
        yield from (f"    {line}" for line in change_lines(sample.before, sample.after))
