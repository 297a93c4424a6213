"""The delivery of a dossier: make the PDF outside any transaction, keep it once inside the one that settles it."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import transaction

from nnmkb.ledger import events
from referrals.dossier.render import render
from referrals.dossier.seal import sealed
from referrals.models import Dossier

MADE = "dossier_made"
TRIES = 5


def issue(dossier_id: int) -> bytes:
    """Return the PDF of a frozen dossier; nothing when it was made before or erased since.

    Pure work: reads one row, writes none. PdfUnavailable when this machine has no Pango; SealUnavailable when a seal
    is asked for and cannot be set.
    """
    dossier = Dossier.objects.defer("pdf").get(pk=dossier_id)
    if dossier.pdf_digest or not dossier.content:
        return b""
    return sealed(render(dossier.content))


def keep(dossier_id: int, pdf: bytes, now: datetime) -> bool:
    """Keep the PDF if there is none yet and the content still stands; say whether it was kept.

    Call it in the transaction that closes the delivery. What is kept is in the history of the referral too, with the
    SHA-256 of the content and of the PDF, exactly once. A dossier that was erased meanwhile stays empty.
    """
    if not pdf:
        return False
    found = hashlib.sha256(pdf).hexdigest()
    for attempt in range(TRIES):
        try:
            with transaction.atomic():
                return _kept(dossier_id, pdf, found, now)
        except _TooLate:
            return False
        except events.LostRace:
            if attempt == TRIES - 1:
                raise
    raise AssertionError("unreachable")


class _TooLate(Exception):
    """Another worker kept a PDF, or the content was erased, after we looked."""


def _kept(dossier_id: int, pdf: bytes, found: str, now: datetime) -> bool:
    waiting = Dossier.objects.filter(pk=dossier_id, pdf__isnull=True, pdf_digest="").exclude(content={})
    dossier = waiting.select_related("referral").first()
    if dossier is None:
        return False
    # The history first and then the row, as erasing does: the other way round the two can wait for each other.
    events.record(
        dossier.referral.stream,
        MADE,
        actor="system",
        at=now,
        payload={"dossier": dossier.pk, "json": dossier.digest, "pdf": found},
    )
    if not waiting.update(pdf=pdf, pdf_digest=found, pdf_at=now):
        raise _TooLate
    return True
