"""The answer vectors of all intakes: written with each assessment, read back in blocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection

from intake.models import AnswerVector
from intake.policy import Answers, Policy
from intake.policy.columns import MOST_VECTORS, Block
from intake.policy.vectors import to_vector

# So many rows at a time stay in the caches of the machine.
ROWS = 2048
FIRST = "SELECT min(intake_id) FROM intake_answervector WHERE intake_id >= %s"
EACH = "SELECT vector FROM intake_answervector WHERE intake_id >= %s AND intake_id < %s ORDER BY intake_id"
# PostgreSQL joins them itself, in the order in which they come in: a row for a block instead of one for an intake.
JOINED = """
    SELECT count(*), min(length(vector)), max(length(vector)), string_agg(vector, ''::bytea)
    FROM (SELECT vector FROM intake_answervector WHERE intake_id >= %s AND intake_id < %s ORDER BY intake_id) AS one
"""


@dataclass(frozen=True, slots=True)
class StoredBlock:
    """The vectors of the intakes whose number lies in a range that begins at `start`, in the order of those numbers."""

    start: int
    block: Block


def keep(intake: int, policy: Policy, answers: Answers) -> None:
    """Keep the vector of the answers that were just assessed, instead of that of earlier answers."""
    row = AnswerVector(intake_id=intake, vector=to_vector(policy.register, answers))
    AnswerVector.objects.bulk_create([row], update_conflicts=True, unique_fields=["intake"], update_fields=["vector"])


def stored() -> int:
    """Return how many intakes have a vector."""
    return AnswerVector.objects.count()


def blocks() -> Iterator[StoredBlock]:
    """Yield all vectors, in the order of the intakes. No other table is read, and each block is one short look."""
    read = _joined if connection.vendor == "postgresql" else _fetched
    start = _first_from(0)
    while start is not None:
        end = start + MOST_VECTORS
        yield StoredBlock(start, read(start, end))
        start = _first_from(end)


def reference_at(start: int, place: int) -> str:
    """Return the reference number of the intake at a place in a block; empty when there are fewer by now."""
    rows = AnswerVector.objects.filter(intake_id__gte=start).order_by("intake_id")
    return next(iter(rows.values_list("intake__reference", flat=True)[place : place + 1]), "")


def _first_from(number: int) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(FIRST, [number])
        found: int | None = cursor.fetchone()[0]
    return found


def _joined(start: int, end: int) -> Block:
    with connection.cursor() as cursor:
        cursor.execute(JOINED, [start, end])
        count, shortest, longest, vectors = cursor.fetchone()
    if shortest != longest:
        return _fetched(start, end)
    # Erased in the meantime: then there is nothing to join.
    return Block(bytes(vectors or b""), longest or 0, count)


def _fetched(start: int, end: int) -> Block:
    """Read row by row, joining a few thousand at a time."""
    with connection.cursor() as cursor:
        cursor.execute(EACH, [start, end])
        parts: list[Block] = []
        while rows := cursor.fetchmany(ROWS):
            parts.append(Block.of([vector for (vector,) in rows]))
    return Block.joined(parts)
