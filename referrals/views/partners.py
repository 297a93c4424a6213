"""The partner list, and the page of one partner."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from intake.policies import policy
from intake.policy.telling import day_in_words
from nnmkb.ledger import events
from nnmkb.web.desk import frame
from nnmkb.web.permissions import allowed, by_role, roles_of
from referrals.domain.lifecycle import State
from referrals.domain.worktime import local_date
from referrals.models import Partner
from referrals.services import endpoints, partner_lines, partners, reviewing
from referrals.services.partner_lines import Attention, Choice, Line
from referrals.views.partners_forms import ATTENTION_WORDS, KeyForm, PartnerFilterForm
from referrals.views.partners_history import moments, shown

NEVER = "nog nooit"
# The rest is in the workbench, with its filter on this partner.
MOST_SHOWN = 10
LOOKS = {
    Attention.ENDED: ("error", "alert-circle"),
    Attention.REVIEW: ("warn", "eye"),
    Attention.NEVER_CHECKED: ("warn", "alert-triangle"),
    Attention.LONG_AGO: ("warn", "alert-triangle"),
    Attention.NO_AGREEMENT: ("warn", "file-text"),
    Attention.FULL: ("", "ban"),
    Attention.PAUSED: ("", "player-pause"),
    Attention.OFF: ("", "minus"),
}


@dataclass(frozen=True, slots=True)
class Badge:
    """One word of attention, as parts/badge.html draws it."""

    word: str
    tone: str
    symbol: str


@by_role
@require_safe
def partner_list(request: HttpRequest) -> HttpResponse:
    """Show every partner that fits the choice, what needs attention first."""
    form = PartnerFilterForm(data=request.GET) if request.GET else PartnerFilterForm(initial={})
    everyone = partner_lines.lines(local_date(timezone.now()))
    picked = partner_lines.pick(everyone, chosen(form))
    context = {
        **frame(request),
        "filter_form": form,
        "rows": [{"line": line, **about(line)} for line in picked],
        "found": len(picked),
        "everyone": len(everyone),
        "waiting": reviewing.open_items().count(),
        "may_change": may(request, "referrals:partner-new"),
        "may_review": may(request, "referrals:partners-review"),
    }
    return render(request, "referrals/partners/list.html", context)


def chosen(form: PartnerFilterForm) -> Choice:
    """Return what the filters say; what does not exist is no choice, and the form says so."""
    if not form.is_bound:
        return Choice()
    form.is_valid()
    said = {name: str(form.cleaned_data.get(name, "")) for name in form.fields}
    return Choice(said["zoek"], said["activiteit"], said["provincie"], said["aandacht"])


@by_role
@require_safe
def partner_page(request: HttpRequest, code: str) -> HttpResponse:
    """Show all that the list knows about one partner, with what was changed and by whom."""
    partner = get_partner(code)
    return render(request, "referrals/partners/page.html", {**frame(request), **page_of(request, partner)})


def get_partner(code: str) -> Partner:
    """Return the partner; 404 for a code that nobody has."""
    found = Partner.objects.prefetch_related("contacts").filter(code=code).first()
    if found is None:
        raise Http404
    return found


def page_of(request: HttpRequest, partner: Partner) -> dict[str, Any]:
    """Return what the page of a partner shows."""
    line = partner_lines.line_of(partner, local_date(timezone.now()))
    running = partners.running(partner)[: MOST_SHOWN + 1]
    return {
        **about(line),
        "line": line,
        "partner": partner,
        "facts": facts(line),
        "limits": limits(partner),
        "paused": Attention.PAUSED in line.attention,
        "contacts": list(partner.contacts.all()),
        "running": [{"number": row.number, "state": State(row.state).label} for row in running[:MOST_SHOWN]],
        "more": max(line.open_count - MOST_SHOWN, 0),
        "moments": moments(reversed(events.history(partner.stream))),
        "button": KeyForm(partner=partner, auto_id=False),
        "may_change": may(request, "referrals:partner-edit"),
        "may_review": may(request, "referrals:partners-review"),
        "at_desk": may(request, "referrals:desk"),
    }


def about(line: Line) -> dict[str, Any]:
    """Return a line in words."""
    partner = line.partner
    return {
        "badges": [Badge(ATTENTION_WORDS[kind], *LOOKS[kind]) for kind in line.attention],
        "room": f"{line.open_count} van {partner.capacity}",
        "where": shown("provinces", partner.provinces) if partner.provinces else "Overal",
        "activities": shown("activities", partner.activities) if partner.activities else "alle",
        "parties": ", ".join(line.parties) or "geen",
        "until": day_in_words(partner.paused_until)
        if partner.paused_until and Attention.PAUSED in line.attention
        else "",
    }


def facts(line: Line) -> list[dict[str, object]]:
    """Return how a partner works and what it is in the policy, as parts/data_list.html shows it."""
    return [
        {"label": "Organisatie in het beleid", "value": line.organisation},
        {"label": "Rollen in het beleid", "value": ", ".join(line.parties) or "Het beleid noemt deze organisatie niet"},
        *own_facts(line),
    ]


def own_facts(line: Line) -> list[dict[str, object]]:
    """Return how a partner works: what it says itself, or agreed with the KvK."""
    partner = line.partner
    found: list[dict[str, object]] = [
        {"label": "Wil aanbod via", "value": partner.get_channel_display()},
        {"label": "E-mailadres voor aanbod", "value": partner.email},
        {"label": "Termijn voor een antwoord", "value": f"{partner.response_days} werkdagen"},
        {"label": "In behandeling", "value": f"{line.open_count} van {partner.capacity}"},
        {"label": "Afspraak van", "value": day_in_words(partner.agreement_date) if partner.agreement_date else ""},
        {"label": "Gecontroleerd", "value": day_in_words(partner.last_checked) if partner.last_checked else NEVER},
    ]
    if partner.connected_at:
        found.append({"label": "Eigen systeem", "value": connection(partner)})
    return found


def connection(partner: Partner) -> str:
    """Return in words how the endpoints of a connected partner stand; the addresses themselves are its own."""
    counted = Counter(endpoints.of_partner(partner.pk).values_list("state", flat=True))
    words = {"active": "aan", "off": "uit", "pending": "nog niet bevestigd"}
    told = [f"{counted[state]} {word}" for state, word in words.items() if counted[state]]
    return f"Meldadressen: {', '.join(told)}" if told else "Gekoppeld, zonder meldadres"


def limits(partner: Partner) -> list[dict[str, object]]:
    """Return what a partner does and where; activities with their title."""
    titles = {code: f"{code} {activity.title}" for code, activity in policy().activities.items()}
    return [
        {"name": "Activiteiten", "text": _lines((titles.get(code, code) for code in partner.activities), "Alle")},
        {"name": "Provincies", "text": _lines((shown("provinces", [one]) for one in partner.provinces), "Overal")},
        {"name": "Sectoren", "text": _lines((shown("sectors", [one]) for one in partner.sectors), "Alle")},
        {"name": "Thema’s", "text": _lines(partner.themes, "Geen vast thema")},
    ]


def _lines(values: Iterable[str], otherwise: str) -> str:
    return "\n".join(values) or otherwise


def may(request: HttpRequest, name: str) -> bool:
    """Say whether this person may read that page."""
    return allowed(roles_of(request.user), name, "GET")
