"""Finding contacts by any part of the company name: an index of three-character pieces, on both databases.

PostgreSQL has it in the extension pg_trgm, SQLite in FTS5. Where neither is there, the same names are found by reading
all of them.
"""

from __future__ import annotations

import logging
import re
from typing import Any

from django.db import Error, connection, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Q
from django.db.models.expressions import RawSQL

logger = logging.getLogger(__name__)

SHORTEST = 3
# What the index is made of; without it every name would have to be read.
_PIECE = re.compile(rf"[^\W_]{{{SHORTEST}}}")

# fastupdate off: names that were just added would otherwise lie in a heap that every search goes through.
POSTGRES = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX contact_company_pieces ON intake_contact "
    "USING gin (UPPER(company::text) gin_trgm_ops) WITH (fastupdate = off)",
)
# The table keeps the pieces only, the names stay in intake_contact. Triggers follow every writer, erasure too.
# A later migration that makes SQLite copy intake_contact drops them with the old table, and must put them back.
SQLITE = (
    "CREATE VIRTUAL TABLE intake_contact_pieces USING "
    "fts5(company, content='intake_contact', content_rowid='id', tokenize='trigram')",
    "CREATE TRIGGER contact_pieces_added AFTER INSERT ON intake_contact BEGIN "
    "INSERT INTO intake_contact_pieces(rowid, company) VALUES (NEW.id, NEW.company); END",
    "CREATE TRIGGER contact_pieces_gone AFTER DELETE ON intake_contact BEGIN "
    "INSERT INTO intake_contact_pieces(intake_contact_pieces, rowid, company) VALUES ('delete', OLD.id, OLD.company); "
    "END",
    "CREATE TRIGGER contact_pieces_changed AFTER UPDATE OF id, company ON intake_contact BEGIN "
    "INSERT INTO intake_contact_pieces(intake_contact_pieces, rowid, company) VALUES ('delete', OLD.id, OLD.company); "
    "INSERT INTO intake_contact_pieces(rowid, company) VALUES (NEW.id, NEW.company); END",
    "INSERT INTO intake_contact_pieces(intake_contact_pieces) VALUES ('rebuild')",
)
OFF = {
    "postgresql": ("DROP INDEX IF EXISTS contact_company_pieces",),
    "sqlite": (
        "DROP TRIGGER IF EXISTS contact_pieces_added",
        "DROP TRIGGER IF EXISTS contact_pieces_gone",
        "DROP TRIGGER IF EXISTS contact_pieces_changed",
        "DROP TABLE IF EXISTS intake_contact_pieces",
    ),
}
ABSENT = (
    "Searching by company name goes without an index: %s. "
    "For one, let an administrator of the database run CREATE EXTENSION pg_trgm (PostgreSQL), or use an SQLite of 3.34 "
    "or newer; then run `manage.py migrate intake 0006` and `manage.py migrate`."
)


def long_enough(text: str) -> bool:
    """Say whether a text has three letters or digits in a row, so that names can be looked up by it."""
    return bool(_PIECE.search(text))


def named(text: str) -> Q:
    """Return the condition on Contact that the company name contains this text, capital or small."""
    if connection.vendor == "sqlite" and _has_pieces():
        # Between quotes it is one piece of text, whatever signs are in it.
        phrase = '"{}"'.format(text.replace('"', '""'))
        sql = "SELECT rowid FROM intake_contact_pieces WHERE intake_contact_pieces MATCH %s"
        return Q(pk__in=RawSQL(sql, [phrase]))  # noqa: S611 (the text is a parameter)
    return Q(company__icontains=text)


def _has_pieces() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM sqlite_master WHERE name = 'intake_contact_pieces'")
        return cursor.fetchone() is not None


def put_on(apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """Make the index; say what to do when the database cannot have one, and go on without."""
    try:
        with transaction.atomic(using=editor.connection.alias):
            for sql in POSTGRES if editor.connection.vendor == "postgresql" else SQLITE:
                editor.execute(sql, params=None)
    except Error as error:
        logger.warning(ABSENT, str(error).partition("\n")[0])


def take_off(apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    """Drop the index."""
    for sql in OFF[editor.connection.vendor]:
        editor.execute(sql, params=None)
