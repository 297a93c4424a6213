"""From a party or an organisation to who that is on a day, through mergers, splits and endings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from intake.policy.model import Policy
from intake.policy.organisations import KVK, Fulfilment, Organisation, Party, Scope, Succession

__all__ = ["KVK", "Resolution", "current", "organisations_for", "players", "resolve", "successor_of"]


@dataclass(frozen=True, slots=True)
class Resolution:
    """Who an organisation is on a day. `path` holds the successions that led there, in order, each once.

    `ended` are those at which a way stops without a successor; `not_yet` those that still have to begin.
    """

    asked: Organisation
    on: date
    organisations: tuple[Organisation, ...]
    path: tuple[Succession, ...]
    ended: tuple[Organisation, ...]
    not_yet: tuple[Organisation, ...]

    @property
    def certainty(self) -> str:
        """Return the letter of the least certain thing that this rests on; A is most certain."""
        steps = [item.certainty for item in self.path]
        return max([*steps, *(item.certainty for item in (*self.organisations, *self.ended, *self.not_yet))])


def resolve(
    policy: Policy,
    organisation: str,
    on: date,
    *,
    province: str | None = None,
    sector: str | None = None,
    themes: Iterable[str] = (),
) -> Resolution:
    """Return who this organisation is on that day; KeyError when the policy does not know it.

    Of an organisation that was split, a province, sector or theme picks the part; without them every part is found.
    """
    return follow(policy, organisation, on, scope_of(province, sector, themes))


def scope_of(province: str | None, sector: str | None, themes: Iterable[str]) -> Scope:
    """Return about which companies is asked; what is not given is left out of account."""
    named = frozenset(themes)
    return Scope(
        frozenset({province}) if province else None,
        frozenset({sector}) if sector else None,
        named or None,
    )


def follow(policy: Policy, code: str, on: date, scope: Scope) -> Resolution:
    """Return who the organisation is on that day for this scope. Ends also when successions form a ring."""
    found: dict[str, Organisation] = {}
    ended: dict[str, Organisation] = {}
    not_yet: dict[str, Organisation] = {}
    path: dict[Succession, None] = {}
    seen: set[str] = set()
    ahead = [code]
    while ahead:
        organisation = policy.organisations[ahead.pop(0)]
        if organisation.code in seen:
            continue
        seen.add(organisation.code)
        if organisation.valid_on(on):
            found[organisation.code] = organisation
            continue
        if organisation.valid_from is not None and on < organisation.valid_from:
            not_yet[organisation.code] = organisation
            continue
        steps = [item for item in policy.successions.get(organisation.code, ()) if item.on <= on and item.fits(scope)]
        path |= dict.fromkeys(steps)
        onward = [item.successor for item in steps if item.successor is not None]
        ahead.extend(onward)
        if not onward:
            ended[organisation.code] = organisation
    return Resolution(
        policy.organisations[code],
        on,
        tuple(found.values()),
        tuple(path),
        tuple(ended.values()),
        tuple(not_yet.values()),
    )


def current(policy: Policy, code: str, on: date) -> Organisation | None:
    """Return what the organisation is on that day, after a split the first part; None when there is nobody."""
    return next(iter(resolve(policy, code, on).organisations), None)


def successor_of(policy: Policy, code: str, on: date) -> Organisation | None:
    """Return under whom a report of that day counts this organisation; None for a code that the policy does not know.

    That is its one successor, or itself when it ended without, was split, or has not begun.
    """
    if code not in policy.organisations:
        return None
    found = resolve(policy, code, on).organisations
    return found[0] if len(found) == 1 else policy.organisations[code]


def fulfilments_on(party: Party, on: date) -> list[Fulfilment]:
    """Return who is named for the party on that day: those with a priority first, then in policy order."""
    named = [item for item in party.fulfilments if item.valid_on(on)]
    return sorted(named, key=lambda item: (item.priority is None, item.priority or 0))


def organisations_for(
    policy: Policy, party: str, on: date, province: str | None, sector: str | None, themes: Iterable[str]
) -> tuple[Organisation, ...]:
    """Return who fills the party on that day for this company, in policy order, each once; perhaps nobody.

    What is not known of the company fits no filter.
    """
    scope = Scope(frozenset({province} if province else ()), frozenset({sector} if sector else ()), frozenset(themes))
    return filling(policy, party, on, scope)


def players(policy: Policy, party: str, on: date) -> tuple[Organisation, ...]:
    """Return who fills the party on that day, wherever and for whomever, each once."""
    return filling(policy, party, on, Scope())


def filling(policy: Policy, party: str, on: date, scope: Scope) -> tuple[Organisation, ...]:
    """Return who fills the party on that day for some company of the scope, each once."""
    found: dict[str, Organisation] = {}
    for item in fulfilments_on(policy.parties[party], on):
        if item.fits(scope):
            for organisation in follow(policy, item.organisation, on, scope).organisations:
                if organisation.fits(scope):
                    found.setdefault(organisation.code, organisation)
    return tuple(found.values())
