"""The page of the team lead: what waits for a decision, how the work lies, how partners answer, what does not run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from nnmkb.web.desk import frame, name_of
from nnmkb.web.permissions import allowed, by_role, roles_of
from referrals import team
from referrals.domain import responses, workload
from referrals.domain.reasons import DECLINE_REASONS, Consequence
from referrals.domain.worktime import local_date
from referrals.models import Feedback, Partner, ReviewItem
from referrals.queues import View
from referrals.views import desk_rows, team_rows
from referrals.views.team_machinery import Machinery, ago, machinery
from referrals.views.team_rows import REASONS, BackLine, grouped

RULE_REASONS = tuple(code for code, one in DECLINE_REASONS.items() if one.consequence is Consequence.REVIEW_RULE)
# So many times in the term, and a person looks at the rule (see ReviewItem).
LOOK_AT_RULE = 3


@dataclass(frozen=True, slots=True)
class Call:
    """Something that waits for the team lead: in one line, with where to go."""

    about: str
    told: str
    href: str
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule, or an activity without one, that led to partners who do not do this."""

    code: str
    count: str
    often: bool
    # Somebody still has to look at it.
    open: bool


@dataclass(frozen=True, slots=True)
class PersonalLine:
    """One thing that waits for a person: a request to reopen, or a point to look at."""

    title: str
    href: str
    told: str
    since: str


@by_role
def page(request: HttpRequest) -> HttpResponse:
    """Show the whole page; the number of questions to the database is fixed."""
    now = timezone.now()
    groups = team.open_groups(now, desk_rows.calendar())
    partners = {partner.pk: partner for partner in team.partners()}
    by_owner = workload.by_owner(groups)
    people = list(team.people(pk for pk in by_owner if pk is not None))
    back = team_rows.back_lines(team.often_back(), {user.pk: name_of(user) for user in people})
    requests, reviews = team.requests_to_reopen(), team.open_reviews()
    machine = machinery(now)
    context = {
        **frame(request),
        "now": f"{desk_rows.long(now)}, {timezone.localtime(now):%H.%M} uur",
        "term_days": team.TERM.days,
        "enough": responses.ENOUGH,
        # An administrator reads the figures, not the referrals.
        "opens": allowed(roles_of(request.user), "referrals:desk", "GET"),
        "calls": _calls(back, requests, reviews, machine),
        "back": back[: team.LONGEST],
        "more_back": len(back) > team.LONGEST,
        "requests": [_request(row, now) for row in requests[: team.LONGEST]],
        "more_requests": len(requests) > team.LONGEST,
        "reviews": [_review(row, now) for row in reviews[: team.LONGEST]],
        "more_reviews": len(reviews) > team.LONGEST,
        "machine": machine,
        "failed_href": team_rows.list_href(View.FAILED),
        **_open(groups, local_date(now)),
        **_who(by_owner, workload.by_partner(groups), people, partners, now),
        **_last_days(partners, reviews, now),
    }
    return render(request, "referrals/team.html", context)


def _open(groups: Sequence[workload.OpenGroup], today: date) -> dict[str, Any]:
    by_state = workload.ages_by_state(groups)
    ages = workload.all_ages(by_state)
    return {
        "open_total": grouped(sum(ages)),
        "bands": list(zip(workload.band_ranges(), workload.band_labels(), strict=True)),
        "bars": team_rows.age_bars(ages, today),
        "states": team_rows.age_lines(by_state),
        "totals": [grouped(count) for count in ages],
    }


def _who(
    by_owner: dict[int | None, workload.Load],
    by_partner: dict[int, workload.Load],
    people: Sequence[User],
    partners: dict[int, Partner],
    now: datetime,
) -> dict[str, Any]:
    # Somebody who left and has nothing open any more needs no line.
    shown = [user for user in people if user.is_active or user.pk in by_owner]
    return {
        "advisors": team_rows.advisor_lines(by_owner, shown, now),
        "late_partners": team_rows.partner_lines(by_partner, partners, now),
    }


def _last_days(partners: dict[int, Partner], reviews: Sequence[ReviewItem], now: datetime) -> dict[str, Any]:
    answers = responses.by_partner(team.settled_offers(now), desk_rows.calendar())
    refused = team.refused_rules(now, RULE_REASONS)
    waiting = {item.rule for item in reviews if item.kind == ReviewItem.Kind.RULE}
    return {
        "responses": team_rows.response_lines(answers, partners),
        "sides": team_rows.reason_sides(team.refusals(now)),
        "rules": [
            RuleLine(code, grouped(count), count >= LOOK_AT_RULE, code in waiting)
            for code, count in sorted(refused.items(), key=lambda pair: (-pair[1], pair[0]))
        ],
    }


def _calls(
    back: Sequence[BackLine], requests: Sequence[Feedback], reviews: Sequence[ReviewItem], machine: Machinery
) -> list[Call]:
    waiting = [line for line in back if line.waits_for_lead]
    found = [Call(sign.about, sign.told, "#techniek", urgent=True) for sign in machine.broken]
    if waiting:
        found.append(Call("Verder zoeken", f"Hierover beslist u: {_many(waiting)}.", "#vaak", urgent=True))
    if requests:
        found.append(Call("Heropenen", f"Ondernemers die daarom vragen: {_many(requests)}.", "#heropenen"))
    if reviews:
        found.append(Call("Nakijken", f"In partnerlijst of regels: {_many(reviews)}.", "#nakijken"))
    return found


def _many(rows: Sequence[object]) -> str:
    return f"meer dan {team.LONGEST}" if len(rows) > team.LONGEST else str(len(rows))


def _request(row: Feedback, now: datetime) -> PersonalLine:
    number = row.referral.number
    return PersonalLine(
        title=number,
        href=reverse("referrals:desk-referral", args=[number]),
        told=row.get_moment_display(),
        since=ago(row.given_at, now),
    )


def _review(row: ReviewItem, now: datetime) -> PersonalLine:
    reason = REASONS.get(row.reason)
    return PersonalLine(
        title=row.partner.name if row.partner else row.rule,
        href=reverse("referrals:partners-review"),
        told=f"{row.get_kind_display()}: {reason.label if reason else row.reason} ({grouped(row.count)} keer)",
        since=ago(row.opened_at, now),
    )
