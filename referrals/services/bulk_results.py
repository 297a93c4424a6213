"""After one act on many referrals: taking it back within half a minute, and finding out what a broken run did."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from nnmkb.ledger.models import Event
from referrals.models import BulkRun, Referral
from referrals.services import labels, queue
from referrals.services.bulk import Act, attempt, keys_of
from referrals.services.errors import Refused

UNDO_WITHIN = timedelta(seconds=30)
UNDOABLE = (Act.CLAIM, Act.LABEL, Act.UNLABEL)
# A run that is not finished after this long was broken off: the history tells how far it came.
LONGEST_RUN = timedelta(minutes=2)
KEPT = timedelta(days=7)
BROKEN_OFF = "Niet gedaan: de handeling is onderbroken. Kies deze opnieuw."


def can_undo(kept: BulkRun, now: datetime) -> bool:
    """Say whether the run can still be taken back."""
    return (
        kept.act in UNDOABLE
        and kept.undone_at is None
        and now <= kept.at + UNDO_WITHIN
        and any(line["done"] for line in kept.lines)
    )


def undo(kept: BulkRun, *, now: datetime) -> BulkRun:
    """Take back what the run did, for each referral that nobody has changed since; once.

    Raises Refused after half a minute, and for acts that cannot be taken back.
    """
    if kept.act not in UNDOABLE:
        raise Refused("Deze handeling kan niet worden teruggedraaid.")
    if kept.undone_at is None and now > kept.at + UNDO_WITHIN:
        raise Refused("Terugdraaien kan tot 30 seconden na de handeling. Doe het nu stuk voor stuk, of kies opnieuw.")
    if not BulkRun.objects.filter(pk=kept.pk, undone_at__isnull=True).update(undone_at=now):
        kept.refresh_from_db()
        return kept
    kept.undone_at = now
    known = keys_of([line["number"] for line in kept.lines])
    kept.lines = [_taken_back(kept, line, known.get(line["number"]), now) for line in kept.lines]
    kept.save(update_fields=["lines"])
    return kept


def _taken_back(kept: BulkRun, line: dict[str, Any], referral_id: int | None, now: datetime) -> dict[str, Any]:
    if not line["done"] or referral_id is None:
        return line
    version, key, label = int(line["version"]), f"{kept.key}-terug", str(line.get("label", ""))
    undoing: dict[str, Callable[[], Referral]] = {
        Act.CLAIM: lambda: queue.take_back(
            referral_id, _clock(line), advisor=kept.user, version=version, key=key, now=now
        ),
        Act.LABEL: lambda: labels.remove(referral_id, label, advisor=kept.user, version=version, key=key, now=now),
        Act.UNLABEL: lambda: labels.add(referral_id, label, advisor=kept.user, version=version, key=key, now=now),
    }
    text, _ = attempt(undoing[kept.act], kept.user)
    return {**line, "undone": not text, "undo_text": text}


def _clock(line: Mapping[str, Any]) -> dict[str, object]:
    entered, due, looked, misses = line["clock"]
    return {
        "entered_at": datetime.fromisoformat(entered),
        "next_due_at": datetime.fromisoformat(due),
        # Or a missed deadline would be told days later than if nobody had touched it.
        "sweep_at": datetime.fromisoformat(looked),
        "misses": misses,
    }


def find_out(kept: BulkRun, now: datetime) -> BulkRun:
    """Settle the lines of a run that was broken off, from the history; one that still goes on is left alone."""
    waiting = [line["number"] for line in kept.lines if line["done"] is None]
    if not waiting or now < kept.at + LONGEST_RUN:
        return kept
    keys = {f"referral:{pk}:{kept.key}": number for number, pk in keys_of(waiting).items()}
    written = set(Event.objects.filter(idempotency_key__in=keys).values_list("idempotency_key", flat=True))
    done = {number for key, number in keys.items() if key in written}
    for line in kept.lines:
        if line["done"] is None:
            line["done"] = line["number"] in done
            line["text"] = "" if line["done"] else BROKEN_OFF
    kept.save(update_fields=["lines"])
    return kept


def forget(now: datetime) -> int:
    """Remove the runs of more than a week ago; return how many."""
    removed, _ = BulkRun.objects.filter(at__lt=now - KEPT).delete()
    return removed
