"""Triggers that make a table append-only, on SQLite and PostgreSQL, whoever writes to it."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import RunPython

APPEND_ONLY = ("ledger_event", "intake_consent", "intake_sourcetext")

POSTGRES = """
CREATE OR REPLACE FUNCTION nnmkb_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'append-only: %', TG_TABLE_NAME; END $$;
CREATE TRIGGER {table}_rows BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION nnmkb_append_only();
CREATE TRIGGER {table}_all BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION nnmkb_append_only();
"""
POSTGRES_OFF = "DROP TRIGGER IF EXISTS {table}_rows ON {table}; DROP TRIGGER IF EXISTS {table}_all ON {table};"
SQLITE = (
    "CREATE TRIGGER {table}_update BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, 'append-only: {table}'); END;",
    "CREATE TRIGGER {table}_delete BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, 'append-only: {table}'); END;",
)
SQLITE_OFF = ("DROP TRIGGER IF EXISTS {table}_update;", "DROP TRIGGER IF EXISTS {table}_delete;")


def statements(vendor: str, table: str, *, on: bool) -> tuple[str, ...]:
    """Return the SQL that puts the guard of a table on or takes it off."""
    if vendor == "postgresql":
        return ((POSTGRES if on else POSTGRES_OFF).format(table=table),)
    return tuple(sql.format(table=table) for sql in (SQLITE if on else SQLITE_OFF))


def append_only(table: str) -> RunPython:
    """Return the migration step that makes a table append-only."""

    def put_on(apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
        for sql in statements(editor.connection.vendor, table, on=True):
            editor.execute(sql, params=None)

    def take_off(apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
        for sql in statements(editor.connection.vendor, table, on=False):
            editor.execute(sql, params=None)

    return RunPython(put_on, take_off)
