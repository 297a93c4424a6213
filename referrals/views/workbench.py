"""The workbench: the list, due first, with one referral beside it; and each referral on a page of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from intake.policies import policy
from nnmkb.web.desk import frame, name_of, signed_in
from nnmkb.web.permissions import Role, by_role
from referrals import queues
from referrals.domain.numbers import parse_referral_number, referral_number
from referrals.models import Referral
from referrals.queues import Filters, View
from referrals.views import desk_rows
from referrals.views.desk_forms import FilterForm
from referrals.views.desk_pane import pane_of


@by_role
def desk(request: HttpRequest) -> HttpResponse:
    """Show a page of the list, and the referral that is open beside it."""
    user = signed_in(request)
    now = timezone.now()
    filters = read(request.GET)
    found = queues.page(filters, request.GET.get("vanaf", ""), user_id=user.pk, now=now)
    opened = find(request.GET["open"]) if request.GET.get("open") else None
    here = reverse("referrals:desk")
    rows = [
        {"row": row, "href": f"{here}?{filters.query(open=row.referral.number, vanaf=request.GET.get('vanaf', ''))}"}
        for row in desk_rows.rows_of(found.rows, now)
    ]
    context = {
        **frame(request),
        "filters": filters,
        "form": None,
        "filter_form": FilterForm(filters, activities=activities(), people=people()),
        "tabs": tabs(filters, user, now, here),
        "rows": rows,
        "refused": found.refused,
        "empty": not rows,
        "narrowed": filters.narrowed,
        "clear_href": f"{here}?{Filters(view=filters.view).query()}",
        "previous_href": f"{here}?{filters.query(vanaf=found.preceding)}" if found.preceding else "",
        "next_href": f"{here}?{filters.query(vanaf=found.following)}" if found.following else "",
        "list_href": f"{here}?{filters.query(vanaf=request.GET.get('vanaf', ''))}",
        "list_query": filters.query(lijst=filters.view),
        "opened": opened,
        "not_found": bool(request.GET.get("open")) and opened is None,
    }
    if opened:
        context |= pane_of(opened, user, now)
    return render(request, "referrals/desk.html", context)


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
        Referral.objects.select_related("intake__contact", "assessment", "partner", "owner")
        .filter(number=referral_number(*parsed))
        .first()
    )


def read(query: Any) -> Filters:
    """Return the filters of an address."""
    return queues.read_filters(query, activities=frozenset(policy().activities))


def tabs(filters: Filters, user: User, now: datetime, here: str) -> list[dict[str, Any]]:
    """Return the tabs with their counts; the one in use is marked."""
    return [
        {
            "label": tab.view.label,
            "href": f"{here}?{Filters(view=tab.view).query()}",
            "current": tab.view is filters.view,
            "count": tab.shown,
        }
        for tab in queues.tabs(user_id=user.pk, now=now)
        if tab.view is not View.FAILED or tab.count or filters.view is View.FAILED
    ]


def activities() -> list[tuple[str, str]]:
    """Return the activities of the policy in force, for the filter."""
    return [(code, f"{code} {activity.title}") for code, activity in policy().activities.items()]


def people() -> list[tuple[str, str]]:
    """Return the colleagues who can own a referral, for the filter."""
    found = User.objects.filter(groups__name__in=(Role.ADVISOR, Role.TEAM_LEAD), is_active=True).distinct()
    return sorted(((str(user.pk), name_of(user)) for user in found), key=lambda pair: pair[1].casefold())
