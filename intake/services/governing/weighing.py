"""What a version would change for the scans that are stored, kept with the version until its text changes."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from intake import policies
from intake.models import PolicyVersion
from intake.services import replaying
from intake.services.governing.checking import check
from intake.services.governing.door import actor_of, must_be, must_stand
from intake.services.governing.errors import Refused, Stale
from intake.services.replaying import StoredImpact
from nnmkb.ledger import events
from nnmkb.web.permissions import Role

State = PolicyVersion.State


def weigh(version: PolicyVersion, *, by: User, now: datetime) -> PolicyVersion:
    """Work out what a version changes for all stored scans, compared with what is in force, and keep that with it.

    The version itself stays as it is, so whoever is writing in it can go on.
    """
    must_be(by, Role.POLICY_AUTHOR, Role.POLICY_PUBLISHER)
    must_stand(version, State.DRAFT, State.REVIEW)
    new = check(version).policy
    if new is None:
        raise Refused("Herstel eerst de fouten: deze versie is nog niet door te rekenen.")
    name = policies.newest()
    found = replaying.impact(policies.policy(name), new)
    with transaction.atomic():
        same_text = PolicyVersion.objects.filter(pk=version.pk, digest=version.digest)
        digest = weighed(name, version)
        if not same_text.update(impact=found.to_json(), impact_digest=digest):
            raise Stale("De tekst van deze versie is intussen veranderd. Reken de gevolgen opnieuw door.")
        payload = {"against": name, "scans": found.impact.intakes, "changed": found.impact.changed}
        events.record(version.stream, "policy_weighed", actor=actor_of(by), at=now, payload=payload)
    return PolicyVersion.objects.get(pk=version.pk)


def weighed(against: str, version: PolicyVersion) -> str:
    """Return of which two texts an impact is: what is in force by name, which never changes, and this text."""
    return f"{against} {version.digest}"


def impact_of(version: PolicyVersion, against: str) -> StoredImpact | None:
    """Return the impact that is kept with a version; None when it is of another text or another comparison."""
    if version.impact is None or version.impact_digest != weighed(against, version):
        return None
    return StoredImpact.from_json(version.impact)


def compared_with(version: PolicyVersion) -> str:
    """Return the name of what a version replaced, or would replace now; empty when there is nothing to compare."""
    if version.state in {State.DRAFT, State.REVIEW}:
        return policies.in_force()
    return version.replaced or version.base
