"""Scans with a result and their answers for replaying, put in the database without walking through the pages."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from intake.models import AnswerVector, Intake
from intake.numbers import reference_of


def store(vectors: Sequence[bytes], *, first: int = 1) -> list[Intake]:
    """Return an assessed scan for each vector, numbered on from `first`."""
    now = timezone.now()
    intakes = [
        Intake(
            pk=pk,
            reference=reference_of(pk * 7919),
            state=Intake.State.ASSESSED,
            nonce=f"nonce {pk}",
            resume_digest=f"resume {pk}",
            follow_digest=f"follow {pk}",
            policy="2013",
            created_at=now,
            changed_at=now,
            expires_at=now,
        )
        for pk in range(first, first + len(vectors))
    ]
    Intake.objects.bulk_create(intakes)
    rows = [AnswerVector(intake=intake, vector=vector) for intake, vector in zip(intakes, vectors, strict=True)]
    AnswerVector.objects.bulk_create(rows)
    return intakes
