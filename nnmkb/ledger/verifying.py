"""Looks whether the history is what it was: chains, tips, anchors, and the texts that it vouches for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import connection

from nnmkb.ledger.anchors import Roots, Row
from nnmkb.ledger.events import chained
from nnmkb.ledger.models import Anchor
from nnmkb.ledger.reading import in_order
from nnmkb.ledger.seals import seal

# Salt and text behind each reference as they stand now; None for what was erased, absent for what names no text.
Texts = Callable[[Iterable[str]], Mapping[str, tuple[str, str] | None]]
# Of these histories, those whose texts were erased on request.
Erased = Callable[[Collection[str]], Collection[str]]
BATCH = 500
COLUMNS = ("pk", "kind", "actor", "at", "payload", "previous", "digest")


class Wrong(StrEnum):
    """What can be wrong."""

    MISSING = "missing"
    REPLACED = "replaced"
    CHANGED = "changed"
    END_MISSING = "end_missing"
    END_UNKNOWN = "end_unknown"
    ANCHOR = "anchor"
    TEXT = "text"
    TEXT_GONE = "text_gone"
    TEXT_UNKNOWN = "text_unknown"


@dataclass(frozen=True, slots=True)
class Break:
    """One place where the history is not what it was; for an anchor, the stream is "anker" and the number its own."""

    wrong: Wrong
    stream: str
    seq: int
    about: str = ""


@dataclass(slots=True)
class Looked:
    """What was looked at, counted while it goes on."""

    events: int = 0
    streams: int = 0
    anchors: int = 0
    texts: int = 0
    erased: int = 0


@dataclass(slots=True)
class Walk:
    """One look at everything, in memory that does not grow with the ledger."""

    texts: Texts
    erased: Erased
    anchors: list[Anchor]
    looked: Looked = field(default_factory=Looked)
    _roots: Roots = field(init=False)
    _seals: dict[str, tuple[str, str, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Start the digests of the anchors."""
        self._roots = Roots({anchor.last_event for anchor in self.anchors})

    def breaks(self) -> Iterator[Break]:
        """Return each break as it is found."""
        stream, rows = "", list[Row]()
        seq, digest = 0, ""
        for row in in_order(*COLUMNS):
            if row[0] != stream:
                self._end(stream, rows)
                yield from self._compare_texts(BATCH)
                stream, rows, seq, digest = row[0], [], 0, ""
            yield from self._chain(row, seq, digest)
            seq, digest = row[1], row[8]
            rows.append((row[2], seq, digest))
            self._note_seals(stream, seq, row[6])
        self._end(stream, rows)
        yield from self._compare_texts(1)
        yield from self._compare_anchors()
        yield from ends()

    def _end(self, stream: str, rows: list[Row]) -> None:
        if rows:
            self.looked.streams += 1
            self.looked.events += len(rows)
            self._roots.add(stream, rows)

    def _chain(self, row: tuple[Any, ...], seq: int, digest: str) -> Iterator[Break]:
        stream, own, _, kind, actor, at, payload, previous, written = row
        # A moment that is none any more comes out of the database as None.
        holds = isinstance(at, datetime) and chained(previous, stream, own, kind, actor, at, payload) == written
        if own != seq + 1:
            yield Break(Wrong.MISSING, stream, own, str(seq + 1))
        elif previous != digest:
            yield Break(Wrong.REPLACED, stream, own)
        if not holds:
            yield Break(Wrong.CHANGED, stream, own, kind)

    def _note_seals(self, stream: str, seq: int, payload: object) -> None:
        # A text that was written anew has a newer seal: of each text only the last one counts.
        seals = payload.get("sealed") if isinstance(payload, dict) else None
        if isinstance(seals, dict):
            self._seals |= {ref: (str(sealed), stream, seq) for ref, sealed in seals.items()}

    def _compare_texts(self, enough: int) -> Iterator[Break]:
        if len(self._seals) < enough:
            return
        asked, self._seals = self._seals, {}
        found = self.texts(asked)
        gone = {stream for ref, (_, stream, _) in asked.items() if ref in found and found[ref] is None}
        erased = self.erased(gone) if gone else ()
        for ref, (sealed, stream, seq) in asked.items():
            self.looked.texts += 1
            both = found.get(ref)
            if ref not in found:
                yield Break(Wrong.TEXT_UNKNOWN, stream, seq, ref)
            elif both is not None and seal(*both) != sealed:
                yield Break(Wrong.TEXT, stream, seq, ref)
            elif both is None and stream not in erased:
                yield Break(Wrong.TEXT_GONE, stream, seq, ref)
            elif both is None:
                self.looked.erased += 1

    def _compare_anchors(self) -> Iterator[Break]:
        measured = {found.last_event: found for found in self._roots.measured()}
        for anchor in self.anchors:
            self.looked.anchors += 1
            found = measured[anchor.last_event]
            if (found.root, found.streams) != (anchor.root, anchor.streams):
                yield Break(Wrong.ANCHOR, "anker", anchor.pk, f"{anchor.at:%Y-%m-%d}")


# One statement each: both tables as they are at one moment, also while others write.
BEYOND = """
SELECT tip.stream, tip.seq FROM ledger_tip AS tip
LEFT JOIN ledger_event AS event ON event.stream = tip.stream AND event.seq = tip.seq
WHERE event.digest IS NULL OR event.digest <> tip.digest
"""
WITHOUT = """
SELECT event.stream, MAX(event.seq) FROM ledger_event AS event
LEFT JOIN ledger_tip AS tip ON tip.stream = event.stream
WHERE tip.stream IS NULL OR event.seq > tip.seq GROUP BY event.stream
"""


def ends() -> Iterator[Break]:
    """Return each history that does not end where its tip says."""
    for wrong, sql in ((Wrong.END_MISSING, BEYOND), (Wrong.END_UNKNOWN, WITHOUT)):
        with connection.cursor() as cursor:
            cursor.execute(sql)
            while rows := cursor.fetchmany(BATCH):
                yield from (Break(wrong, stream, seq) for stream, seq in rows)
