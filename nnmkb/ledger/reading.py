"""All events in one fixed order, a chunk at a time: for what has to see the whole ledger and may stop nobody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.db.models import Q
from django.db.models.functions import Collate

from nnmkb.ledger.models import Event

CHUNK = 2000
# By the bytes of the name, not by the language of the database server: the order is part of what an anchor proves.
BYTES = {"postgresql": "C", "sqlite": "BINARY"}


def in_order(*columns: str, upto: int | None = None) -> Iterator[tuple[Any, ...]]:
    """Return (stream, seq, *columns) of every event with an id of at most `upto`, history after history.

    What is added meanwhile may or may not be among them; nothing is left out or comes twice.
    """
    rows = Event.objects.all() if upto is None else Event.objects.filter(pk__lte=upto)
    wanted = ("stream", "seq", *columns)
    if connection.vendor == "sqlite":
        # One open read would keep every writer of a SQLite without WAL waiting until its end.
        place: tuple[str, int] = ("", 0)
        while chunk := list(_after(rows, place).order_by("stream", "seq").values_list(*wanted)[:CHUNK]):
            yield from chunk
            place = chunk[-1][0], chunk[-1][1]
        return
    order = Collate("stream", BYTES[connection.vendor])
    yield from rows.order_by(order, "seq").values_list(*wanted).iterator(chunk_size=CHUNK)


def _after(rows: Any, place: tuple[str, int]) -> Any:
    stream, seq = place
    return rows.filter(Q(stream__gt=stream) | Q(seq__gt=seq), stream__gte=stream)
