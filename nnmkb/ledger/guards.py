"""Triggers that keep rows as they were written, on SQLite and PostgreSQL, whoever writes to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import RunPython

APPEND_ONLY = ("ledger_event", "ledger_anchor", "intake_consent", "intake_sourcetext")

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


EMPTIED_POSTGRES = """
CREATE FUNCTION {table}_emptied() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF {kept_changed} OR {wrongly_emptied} THEN RAISE EXCEPTION 'only-emptied: {table}'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER {table}_kept BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_emptied();
"""
EMPTIED_POSTGRES_OFF = "DROP TRIGGER IF EXISTS {table}_kept ON {table}; DROP FUNCTION IF EXISTS {table}_emptied();"
EMPTIED_SQLITE = """
CREATE TRIGGER {table}_kept BEFORE UPDATE ON {table} WHEN {kept_changed} OR {wrongly_emptied}
BEGIN SELECT RAISE(ABORT, 'only-emptied: {table}'); END;
"""
EMPTIED_SQLITE_OFF = "DROP TRIGGER IF EXISTS {table}_kept;"


def emptied_statement(vendor: str, table: str, kept: Sequence[str], emptied: Sequence[str], *, on: bool) -> str:
    """Return the SQL that lets rows only lose the content of the columns `emptied`, or that takes this off again."""
    postgres = vendor == "postgresql"
    if not on:
        return (EMPTIED_POSTGRES_OFF if postgres else EMPTIED_SQLITE_OFF).format(table=table)
    other, nothing = ("IS DISTINCT FROM", "'{}'::jsonb") if postgres else ("IS NOT", "'{}'")
    return (EMPTIED_POSTGRES if postgres else EMPTIED_SQLITE).format(
        table=table,
        kept_changed=" OR ".join(f"NEW.{column} {other} OLD.{column}" for column in kept),
        wrongly_emptied=" OR ".join(
            f"(NEW.{column} {other} OLD.{column} AND NEW.{column} {other} {nothing})" for column in emptied
        ),
    )


def only_emptied(table: str, kept: Sequence[str], emptied: Sequence[str]) -> RunPython:
    """Return the migration step after which rows never change, but for JSON columns that become empty objects.

    Rows can still be deleted.
    """

    def put_on(apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
        editor.execute(emptied_statement(editor.connection.vendor, table, kept, emptied, on=True), params=None)

    def take_off(apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
        editor.execute(emptied_statement(editor.connection.vendor, table, kept, emptied, on=False), params=None)

    return RunPython(put_on, take_off)
