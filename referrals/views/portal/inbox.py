"""What waits for this partner: to answer, to call, to report on, and what ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from referrals.domain.lifecycle import State
from referrals.domain.reasons import label_of
from referrals.models import Membership, Offer
from referrals.queues import PROVINCES, partner_inbox
from referrals.queues.partner_inbox import Group
from referrals.views import desk_rows
from referrals.views.portal.frame import frame
from referrals.views.portal.guard import by_partner


@dataclass(frozen=True, slots=True)
class Words:
    """What a group says: its heading, its line when it is empty, and what the deadline is of."""

    title: str
    empty: str
    lead: str = ""


WORDS: Mapping[Group, Words] = {
    Group.ANSWER: Words("Te beantwoorden", "Er wacht geen aanbod op uw antwoord."),
    Group.CONTACT: Words("Aangenomen, nog geen contact", "Er is geen bedrijf dat nog op uw eerste contact wacht."),
    Group.RUNNING: Words("In behandeling", "U hebt nu niets in behandeling."),
    Group.ENDED: Words(
        "Onlangs afgelopen",
        "Er is nog niets afgelopen.",
        "U ziet het nummer, hoe het afliep en wanneer. Het dossier is dicht.",
    ),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One offer in the list."""

    number: str
    href: str
    # What is asked; the name of the company only after accepting.
    title: str
    about: str
    # Only where the group does not say it.
    status: str
    due: str
    # Working days left, below zero is late; None where no clock runs.
    days: int | None
    paused: bool
    # Who of the organisation took it on.
    person: str


@dataclass(frozen=True, slots=True)
class Part:
    """One group with the rows on this page."""

    key: str
    words: Words
    rows: list[Row]
    # None where nobody counts: of what ended.
    count: int | None
    more_href: str


@require_safe
@by_partner
def inbox(request: HttpRequest, member: Membership) -> HttpResponse:
    """Show the four groups, or with ?groep= one of them page by page."""
    now = timezone.now()
    if wanted := request.GET.get("groep", ""):
        return one_group(request, member, wanted, now)
    counted = partner_inbox.counts(member.partner_id)
    parts = [
        part_of(group, partner_inbox.page(group, member.partner_id, size=partner_inbox.FIRST), now, counted.get(group))
        for group in Group
    ]
    context = {**frame(request, member), "parts": parts, "waiting": counted[Group.ANSWER]}
    return render(request, "referrals/portal/inbox.html", context)


def one_group(request: HttpRequest, member: Membership, wanted: str, now: datetime) -> HttpResponse:
    """Show one group from where the cursor points."""
    if wanted not in set(Group):
        raise Http404
    group = Group(wanted)
    if before := request.GET.get("voor", ""):
        page = partner_inbox.page_before(group, member.partner_id, before)
    else:
        page = partner_inbox.page(group, member.partner_id, request.GET.get("na", ""))
    context = {
        **frame(request, member),
        "part": part_of(group, page, now, None),
        "previous_href": address(group, "voor", page.preceding),
        "refused": page.refused,
    }
    return render(request, "referrals/portal/group.html", context)


def part_of(group: Group, page: partner_inbox.Page, now: datetime, count: int | None) -> Part:
    """Return a group as it is drawn."""
    draw = ended_row if group is Group.ENDED else live_row
    rows = [draw(offer, now) for offer in page.rows]
    return Part(group.value, WORDS[group], rows, count, address(group, "na", page.following))


def address(group: Group, word: str, cursor: str) -> str:
    """Return the address of the page of a group after («na») or before («voor») a cursor; empty without one."""
    return f"{reverse('referrals:portal')}?{urlencode({'groep': group, word: cursor})}" if cursor else ""


def live_row(offer: Offer, now: datetime) -> Row:
    """Return an offer that runs; before accepting without the name of the company."""
    referral = offer.referral
    state, accepted = State(referral.state), offer.state == Offer.State.ACCEPTED
    activity, place = desk_rows.activity_title(referral), PROVINCES.get(referral.province, "")
    told = (activity if accepted else "", desk_rows.sector(referral), place)
    return Row(
        number=referral.number,
        href=reverse("referrals:portal-offer", args=[referral.number]),
        title=(getattr(offer, "company", "") if accepted else "") or activity,
        about=", ".join(part for part in told if part),
        status=state.label if state in {State.IN_PROGRESS, State.ON_HOLD} else "",
        due=desk_rows.day(referral.next_due_at, now) if referral.next_due_at else "",
        days=desk_rows.days(referral, now),
        paused=state is State.ON_HOLD and desk_rows.days_late_of(referral, now) == 0,
        person=offer.contact_person,
    )


def ended_row(offer: Offer, now: datetime) -> Row:
    """Return an offer that ended: its number, how it ended and when, and nothing of the company."""
    assert offer.ended_at is not None
    # A referral that was opened again has the outcome of somebody else's work.
    own = offer.state == Offer.State.CLOSED and offer.referral.closed_at == offer.ended_at
    stopped = own and offer.referral.state == State.STOPPED
    reason = offer.referral.outcome if own and not stopped else offer.reason
    how = "Gestopt" if stopped else str(offer.get_state_display()).capitalize()
    return Row(
        number=offer.referral.number,
        href="",
        title=offer.referral.number,
        about="",
        status=f"{how}: {label_of(reason).lower()}" if reason else how,
        due=desk_rows.day(offer.ended_at, now),
        days=None,
        paused=False,
        person="",
    )
