"""What stands in the partner list about one partner, and what may stand there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from intake.policies import policy
from intake.policy import resolve
from nnmkb.ledger.models import Event
from referrals.domain.lifecycle import LONGEST_RESPONSE, SHORTEST_RESPONSE
from referrals.models import Offer, Partner
from referrals.services import organisations
from referrals.services.errors import Refused

# A partner with more at the same time does not exist; such a number is a slip of the keyboard.
LARGEST_CAPACITY = 1000
# Names and addresses never stand in the history; of these fields it says only that they changed.
UNTOLD = frozenset({"name", "email"})


@dataclass(frozen=True, slots=True)
class Entry:
    """What a person fills in about a partner; an empty tuple means no limit."""

    name: str
    organisation: str
    email: str
    channel: str
    response_days: int
    capacity: int
    activities: tuple[str, ...] = ()
    provinces: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    agreement_date: date | None = None

    @classmethod
    def of(cls, partner: Partner) -> Entry:
        """Return the entry as it stands."""
        found: dict[str, Any] = {}
        for field in fields(cls):
            value = getattr(partner, field.name)
            found[field.name] = tuple(value) if isinstance(value, list) else value
        return cls(**found)

    def columns(self) -> dict[str, object]:
        """Return the entry as the database holds it; the order of a list means nothing, so it is always the same."""
        return {name: sorted(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}


def difference(was: Entry, will: Entry) -> tuple[dict[str, object], dict[str, object]]:
    """Return the columns that change, and what the history says of it: codes and numbers; of a name, that it did."""
    before, after = was.columns(), will.columns()
    changed = {name: value for name, value in after.items() if value != before[name]}
    told = [name for name in changed if name not in UNTOLD]
    about: dict[str, object] = {
        "fields": list(changed),
        "was": {name: _plain(before[name]) for name in told},
        "now": {name: _plain(after[name]) for name in told},
    }
    return changed, about


def untouched(entry: Entry, events: Iterable[Event]) -> frozenset[str]:
    """Return the fields that somebody else changed while this entry still says what stood there before.

    Of a name or an address the history does not tell what stood there, so those count as touched.
    """
    first: dict[str, object] = {}
    for event in events:
        for name, value in event.payload.get("was", {}).items():
            first.setdefault(name, value)
    typed = entry.columns()
    return frozenset(name for name, value in first.items() if _plain(typed[name]) == value)


def check(entry: Entry, partner: Partner | None, today: date) -> None:
    """Refuse an entry with something that does not exist or cannot be; `partner` is the row that it changes."""
    rules = policy()
    before = partner.organisation if partner else ""
    if entry.organisation != before:
        _check_organisation(entry.organisation, partner, today)
    known: Mapping[str, frozenset[str]] = {
        "activities": frozenset(rules.activities),
        "provinces": _options("B1"),
        "sectors": _options("B2"),
        "themes": frozenset(theme for body in rules.organisations.values() for theme in body.themes),
    }
    for name, codes in known.items():
        # What stands there may be of an older policy: it can stay, but nobody can add it.
        kept = set(getattr(Entry.of(partner), name)) if partner else set()
        if not set(getattr(entry, name)) <= codes | kept:
            raise Refused("Kies uit de lijst.", field=name)
    if entry.channel not in Partner.Channel.values:
        raise Refused("Kies uit de lijst.", field="channel")
    if not SHORTEST_RESPONSE <= entry.response_days <= LONGEST_RESPONSE:
        raise Refused(f"Kies {SHORTEST_RESPONSE} tot en met {LONGEST_RESPONSE} werkdagen.", field="response_days")
    if not 1 <= entry.capacity <= LARGEST_CAPACITY:
        raise Refused(f"Kies een getal van 1 tot en met {LARGEST_CAPACITY}.", field="capacity")
    if entry.agreement_date and entry.agreement_date > today:
        raise Refused("Die datum ligt in de toekomst.", field="agreement_date")


def taken() -> Refused:
    """Return the refusal of a second partner for one organisation."""
    return Refused("Deze organisatie is al partner.", field="organisation")


def _check_organisation(code: str, partner: Partner | None, today: date) -> None:
    """Refuse an organisation that does not exist, or that is another legal person than the one that got the offers."""
    if code not in policy().organisations:
        raise Refused("Kies een organisatie uit de lijst.", field="organisation")
    if told := organisations.ending(code, today):
        raise Refused(f"Deze organisatie bestaat niet meer. {told}", field="organisation")
    others = Partner.objects.filter(organisation=code)
    if (others.exclude(pk=partner.pk) if partner else others).exists():
        raise taken()
    if partner and Offer.objects.filter(partner=partner).exists() and not _renamed(partner.organisation, code, today):
        raise Refused(
            "Deze partner kreeg al een aanbod. Maak een nieuwe partner voor de opvolger.", field="organisation"
        )


def _renamed(before: str, code: str, today: date) -> bool:
    rules = policy()
    if before not in rules.organisations:
        return False
    found = resolve(rules, before, today)
    return organisations.renamed(found) and found.organisations[0].code == code


def _options(question: str) -> frozenset[str]:
    return frozenset(option.value for option in policy().catalogue.by_code[question].options)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
