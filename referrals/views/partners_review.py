"""What declines brought up: entries of the partner list and rules of the policy that somebody has to look at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from intake.policies import in_force, policy
from intake.policy.telling import day_in_words
from nnmkb.web.desk import frame, signed_in
from nnmkb.web.permissions import Role, by_role, roles_of
from referrals.domain.reasons import label_of
from referrals.domain.worktime import local_date
from referrals.models import Offer, ReviewItem
from referrals.services import reviewing
from referrals.services.errors import Refused
from referrals.views.acts_beside import is_row_key
from referrals.views.partners import may
from referrals.views.partners_history import shown

WHEN = f"Een regel komt hier bij {reviewing.ENOUGH} keer «Niet onze activiteit» in {reviewing.TERM.days} dagen."
KEEPERS = frozenset({Role.TEAM_LEAD, Role.ADMINISTRATOR})
MOST_EVIDENCE, MOST_ITEMS = 5, 50


@dataclass(frozen=True, slots=True)
class Evidence:
    """One decline behind an item."""

    number: str
    told: str


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to look at, in words."""

    pk: int
    title: str
    href: str
    told: str
    since: str
    evidence: Sequence[Evidence]
    may_close: bool


@by_role
def page(request: HttpRequest) -> HttpResponse:
    """Show what waits for a look (GET), or close one item (POST)."""
    if request.method == "POST":
        return close(request)
    waiting = list(reviewing.open_items()[: MOST_ITEMS + 1])
    rows = waiting[:MOST_ITEMS]
    found = evidence_of(rows)
    items = [item_of(request, row, found.get(row.pk, ())) for row in rows]
    context = {
        **frame(request),
        "directory": [item for item, row in zip(items, rows, strict=True) if row.kind == ReviewItem.Kind.DIRECTORY],
        "rules": [item for item, row in zip(items, rows, strict=True) if row.kind == ReviewItem.Kind.RULE],
        "cut": MOST_ITEMS if len(waiting) > MOST_ITEMS else 0,
        "when": WHEN,
        "at_desk": may(request, "referrals:desk"),
        "may_see_partners": may(request, "referrals:partners"),
    }
    return render(request, "referrals/partners/review.html", context)


def close(request: HttpRequest) -> HttpResponse:
    """Close an item; who writes policy closes what is about a rule."""
    given = request.POST.get("punt", "")
    item = ReviewItem.objects.filter(pk=int(given)).first() if is_row_key(given) else None
    if item is None:
        messages.warning(request, "Dit punt kennen wij niet. Er is niets veranderd.")
        return redirect("referrals:partners-review")
    if not may_close(request, item):
        raise PermissionDenied
    try:
        reviewing.close(item.pk, by=signed_in(request), now=timezone.now())
    except Refused as error:
        messages.info(request, str(error))
    else:
        messages.success(request, "Nagekeken. Het punt staat niet meer in de lijst.")
    return redirect("referrals:partners-review")


def may_close(request: HttpRequest, item: ReviewItem) -> bool:
    """Say whether this person may close this item."""
    roles = roles_of(request.user)
    return bool(roles & KEEPERS) or (item.kind == ReviewItem.Kind.RULE and Role.POLICY_AUTHOR in roles)


def item_of(request: HttpRequest, item: ReviewItem, evidence: Sequence[Evidence]) -> Item:
    """Return an item in words, with a link to what has to be looked at."""
    times = "1 keer" if item.count == 1 else f"{item.count} keer"
    told = f"{times} «{label_of(item.reason)}», het laatst op {day_in_words(local_date(item.last_at))}."
    since = f"Staat hier sinds {day_in_words(local_date(item.opened_at))}."
    title, href = about_partner(item) if item.partner else about_rule(request, item.rule)
    return Item(item.pk, title, href, told, since, evidence, may_close(request, item))


def about_partner(item: ReviewItem) -> tuple[str, str]:
    """Return the name and the page of the partner."""
    assert item.partner is not None
    return item.partner.name, reverse("referrals:partner", args=[item.partner.code])


def about_rule(request: HttpRequest, code: str) -> tuple[str, str]:
    """Return the name of the rule and its page in the version in force; of an activity there is no page."""
    rules = policy()
    if code in {rule.code for rule in rules.rules.rules}:
        title = rules.activities[rules.rules.rule(code).activity].title
        href = reverse("intake:policy-rule", args=[in_force(), code])
        return f"Regel {code}: {title}", href if may(request, "intake:policy-rule") else ""
    if code in rules.activities:
        return f"Activiteit {code}: {rules.activities[code].title}", ""
    return f"Regel {code} (niet meer in het beleid)", ""


def evidence_of(rows: Iterable[ReviewItem]) -> dict[int, list[Evidence]]:
    """Return the newest declines behind each item: of which referral, and what there is to know about the company."""
    found: dict[int, list[Evidence]] = defaultdict(list)
    for item, offers in reviewing.behind(rows, most=MOST_EVIDENCE):
        found[item.pk] = [Evidence(offer.referral.number, _told(offer)) for offer in offers]
    return found


def _told(offer: Offer) -> str:
    row = offer.referral
    where = shown("provinces", [row.province]) if row.province else ""
    what = shown("sectors", [row.sector]) if row.sector else ""
    return ", ".join(part for part in (offer.partner_name, where, what) if part)
