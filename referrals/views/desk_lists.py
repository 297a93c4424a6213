"""The lists to choose from above the table: those of everybody, own ones and those of the team, with counters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from intake.policies import policy
from nnmkb.web.permissions import Role, roles_of
from referrals import queues
from referrals.queues import Counters, Filters, View

# These always stand beside each other; the others are behind «Meer lijsten», and come out when they are in use.
ALWAYS = (View.MINE, View.UNCLAIMED, View.LATE, View.RETURNED, View.ALL)
# Something went wrong, or somebody is unhappy: these come out when there is anything in them.
WHEN_ANY = (View.FAILED, View.REOPEN)
CHANGED = "desk_lists_changed"


@dataclass(frozen=True, slots=True)
class Tab:
    """One list to choose."""

    label: str
    href: str
    current: bool
    count: str | None
    team: bool = False


def counted(request: HttpRequest, user: User, now: datetime) -> Counters:
    """Return the counters of this person."""
    changed = request.session.get(CHANGED)
    return queues.counters(
        user_id=user.pk,
        now=now,
        activities=policy().activities,
        changed=datetime.fromtimestamp(changed, UTC) if isinstance(changed, int | float) else None,
    )


def mark_changed(request: HttpRequest, user: User, now: datetime) -> None:
    """Have every process of the site count again for who changed a list or did something; the session goes along."""
    request.session[CHANGED] = now.timestamp()
    queues.forget(user.pk)


def address(query: str) -> str:
    """Return the address of a kept list; what was kept is read again, and never used as it is."""
    filters = queues.read_filters(QueryDict(query), activities=policy().activities)
    return f"{reverse('referrals:desk')}?{filters.query()}"


def choices(request: HttpRequest, filters: Filters, counters: Counters) -> dict[str, Any]:
    """Return the lists that show and those behind «Meer lijsten»."""
    here = reverse("referrals:desk")
    now_shown = f"{here}?{filters.query()}"
    saved = [
        Tab(
            label=one.name,
            href=(href := address(one.query)),
            current=href == now_shown,
            count=queues.shown(one.count) if one.count is not None else None,
            team=one.team,
        )
        for one in counters.saved
    ]
    pinned = [tab for tab, one in zip(saved, counters.saved, strict=True) if one.pinned or tab.current]
    in_saved = any(tab.current for tab in saved)
    tabs = {
        view: Tab(
            label=view.label,
            href=f"{here}?{Filters(view=view).query()}",
            current=view is filters.view and not in_saved,
            count=queues.shown(counters.views[view]),
        )
        for view in View
    }
    out = [view for view in View if view in ALWAYS or tabs[view].current or (view in WHEN_ANY and counters.views[view])]
    return {
        "tabs": [tabs[view] for view in out],
        "pinned": pinned,
        "more_lists": [tabs[view] for view in View if view not in out] + [tab for tab in saved if tab not in pinned],
        "saved_now": in_saved,
        "leads": Role.TEAM_LEAD in roles_of(request.user),
    }
