"""People of the policy, and versions at every point of their way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.contrib.auth.models import Group, User

from intake.models import PolicyVersion
from intake.services.governing import drafting, publishing, reviewing, weighing
from intake.services.governing.checking import check
from nnmkb.web.permissions import Role

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
RULES = "regels.yaml"
FLIGHT = "vlucht_eelde: [ja]"
FLIGHT_REASON = "Een vlucht vanaf Eelde zou u helpen."
OTHER_REASON = "Met een vlucht vanaf Eelde komt u verder."


def person(name: str, *roles: Role) -> User:
    """Make an account with these roles."""
    user = User.objects.create_user(name, f"{name}@kvk.example", None, first_name=name.capitalize())
    for role in roles:
        # A transactional test before this one may have emptied the table.
        user.groups.add(Group.objects.get_or_create(name=role)[0])
    return user


def author(name: str = "roelien") -> User:
    """Make somebody who writes policy."""
    return person(name, Role.POLICY_AUTHOR)


def publisher(name: str = "durk") -> User:
    """Make somebody who publishes policy."""
    return person(name, Role.POLICY_PUBLISHER)


def draft(by: User, name: str = "2026-1", title: str = "Vlucht ruimer", base: str = "2013") -> PolicyVersion:
    """Begin a draft."""
    return drafting.start_draft(base, name, title, by=by, now=NOW)


def changed(
    by: User, version: PolicyVersion | None = None, old: str = FLIGHT_REASON, new: str = OTHER_REASON
) -> PolicyVersion:
    """Return a draft in which a piece of the rules was replaced."""
    version = version or draft(by)
    text = version.files[RULES]
    assert old in text
    return drafting.save_file(version, RULES, text.replace(old, new), by=by, lock=version.lock, now=NOW)


def broken(by: User, version: PolicyVersion | None = None) -> PolicyVersion:
    """Return a draft with a rule that contradicts itself."""
    return changed(by, version, f"{{{FLIGHT}}}", f"{{{FLIGHT}}}, {{niet: {{{FLIGHT}}}}}")


def submitted(by: User, name: str = "2026-1", old: str = FLIGHT_REASON, new: str = OTHER_REASON) -> PolicyVersion:
    """Return a changed version that was handed in and weighed."""
    version = changed(by, draft(by, name), old, new)
    version = reviewing.submit(version, by=by, lock=version.lock, now=NOW)
    return weighing.weigh(version, by=by, now=NOW)


def notes(version: PolicyVersion) -> dict[str, str]:
    """Return a note for each warning."""
    return {finding.key: f"Mag blijven: {finding.code}." for finding in check(version).warnings}


def published(by: User, publisher: User, name: str = "2026-1") -> PolicyVersion:
    """Return a changed version that is in force."""
    version = submitted(by, name)
    return publishing.publish(version, notes(version), by=publisher, lock=version.lock, now=LATER)
