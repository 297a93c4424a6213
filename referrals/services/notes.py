"""Notes of advisors: beside the state, so writing one never collides with a change."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User

from nnmkb.ledger import events
from nnmkb.ledger.seals import new_salt
from referrals.models import Note, Referral
from referrals.services import door
from referrals.services.sealed import sealed
from referrals.services.written import checked

LONGEST = 4000


def add(referral_id: int, *, author: User, text: str, key: str | None, now: datetime) -> Note:
    """Keep a note; the event names the note and seals its text, without holding it."""

    def work(scoped: str | None) -> Note:
        written = _keep(referral_id, author, text, now)
        events.record(
            f"referral:{referral_id}",
            "note_added",
            actor=f"advisor:{author.pk}",
            at=now,
            payload=about(written),
            idempotency_key=scoped,
        )
        return written

    return door.once(f"referral:{referral_id}", key, work, lambda event: Note.objects.get(pk=event.payload["note"]))


def written_with(referral: Referral, author: User, text: str, now: datetime) -> dict[str, object]:
    """Keep what was written with another act; return what its event says of it, in the transaction of the caller."""
    return about(_keep(referral.pk, author, text, now))


def _keep(referral_id: int, author: User, text: str, now: datetime) -> Note:
    door.may_write(referral_id)
    plain = checked(text, LONGEST, field="text", empty=f"Schrijf een notitie van 1 tot {LONGEST} tekens.")
    return Note.objects.create(referral_id=referral_id, author=author, text=plain, salt=new_salt(), at=now)


def about(written: Note) -> dict[str, object]:
    """Return what an event says of a note: which one, and the seal of its text."""
    return {"note": written.pk, "sealed": sealed(written)}
