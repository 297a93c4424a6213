"""Notes of advisors: beside the state, so writing one never collides with a change."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User

from nnmkb.ledger import events
from nnmkb.ledger.seals import new_salt
from referrals.models import Note, Referral
from referrals.services import door
from referrals.services.errors import Refused
from referrals.services.sealed import sealed

LONGEST = 4000


def add(referral_id: int, *, author: User, text: str, key: str | None, now: datetime) -> Note:
    """Keep a note; the event names the note and seals its text, without holding it."""

    def work(scoped: str | None) -> Note:
        plain = text.strip()
        if not 1 <= len(plain) <= LONGEST:
            raise Refused(f"Schrijf een notitie van 1 tot {LONGEST} tekens.", field="text")
        written = Note.objects.create(referral_id=referral_id, author=author, text=plain, salt=new_salt(), at=now)
        events.record(
            f"referral:{referral_id}",
            "note_added",
            actor=f"advisor:{author.pk}",
            at=now,
            payload={"note": written.pk, "sealed": sealed(written)},
            idempotency_key=scoped,
        )
        return written

    return door.once(f"referral:{referral_id}", key, work, lambda event: Note.objects.get(pk=event.payload["note"]))


def written_with(referral: Referral, author: User, text: str, now: datetime) -> dict[str, object]:
    """Keep what was written with another act; return what its event says of it, in the transaction of the caller."""
    written = Note.objects.create(referral=referral, author=author, text=text.strip(), salt=new_salt(), at=now)
    return {"note": written.pk, "sealed": sealed(written)}
