"""The workbench: the list, due first, with one referral beside it; and each referral on a page of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from intake.policies import policy
from nnmkb.web.desk import frame, signed_in
from nnmkb.web.permissions import by_role
from referrals import queues
from referrals.domain.numbers import parse_referral_number, referral_number
from referrals.models import Referral
from referrals.queues import Counters, Filters, Neighbour, Order, Page, Reading, Walk
from referrals.views import desk_lists, desk_rows, searches
from referrals.views.desk_filters import FilterForm, chips, order_links
from referrals.views.desk_names import names
from referrals.views.desk_pane import pane_of

# A page that stood open longer than this is not told what came in meanwhile.
LONGEST_LOOK = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the list somebody is; goes along in the links of the page."""

    filters: Filters
    cursor: str
    jump: str
    since: datetime

    def href(self, **more: str) -> str:
        """Return the address of this place; a cursor among `more` takes the place of the present one."""
        place = {"vanaf": self.cursor, "naar": "" if self.cursor else self.jump}
        if "vanaf" in more:
            place["naar"] = ""
        asked = {**place, "sinds": f"{self.since.timestamp():.0f}", **more}
        return f"{reverse('referrals:desk')}?{self.filters.query(**asked)}"


@by_role
def desk(request: HttpRequest) -> HttpResponse:
    """Show a page of the list, and the referral that is open beside it."""
    user = signed_in(request)
    now = timezone.now()
    counted = desk_lists.counted(request, user, now)
    if not request.GET and (start := own_start(counted)):
        return redirect(start)
    reading = read_all(request.GET)
    place = place_of(request, reading.filters, now)
    walk = Walk(reading.filters, user_id=user.pk, now=now)
    found = walk.page(place.cursor, due_from=queues.read_day(place.jump))
    searches.write_down(request, reading.filters.search, walk.searched_by, len(found.rows), now)
    opened = find(request.GET["open"]) if request.GET.get("open") else None
    context = {
        **frame(request),
        **around(request, reading, counted, now),
        **listed(place, found, now),
        "notices": notices(reading, walk, found, place),
        "new": shown_new(counted.came_in(place.since)),
        "fresh_href": f"{reverse('referrals:desk-fresh')}?sinds={place.since.timestamp():.0f}",
        "list_query": reading.filters.kept,
        "list_href": place.href(),
        "opened": opened,
        "not_found": bool(request.GET.get("open")) and opened is None,
    }
    if opened:
        context |= {"walk": beside(place, walk.beside(opened, found)), **pane_of(opened, user, now)}
    return render(request, "referrals/desk.html", context)


@by_role
def fresh(request: HttpRequest) -> HttpResponse:
    """Return in words how many unclaimed referrals came in since a list was made."""
    now = timezone.now()
    counted = desk_lists.counted(request, signed_in(request), now)
    since = moment_of(request, now)
    return render(
        request, "referrals/desk_fresh.html", {"new": shown_new(counted.came_in(since))}, content_type="text/plain"
    )


@by_role
def referral_page(request: HttpRequest, number: str) -> HttpResponse:
    """Show one referral on a page of its own."""
    referral = get_referral(number)
    context = {**frame(request), "list_href": reverse("referrals:desk"), "list_query": "", "opened": referral}
    return render(
        request, "referrals/desk_referral.html", context | pane_of(referral, signed_in(request), timezone.now())
    )


def get_referral(number: str) -> Referral:
    """Return the referral of this number, however it was typed, or answer 404."""
    found = find(number)
    if found is None:
        raise Http404
    return found


def find(number: str) -> Referral | None:
    """Return the referral of this number with what every page of it needs."""
    parsed = parse_referral_number(number)
    if parsed is None:
        return None
    return (
        Referral.objects.select_related("intake__contact", "assessment", "partner", "owner__desk_profile")
        .filter(number=referral_number(*parsed))
        .first()
    )


def read(query: Any) -> Filters:
    """Return the filters of an address."""
    return read_all(query).filters


def read_all(query: Any) -> Reading:
    """Return the filters of an address, and what of it was left out."""
    return queues.read(query, activities=policy().activities)


def own_start(counted: Counters) -> str:
    """Return the address of the list that this person begins with, empty for the standard one."""
    return desk_lists.address(counted.start) if counted.start else ""


def place_of(request: HttpRequest, filters: Filters, now: datetime) -> Place:
    """Return the place in an address."""
    jump = request.GET.get("naar", "").strip()[:20]
    return Place(filters, request.GET.get("vanaf", ""), jump, moment_of(request, now))


def moment_of(request: HttpRequest, now: datetime) -> datetime:
    """Return since when somebody looks at the list; a moment that cannot be is the present one."""
    given = request.GET.get("sinds", "")
    if not (given.isascii() and given.isdigit() and len(given) <= 11):
        return now
    looked = datetime.fromtimestamp(int(given), UTC)
    return looked if now - LONGEST_LOOK < looked <= now else now


def around(request: HttpRequest, reading: Reading, counted: Counters, now: datetime) -> dict[str, Any]:
    """Return what stands above the list: the lists to choose from, the filters, the orders."""
    here = reverse("referrals:desk")
    filters = reading.filters
    form = FilterForm(filters, names(now))
    elsewhere = Filters(view=queues.View.ALL, search=filters.search, states=("open", "gesloten"))
    return {
        **desk_lists.choices(request, filters, counted),
        "filters": filters,
        "form": None,
        "filter_form": form,
        "more_fields": form.more(),
        "more_in_use": form.more_in_use(),
        "chips": chips(form, here),
        "orders": order_links(filters, here),
        "by_term": queues.order_of(filters) is Order.DUE,
        "hidden": filters.pairs(),
        "narrowed": filters.narrowed,
        "clear_href": f"{here}?{filters.bare.query()}",
        "everywhere_href": f"{here}?{elsewhere.query()}" if filters.search and elsewhere != filters else "",
        "closed_href": f"{here}?{with_closed(filters).query()}" if filters.open_only and not filters.search else "",
        "now": now,
        "reload_href": f"{here}?{filters.query()}",
    }


def with_closed(filters: Filters) -> Filters:
    """Return the same list with closed work in it."""
    return replace(filters, states=("open", "gesloten"))


def listed(place: Place, found: Page, now: datetime) -> dict[str, Any]:
    """Return the rows with their links, and the ways to the pages around them."""
    rows = desk_rows.list_rows(found.rows, now, names(now).person)
    return {
        "rows": [{"row": row, "href": place.href(open=row.referral.number)} for row in rows],
        "empty": not rows,
        "previous_href": place.href(vanaf=found.preceding) if found.preceding else "",
        "next_href": place.href(vanaf=found.following) if found.following else "",
        "jump": place.jump,
    }


def notices(reading: Reading, walk: Walk, found: Page, place: Place) -> list[dict[str, str]]:
    """Return what to tell about the address and the search."""
    told = []
    if found.refused:
        told.append(("info", "Die bladzijde hoort bij een andere lijst. U ziet nu de eerste bladzijde."))
    if reading.ignored:
        what = ", ".join(reading.ignored)
        told.append(("warning", f"Deze keuze kennen wij niet. Zij telt niet mee: {what}."))
    if reading.problem:
        told.append(("error", reading.problem))
    if walk.message:
        told.append(("info", walk.message))
    if place.jump and queues.read_day(place.jump) is None:
        told.append(
            ("error", "Die datum kennen wij niet. Vul de datum in als dag-maand-jaar, bijvoorbeeld 24-11-2026.")
        )
    if found.beyond_the_end:
        told.append(("info", "Vanaf die datum loopt er geen termijn in deze lijst. U ziet nu de eerste bladzijde."))
    return [{"kind": kind, "text": text} for kind, text in told]


def shown_new(count: int) -> str:
    """Return how many unclaimed referrals came in since the page was made, in words; empty for none."""
    if not count:
        return ""
    return "1 nieuwe" if count == 1 else f"{count} nieuwe" if count < queues.ARRIVALS else f"{count} of meer nieuwe"


def beside(place: Place, found: tuple[Neighbour | None, Neighbour | None]) -> dict[str, str]:
    """Return the addresses of the referrals before and after the one that is open."""
    return {
        way: place.href(open=one.number, **({"vanaf": one.cursor} if one.cursor else {}))
        for way, one in zip(("previous", "next"), found, strict=True)
        if one
    }
