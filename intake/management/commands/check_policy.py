"""`manage.py check_policy`: every mistake in the policy files, or a summary of what they hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from intake.policy import Policy, PolicyProblems, load_policy


def summary(policy: Policy) -> list[tuple[str, int]]:
    """Return what is in the policy, counted."""
    rules = policy.rules
    return [
        ("vragen", len(policy.catalogue.questions)),
        ("controles", len(policy.catalogue.checks)),
        ("feiten", len(rules.facts)),
        ("afgeleide waarden", len(rules.derived)),
        ("uitkomsten", len(rules.outcomes)),
        ("regels", len(rules.rules)),
        ("nog-niet-berichten", len(rules.withheld)),
        ("activiteiten", len(policy.activities)),
        ("rollen", len(policy.parties)),
        ("organisaties", len(policy.organisations)),
        ("toestemmingen", len(policy.consents)),
        ("vergelijkingen", len(policy.comparisons)),
    ]


class Command(BaseCommand):
    help = "Controleert de beleidsbestanden van een map."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, help="map met beleidsbestanden")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"] or Path(settings.POLICY_ROOT) / settings.POLICY_NAME
        try:
            policy = load_policy(folder)
        except PolicyProblems as found:
            for problem in found.problems:
                self.stderr.write(str(problem))
            raise CommandError(f"{len(found.problems)} fouten in {folder.name}", returncode=1) from None
        self.stdout.write(f"{policy.name}, versie {policy.version}")
        for label, count in summary(policy):
            self.stdout.write(f"{count:5}  {label}")
        self.stdout.write(f"regels    sha256 {policy.digests.rules}")
        self.stdout.write(f"catalogus sha256 {policy.digests.catalogue}")
