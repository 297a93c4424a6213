"""`verify_audit`: says whether the history is what it was; ends with an error when it is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from nnmkb.ledger import anchors
from nnmkb.ledger.models import Anchor
from nnmkb.ledger.verifying import Break, Looked, Walk, Wrong
from referrals.services import sealed

SHOWN = 200
WORDS = {
    Wrong.MISSING: "{stream} {seq}: nummer {about} ontbreekt",
    Wrong.REPLACED: "{stream} {seq}: sluit niet aan op de gebeurtenis ervoor",
    Wrong.CHANGED: "{stream} {seq}: is veranderd",
    Wrong.END_MISSING: "{stream} {seq}: de laatste gebeurtenis ontbreekt of is een andere",
    Wrong.END_UNKNOWN: "{stream} {seq}: deze gebeurtenis hoort niet bij het einde dat genoteerd is",
    Wrong.ANCHOR: "anker {seq} van {about}: de geschiedenis is sindsdien herschreven",
    Wrong.TEXT: "{stream} {seq}: de tekst {about} is veranderd",
    Wrong.TEXT_GONE: "{stream} {seq}: de tekst {about} is weg, maar de gegevens zijn niet gewist",
    Wrong.TEXT_UNKNOWN: "{stream} {seq}: {about} is geen tekst die hier bewaard wordt",
}


class Command(BaseCommand):
    """Look at every event, tip, anchor and sealed text."""

    help = "Verifies the history: chains, ends, anchors and sealed texts. Exits with an error on a break."

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask for the copy that was kept elsewhere, and how many anchors to make again."""
        parser.add_argument("--bestand", type=Path, help="een bewaarde kopie van anchors.txt, om mee te vergelijken")
        parser.add_argument("--ankers", type=int, help="alleen de nieuwste ankers narekenen; standaard alle")

    def handle(self, *args: object, **options: Any) -> None:
        """Print what was looked at and each break."""
        newest = Anchor.objects.order_by("-pk")
        chosen = newest if options["ankers"] is None else newest[: options["ankers"]]
        walk = Walk(sealed.known_texts, sealed.erased_of, list(chosen))
        found = 0
        for one in walk.breaks():
            found += 1
            if found <= SHOWN:
                self.stdout.write(in_words(one))
        for line in differing(options["bestand"]) if options["bestand"] else ():
            found += 1
            self.stdout.write(line)
        if found > SHOWN:
            self.stdout.write(f"Hierboven staan alleen de eerste {SHOWN} breuken.")
        self.stdout.write(in_numbers(walk.looked))
        if found:
            raise CommandError(f"De geschiedenis klopt niet: {counted(found, 'breuk', 'breuken')}.")
        self.stdout.write("De geschiedenis klopt.")


def in_numbers(looked: Looked) -> str:
    """Return what was looked at as a line for a person."""
    parts = (
        counted(looked.events, "gebeurtenis", "gebeurtenissen"),
        counted(looked.streams, "geschiedenis", "geschiedenissen"),
        counted(looked.anchors, "anker", "ankers"),
        counted(looked.texts, "tekst", "teksten"),
    )
    return f"Bekeken: {', '.join(parts)} ({looked.erased} gewist)."


def counted(number: int, one: str, more: str) -> str:
    """Return a number with its word."""
    return f"{number} {one if number == 1 else more}"


def in_words(one: Break) -> str:
    """Return a break as a line for a person."""
    return WORDS[one.wrong].format(stream=one.stream, seq=one.seq, about=one.about)


def differing(path: Path) -> list[str]:
    """Name each anchor of a report file that the database does not have, or has in another form."""
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} is niet te lezen als bestand met ankers.") from error
    known = {anchors.line_of(anchor).strip() for anchor in Anchor.objects.iterator()}
    return [
        f"{path.name} regel {number}: dit anker staat zo niet in de database"
        for number, line in enumerate(lines, 1)
        if line.strip() and line.strip() not in known
    ]
