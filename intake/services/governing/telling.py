"""Who did what to a version, from the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User

from intake.models import PolicyVersion
from nnmkb.ledger import events
from nnmkb.web.desk import name_of

STAFF = "staff:"


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that was done to a version: by whom, when, and what was said with it."""

    kind: str
    actor: str
    at: datetime
    payload: Mapping[str, Any]
    words: str


def history(version: PolicyVersion) -> list[Moment]:
    """Return what was done to a version, newest first."""
    found = [
        Moment(event.kind, event.actor, event.at, event.payload, version.words.get(str(event.seq), ""))
        for event in events.history(version.stream)
    ]
    return found[::-1]


def names(actors: Iterable[str]) -> dict[str, str]:
    """Return the names of people by their actor in the ledger, in one query."""
    numbers = {actor.removeprefix(STAFF) for actor in actors if actor.startswith(STAFF)}
    people = User.objects.filter(pk__in=[number for number in numbers if number.isdigit()]) if numbers else ()
    return {f"{STAFF}{user.pk}": name_of(user) for user in people}


def last_changed_by(version: PolicyVersion) -> str:
    """Return who put text in a version last, as the ledger names people; empty when nobody did."""
    kinds = ("policy_saved", "policy_imported")
    actors = [event.actor for event in events.history(version.stream) if event.kind in kinds]
    return actors[-1] if actors else ""
