"""The delivery of a dossier: make the PDF outside any transaction, keep it once inside the one that settles it."""

from __future__ import annotations

import hashlib
from datetime import datetime

from referrals.dossier.render import render
from referrals.models import Dossier


def issue(dossier_id: int) -> bytes:
    """Return the PDF of a frozen dossier; nothing when it was made before or erased since.

    Pure work: reads one row, writes none. PdfUnavailable when this machine has no Pango.
    """
    dossier = Dossier.objects.defer("pdf").get(pk=dossier_id)
    if dossier.pdf_digest or not dossier.content:
        return b""
    return render(dossier.content)


def keep(dossier_id: int, pdf: bytes, now: datetime) -> bool:
    """Keep the PDF if there is none yet and the content still stands; say whether it was kept.

    Call it in the transaction that closes the delivery. A dossier that was erased meanwhile stays empty.
    """
    if not pdf:
        return False
    waiting = Dossier.objects.filter(pk=dossier_id, pdf__isnull=True, pdf_digest="").exclude(content={})
    return bool(waiting.update(pdf=pdf, pdf_digest=hashlib.sha256(pdf).hexdigest(), pdf_at=now))
