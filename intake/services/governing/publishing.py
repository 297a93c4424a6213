"""Putting a version in force, by a second person, and taking it out again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import F

from intake import policies
from intake.models import PolicyVersion
from intake.services.governing import finding, places, weighing
from intake.services.governing.checking import check
from intake.services.governing.door import actor_of, must_be, must_stand, storable, write
from intake.services.governing.errors import NotAllowed, Refused, Stale
from intake.services.governing.reviewing import merged_notes
from nnmkb.ledger import events
from nnmkb.web.permissions import Role, roles_of

State = PolicyVersion.State
OVERTAKEN = "Iemand anders heeft intussen een andere versie gepubliceerd. Kijk eerst in de lijst."
OWN_WORK = "U hebt zelf aan deze versie gewerkt. Een ander moet haar beoordelen en publiceren."
NO_PUBLISHER = "Publiceren mag alleen iemand die daarvoor is aangewezen."
OTHER_PLACES = (
    "Sinds het indienen is een andere versie gepubliceerd. De plaatsen van antwoorden (register.yaml) sluiten daar "
    "niet op aan. Stuur deze versie terug en dien haar opnieuw in. Dan is dat in orde."
)
NOT_HANDED_IN = "Deze versie is nog niet ingediend."


def obstacles(version: PolicyVersion, user: User) -> tuple[str, ...]:
    """Return why this person cannot publish this version now, apart from the notes; empty when they can."""
    return (*personal(version, user), *material(version))


def personal(version: PolicyVersion, user: User) -> tuple[str, ...]:
    """Return why this person is not the one to publish."""
    if Role.POLICY_PUBLISHER not in roles_of(user):
        return (NO_PUBLISHER,)
    involved = {*version.editors, version.author, version.submitted_by}
    return (OWN_WORK,) if actor_of(user) in involved else ()


def material(version: PolicyVersion) -> tuple[str, ...]:
    """Return what is not right about the version itself."""
    reasons = [] if version.state == State.REVIEW else [NOT_HANDED_IN]
    if not places.fits(version.files):
        reasons.append(OTHER_PLACES)
    found = check(version)
    if not found.sound:
        reasons.append("Deze versie heeft nog fouten.")
    elif weighing.impact_of(version, policies.in_force()) is None:
        reasons.append("De gevolgen voor de bewaarde scans zijn nog niet doorgerekend.")
    return tuple(reasons)


def without_note(version: PolicyVersion, notes: Mapping[str, str]) -> tuple[str, ...]:
    """Return the keys of the warnings that nobody said anything about yet."""
    return tuple(finding.key for finding in check(version).warnings if not notes.get(finding.key))


def publish(version: PolicyVersion, notes: Mapping[str, str], *, by: User, lock: int, now: datetime) -> PolicyVersion:
    """Put a version in force and retire the one before it, together or not at all.

    Only a publisher who did not work on it can do this, with a note on each warning. Of two people who publish at the
    same moment one succeeds; the other gets Stale.
    """
    must_be(by, Role.POLICY_PUBLISHER)
    if personal(version, by):
        raise NotAllowed(*personal(version, by))
    must_stand(version, State.REVIEW)
    # Asked at the database: what this process remembers may have been replaced a moment ago.
    before = policies.newest()
    if reasons := material(version):
        raise Refused(*reasons)
    kept = merged_notes(version, notes)
    if without_note(version, kept):
        raise Refused("Schrijf bij elke waarschuwing waarom zij mag blijven.")
    try:
        with transaction.atomic():
            retire(before, version.name, by, now)
            done = put_in_force(version, before, kept, by, lock, now)
    except (IntegrityError, events.LostRace):
        raise Stale(OVERTAKEN) from None
    policies.forget()
    return done


def put_in_force(
    version: PolicyVersion, before: str, notes: Mapping[str, str], by: User, lock: int, now: datetime
) -> PolicyVersion:
    """Write the version itself."""
    policy = check(version).policy
    assert policy is not None, "only a sound version comes here"
    changes = {
        "state": State.PUBLISHED,
        "notes": dict(notes),
        "published_by": actor_of(by),
        "published_at": now,
        "replaced": before,
    }
    payload = {
        "replaced": before,
        "digest": version.digest,
        "rules": policy.digests.rules,
        "catalogue": policy.digests.catalogue,
        "notes": sorted(notes),
    }
    return write(version, "policy_published", by=by, now=now, lock=lock, changes=changes, payload=payload)


def retire(name: str, successor: str, by: User, now: datetime) -> None:
    """Take the version in force out of force, because of another; Stale when it was not in force any more."""
    row = finding.adopted(name, now)
    mine = PolicyVersion.objects.filter(name=name, state=State.PUBLISHED)
    changes = {"state": State.RETIRED, "retired_by": actor_of(by), "retired_at": now, "changed_at": now}
    if row is None or not mine.update(**changes, lock=F("lock") + 1):
        raise Stale(OVERTAKEN)
    events.record(row.stream, "policy_retired", actor=actor_of(by), at=now, payload={"successor": successor})


def withdraw(version: PolicyVersion, reason: str, *, by: User, lock: int, now: datetime) -> PolicyVersion:
    """Take the version in force out of force, with the reason; the one before it counts again.

    Scans that began on it finish on it. Whoever has the role may do this alone: it only goes back to what two
    people agreed on before.
    """
    must_be(by, Role.POLICY_PUBLISHER)
    must_stand(version, State.PUBLISHED)
    if not version.replaced:
        raise Refused("Er is geen eerdere versie om naar terug te gaan.")
    if not reason.strip():
        raise Refused("Schrijf op waarom deze versie niet langer mag gelden.")
    changes = {"state": State.RETIRED, "retired_by": actor_of(by), "retired_at": now}
    payload = {"successor": version.replaced}
    try:
        with transaction.atomic():
            done = write(
                version,
                "policy_withdrawn",
                by=by,
                now=now,
                lock=lock,
                changes=changes,
                payload=payload,
                words=storable(reason),
            )
            restore(version.replaced, version.name, by, now)
    except (IntegrityError, events.LostRace):
        raise Stale(OVERTAKEN) from None
    policies.forget()
    return done


def restore(name: str, withdrawn: str, by: User, now: datetime) -> None:
    """Put the earlier version in force again."""
    row = PolicyVersion.objects.get(name=name)
    changes = {"state": State.PUBLISHED, "retired_by": "", "retired_at": None}
    payload = {"withdrawn": withdrawn}
    write(row, "policy_restored", by=by, now=now, lock=row.lock, changes=changes, payload=payload)
