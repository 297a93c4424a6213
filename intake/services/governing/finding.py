"""Finding versions: those in the database, and the one that came with the program."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from intake import policies
from intake.models import PolicyVersion
from nnmkb.ledger import events

State = PolicyVersion.State
# A folder has no moment of its own; the list shows none for it.
LONG_AGO = datetime(2013, 1, 1, tzinfo=UTC)


def version(name: str) -> PolicyVersion | None:
    """Return the version of this name; one that is only a folder comes as a row that is not saved."""
    found = PolicyVersion.objects.filter(name=name).first()
    return found if found is not None else from_folder(name)


def versions() -> list[PolicyVersion]:
    """Return all versions, newest first, without their texts; folders that were not taken over come last."""
    rows = list(PolicyVersion.objects.defer("files", "impact", "words", "notes"))
    known = {row.name for row in rows}
    folders = sorted(path.name for path in Path(settings.POLICY_ROOT).iterdir() if path.is_dir())
    found = [from_folder(name) for name in reversed(folders) if name not in known]
    return [*rows, *(row for row in found if row is not None)]


def from_folder(name: str) -> PolicyVersion | None:
    """Return the version of a folder as a row that is not saved."""
    files = policies.folder_files(name)
    if files is None:
        return None
    return PolicyVersion(
        name=name,
        title="Meegeleverd met het programma",
        state=State.PUBLISHED if policies.in_force() == name else State.RETIRED,
        files=files,
        digest=policies.digest_of(files),
        created_at=LONG_AGO,
        changed_at=LONG_AGO,
    )


def adopted(name: str, now: datetime) -> PolicyVersion | None:
    """Return the row of a version, made from its folder when there is none yet; call it in a transaction."""
    found = PolicyVersion.objects.filter(name=name).first()
    if found is not None:
        return found
    made = from_folder(name)
    if made is None:
        return None
    in_use = policies.name_in_force() in {"", name} and name == settings.POLICY_NAME
    made.state = State.PUBLISHED if in_use else State.RETIRED
    made.created_at = made.changed_at = now
    made.save(force_insert=True)
    events.record(made.stream, "policy_adopted", actor="system", at=now, payload={"digest": made.digest})
    return made
