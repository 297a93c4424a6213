"""`manage.py explain INTAKE [ACTIVITY]`: why a scan got this result, and why not something else."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.formats import date_format

from intake.models import Assessment, Intake
from intake.numbers import parse_reference
from intake.policies import policy
from intake.policy import PolicyProblems
from intake.policy.explaining_lines import in_full, overview, receipt_lines
from intake.services.assessing import latest
from intake.services.explaining import Explained, explained


class Command(BaseCommand):
    help = "Legt de laatste uitslag van een zelfscan uit, met de regels van toen. Schrijft niets op."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("intake", metavar="INTAKE", help="kenmerk van de zelfscan, zoals NN-7K3F-92QD")
        parser.add_argument("activity", metavar="ACTIVITY", nargs="?", default="", help="code, zoals P4")

    def handle(self, *args: Any, **options: Any) -> None:
        assessment = assessment_of(intake_of(options["intake"]))
        code = activity_of(assessment, options["activity"])
        found = explained(assessment, only=code)
        for line in heading(found):
            self.stdout.write(line)
        lines = in_full(found.explanation, code) if code else overview(found.explanation)
        for line in lines:
            self.stdout.write(line)
        if not code:
            self.stdout.write(f"\nAlles over één activiteit: manage.py explain {assessment.intake.reference} P4")
        for line in receipt_lines(found.explanation.assessed.receipt):
            self.stdout.write(line)


def intake_of(typed: str) -> Intake:
    """Return the scan of a reference number, however it was typed."""
    reference = parse_reference(typed)
    if reference is None:
        raise CommandError(f"«{typed[:40]}» is geen kenmerk. Typ het zoals het op de uitslag staat: NN-7K3F-92QD.")
    found = Intake.objects.filter(reference=reference).first()
    if found is None:
        raise CommandError(f"Er is geen zelfscan met kenmerk {reference}. Kijk het kenmerk na.")
    return found


def assessment_of(intake: Intake) -> Assessment:
    """Return the newest result of a scan."""
    if intake.state == Intake.State.ERASED:
        raise CommandError(f"{intake.reference} is gewist. De antwoorden zijn er niet meer, dus uitleg kan niet.")
    if intake.kind == Intake.Kind.FOREIGN:
        raise CommandError(f"{intake.reference} is van een buitenlands bedrijf. Daar hoort geen uitslag bij.")
    found = latest(intake)
    if found is None:
        raise CommandError(f"{intake.reference} heeft nog geen uitslag. De ondernemer moet de zelfscan eerst afmaken.")
    return found


def activity_of(assessment: Assessment, typed: str) -> str:
    """Return the code of an activity of the version that made this result."""
    try:
        known = list(policy(assessment.policy).activities)
    except PolicyProblems as problem:
        raise CommandError(f"Versie «{assessment.policy}» van het beleid is niet te lezen: {problem}") from problem
    code = typed.strip().upper()
    if not code or code in known:
        return code
    raise CommandError(f"«{typed[:20]}» is geen activiteit.{nearby(code, known)}")


def nearby(code: str, known: Iterable[str]) -> str:
    """Return a hint: what was perhaps meant, or all there is."""
    codes = list(known)
    near = get_close_matches(code, codes, n=1, cutoff=0.5)
    return f" Bedoelde u {near[0]}?" if near else f" Kies uit: {', '.join(codes)}."


def heading(found: Explained) -> Iterable[str]:
    """Yield which result this is about, and by which rules."""
    stored, rules = found.assessment, found.explanation.policy
    day = date_format(timezone.localtime(stored.made_at), "j F Y").lower()
    state = "" if found.current else " Deze versie is niet meer van kracht."
    yield f"{stored.intake.reference}, uitslag {stored.number} van {day}."
    yield f"Uitgelegd met de regels van toen: {stored.policy}, versie {rules.version}.{state}"
    if not found.agrees:
        yield "Let op: dit is niet meer gelijk aan de bewaarde uitslag. Kijk met: manage.py verify_assessments"
    yield ""
