"""One page of questions. Every POST saves, also one with mistakes in it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import formats, timezone
from django.views.decorators.http import require_http_methods

from intake.forms import form_for
from intake.forms.company import CompanyForm
from intake.forms.page import PageForm
from intake.models import Intake
from intake.policy import Step
from intake.screens import CHECK, CHECK_LABEL, STEP_COUNT, STEPS, Page, step_number
from intake.services.progress import Progress
from intake.services.saving import save_page
from intake.views.doors import edits, limited, where_left

NO_WISH = "U wilt nu niet naar het buitenland. Daarom vragen wij alleen nog dit."
NO_ORGANISATION = "Wij slaan de vragen over uw organisatie en de uitvoering nu over."
NO_EXECUTION = "Wij slaan de meeste vragen over de uitvoering nu over."


@require_http_methods(["GET", "HEAD", "POST"])
@limited("answer")
@edits
def step(request: HttpRequest, intake: Intake, page: str) -> HttpResponse:
    """Show a page, or save what was filled in and go where the button says."""
    progress = Progress.of(intake)
    here = next((one for one in progress.every_page if one.slug == page), None)
    if here is None:
        # A page of another version than this scan began with.
        return where_left(intake)
    if request.method == "POST":
        return saved(request, here, progress)
    first = progress.first_open
    if first is not None and progress.every_page.index(first) < progress.every_page.index(here):
        messages.info(request, f"Vul eerst deze bladzijde in. Daarna komt u vanzelf bij «{here.title}».")
        return redirect("intake:step", intake.reference, first.slug)
    if not progress.on(here):
        following = progress.after(here)
        return to_page(intake, following)
    return shown(request, here, progress, form_for(here, progress))


def saved(request: HttpRequest, page: Page, progress: Progress) -> HttpResponse:
    """Save the page as it came in. A page with mistakes is shown again, unless another button was used."""
    form = form_for(page, progress, request.POST)
    fits = form.is_valid()
    intake = save_page(progress.intake, form.answers(), now=timezone.now())
    if isinstance(form, CompanyForm):
        for notice in form.notices:
            messages.info(request, notice)
    progress = Progress.of(intake)
    wanted = request.POST.get("doe")
    if wanted == "later":
        return redirect("intake:later", intake.reference)
    if wanted == "vorige":
        return to_page(intake, progress.before(page) or page)
    if not fits:
        return shown(request, page, progress, form)
    if request.POST.get("terug") == CHECK:
        return redirect("intake:check", intake.reference)
    return to_page(intake, progress.after(page))


def to_page(intake: Intake, page: Page | None) -> HttpResponse:
    """Go to a page; after the last one comes the check."""
    if page is None:
        return redirect("intake:check", intake.reference)
    return redirect("intake:step", intake.reference, page.slug)


def shown(request: HttpRequest, page: Page, progress: Progress, form: PageForm) -> HttpResponse:
    """Show the page with this form."""
    back = request.POST if request.method == "POST" else request.GET
    context = {
        **frame(progress, page),
        "form": form,
        "version": progress.intake.version,
        "first": progress.before(page) is None,
        "back_to_check": back.get("terug") == CHECK,
        "skipped": skipped_line(progress, page),
        "check": CHECK,
    }
    return render(request, "intake/step.html", context)


def frame(progress: Progress, page: Page | None) -> dict[str, Any]:
    """Return what the layout of the steps needs; no page means the check page."""
    intake = progress.intake
    until = formats.date_format(timezone.localtime(intake.expires_at), "j F")
    return {
        "intake": intake,
        "step_title": page.title if page else CHECK_LABEL,
        "step_lead": page.lead if page else "",
        "step_number": step_number(page) if page else STEP_COUNT,
        "step_count": STEP_COUNT,
        "steps": steps(progress, page),
        "saved_text": f"Uw antwoorden blijven bewaard tot {until}. U kunt op elk apparaat verder.",
    }


def steps(progress: Progress, page: Page | None) -> list[dict[str, str]]:
    """Return the list of steps: what is done leads back to its first page."""
    current = STEPS.index(page.step) if page else len(STEPS)
    lines = [step_line(progress, step, number, current) for number, step in enumerate(STEPS)]
    state = "todo" if page else "current"
    return [*lines, {"label": CHECK_LABEL, "state": state, "href": ""}]


def step_line(progress: Progress, step: Step, number: int, current: int) -> dict[str, str]:
    """Return one step with its state and address."""
    pages = [page for page in progress.pages if page.step is step]
    if number == current:
        return {"label": step.label, "state": "current", "href": ""}
    complete = bool(pages) and not any(progress.missing(page) for page in pages)
    if not complete or number > current:
        return {"label": step.label, "state": "todo", "href": ""}
    href = reverse("intake:step", args=[progress.intake.reference, pages[0].slug])
    return {"label": step.label, "state": "done", "href": href}


def skipped_line(progress: Progress, page: Page) -> str:
    """Say kindly why steps were passed over, on the page that comes after them."""
    previous = progress.every_page[progress.every_page.index(page) - 1]
    if page.step is not Step.EXECUTION or progress.on(previous):
        return ""
    gates = progress.policy.rules.gates
    if progress.kept.get("S1") == "nee":
        return NO_WISH
    if progress.skipped(Step.ORGANISATION):
        return f"{NO_ORGANISATION} {gates[Step.ORGANISATION].closed}"
    return f"{NO_EXECUTION} {gates[Step.EXECUTION].closed}"
