"""What is erased when: scans that were never sent, and what erasing means for the row of a scan."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from intake.models import AnswerVector, Assessment, Intake
from nnmkb.ledger import events, tokens

UNSENT = (Intake.State.DRAFT, Intake.State.ASSESSED)
# One look at a time stays short, so that it never holds the writers of a laptop's database up.
BATCH = 200


def emptied(now: datetime) -> dict[str, object]:
    """Return the columns of an erased scan: every text about the company gone, and every link dead."""
    nonce = secrets.token_hex(16)
    return {
        "state": Intake.State.ERASED,
        "answers": {},
        "typed": {},
        "postcode": "",
        "municipality": "",
        "sbi_code": "",
        "sbi_version": "",
        "resume_email": "",
        "nonce": nonce,
        # Digests of nothing: no token leads here any more.
        "resume_digest": tokens.digest(f"erased resume {nonce}"),
        "follow_digest": tokens.digest(f"erased follow {nonce}"),
        "changed_at": now,
        "erased_at": now,
    }


def forget_answers(pk: int) -> None:
    """Empty what was assessed of an erased scan; that it was assessed, and the receipts, stay."""
    Assessment.objects.filter(intake_id=pk).update(answers={}, result={})
    AnswerVector.objects.filter(intake_id=pk).delete()


def lapse(now: datetime) -> int:
    """Erase the scans that were not sent and that nobody came back for; return how many.

    After the term there is a time of grace, DRAFT_GRACE_DAYS, in which the owner can still ask for a new link.
    """
    ended = now - timedelta(days=settings.DRAFT_GRACE_DAYS)
    found = Intake.objects.filter(state__in=UNSENT, expires_at__lte=ended).order_by("expires_at")
    return sum(lapse_one(pk, ended, now) for pk in list(found.values_list("pk", flat=True)[:BATCH]))


def lapse_one(pk: int, ended: datetime, now: datetime) -> bool:
    """Erase one scan with its event, unless it was sent or renewed at the last moment."""
    with transaction.atomic():
        mine = Intake.objects.filter(pk=pk, state__in=UNSENT, expires_at__lte=ended)
        if not mine.update(**emptied(now)):
            return False
        forget_answers(pk)
        events.record(f"intake:{pk}", "intake_lapsed", actor="system", at=now)
    return True
