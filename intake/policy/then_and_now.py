"""The table of 2013 as it was written, and who its labels are on another day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from intake.policy.model import Activity, Policy
from intake.policy.organisations import Organisation, Scope
from intake.policy.resolving import Resolution, follow, fulfilments_on, scope_of


@dataclass(frozen=True, slots=True)
class NamedThen:
    """One literal label of an activity, and who that is now.

    `organisations` are those that no earlier label of the activity led to; the others are in `again`.
    """

    label: str
    party: str
    resolutions: tuple[Resolution, ...]
    organisations: tuple[Organisation, ...]
    again: tuple[Organisation, ...]

    @property
    def nobody(self) -> bool:
        """Say that this label leads to nobody on that day."""
        return not self.organisations and not self.again


@dataclass(frozen=True, slots=True)
class TableRow:
    """One activity of 2013: its labels, and everybody they lead to, each once."""

    activity: Activity
    named: tuple[NamedThen, ...]
    organisations: tuple[Organisation, ...]


def table_on(
    policy: Policy, on: date, *, province: str | None = None, sector: str | None = None, themes: Iterable[str] = ()
) -> tuple[TableRow, ...]:
    """Return the activities in order with the labels of 2013, and who they are on that day.

    A province, sector or theme leaves out who does not work there; what is not given is left out of account.
    """
    scope = scope_of(province, sector, themes)
    return tuple(_row(policy, activity, on, scope) for activity in policy.activities.values())


def _row(policy: Policy, activity: Activity, on: date, scope: Scope) -> TableRow:
    by_label = {label: party.code for party in policy.parties.values() for label in party.labels}
    seen: dict[str, Organisation] = {}
    named = []
    for label in activity.named:
        resolutions = resolutions_of(policy, by_label[label], on, scope)
        found = {item.code: item for resolution in resolutions for item in resolution.organisations if item.fits(scope)}
        named.append(
            NamedThen(
                label,
                by_label[label],
                resolutions,
                organisations=tuple(item for code, item in found.items() if code not in seen),
                again=tuple(item for code, item in found.items() if code in seen),
            )
        )
        seen |= found
    return TableRow(activity, tuple(named), tuple(seen.values()))


def resolutions_of(policy: Policy, party: str, on: date, scope: Scope) -> tuple[Resolution, ...]:
    """Return what became of everybody who is named for the party, except who is not for this scope."""
    named = (item for item in fulfilments_on(policy.parties[party], on) if item.fits(scope))
    found = (follow(policy, item.organisation, on, scope) for item in named)
    return tuple(item for item in found if any(last.fits(scope) for last in (*item.organisations, *item.ended)))
