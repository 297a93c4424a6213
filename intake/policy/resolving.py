"""From a party of the policy to the organisations of a day, through mergers and endings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from intake.policy.activity_reading import KVK
from intake.policy.model import Organisation, Policy

__all__ = ["KVK", "current", "organisations_for"]


def current(policy: Policy, code: str, on: date) -> Organisation | None:
    """Return what the organisation is on that day; None when it has ended or does not exist yet."""
    followed: str | None = code
    while followed is not None:
        succession = policy.successions.get(followed)
        if succession is None or on < succession.on:
            break
        followed = succession.successor
    organisation = policy.organisations[followed] if followed is not None else None
    return organisation if organisation is not None and organisation.valid_on(on) else None


def organisations_for(
    policy: Policy, party: str, on: date, province: str | None, sector: str | None, themes: Iterable[str]
) -> tuple[Organisation, ...]:
    """Return who fills the party on that day for this company, in policy order, each once; perhaps nobody."""
    wanted = frozenset(themes)
    found: dict[str, Organisation] = {}
    for code in policy.parties[party].organisations:
        organisation = current(policy, code, on)
        if organisation is not None and _fits(organisation, province, sector, wanted):
            found.setdefault(organisation.code, organisation)
    return tuple(found.values())


def _fits(item: Organisation, province: str | None, sector: str | None, themes: frozenset[str]) -> bool:
    return (
        (not item.provinces or province in item.provinces)
        and (not item.sectors or sector in item.sectors)
        and (not item.themes or not themes.isdisjoint(item.themes))
    )
