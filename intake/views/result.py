"""The result page: the stored assessment, never worked out again."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from intake.advice import result_page
from intake.models import Intake
from intake.policies import policy
from intake.services.assessing import latest
from intake.services.progress import Progress
from intake.views.doors import shows, where_left


@require_safe
@shows
def result(request: HttpRequest, intake: Intake) -> HttpResponse:
    """Show where the company stands and who can help."""
    assessment = latest(intake)
    if assessment is None:
        return where_left(intake)
    sent = intake.state == Intake.State.SUBMITTED
    context = {
        "intake": intake,
        "assessment": assessment,
        "page": result_page(policy(assessment.policy), assessment),
        "sent": sent,
        "outdated": not sent and Progress.of(intake).kept.to_json() != assessment.answers,
    }
    return render(request, "intake/result.html", context)
