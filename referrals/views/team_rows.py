"""The tables of the team page, ready to draw: numbers as people write them, and a link to the rows behind each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.urls import reverse

from intake.policy.telling import day_in_words
from nnmkb.web.desk import name_of
from referrals.domain.lifecycle import State, lead_decides
from referrals.domain.reasons import AUTOMATIC_RETURN_REASONS, DECLINE_REASONS, RETURN_REASONS, Reason, Side
from referrals.domain.responses import Ending, Responses
from referrals.domain.workload import Load, band_days, band_labels, times_back
from referrals.domain.worktime import days_late, local_date
from referrals.models import Partner, Referral
from referrals.queues import View
from referrals.team import Refusals
from referrals.views.desk_rows import calendar

# The words of a decline come first: «Geen capaciteit» and «Geen capaciteit meer» are one code.
REASONS: Mapping[str, Reason] = {**AUTOMATIC_RETURN_REASONS, **RETURN_REASONS, **DECLINE_REASONS}
SIDES = {
    Side.PARTNER: "Het lag aan de partner",
    Side.ENTREPRENEUR: "Het lag aan de ondernemer",
    Side.NEITHER: "Anders",
}
TOO_FEW = "te weinig"
NOBODY = "Nog van niemand"


def grouped(number: int) -> str:
    """Return a whole number with a dot between the thousands."""
    return f"{number:,}".replace(",", ".")


def list_href(view: View, **filters: object) -> str:
    """Return the address of the list behind a number; filters by their name in the address, empty ones left out."""
    kept = {name: value for name, value in filters.items() if value}
    return f"{reverse('referrals:desk')}?{urlencode({'lijst': view.value, **kept})}"


def working_days(number: int) -> str:
    """Return a number of working days in words."""
    return f"{grouped(number)} werkdag{'' if number == 1 else 'en'}"


# --- ages -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of the drawing: words, number, and how long the bar is in percents of the longest."""

    label: str
    href: str
    amount: str
    share: int


def age_bars(ages: Sequence[int], today: date) -> list[Bar]:
    """Return one bar a band, with a link to what came in between its days."""
    hrefs = [list_href(View.ALL, binnen_van=first, binnen_tot=last) for first, last in band_days(today, calendar())]
    most = max(ages, default=0) or 1
    # A bar of something is never invisible.
    shares = [max(1, count * 100 // most) if count else 0 for count in ages]
    lines = zip(band_labels(), hrefs, ages, shares, strict=True)
    return [Bar(label, href, grouped(count), share) for label, href, count, share in lines]


@dataclass(frozen=True, slots=True)
class AgeLine:
    """The open referrals in one state, by age."""

    label: str
    href: str
    amounts: tuple[str, ...]
    total: str


def age_lines(by_state: Mapping[State, tuple[int, ...]]) -> list[AgeLine]:
    """Return one line a state, with a link to its list."""
    return [
        AgeLine(
            label=state.label,
            href=list_href(View.ALL, status=state.value),
            amounts=tuple(grouped(count) for count in counts),
            total=grouped(sum(counts)),
        )
        for state, counts in by_state.items()
    ]


# --- who has it -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LoadLine:
    """What lies at one advisor or partner."""

    name: str
    total: str
    own_turn: str
    late: int
    late_shown: str
    oldest: str
    href: str
    late_href: str
    note: str = ""


def advisor_lines(loads: Mapping[int | None, Load], people: Iterable[User], now: datetime) -> list[LoadLine]:
    """Return what lies at each advisor: those with late work first, and above all what nobody took."""
    lines = [_advisor(user, loads.get(user.pk, Load()), now) for user in people]
    lines.sort(key=lambda line: (-line.late, line.name.casefold()))
    free = loads.get(None)
    if free is None:
        return lines
    return [_line(NOBODY, free, now, {"wie": "niemand"}), *lines]


def _advisor(user: User, load: Load, now: datetime) -> LoadLine:
    return _line(name_of(user), load, now, {"wie": user.pk}, _absence(user, local_date(now)))


def _absence(user: User, today: date) -> str:
    if not user.is_active:
        return "Account staat uit"
    profile = getattr(user, "desk_profile", None)
    until = profile.absent_until if profile else None
    return f"Afwezig tot en met {day_in_words(until)}" if until and until >= today else ""


def partner_lines(loads: Mapping[int, Load], partners: Mapping[int, Partner], now: datetime) -> list[LoadLine]:
    """Return the partners that let a term pass, the most first."""
    lines = [
        _line(partners[pk].name, load, now, {"partner": pk})
        for pk, load in loads.items()
        if load.late and pk in partners
    ]
    return sorted(lines, key=lambda line: (-line.late, line.name.casefold()))


def _line(name: str, load: Load, now: datetime, filters: Mapping[str, object], note: str = "") -> LoadLine:
    overdue = days_late(now, load.oldest_due, calendar()) if load.oldest_due else 0
    return LoadLine(
        name=name,
        total=grouped(load.total),
        own_turn=grouped(load.own_turn),
        late=load.late,
        late_shown=grouped(load.late),
        oldest=working_days(overdue) if overdue else "",
        href=list_href(View.ALL, **filters),
        late_href=list_href(View.LATE, **filters),
        note=note,
    )


# --- answers --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ResponseLine:
    """How one partner answers."""

    name: str
    href: str
    median: str
    answers: str
    in_time: str
    expired: str
    undeliverable: str


def response_lines(found: Mapping[int, Responses], partners: Mapping[int, Partner]) -> list[ResponseLine]:
    """Return the partners with offers in the term; the slowest first, then those with too few answers."""
    rows = [(partners[pk], answers) for pk, answers in found.items() if pk in partners]
    rows.sort(key=lambda row: (-_median(row[1]), row[0].name.casefold()))
    return [
        ResponseLine(
            name=partner.name,
            href=reverse("referrals:partner", args=[partner.code]),
            median=_days(answers.median_days),
            answers=grouped(answers.answers),
            in_time=TOO_FEW if answers.percent_in_time is None else f"{answers.percent_in_time} %",
            expired=grouped(answers.endings[Ending.EXPIRED]),
            undeliverable=grouped(answers.endings[Ending.UNDELIVERABLE]),
        )
        for partner, answers in rows
    ]


def _median(answers: Responses) -> float:
    return -1.0 if answers.median_days is None else answers.median_days


def _days(median: float | None) -> str:
    if median is None:
        return TOO_FEW
    return f"{median:g}".replace(".", ",")


# --- reasons --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """How often one reason was given, and what follows from it."""

    label: str
    declined: str
    returned: str
    consequence: str


@dataclass(frozen=True, slots=True)
class SideLines:
    """The reasons on one side."""

    title: str
    total: str
    lines: list[ReasonLine]


def reason_sides(found: Iterable[Refusals]) -> list[SideLines]:
    """Return the reasons under the side they lie on; a side without any is left out."""
    rows = [(REASONS.get(row.code, Reason(row.code, row.code or "Zonder reden")), row) for row in found]
    sides = [
        SideLines(title, grouped(sum(row.total for reason, row in rows if reason.side is side)), _reasons(rows, side))
        for side, title in SIDES.items()
    ]
    return [side for side in sides if side.lines]


def _reasons(rows: Iterable[tuple[Reason, Refusals]], side: Side) -> list[ReasonLine]:
    return [
        ReasonLine(reason.label, grouped(row.declined), grouped(row.returned), reason.consequence.label)
        for reason, row in rows
        if reason.side is side
    ]


# --- came back often ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BackLine:
    """A referral that came back more than twice."""

    number: str
    href: str
    times: int
    status: str
    owner: str
    # Only the team lead can search on.
    waits_for_lead: bool


def back_lines(rows: Iterable[Referral], names: Mapping[int, str]) -> list[BackLine]:
    """Return the referrals, those that wait for the team lead first."""
    lines = [_back(row, names) for row in rows]
    return sorted(lines, key=lambda line: not line.waits_for_lead)


def _back(row: Referral, names: Mapping[int, str]) -> BackLine:
    state = State(row.state)
    return BackLine(
        number=row.number,
        href=reverse("referrals:desk-referral", args=[row.number]),
        times=times_back(row.attempts, state),
        status=state.label,
        owner=names.get(row.owner_id or 0, ""),
        waits_for_lead=lead_decides(state, row.attempts),
    )
