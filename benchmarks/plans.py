"""What the database does for one task: how many questions, how many buffers, and whether it reads all referrals."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from django.db import connection
from django.test.utils import CaptureQueriesContext

REFERRALS = "referrals_referral"
STEPS = 100


class Look(NamedTuple):
    """One task: its questions, and the buffers of all of them and of the one for the referrals (SQLite: VM steps)."""

    queries: int
    touched: int
    main: int
    # Tables that are read from beginning to end, large ones only.
    scanned: list[str]
    # What the plan of the question for the referrals uses.
    by: list[str]


def look(task: Callable[[], object]) -> Look:
    """Carry out a task and look at each of its questions; what it changes must be taken back by itself."""
    task()
    return _on_postgres(task) if connection.vendor == "postgresql" else _on_sqlite(task)


def _captured(task: Callable[[], object]) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        task()
    skipped = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT", "SET ")
    return [one["sql"] for one in captured.captured_queries if not one["sql"].startswith(skipped)]


# --- PostgreSQL -----------------------------------------------------------------------------------------------------


def _on_postgres(task: Callable[[], object]) -> Look:
    asked = _captured(task)
    touched, main, scanned, by = 0, 0, set[str](), list[str]()
    with connection.cursor() as cursor:
        # What a change touches is measured too, and taken back.
        cursor.execute("BEGIN")
        for sql in asked:
            cursor.execute("SAVEPOINT each")
            try:
                cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {sql}")
                plan = _plan(cursor.fetchone()[0])
            finally:
                cursor.execute("ROLLBACK TO each")
            buffers = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
            touched += buffers
            nodes = list(_nodes(plan))
            scanned |= {node["Relation Name"] for node in nodes if _reads_all(node)}
            if sql.startswith("SELECT") and f'FROM "{REFERRALS}"' in sql and buffers > main:
                main, by = buffers, [node["Index Name"] for node in nodes if "Index Name" in node]
        cursor.execute("ROLLBACK")
    return Look(len(asked), touched, main, sorted(scanned), by)


def _plan(found: Any) -> dict[str, Any]:
    plan = json.loads(found) if isinstance(found, str) else found
    return dict(plan[0]["Plan"])


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from _nodes(inner)


def _reads_all(node: dict[str, Any]) -> bool:
    # One page or two are read at once, whatever the index.
    # What a subquery touches is counted with the step around it.
    touched = node["Shared Hit Blocks"] + node["Shared Read Blocks"]
    return node["Node Type"].endswith("Seq Scan") and "Plans" not in node and touched > 20


# --- SQLite ---------------------------------------------------------------------------------------------------------


def _on_sqlite(task: Callable[[], object]) -> Look:
    asked = _captured(task)
    touched, main, scanned, by = 0, 0, set[str](), list[str]()
    with connection.cursor() as cursor:
        for sql in asked:
            if not sql.startswith("SELECT"):
                continue
            steps = _steps(cursor, sql)
            touched += steps
            # The statement stands as it was sent, with its values filled in: % is just a sign.
            cursor.execute("EXPLAIN QUERY PLAN " + sql.replace("%", "%%"), [])
            told = [str(row[3]) for row in cursor.fetchall()]
            scanned |= {line.split()[1] for line in told if line.startswith("SCAN ") and "INDEX" not in line}
            if f'FROM "{REFERRALS}"' in sql and steps > main:
                main, by = steps, [line for line in told if REFERRALS in line]
    return Look(len(asked), touched, main, sorted(scanned & {REFERRALS}), by)


def _steps(cursor: Any, sql: str) -> int:
    """Return how many steps of its virtual machine SQLite takes, to the hundred."""
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += STEPS
        return 0

    connection.connection.set_progress_handler(count, STEPS)
    try:
        cursor.execute(sql.replace("%", "%%"), [])
        cursor.fetchall()
    finally:
        connection.connection.set_progress_handler(None, 0)
    return counted
