"""The workbench's questions to the database: which referrals, in which order, how many."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlencode

from django.core import signing
from django.db.models import Q, QuerySet
from django.http import QueryDict

from nnmkb.ledger.models import Outgoing
from referrals.domain.lifecycle import STATES, Actor, State
from referrals.models import Referral
from referrals.searching import search

PAGE = 25
CAP = 1000
SALT = "referrals.queues"
LONGEST_SEARCH = 100

PROVINCES = {"groningen": "Groningen", "friesland": "Fryslân", "drenthe": "Drenthe", "anders": "Elders"}
STEPS = {"S": "Strategie", "O": "Organisatie", "U": "Uitvoering"}
WITH_PARTNER = tuple(state.value for state, facts in STATES.items() if facts.next_actor is Actor.PARTNER)


class View(StrEnum):
    """The tabs above the list."""

    MINE = "mijn"
    UNCLAIMED = "vrij"
    LATE = "laat"
    PARTNER = "partner"
    FAILED = "mislukt"
    ALL = "alles"

    @property
    def label(self) -> str:
        """Return the Dutch name of the tab."""
        return _VIEW_LABELS[self]


_VIEW_LABELS = {
    View.MINE: "Mijn werk",
    View.UNCLAIMED: "Nog van niemand",
    View.LATE: "Te laat",
    View.PARTNER: "Wacht op partner",
    View.FAILED: "Bezorging mislukt",
    View.ALL: "Alles",
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list shows; comes from the address and goes back into it, so it can be kept as a bookmark."""

    view: View = View.MINE
    state: str = "open"
    province: str = ""
    step: str = ""
    activity: str = ""
    owner: str = ""
    search: str = ""

    def query(self, **changes: str) -> str:
        """Return the query string of this list, with what differs from the standard list only."""
        named = {NAMES[field]: value for field, value in asdict(self).items() if value and value != _STANDARD[field]}
        return urlencode({**named, **{name: value for name, value in changes.items() if value}})

    @property
    def narrowed(self) -> bool:
        """Say whether anything but the tab narrows the list."""
        return replace(self, view=View.MINE) != Filters()


NAMES = {
    "view": "lijst",
    "state": "status",
    "province": "provincie",
    "step": "stap",
    "activity": "activiteit",
    "owner": "wie",
    "search": "zoek",
}
_STANDARD = asdict(Filters())


def read_filters(query: QueryDict, *, activities: frozenset[str]) -> Filters:
    """Return the filters in an address; a value that means nothing is left out."""
    allowed = {
        "view": frozenset(View),
        "state": frozenset({"open", "gesloten", *State}),
        "province": frozenset(PROVINCES),
        "step": frozenset(STEPS),
        "activity": activities,
    }
    found = {field: query.get(name, "").strip() for field, name in NAMES.items()}
    kept = {field: value for field, value in found.items() if field not in allowed or value in allowed[field]}
    kept["search"] = kept["search"].replace("\x00", "")[:LONGEST_SEARCH]
    # isascii: "²" is a digit to Python and no number to the database.
    owner = kept["owner"]
    kept["owner"] = owner if owner.isascii() and owner.isdigit() and len(owner) < 10 else ""
    view = View(kept.pop("view", View.MINE))
    return Filters(view=view, **kept)


# --- which ----------------------------------------------------------------------------------------------------------


def referrals(filters: Filters, *, user_id: int, now: datetime) -> QuerySet[Referral]:
    """Return what the filters ask for, without order."""
    found = Referral.objects.filter(_state(filters), _view(filters.view, user_id, now))
    if filters.province:
        found = found.filter(province=filters.province)
    if filters.step:
        found = found.filter(step=filters.step)
    if filters.activity:
        found = found.filter(activity=filters.activity)
    if filters.owner:
        found = found.filter(owner_id=int(filters.owner))
    return found.filter(search(filters.search).condition) if filters.search else found


def _state(filters: Filters) -> Q:
    if filters.state == "gesloten":
        return Q(closed_at__isnull=False)
    if filters.state != "open":
        return Q(state=filters.state)
    # A message can fail after the end of the work; that must not hide it.
    return Q() if filters.view is View.FAILED else Q(closed_at__isnull=True)


def _view(view: View, user_id: int, now: datetime) -> Q:
    if view is View.FAILED:
        return _failed()
    return {
        View.MINE: Q(owner_id=user_id),
        View.UNCLAIMED: Q(owner__isnull=True),
        View.LATE: Q(next_due_at__lt=now),
        View.PARTNER: Q(state__in=WITH_PARTNER),
        View.ALL: Q(),
    }[view]


def _failed() -> Q:
    streams = dead_streams()
    ids: dict[str, list[int]] = {"referral": [], "intake": []}
    for stream in streams:
        subject, _, pk = stream.partition(":")
        if subject in ids:
            ids[subject].append(int(pk))
    return Q(pk__in=ids["referral"]) | Q(intake_id__in=ids["intake"])


def dead_streams() -> list[str]:
    """Return the subjects (referral:7, intake:3) of the deliveries that were given up, the newest thousand."""
    return list(
        Outgoing.objects.filter(state=Outgoing.State.DEAD)
        .order_by("-created_at")
        .values_list("event__stream", flat=True)[:CAP]
    )


# --- how many -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab with its number of open referrals."""

    view: View
    count: int

    @property
    def shown(self) -> str:
        """Return the count as it stands on the tab: never more than three digits and a plus."""
        return str(self.count) if self.count < CAP else f"{CAP - 1}+"


def tabs(*, user_id: int, now: datetime) -> list[Tab]:
    """Return every tab with its count; counting stops at a thousand, however long the list is."""
    return [Tab(view, _count(view, user_id, now)) for view in View]


def _count(view: View, user_id: int, now: datetime) -> int:
    if view is View.FAILED:
        return len(set(dead_streams()))
    return referrals(Filters(view=view), user_id=user_id, now=now)[:CAP].count()


# --- page by page ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list; the cursors lead to the pages around it, empty where there is none."""

    rows: list[Referral]
    following: str
    preceding: str
    # The cursor did not belong to this list: this is its first page.
    refused: bool


def page(filters: Filters, cursor: str, *, user_id: int, now: datetime, size: int = PAGE) -> Page:
    """Return one page of the list: due first, closed work newest first.

    By key, not by number: a row that comes in meanwhile never shifts a row past the reader.
    """
    place = _read(cursor, filters, user_id)
    order = _order(filters)
    backwards = bool(place and place.backwards)
    found = referrals(filters, user_id=user_id, now=now).select_related("intake__contact", "assessment", "owner")
    if place:
        found = found.filter(_beyond(order, place))
    falling = order.falling != backwards
    sign = "-" if falling else ""
    rows = list(found.order_by(f"{sign}{order.field}", f"{sign}id")[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    if backwards and not more and len(rows) < size:
        # Rows left the list above: show a full first page instead of a short one.
        return page(filters, "", user_id=user_id, now=now, size=size)
    return Page(
        rows=rows,
        following=_write(rows[-1], order, filters, user_id, backwards=False) if rows and (more or backwards) else "",
        preceding=_write(rows[0], order, filters, user_id, backwards=True)
        if rows and (more if backwards else place is not None)
        else "",
        refused=bool(cursor) and place is None,
    )


@dataclass(frozen=True, slots=True)
class _Order:
    field: str
    falling: bool


@dataclass(frozen=True, slots=True)
class _Place:
    value: datetime
    pk: int
    backwards: bool


def _order(filters: Filters) -> _Order:
    open_only = filters.view is not View.FAILED and (
        filters.state == "open" or (filters.state in set(State) and State(filters.state).is_open)
    )
    return _Order("next_due_at", falling=False) if open_only else _Order("created_at", falling=True)


def _beyond(order: _Order, place: _Place) -> Q:
    way = "lt" if order.falling != place.backwards else "gt"
    # The first bound says nothing new, but it is the one an index can start from.
    return Q(**{f"{order.field}__{way}e": place.value}) & (
        Q(**{f"{order.field}__{way}": place.value}) | Q(**{f"id__{way}": place.pk})
    )


def _write(row: Referral, order: _Order, filters: Filters, user_id: int, *, backwards: bool) -> str:
    value: datetime = getattr(row, order.field)
    return signing.dumps([value.isoformat(), row.pk, backwards, _list_digest(filters, user_id)], salt=SALT)


def _read(cursor: str, filters: Filters, user_id: int) -> _Place | None:
    if not cursor:
        return None
    try:
        value, pk, backwards, digest = signing.loads(cursor, salt=SALT)
    except signing.BadSignature:
        return None
    if digest != _list_digest(filters, user_id):
        return None
    return _Place(datetime.fromisoformat(value), pk, backwards)


def _list_digest(filters: Filters, user_id: int) -> str:
    text = json.dumps([asdict(filters), user_id], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
