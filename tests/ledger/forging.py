"""What somebody can do who gets past the guards of the database; and what a look at the history says of it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from nnmkb.ledger import events
from nnmkb.ledger.models import Anchor, Event, Tip
from nnmkb.ledger.verifying import Walk
from tests.conftest import put_guards


def forge(sql: str, *values: object) -> None:
    """Change the history behind the back of the guards."""
    put_guards(on=False)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
    put_guards(on=True)


def chain_anew(stream: str) -> None:
    """Make the digests of a whole history fit again, and its tip: a forgery without a loose end."""
    previous = ""
    for event in events.history(stream):
        event.previous = previous
        previous = events.digest_of(event)
        forge("UPDATE ledger_event SET previous = %s, digest = %s WHERE id = %s", event.previous, previous, event.pk)
    last = Event.objects.filter(stream=stream).order_by("-seq").first()
    Tip.objects.filter(stream=stream).delete()
    if last:
        Tip.objects.create(stream=stream, seq=last.seq, digest=last.digest)


def nothing_sealed(refs: Iterable[str]) -> dict[str, None]:
    """Know every text as erased."""
    return dict.fromkeys(refs)


def broken() -> list[str]:
    """Name each break of chains, tips and anchors: what it is, of which history, at which number."""
    walk = Walk(nothing_sealed, set, list(Anchor.objects.all()))
    return [f"{one.wrong} {one.stream} {one.seq}" for one in walk.breaks()]
