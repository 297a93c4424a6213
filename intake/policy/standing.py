"""What an administrator has to look after: parties without anybody, and organisations nobody checked or that ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import product

from intake.policy.model import Policy
from intake.policy.organisations import Organisation, Party, Reach, Scope
from intake.policy.resolving import Resolution, filling, follow, fulfilments_on
from intake.policy.then_and_now import resolutions_of

# After this many days without a look, an entry is no longer taken for granted.
CHECK_DAYS = 180
_OTHER = "anders"
_AXES = {"provinces": "provincie", "sectors": "sector", "themes": "thema"}


@dataclass(frozen=True, slots=True)
class Unfilled:
    """A party that nobody fills within this reach; without limits: nobody at all."""

    party: Party
    reach: Reach


@dataclass(frozen=True, slots=True)
class Unchecked:
    """An organisation that nobody checked for too long, or (None) ever."""

    organisation: Organisation
    checked_on: date | None
    days: int | None


@dataclass(frozen=True, slots=True)
class Ended:
    """An organisation that ended without a successor and is still named for these parties."""

    resolution: Resolution
    parties: tuple[Party, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """How the parties and organisations of a policy stand on a day."""

    on: date
    unfilled: tuple[Unfilled, ...]
    unchecked: tuple[Unchecked, ...]
    ended: tuple[Ended, ...]


def standing(policy: Policy, on: date, *, checked: Mapping[str, date] | None = None) -> Standing:
    """Return what needs attention on that day. `checked` holds later checks than the policy knows, by organisation."""
    return Standing(
        on,
        unfilled=tuple(item for party in policy.parties.values() for item in _unfilled(policy, party, on)),
        unchecked=tuple(_unchecked(policy, on, checked or {})),
        ended=tuple(_ended(policy, on)),
    )


def _unfilled(policy: Policy, party: Party, on: date) -> Iterator[Unfilled]:
    if not filling(policy, party.code, on, Scope()):
        yield Unfilled(party, Reach())
        return
    used = _used(policy, party, on)
    lacking = [
        values
        for values in product(*used.values())
        if not filling(policy, party.code, on, _scope(dict(zip(used, values, strict=True))))
    ]
    # A value that lacks somebody whatever the others are is one thing to mend, not one for every combination.
    for place, (axis, possible) in enumerate(used.items()):
        others = len(list(product(*(every for other, every in used.items() if other != axis))))
        always = [value for value in possible if [values[place] for values in lacking].count(value) == others]
        lacking = [values for values in lacking if values[place] not in always]
        if always:
            yield Unfilled(party, _reach({axis: tuple(always)}))
    for values in lacking:
        yield Unfilled(party, _reach({axis: (value,) for axis, value in zip(used, values, strict=True)}))


def _used(policy: Policy, party: Party, on: date) -> dict[str, tuple[str, ...]]:
    """Return the filters that matter for the party, with every value a company can have there."""
    named: list[Reach] = list(fulfilments_on(party, on))
    for resolution in resolutions_of(policy, party.code, on, Scope()):
        named += [*resolution.organisations, *resolution.path]
    return {axis: _possible(policy, axis) for axis in _AXES if any(getattr(item, axis) for item in named)}


def _possible(policy: Policy, axis: str) -> tuple[str, ...]:
    question = policy.catalogue.by_key.get(_AXES[axis])
    options = question.options if question else ()
    exclusive = question.exclusive if question else ()
    return tuple(option.value for option in options if option.value not in (*exclusive, _OTHER))


def _scope(values: Mapping[str, str]) -> Scope:
    return Scope(**{axis: frozenset({value}) for axis, value in values.items()})


def _reach(values: Mapping[str, tuple[str, ...]]) -> Reach:
    return Reach(**values)


def _unchecked(policy: Policy, on: date, checked: Mapping[str, date]) -> Iterator[Unchecked]:
    for organisation in policy.organisations.values():
        if not organisation.valid_on(on):
            continue
        looks = [day for day in (organisation.checked_on, checked.get(organisation.code)) if day is not None]
        days = (on - max(looks)).days if looks else None
        if days is None or days > CHECK_DAYS:
            yield Unchecked(organisation, max(looks, default=None), days)


def _ended(policy: Policy, on: date) -> Iterator[Ended]:
    for code in policy.organisations:
        parties = tuple(
            party
            for party in policy.parties.values()
            if any(item.organisation == code for item in fulfilments_on(party, on))
        )
        found = follow(policy, code, on, Scope())
        if parties and found.ended and not found.organisations:
            yield Ended(found, parties)
