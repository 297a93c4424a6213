"""The messages that failed and stand beside no referral: an invitation, a link to a scan, a notice to staff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from nnmkb.ledger.models import Outgoing
from nnmkb.web.desk import frame, signed_in
from nnmkb.web.permissions import by_role
from referrals.models import Partner
from referrals.services import delivery
from referrals.services.errors import Refused
from referrals.views import history
from referrals.views.acts_beside import is_row_key
from referrals.views.history import Delivery

PAGE = "referrals:desk-team-messages"
LONGEST = 50


@dataclass(frozen=True, slots=True)
class Loose:
    """One such message, and the partner that it was about."""

    told: Delivery
    partner: Partner | None


@by_role
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Show them, or do something about one."""
    if request.method == "POST":
        return act(request)
    found = delivery.elsewhere()
    context = {**frame(request), "messages_lost": lines(found[:LONGEST]), "more": len(found) > LONGEST}
    return render(request, "referrals/team_messages.html", context)


def act(request: HttpRequest) -> HttpResponse:
    """Send one once more, or close it."""
    given, again = request.POST.get("bericht", ""), request.POST.get("wat") != "afgehandeld"
    pk = int(given) if is_row_key(given) else 0
    try:
        delivery.act_elsewhere(pk, again=again, by=signed_in(request), now=timezone.now())
    except Refused as error:
        messages.info(request, str(error))
    else:
        said = "Het bericht is opnieuw klaargezet." if again else "Het bericht is afgehandeld."
        messages.success(request, said)
    return redirect(PAGE)


def lines(rows: Sequence[Outgoing]) -> list[Loose]:
    """Return them in words."""
    keys = {row.pk: int(pk) for row in rows for subject, _, pk in [row.event.stream.partition(":")]
            if subject in {"partner", "feed"} and pk.isdecimal()}  # fmt: skip
    partners: Mapping[int, Partner] = Partner.objects.in_bulk(set(keys.values()))
    return [Loose(history.delivery_of(row), partners.get(keys.get(row.pk, 0))) for row in rows]
