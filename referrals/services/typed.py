"""What was typed on the contact page before it was sent: kept with the draft, so that nothing typed is lost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db.models import F

from intake.models import Intake

CONTACT = "contact"
LONGEST = 2000
TRIES = 10


def keep(intake: Intake, typed: Mapping[str, str], *, now: datetime) -> None:
    """Keep the fields as they were typed; a page of the scan saved at the same moment is not overwritten."""
    row = intake
    for _ in range(TRIES):
        kept = {**row.typed, CONTACT: {name: plain(text) for name, text in typed.items()}}
        mine = Intake.objects.filter(
            pk=row.pk, version=row.version, state__in=(Intake.State.DRAFT, Intake.State.ASSESSED)
        )
        if mine.update(typed=kept, version=F("version") + 1, changed_at=now):
            return
        row = Intake.objects.get(pk=intake.pk)


def plain(text: str) -> str:
    """Return a text as the database takes it: PostgreSQL refuses the NUL character."""
    return text.replace("\x00", "")[:LONGEST]


def kept(intake: Intake) -> dict[str, str]:
    """Return what was typed before."""
    found = intake.typed.get(CONTACT, {})
    return {str(name): str(text) for name, text in found.items()} if isinstance(found, dict) else {}
