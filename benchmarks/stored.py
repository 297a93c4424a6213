"""A million stored answer vectors, and a process of its own that goes through them once and says what that took.

    python -m benchmarks.stored read|one|two FILE|postgresql://ADDRESS

The table is that of the site and is read in the same way (intake/services/vectors.py), but without Django.
"""

from __future__ import annotations

import json
import os
import random
import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from intake.policy import Policy, load_policy, read_policy
from intake.policy.columns import MOST_VECTORS, Block
from intake.policy.engine import compiled
from intake.policy.measuring import Counting, Measuring

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "fixtures" / "policy" / "2013"
# The target group of the other version: companies of 2 to 250 people.
SIZE, OTHER_SIZE = "werkzame_personen: {van: 5, tot: 100}", "werkzame_personen: {van: 2, tot: 250}"
ROWS = 2048
TABLE = "CREATE TABLE intake_answervector (intake_id bigint PRIMARY KEY, vector bytea NOT NULL)"
EACH = "SELECT vector FROM intake_answervector WHERE intake_id >= ? AND intake_id < ? ORDER BY intake_id"
JOINED = """
    SELECT count(*), max(length(vector)), string_agg(vector, ''::bytea)
    FROM (SELECT vector FROM intake_answervector WHERE intake_id >= %s AND intake_id < %s ORDER BY intake_id) AS one
"""
Read = Callable[[int, int], Block]


class Passed(NamedTuple):
    """One pass: CPU seconds here and in the database server, memory in MB at its highest and before, and counts."""

    seconds: float
    server: float
    peak: float
    before: float
    intakes: int
    changed: int


def other_version() -> Policy:
    """Return the policy with another target group."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.yaml")}
    assert SIZE in texts["regels.yaml"], "the condition to change is gone"
    texts["regels.yaml"] = texts["regels.yaml"].replace(SIZE, OTHER_SIZE)
    return read_policy(texts)


def drawn(vectors: Sequence[bytes], number: int) -> Iterator[tuple[int, bytes]]:
    """Yield so many numbered vectors, drawn from these with a seed."""
    rng = random.Random(number)
    return ((place, rng.choice(vectors)) for place in range(1, number + 1))


def fill_sqlite(file: Path, vectors: Sequence[bytes], number: int) -> None:
    """Write so many vectors to a new file."""
    connection = sqlite3.connect(file)
    with connection:
        # This way of writing the type makes the number the address of the row, as Django does.
        connection.execute(TABLE.replace("bigint", "integer").replace("bytea", "blob"))
        connection.executemany("INSERT INTO intake_answervector VALUES (?, ?)", drawn(vectors, number))
    connection.close()


def fill_postgres(address: str, vectors: Sequence[bytes], number: int) -> None:
    """Write so many vectors to an empty database."""
    psycopg: Any = __import__("psycopg")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(TABLE)
        with connection.cursor() as cursor, cursor.copy("COPY intake_answervector FROM STDIN") as copy:
            for row in drawn(vectors, number):
                copy.write_row(row)
        connection.execute("VACUUM ANALYZE intake_answervector")


def from_sqlite(file: str) -> Read:
    """Return what reads the vectors with numbers in a range, row by row."""
    connection = sqlite3.connect(file)

    def read(start: int, end: int) -> Block:
        cursor = connection.execute(EACH, [start, end])
        parts: list[Block] = []
        while rows := cursor.fetchmany(ROWS):
            parts.append(Block.of([vector for (vector,) in rows]))
        return Block.joined(parts)

    return read


def from_postgres(connection: Any) -> Read:
    """Return what reads the vectors with numbers in a range, joined by the database."""

    def read(start: int, end: int) -> Block:
        count, width, vectors = connection.execute(JOINED, [start, end]).fetchone()
        return Block(bytes(vectors or b""), width or 0, count)

    return read


def blocks(read: Read) -> Iterator[Block]:
    """Yield all vectors, a block at a time."""
    start = 0
    while (block := read(start, start + MOST_VECTORS)).count:
        yield block
        start += MOST_VECTORS


def go_through(what: str, policy: Policy, other: Policy, read: Read) -> tuple[int, int]:
    """Read all vectors, count one version over them, or measure two; return how many there are and how many change."""
    if what == "one":
        counting = Counting(policy)
        for block in blocks(read):
            counting.add(block)
        return counting.intakes, 0
    if what == "two":
        measuring = Measuring(policy, other)
        for block in blocks(read):
            measuring.add(block)
        impact = measuring.impact()
        return impact.intakes, impact.changed
    return sum(block.count for block in blocks(read)), 0


def most_memory() -> float:
    """Return the most memory that this process had so far, in MB.

    Where the kernel tells it, that is asked: the highest of getrusage also counts the process that started this one.
    """
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if "VmHWM" in line) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)


def seconds_of(process: int) -> float:
    """Return the CPU seconds of another process on this machine; 0 where they cannot be seen."""
    stat = Path(f"/proc/{process}/stat")
    if not process or not stat.exists():
        return 0.0
    user, system = stat.read_text().rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def once(what: str, address: str) -> Passed:
    """Go through all vectors in this process, with both policies loaded and compiled before."""
    policy, other = load_policy(FOLDER), other_version()
    for version in (policy, other):
        compiled(version)
    server = 0
    if address.startswith("postgresql:"):
        connection: Any = __import__("psycopg").connect(address, autocommit=True)
        server = connection.info.backend_pid
        read = from_postgres(connection)
    else:
        read = from_sqlite(address)
    before, began, began_there = most_memory(), time.process_time(), seconds_of(server)
    intakes, changed = go_through(what, policy, other, read)
    spent = time.process_time() - began
    return Passed(spent, seconds_of(server) - began_there, most_memory(), before, intakes, changed)


def passed(what: str, address: str) -> Passed:
    """Go through all vectors in a process of its own."""
    line = [sys.executable, "-m", "benchmarks.stored", what, address]
    said = subprocess.run(line, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return Passed(*json.loads(said))


if __name__ == "__main__":
    print(json.dumps(once(*sys.argv[1:])))
