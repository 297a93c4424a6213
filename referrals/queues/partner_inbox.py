"""What a partner has to do, by group and by deadline; and what ended, of which it sees no more than how.

By key, as the list of the workbench: what comes in meanwhile never shifts an offer past the reader.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from django.core import signing
from django.db.models import Count, F, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan

from referrals.domain.lifecycle import State
from referrals.models import Offer

PAGE = 25
# Of each group on the first page; the rest is a page away.
FIRST = 10
SALT = "referrals.partner_inbox"


class Group(StrEnum):
    """The four lists of a partner; the value is the word in the address."""

    ANSWER = "beantwoorden"
    CONTACT = "contact"
    RUNNING = "bezig"
    ENDED = "afgelopen"


@dataclass(frozen=True, slots=True)
class Page:
    """Some offers of one group, and the cursors of the pages after and before it; empty where there is none."""

    rows: list[Offer]
    following: str
    preceding: str = ""
    # The cursor was not one of this list: this is its first page.
    refused: bool = False


# Of the dossier no more than the name: a page of whole dossiers would weigh megabytes.
_COMPANY = KeyTextTransform("name", KeyTransform("company", "dossier__content"))
_LIVE: Mapping[Group, tuple[State, ...]] = {
    Group.ANSWER: (State.OFFERED,),
    Group.CONTACT: (State.ACCEPTED,),
    Group.RUNNING: (State.IN_PROGRESS, State.ON_HOLD),
}


def page(group: Group, partner_id: int, cursor: str = "", *, size: int = PAGE) -> Page:
    """Return one page of a group in one question: what is due first, of what ended the newest first."""
    place = _read(cursor, group, partner_id)
    rows = _beside(group, partner_id, place, size + 1, down=group is Group.ENDED)
    more, rows = len(rows) > size, rows[:size]
    return Page(
        rows,
        _write(rows[-1], group, partner_id) if more else "",
        _write(rows[0], group, partner_id) if place and rows else "",
        bool(cursor) and place is None,
    )


def page_before(group: Group, partner_id: int, cursor: str) -> Page:
    """Return the page that ends before a place: the whole first page where less than a page stands before it."""
    place = _read(cursor, group, partner_id)
    rows = _beside(group, partner_id, place, PAGE + 1, down=group is not Group.ENDED) if place else []
    if len(rows) <= PAGE:
        return replace(page(group, partner_id), refused=place is None)
    rows = rows[:PAGE][::-1]
    return Page(rows, _write(rows[-1], group, partner_id), _write(rows[0], group, partner_id))


def _beside(group: Group, partner_id: int, place: tuple[datetime, int] | None, most: int, *, down: bool) -> list[Offer]:
    """Return offers from the place on, to later or (down) to earlier; from the end of the list without a place."""
    field = "ended_at" if group is Group.ENDED else "referral__next_due_at"
    found = _offers(group, partner_id)
    if place:
        beyond = TupleLessThan if down else TupleGreaterThan
        # The first bound lets SQLite begin at the place, as in the list of the workbench.
        found = found.filter(
            Q(**{f"{field}__{'lte' if down else 'gte'}": place[0]}), beyond(Tuple(F(field), F("id")), place)
        )
    sign = "-" if down else ""
    return list(found.order_by(f"{sign}{field}", f"{sign}id")[:most])


def counts(partner_id: int) -> dict[Group, int]:
    """Return how many live offers are in each group, in one question."""
    asked = {group.name: Count("id", filter=Q(referral__state__in=states)) for group, states in _LIVE.items()}
    found = Offer.objects.filter(partner=partner_id, ended_at__isnull=True).aggregate(**asked)
    return {group: found[group.name] for group in _LIVE}


def _offers(group: Group, partner_id: int) -> QuerySet[Offer]:
    mine = Offer.objects.filter(partner=partner_id)
    if group is Group.ENDED:
        return mine.filter(ended_at__isnull=False).select_related("referral")
    live = mine.filter(ended_at__isnull=True, referral__state__in=_LIVE[group])
    return live.select_related("referral", "referral__intake").annotate(company=_COMPANY)


def _write(row: Offer, group: Group, partner_id: int) -> str:
    at = row.ended_at if group is Group.ENDED else row.referral.next_due_at
    assert at is not None
    return signing.dumps([at.isoformat(), row.pk, group, partner_id], salt=SALT)


def _read(cursor: str, group: Group, partner_id: int) -> tuple[datetime, int] | None:
    if not cursor:
        return None
    try:
        at, pk, of_group, of_partner = signing.loads(cursor, salt=SALT)
    except signing.BadSignature:
        return None
    return (datetime.fromisoformat(at), pk) if (of_group, of_partner) == (group, partner_id) else None
