"""Writes many rows at once: COPY on PostgreSQL, executemany on SQLite, without indexes in the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models
from django.db.models import Field, Model

Row = tuple[Any, ...]
Columns = Mapping[type[Model], Sequence[str]]

# Building an index once is several times as quick as adding to it row by row; so is looking up foreign keys at once.
CONSTRAINTS = """
    SELECT format('%%I', conname), pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = %s::regclass AND contype IN ('f', 'u') ORDER BY contype DESC, conname
"""
INDEXES = """
    SELECT format('%%I', c.relname), pg_get_indexdef(i.indexrelid) FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid
    WHERE i.indrelid = %s::regclass AND NOT i.indisprimary
      AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = i.indexrelid) ORDER BY c.relname
"""
SQLITE_INDEXES = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = %s AND sql IS NOT NULL"


class Sheet:
    """Rows that wait to be written, by model, in the order of `columns`; other columns get their default."""

    def __init__(self, columns: Columns) -> None:
        self._tables = {model: _Table(model, names) for model, names in columns.items()}
        self.rows: dict[type[Model], list[Row]] = {model: [] for model in columns}

    def write(self) -> None:
        """Write what waits, in the order of the models."""
        for model, rows in self.rows.items():
            if rows:
                self._tables[model].write(rows)
                rows.clear()


class _Table:
    def __init__(self, model: type[Model], names: Sequence[str]) -> None:
        fields: dict[str, Field[Any, Any]] = {field.attname: field for field in model._meta.concrete_fields}
        rest = [field for name, field in fields.items() if name not in names and not field.primary_key]
        self._defaults = tuple(field.get_db_prep_save(field.get_default(), connection) for field in rest)
        chosen = [fields[name] for name in names] + rest
        self._moments = [place for place, name in enumerate(names) if isinstance(fields[name], models.DateTimeField)]
        table = connection.ops.quote_name(model._meta.db_table)
        columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in chosen)
        self._copy = f"COPY {table} ({columns}) FROM STDIN"
        marks = ", ".join(["%s"] * len(chosen))
        self._insert = f"INSERT INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608 (names of our own models)

    def write(self, rows: Sequence[Row]) -> None:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                with cursor.copy(self._copy) as copy:
                    for row in rows:
                        copy.write_row(row + self._defaults)
            else:
                cursor.executemany(self._insert, [self._plain(row) for row in rows])

    def _plain(self, row: Row) -> Row:
        plain = list(row)
        for place in self._moments:
            if isinstance(plain[place], datetime):
                plain[place] = str(plain[place])[:19]
        return (*plain, *self._defaults)


@contextmanager
def bare(tables: Sequence[type[Model]]) -> Iterator[None]:
    """Take indexes and foreign keys off these tables, and put them back; numbering goes on after the last row.

    Call it in a transaction: then nothing of it is left when something fails.
    """
    names = [model._meta.db_table for model in tables]
    back: list[str] = []
    with connection.cursor() as cursor:
        for sql, undo in _taking_off(cursor, names):
            cursor.execute(sql)
            back.append(undo)
        yield
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
        for sql in (*back, *connection.ops.sequence_reset_sql(no_style(), list(tables))):
            cursor.execute(sql)


def _taking_off(cursor: Any, names: Sequence[str]) -> list[tuple[str, str]]:
    if connection.vendor != "postgresql":
        found = []
        for name in names:
            cursor.execute(SQLITE_INDEXES, [name])
            found += [(f'DROP INDEX "{index}"', sql) for index, sql in cursor.fetchall()]
        return found
    # What is checked at the end of the transaction otherwise stands in the way of changing the table.
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    keys: list[tuple[str, str]] = []
    indexes: list[tuple[str, str]] = []
    for name in names:
        cursor.execute(CONSTRAINTS, [name])
        keys += [
            (f"ALTER TABLE {name} DROP CONSTRAINT {key}", f"ALTER TABLE {name} ADD CONSTRAINT {key} {definition}")
            for key, definition in cursor.fetchall()
        ]
        cursor.execute(INDEXES, [name])
        indexes += [(f"DROP INDEX {index}", definition) for index, definition in cursor.fetchall()]
    # Foreign keys that point to the primary keys of these tables stay out of this: those are never taken off.
    return [*indexes, *keys]
