"""The check page: every answer once more, what is open on top, and the button that makes the result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from intake.models import Intake
from intake.policy import AnswerLine, describe_answers, soft_checks
from intake.screens import CHECK, STEPS, page_of
from intake.services.assessing import assess
from intake.services.errors import Incomplete
from intake.services.progress import Progress
from intake.views.doors import edits, limited
from intake.views.step import frame

NOT_REQUIRED = "Niet ingevuld (niet verplicht)"


@require_http_methods(["GET", "HEAD", "POST"])
@limited("answer")
@edits
def check(request: HttpRequest, intake: Intake) -> HttpResponse:
    """Show all answers; a POST makes the assessment, once for the same answers."""
    failed = False
    if request.method == "POST":
        try:
            assess(intake, now=timezone.now())
        except Incomplete:
            failed = True
        else:
            return redirect("intake:result", intake.reference)
    progress = Progress.of(intake)
    first = progress.first_open
    if request.method != "POST" and first is not None and first is progress.pages[0]:
        # Nothing to check yet: somebody typed this address by hand.
        return redirect("intake:step", intake.reference, first.slug)
    context = {
        **frame(progress, None),
        "failed": failed,
        "open": [open_line(progress, code) for code in progress.unanswered],
        "doubts": [
            doubt_line(progress, item.message, item.questions) for item in soft_checks(progress.policy, progress.kept)
        ],
        "groups": groups(progress),
        "previous_href": reverse("intake:step", args=[intake.reference, progress.pages[-1].slug]),
    }
    return render(request, "intake/check.html", context)


def groups(progress: Progress) -> list[dict[str, Any]]:
    """Return the answers by step, each with the link that changes it."""
    lines = {line.question.code: line for line in describe_answers(progress.policy, progress.asked, progress.kept)}
    found = []
    for step in STEPS:
        codes = [code for page in progress.pages if page.step is step for code in progress.on(page) if code in lines]
        rows = [answer_row(lines[code], change_href(progress, code)) for code in codes]
        if rows:
            found.append({"label": step.label, "rows": rows})
    return found


def answer_row(line: AnswerLine, href: str) -> dict[str, Any]:
    """Return a question and its answer for `parts/summary.html`; a matrix as a list, one line a row."""
    row: dict[str, Any] = {"question": line.question.text, "answer": "", "href": href}
    if isinstance(line.value, Mapping):
        words = {int(option.value): option.label for option in line.question.options}
        row["parts"] = [
            (one.label, words[line.value[one.value]]) for one in line.question.rows if one.value in line.value
        ]
    elif line.value is not None:
        row["answer"] = line.label
    elif not line.question.required:
        row["empty"] = NOT_REQUIRED
    return row


def open_line(progress: Progress, code: str) -> dict[str, str]:
    """Return a question that still needs an answer, with the way there."""
    return {"question": progress.policy.catalogue.by_code[code].text, "href": change_href(progress, code)}


def doubt_line(progress: Progress, message: str, questions: tuple[str, ...]) -> dict[str, str]:
    """Return a gentle question about answers that do not seem to agree, with the way to the last of them."""
    return {"text": message, "href": change_href(progress, questions[-1])}


def change_href(progress: Progress, code: str) -> str:
    """Return the address of a question, that comes back here afterwards."""
    address = reverse("intake:step", args=[progress.intake.reference, page_of(progress.policy, code).slug])
    return f"{address}?terug={CHECK}#div_id_{code}"
