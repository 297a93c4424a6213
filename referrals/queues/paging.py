"""The list page by page: by key, not by number, so what comes in meanwhile never shifts a row past the reader."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.core import signing
from django.db.models import F, Q, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan

from referrals.domain.worktime import start_of
from referrals.models import Referral
from referrals.queues.filters import Filters, Order
from referrals.queues.selection import referrals
from referrals.searching import Found, search

PAGE = 25
SALT = "referrals.queues"


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list; the cursors lead to the pages around it, empty where there is none."""

    rows: list[Referral]
    following: str
    preceding: str
    # The cursor did not belong to this list: this is its first page.
    refused: bool
    # The first row of the next page, or the last of the one before: whichever was met on the way.
    after: Referral | None = None
    before: Referral | None = None
    # Nothing is due from the day that was asked for: this is the first page.
    beyond_the_end: bool = False


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The referral beside another in the list, and the cursor of the page that shows it."""

    number: str
    cursor: str


@dataclass(frozen=True, slots=True)
class _Sort:
    field: str
    falling: bool


@dataclass(frozen=True, slots=True)
class _Place:
    value: datetime
    pk: int
    backwards: bool


_SORTS = {
    Order.DUE: _Sort("next_due_at", falling=False),
    Order.NEWEST: _Sort("created_at", falling=True),
    Order.OLDEST: _Sort("created_at", falling=False),
    Order.CHANGED: _Sort("entered_at", falling=True),
}


def orders(filters: Filters) -> tuple[Order, ...]:
    """Return the orders that this list can have, its standard one first; closed work has no term."""
    return tuple(Order) if filters.open_only else (Order.NEWEST, Order.OLDEST)


def order_of(filters: Filters) -> Order:
    """Return the order of this list; one that it cannot have gives the standard one."""
    offered = orders(filters)
    return Order(filters.order) if filters.order in offered else offered[0]


class Walk:
    """One list for one person at one moment; a search in it looks up its companies once."""

    def __init__(self, filters: Filters, *, user_id: int, now: datetime, size: int = PAGE) -> None:
        self.filters = filters
        self.user_id = user_id
        self.size = size
        self.sort = _SORTS[order_of(filters)]
        found = search(filters.search) if filters.search else Found()
        # What to tell the person who searched, empty when there is nothing to tell.
        self.message = found.message
        # By which contact data, empty for none.
        self.searched_by = found.by
        self._all = referrals(filters, user_id=user_id, now=now, found=found)

    def page(self, cursor: str = "", *, due_from: date | None = None) -> Page:
        """Return one page: that of the cursor, else from the first term on or after a day, else the first."""
        place = self._read(cursor)
        jumps = place is None and due_from is not None and self.sort.field == "next_due_at"
        if jumps and due_from:
            place = _Place(start_of(due_from), 0, backwards=False)
        rows = list(self._beyond(place)[: self.size + 1])
        more = len(rows) > self.size
        extra = rows.pop() if more else None
        backwards = bool(place and place.backwards)
        if backwards:
            rows.reverse()
        if place and (not rows or (backwards and not more and len(rows) < self.size)):
            # Rows left the list meanwhile: show a full first page instead of a short or an empty one.
            first = self.page()
            return Page(first.rows, first.following, "", refused=False, after=first.after, beyond_the_end=jumps)
        return Page(
            rows=rows,
            following=self._write(rows[-1], backwards=False) if rows and (more or backwards) else "",
            preceding=self._write(rows[0], backwards=True) if rows and (more if backwards else place) else "",
            refused=bool(cursor) and (place is None or jumps),
            after=None if backwards else extra,
            before=extra if backwards else None,
        )

    def beside(self, opened: Referral, page: Page) -> tuple[Neighbour | None, Neighbour | None]:
        """Return what stands before and after a referral in the list; one that is on the page asks least.

        A cursor is empty where the neighbour is on this same page.
        """
        keys = [row.pk for row in page.rows]
        if opened.pk not in keys:
            return self._next_to(opened, backwards=True), self._next_to(opened, backwards=False)
        at = keys.index(opened.pk)
        before = after = None
        if at > 0:
            before = Neighbour(page.rows[at - 1].number, "")
        elif page.preceding:
            before = self._known(page.before, opened, backwards=True)
        if at + 1 < len(keys):
            after = Neighbour(page.rows[at + 1].number, "")
        elif page.following:
            after = self._known(page.after, opened, backwards=False)
        return before, after

    def _known(self, met: Referral | None, opened: Referral, *, backwards: bool) -> Neighbour | None:
        if met is None:
            return self._next_to(opened, backwards=backwards)
        return Neighbour(met.number, self._write(opened, backwards=backwards))

    def _next_to(self, opened: Referral, *, backwards: bool) -> Neighbour | None:
        value: datetime | None = getattr(opened, self.sort.field)
        if value is None:
            return None
        found = self._beyond(_Place(value, opened.pk, backwards)).values_list("number", flat=True).first()
        return Neighbour(found, self._write(opened, backwards=backwards)) if found else None

    def _beyond(self, place: _Place | None) -> QuerySet[Referral]:
        falling = self.sort.falling != bool(place and place.backwards)
        found = self._all
        if place:
            beyond = TupleLessThan if falling else TupleGreaterThan
            # The first bound says nothing new, but SQLite gets no comparison of pairs and starts from it. Without that
            # comparison PostgreSQL reads every row with the same moment, and a thousand can be due at five o'clock.
            found = found.filter(
                Q(**{f"{self.sort.field}__{'lte' if falling else 'gte'}": place.value}),
                beyond(Tuple(F(self.sort.field), F("id")), (place.value, place.pk)),
            )
        sign = "-" if falling else ""
        return found.order_by(f"{sign}{self.sort.field}", f"{sign}id")

    def _write(self, row: Referral, *, backwards: bool) -> str:
        value: datetime = getattr(row, self.sort.field)
        return signing.dumps([value.isoformat(), row.pk, backwards, self._digest()], salt=SALT)

    def _read(self, cursor: str) -> _Place | None:
        if not cursor:
            return None
        try:
            value, pk, backwards, digest = signing.loads(cursor, salt=SALT)
        except signing.BadSignature:
            return None
        return _Place(datetime.fromisoformat(value), pk, backwards) if digest == self._digest() else None

    def _digest(self) -> str:
        text = json.dumps([asdict(self.filters), self.user_id], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def page(filters: Filters, cursor: str, *, user_id: int, now: datetime, size: int = PAGE) -> Page:
    """Return one page of the list: due first, closed work newest first."""
    return Walk(filters, user_id=user_id, now=now, size=size).page(cursor)
