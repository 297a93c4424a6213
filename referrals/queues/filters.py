"""What the list shows and in which order: read from the address, and written back into it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, cast
from urllib.parse import urlencode

from django.http import QueryDict

from referrals.domain.lifecycle import STATES, Actor, State
from referrals.domain.reasons import AUTOMATIC_RETURN_REASONS, DECLINE_REASONS, RECALL_REASONS, RETURN_REASONS

LONGEST_SEARCH = 100
LONGEST_LABEL = 30
# What fits in SavedView.query, DeskProfile.start and the hidden field of an act.
LONGEST_QUERY = 500

PROVINCES = {"groningen": "Groningen", "friesland": "Fryslân", "drenthe": "Drenthe", "anders": "Elders"}
STEPS = {"S": "Strategie", "O": "Organisatie", "U": "Uitvoering"}
WAYS = {"I": "Innovatie", "N": "Netwerken", "P": "Promotie"}
# The five tables of the note of 2013: the letter of the code of an activity.
GROUPS = {"A": "Algemeen", "I": "Innovatie", "N": "Netwerken", "P": "Promotie", "V": "Vestigingsklimaat"}
DUE = {"laat": "Te laat", "vandaag": "Vandaag", "week": "Deze week"}
ATTEMPTS = {str(number): f"{number}e poging of meer" for number in (2, 3, 4)}
REASONS = {
    reason.code: reason.label
    for reasons in (AUTOMATIC_RETURN_REASONS, RETURN_REASONS, RECALL_REASONS, DECLINE_REASONS)
    for reason in reasons.values()
}
OPEN, CLOSED, NOBODY = "open", "gesloten", "niemand"
STATE_CHOICES = {OPEN: "Alles wat open is", CLOSED: "Alles wat gesloten is"} | {
    state.value: state.label for state in State
}
WITH_PARTNER = tuple(state.value for state, facts in STATES.items() if facts.next_actor is Actor.PARTNER)
WITH_ENTREPRENEUR = tuple(state.value for state, facts in STATES.items() if facts.next_actor is Actor.ENTREPRENEUR)


class View(StrEnum):
    """The lists that everybody has."""

    MINE = "mijn"
    UNCLAIMED = "vrij"
    LATE = "laat"
    RETURNED = "terug"
    PARTNER = "partner"
    ENTREPRENEUR = "ondernemer"
    FAILED = "mislukt"
    REOPEN = "heropenen"
    ALL = "alles"

    @property
    def label(self) -> str:
        """Return the Dutch name of the list."""
        return _VIEW_LABELS[self]


_VIEW_LABELS = {
    View.MINE: "Mijn werk",
    View.UNCLAIMED: "Nog niet opgepakt",
    View.LATE: "Te laat",
    View.RETURNED: "Terug bij KvK",
    View.PARTNER: "Wacht op partner",
    View.ENTREPRENEUR: "Wacht op ondernemer",
    View.FAILED: "Bezorging mislukt",
    View.REOPEN: "Vraagt heropening",
    View.ALL: "Alles",
}
# Work that ended can still ask for something; these lists hide none of it.
OPEN_AND_CLOSED = frozenset({View.FAILED, View.REOPEN})


class Order(StrEnum):
    """The orders that an index keeps; no other is offered."""

    DUE = "termijn"
    NEWEST = "nieuwste"
    OLDEST = "oudste"
    CHANGED = "gewijzigd"

    @property
    def label(self) -> str:
        """Return the Dutch name."""
        return _ORDER_LABELS[self]


_ORDER_LABELS = {
    Order.DUE: "Kortste termijn",
    Order.NEWEST: "Nieuwste",
    Order.OLDEST: "Oudste",
    Order.CHANGED: "Laatst veranderd",
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list shows; comes from the address and goes back into it, so it can be kept as a bookmark."""

    view: View = View.MINE
    states: tuple[str, ...] = ()
    search: str = ""
    province: str = ""
    step: str = ""
    way: str = ""
    # A code, or only its letter: the whole group.
    activity: str = ""
    sector: str = ""
    owner: str = ""
    partner: str = ""
    due: str = ""
    reason: str = ""
    attempts: str = ""
    consent: str = ""
    delivery: str = ""
    since: str = ""
    until: str = ""
    label: str = ""
    order: str = ""

    def pairs(self) -> list[tuple[str, str]]:
        """Return names and values as they stand in the address; the list itself always among them."""
        found: list[tuple[str, str]] = []
        for field, value in asdict(self).items():
            many = value if isinstance(value, tuple) else (value,)
            found += [(NAMES[field], str(one)) for one in many if one]
        return found

    def query(self, **more: str) -> str:
        """Return the query string of this list; `more` goes with it where it is not empty."""
        return urlencode([*self.pairs(), *((name, value) for name, value in more.items() if value)])

    def without(self, field: str, value: str = "") -> Filters:
        """Return this list without one of its filters, or without one of several states."""
        if field == "states":
            return replace(self, states=tuple(state for state in self.states if state != value))
        return replace(self, **cast("dict[str, Any]", {field: ""}))

    @property
    def bare(self) -> Filters:
        """Return the list without any filter; the order stays."""
        return Filters(view=self.view, order=self.order)

    @property
    def narrowed(self) -> bool:
        """Say whether anything but the list itself narrows it."""
        return self != self.bare

    @property
    def open_only(self) -> bool:
        """Say whether only open work can be in it."""
        if not self.states:
            return self.view not in OPEN_AND_CLOSED
        return all(state == OPEN or (state != CLOSED and State(state).is_open) for state in self.states)

    @property
    def kept(self) -> str:
        """Return a query string that fits where it is kept; the longest filters go first when it does not."""
        for smaller in (self, replace(self, search=""), replace(self, search="", label="", states=())):
            if len(found := smaller.query()) <= LONGEST_QUERY:
                return found
        return self.bare.query()


NAMES = {
    "view": "lijst",
    "states": "status",
    "search": "zoek",
    "province": "provincie",
    "step": "stap",
    "way": "manier",
    "activity": "activiteit",
    "sector": "sector",
    "owner": "wie",
    "partner": "partner",
    "due": "termijn",
    "reason": "reden",
    "attempts": "poging",
    "consent": "toestemming",
    "delivery": "bezorging",
    "since": "binnen_van",
    "until": "binnen_tot",
    "label": "label",
    "order": "volgorde",
}
TITLES = {
    "view": "Lijst",
    "states": "Status",
    "search": "Zoek",
    "province": "Provincie",
    "step": "Stap",
    "way": "Manier",
    "activity": "Advies",
    "sector": "Sector",
    "owner": "Van wie",
    "partner": "Partner",
    "due": "Termijn",
    "reason": "Reden van teruggaan",
    "attempts": "Poging",
    "consent": "Toestemming ontbreekt",
    "delivery": "Bezorging mislukt",
    "since": "Binnen vanaf",
    "until": "Binnen tot en met",
    "label": "Label",
    "order": "Volgorde",
}
BACKWARDS = "De datum bij ‘Binnen tot en met’ ligt vóór die bij ‘Binnen vanaf’. Pas een van de twee aan."


@dataclass(frozen=True, slots=True)
class Reading:
    """The filters in an address, and the names of those whose value means nothing and does not count."""

    filters: Filters
    ignored: tuple[str, ...]

    @property
    def problem(self) -> str:
        """Return what is wrong with filters that contradict each other, empty when nothing is."""
        found = self.filters
        return BACKWARDS if found.since and found.until and found.until < found.since else ""


def read_filters(query: QueryDict, *, activities: Iterable[str]) -> Filters:
    """Return the filters in an address; a value that means nothing is left out."""
    return read(query, activities=activities).filters


def read(query: QueryDict, *, activities: Iterable[str]) -> Reading:
    """Return the filters in an address, and which of them were left out."""
    codes = frozenset(activities)
    allowed: dict[str, frozenset[str]] = {
        "view": frozenset(View),
        "province": frozenset(PROVINCES),
        "step": frozenset(STEPS),
        "way": frozenset(WAYS),
        "activity": codes | {code[:1] for code in codes},
        "due": frozenset(DUE),
        "reason": frozenset(REASONS),
        "attempts": frozenset(ATTEMPTS),
        "consent": frozenset({"ontbreekt"}),
        "delivery": frozenset({"mislukt"}),
        "order": frozenset(Order),
    }
    kept: dict[str, str] = {}
    ignored: list[str] = []
    for field, name in NAMES.items():
        if field == "states":
            continue
        typed = _plain(query.get(name, ""))
        kept[field] = typed if field in allowed and typed in allowed[field] else _READERS.get(field, _nothing)(typed)
        if typed and not kept[field]:
            ignored.append(TITLES[field])
    states, strange = _states(query.getlist("status"))
    if strange:
        ignored.append(TITLES["states"])
    view = View(kept.pop("view") or View.MINE)
    if states == (OPEN,) and view not in OPEN_AND_CLOSED:
        # What the list shows anyway; one list has one address.
        states = ()
    return Reading(Filters(view=view, states=states, **kept), tuple(ignored))


def read_day(text: str) -> date | None:
    """Return a day as browsers or people write it, None when it is none that this site knows."""
    for form in ("%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y"):
        try:
            day = datetime.strptime(text, form).date()
        except ValueError:
            continue
        return day if 2000 <= day.year < 2100 else None
    return None


def _plain(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f]", "", text).strip()


def _states(given: list[str]) -> tuple[tuple[str, ...], bool]:
    """Return the states in the order of a referral's life; a general word makes the states it covers superfluous."""
    chosen = {text for one in given if (text := _plain(one))}
    known = [state for state in STATE_CHOICES if state in chosen]
    covered = {state.value for state in State if (OPEN if state.is_open else CLOSED) in known}
    return tuple(state for state in known if state not in covered), len(known) < len(chosen)


def _number(text: str) -> str:
    # isascii: "²" is a digit to Python and no number to the database.
    return str(int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else ""


def _day(text: str) -> str:
    day = read_day(text)
    return day.isoformat() if day else ""


def _nothing(text: str) -> str:
    return ""


_READERS: dict[str, Callable[[str], str]] = {
    "search": lambda text: text[:LONGEST_SEARCH].strip(),
    "owner": lambda text: text if text == NOBODY else _number(text),
    "partner": _number,
    # The sectors are those of the catalogue of a policy; a code is all that can be checked here.
    "sector": lambda text: text if re.fullmatch(r"[a-z_]{1,20}", text) else "",
    "since": _day,
    "until": _day,
    "label": lambda text: text if len(text) <= LONGEST_LABEL else "",
}
assert {field.name for field in fields(Filters)} == set(NAMES) == set(TITLES)
