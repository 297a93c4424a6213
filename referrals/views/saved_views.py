"""The page where people keep their lists: save, rename, show always, begin with, remove."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone

from nnmkb.web.desk import frame, signed_in
from nnmkb.web.permissions import Role, by_role, roles_of
from referrals.models import SavedView
from referrals.queues import Filters, View
from referrals.services import saved_views
from referrals.services.errors import Refused
from referrals.views import desk_lists
from referrals.views.desk_filters import FilterForm, chips
from referrals.views.desk_names import Names, names
from referrals.views.workbench import read

# The largest key that a database takes.
LARGEST_KEY = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Wrong:
    """What did not go through: why, about which list (None: a new one), and what was typed."""

    text: str
    name: str
    pk: int | None = None
    query: str = ""
    team: bool = False


@by_role
def lists(request: HttpRequest) -> HttpResponse:
    """Show the lists; keep a new one (POST), or the one to begin with."""
    if request.method != "POST":
        return show(request)
    user = signed_in(request)
    act = request.POST.get("doe", "")
    # Read and written again: what is in the form is never kept as it is. Not what was searched for: that names a person
    # or company, and erasing would not find it here.
    typed = read(QueryDict(request.POST.get("keuze", "")[:2000]))
    filters = typed.without("search")
    if act in {"begin", "standaard"}:
        return begin(request, filters if act == "begin" else None)
    name, team = request.POST.get("naam", ""), request.POST.get("team") == "ja"
    try:
        kept = saved_views.save(user, name, filters.query(), team=team, now=timezone.now())
    except Refused as error:
        return show(request, Wrong(str(error), name, query=filters.query(), team=team))
    left_out = " De zoektekst bewaren wij niet." if typed.search else ""
    changed(request, f"De lijst «{kept.name}» is bewaard.{left_out}")
    return redirect(desk_lists.address(kept.query))


@by_role
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """Change one list of one's own, or of the team for who leads it."""
    act, name = request.POST.get("doe", ""), request.POST.get("naam", "")
    try:
        done = change(request, min(pk, LARGEST_KEY), act, name)
    except saved_views.UnknownView as error:
        raise Http404 from error
    except Refused as error:
        return show(request, Wrong(str(error), name, pk=pk))
    changed(request, done)
    return redirect("referrals:desk-lists")


def change(request: HttpRequest, pk: int, act: str, name: str) -> str:
    """Do it, and return what was done in words."""
    user = signed_in(request)
    if act == "hernoem":
        return f"De lijst heet nu «{saved_views.rename(user, pk, name).name}»."
    if act in {"vast", "los"}:
        kept = saved_views.pin(user, pk, pinned=act == "vast")
        return f"«{kept.name}» staat {'nu altijd' if kept.pinned else 'niet meer'} boven de werkbak."
    if act == "verwijder":
        return f"De lijst «{saved_views.delete(user, pk)}» is verwijderd."
    saved_views.find(user, pk)
    raise Refused("Kies wat u met de lijst wilt doen.")


def begin(request: HttpRequest, filters: Filters | None) -> HttpResponse:
    """Make a list the one to begin with; None brings back the standard one."""
    try:
        saved_views.begin_with(signed_in(request), filters.query() if filters else "")
    except Refused as error:
        return show(request, Wrong(str(error), "", query=filters.query() if filters else ""))
    changed(request, "De werkbak begint voortaan met deze lijst." if filters else "De werkbak begint weer met uw werk.")
    return redirect("referrals:desk-lists")


def changed(request: HttpRequest, text: str) -> None:
    """Tell what was done, and have the counters looked up again."""
    desk_lists.mark_changed(request, signed_in(request), timezone.now())
    messages.success(request, text)


def show(request: HttpRequest, wrong: Wrong | None = None) -> HttpResponse:
    """Show every list of this person, with what went wrong at the place where it did."""
    user = signed_in(request)
    now = timezone.now()
    known = names(now)
    start = desk_lists.counted(request, user, now).start
    begins = desk_lists.address(start) if start else ""
    lead = Role.TEAM_LEAD in roles_of(request.user)
    kept = [
        line(row, known, begins, wrong, may_change=row.owner_id is not None or lead)
        for row in saved_views.visible(user)
    ]
    context = {
        **frame(request),
        "own": [one for one in kept if not one["team"]],
        "team": [one for one in kept if one["team"]],
        "standing": [standing(view, begins) for view in View],
        "begins": bool(begins),
        "wrong": wrong,
        "told": words(read(QueryDict(wrong.query)), known) if wrong and wrong.query else "",
        "leads": lead,
        "longest": saved_views.LONGEST_NAME,
    }
    return render(request, "referrals/desk_lists_page.html", context)


def line(row: SavedView, known: Names, begins: str, wrong: Wrong | None, *, may_change: bool) -> dict[str, Any]:
    """Return one list as the page shows it."""
    href = desk_lists.address(row.query)
    failed = wrong if wrong and wrong.pk == row.pk else None
    return {
        "pk": row.pk,
        "name": row.name,
        "typed": failed.name if failed else row.name,
        "error": failed.text if failed else "",
        "href": href,
        "query": row.query,
        "told": words(read(QueryDict(row.query)), known),
        "pinned": row.pinned,
        "begins": href == begins,
        "team": row.owner_id is None,
        "may_change": may_change,
    }


def standing(view: View, begins: str) -> dict[str, Any]:
    """Return a list of everybody as the page shows it."""
    query = Filters(view=view).query()
    href = desk_lists.address(query)
    return {"name": view.label, "href": href, "query": query, "begins": href == begins}


def words(filters: Filters, known: Names) -> str:
    """Return in words what a list shows."""
    return "; ".join([filters.view.label, *(chip.text for chip in chips(FilterForm(filters, known), ""))])
