"""The one way in which a version of the policy changes: event, words and row together, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from intake.models import PolicyVersion
from intake.services.governing.errors import NotAllowed, Refused, Stale
from nnmkb.ledger import events
from nnmkb.web.permissions import Role, roles_of

State = PolicyVersion.State
MOST_WORDS = 1000
NEEDED = {
    Role.POLICY_AUTHOR: "Alleen een beleidsmedewerker die schrijft, kan dit doen.",
    Role.POLICY_PUBLISHER: "Alleen iemand die publiceert, kan dit doen.",
}
WRONG_STATE = {
    State.DRAFT: "Dit kan alleen bij een concept.",
    State.REVIEW: "Dit kan alleen bij een versie die in beoordeling is.",
    State.PUBLISHED: "Dit kan alleen bij de versie die in gebruik is.",
}


def actor_of(user: User) -> str:
    """Return how the ledger names a person of the policy staff."""
    return f"staff:{user.pk}"


def must_be(user: User, *roles: Role) -> None:
    """Let only somebody with one of these roles go on."""
    if roles_of(user).isdisjoint(roles):
        raise NotAllowed(NEEDED[roles[0]])


def must_stand(version: PolicyVersion, *states: PolicyVersion.State) -> None:
    """Let only a version in one of these states go on."""
    if version.pk is None or version.state not in states:
        raise Refused(WRONG_STATE[states[0]])


def write(
    version: PolicyVersion,
    kind: str,
    *,
    by: User,
    now: datetime,
    lock: int,
    changes: Mapping[str, Any],
    payload: Mapping[str, object] | None = None,
    words: str = "",
) -> PolicyVersion:
    """Write the event and the changes to a version that is still as it was seen; raises Stale when it is not.

    The state that the caller looked at counts too: a version that moved on in between is left alone.
    """
    if lock != version.lock:
        raise Stale
    said = words.strip()
    if len(said) > MOST_WORDS:
        raise Refused(f"Gebruik hier hooguit {MOST_WORDS} tekens.")
    try:
        with transaction.atomic():
            event = events.record(version.stream, kind, actor=actor_of(by), at=now, payload=payload)
            everything: dict[str, Any] = {**changes, "lock": lock + 1, "changed_at": now}
            if said:
                everything["words"] = {**version.words, str(event.seq): said}
            mine = PolicyVersion.objects.filter(pk=version.pk, lock=lock, state=version.state)
            if not mine.update(**everything):
                raise Stale
    except events.LostRace:
        raise Stale from None
    return PolicyVersion.objects.get(pk=version.pk)


def storable(text: str) -> str:
    """Return the text as it can be kept: one kind of line end, and a mark where a database takes no character."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\N{REPLACEMENT CHARACTER}")
    return lines.encode("utf-8", "replace").decode("utf-8")
