"""`manage.py verify_assessments`: replay every stored assessment against its own version, and report what differs."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from intake.management.progress import Bar
from intake.policy.impact_lines import number
from intake.services.verifying import Verification


class Command(BaseCommand):
    help = "Speelt elke bewaarde uitslag na met haar eigen versie van het beleid. Schrijft niets op."

    def handle(self, *args: Any, **options: Any) -> None:
        bar = Bar(self.stderr, "naspelen")
        verification = Verification()
        differences = 0
        for mismatch in verification.run(on_chunk=bar):
            bar.clear()
            self.stdout.write(str(mismatch))
            differences += 1
        bar.clear()
        erased = f", {number(verification.erased)} gewist en overgeslagen" if verification.erased else ""
        self.stdout.write(f"{number(verification.replayed)} uitslagen nagespeeld{erased}")
        if differences:
            noun = "verschil" if differences == 1 else "verschillen"
            raise CommandError(f"{number(differences)} {noun}", returncode=1)
        self.stdout.write("geen verschil")
