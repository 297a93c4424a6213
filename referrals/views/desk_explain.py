"""Why a company got its result and why not something else, in full, for who handles a referral."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from intake.models import Assessment
from intake.policy.explaining import ActivityTold, gates
from intake.services.explaining import explained
from nnmkb.web.desk import frame, signed_in
from nnmkb.web.permissions import by_role
from referrals.services import looks
from referrals.views import desk_rows
from referrals.views.desk_pane import hidden_because
from referrals.views.workbench import get_referral

NO_RESULT = "Dit bedrijf deed geen zelfscan. Er is dus geen uitslag om uit te leggen."


@by_role
def explain(request: HttpRequest, number: str) -> HttpResponse:
    """Show the explanation of the result behind a referral; nothing of it where the KvK may not see the answers."""
    referral = get_referral(number)
    now = timezone.now()
    looks.looked(referral, signed_in(request), now)
    stored = referral.assessment
    hidden = hidden_because(referral.intake) or ("" if stored else NO_RESULT)
    context = {
        **frame(request),
        "referral": referral,
        "row": desk_rows.row_of(referral, now),
        "back_href": reverse("referrals:desk-referral", args=[referral.number]),
        "hidden": hidden,
    }
    if stored and not hidden:
        context |= told(stored, referral.activity)
    return render(request, "referrals/desk_explain.html", context)


def told(stored: Assessment, asked: str) -> dict[str, Any]:
    """Return what the page says: the activity that is asked for first, and then the others as the table has them."""
    found = explained(stored)
    explanation = found.explanation

    def first(item: ActivityTold) -> bool:
        return item.code != asked

    return {
        "found": found,
        "version": explanation.policy.version,
        "outcome": explanation.outcome,
        "given": sorted(explanation.given, key=first),
        "refused": sorted(explanation.refused, key=first),
        # Not «messages»: by that name Django shows what it has to say itself.
        "not_yet": explanation.assessed.not_yet,
        "derived": explanation.derived,
        "gates": gates(explanation),
        "receipt": explanation.assessed.receipt,
    }
