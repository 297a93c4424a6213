"""Handing a draft in, sending it back, and writing down why a warning may stay."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from datetime import datetime

from django.contrib.auth.models import User

from intake import policies
from intake.models import PolicyVersion
from intake.services.governing import places
from intake.services.governing.checking import check, errors_in_full
from intake.services.governing.door import MOST_WORDS, actor_of, must_be, must_stand, storable, write
from intake.services.governing.errors import Refused
from nnmkb.web.permissions import Role

State = PolicyVersion.State


def submit(version: PolicyVersion, *, by: User, lock: int, now: datetime) -> PolicyVersion:
    """Hand a draft in to be judged by somebody else; refused as long as it has errors.

    The register of places is brought up to date: another version may have been published in between.
    """
    must_be(by, Role.POLICY_AUTHOR)
    must_stand(version, State.DRAFT)
    version = copy(version)
    version.files = places.up_to_date(version.files)
    version.digest = policies.digest_of(version.files)
    found = check(version)
    if not found.sound:
        count = len(found.problems) + len(found.errors)
        raise Refused(f"Er {'is nog 1 fout' if count == 1 else f'zijn nog {count} fouten'}. Herstel die eerst.")
    if hidden := errors_in_full(found):
        raise Refused("Een langere controle vond nog fouten. Herstel die eerst.", *(one.text for one in hidden[:3]))
    changes = {
        "state": State.REVIEW,
        "files": version.files,
        "digest": version.digest,
        "submitted_by": actor_of(by),
        "submitted_at": now,
        "editors": list(dict.fromkeys([*version.editors, actor_of(by)])),
    }
    payload = {"digest": version.digest, "warnings": len(found.warnings)}
    return write(version, "policy_submitted", by=by, now=now, lock=lock, changes=changes, payload=payload)


def send_back(version: PolicyVersion, reason: str, *, by: User, lock: int, now: datetime) -> PolicyVersion:
    """Make a version that was handed in a draft again, with the reason; the author may take it back as well."""
    must_be(by, Role.POLICY_PUBLISHER, Role.POLICY_AUTHOR)
    must_stand(version, State.REVIEW)
    if not reason.strip():
        raise Refused("Schrijf op waarom deze versie terug moet.")
    return write(
        version,
        "policy_sent_back",
        by=by,
        now=now,
        lock=lock,
        changes={"state": State.DRAFT},
        words=storable(reason),
    )


def save_notes(
    version: PolicyVersion, notes: Mapping[str, str], *, by: User, lock: int, now: datetime
) -> PolicyVersion:
    """Keep why warnings may stay, by `Finding.key`; an empty note takes the one that was there away."""
    must_be(by, Role.POLICY_AUTHOR, Role.POLICY_PUBLISHER)
    must_stand(version, State.DRAFT, State.REVIEW)
    merged = merged_notes(version, notes)
    if merged == version.notes:
        return version
    return write(version, "policy_notes_saved", by=by, now=now, lock=lock, changes={"notes": merged})


def merged_notes(version: PolicyVersion, notes: Mapping[str, str]) -> dict[str, str]:
    """Return the notes of a version with these in place, as far as they are about a warning that it has."""
    known = {finding.key for finding in check(version).warnings}
    given = {key: storable(text).strip() for key, text in notes.items() if key in known}
    if any(len(text) > MOST_WORDS for text in given.values()):
        raise Refused(f"Gebruik in een toelichting hooguit {MOST_WORDS} tekens.")
    return {key: text for key, text in {**version.notes, **given}.items() if text and key in known}
