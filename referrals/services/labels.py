"""Labels: words of the team on a referral, beside its state, so that hanging one never collides with a change."""

from __future__ import annotations

import re
from datetime import datetime

from django.contrib.auth.models import User

from nnmkb.ledger import events
from referrals.models import Label, Referral
from referrals.services import door
from referrals.services.errors import Refused

LONGEST = 30
MOST_SHOWN = 200
# Letters, digits and a few marks: a label stands in addresses, in lists and in exports.
_PLAIN = re.compile(r"[\w][\w .&/+-]*")


def plain(text: str) -> str:
    """Return a label as it is kept: small letters, single spaces; refuses what cannot be one."""
    word = " ".join(text.split()).lower()
    if not 1 <= len(word) <= LONGEST:
        raise Refused(f"Schrijf een label van 1 tot {LONGEST} tekens.", field="label")
    if not _PLAIN.fullmatch(word):
        raise Refused("Gebruik in een label alleen letters, cijfers, spaties en de tekens . & / + -", field="label")
    return word


def add(referral_id: int, name: str, *, advisor: User, key: str, now: datetime, version: int | None = None) -> Referral:
    """Hang a label on a referral; refuses one that hangs there already. With a version, only on that version."""
    word = plain(name)

    def work(scoped: str | None) -> Referral:
        door.may_write(referral_id)
        referral = door.read(referral_id, version)
        label, made = Label.objects.get_or_create(referral=referral, name=word)
        if not made:
            raise Refused(hangs(word))
        _note(referral, "label_added", label.pk, advisor, scoped, now)
        return referral

    return door.once(f"referral:{referral_id}", key, work, lambda _: _shown(referral_id, word, hanging=True))


def remove(
    referral_id: int, name: str, *, advisor: User, key: str, now: datetime, version: int | None = None
) -> Referral:
    """Take a label off a referral; refuses one that does not hang there. With a version, only on that version."""
    word = plain(name)

    def work(scoped: str | None) -> Referral:
        referral = door.read(referral_id, version)
        label = Label.objects.filter(referral=referral, name=word).first()
        if label is None:
            raise Refused(hangs_not(word))
        _note(referral, "label_removed", label.pk, advisor, scoped, now)
        label.delete()
        return referral

    return door.once(f"referral:{referral_id}", key, work, lambda _: _shown(referral_id, word, hanging=False))


def hangs(word: str) -> str:
    """Return why a label is not hung on a second time."""
    return f"Het label «{word}» staat er al bij."


def hangs_not(word: str) -> str:
    """Return why a label cannot be taken off."""
    return f"Het label «{word}» staat er niet bij."


def in_use() -> list[str]:
    """Return the labels that hang on something open, to choose from."""
    found = Label.objects.filter(referral__closed_at__isnull=True).order_by("name")
    return list(found.values_list("name", flat=True).distinct()[:MOST_SHOWN])


def _shown(referral_id: int, word: str, *, hanging: bool) -> Referral:
    """Return the referral after a second click; refuses the key of another button, which left this label alone."""
    if Label.objects.filter(referral=referral_id, name=word).exists() is not hanging:
        raise Refused(door.USED)
    return door.read(referral_id, None)


def _note(referral: Referral, kind: str, label: int, advisor: User, key: str | None, now: datetime) -> None:
    # The history keeps the number of the label, not its word: people write what they like on one.
    events.record(
        referral.stream, kind, actor=f"advisor:{advisor.pk}", at=now, payload={"label": label}, idempotency_key=key
    )
