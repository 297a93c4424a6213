"""Doing one thing with many referrals: choose, look at what can and what cannot, do it once, see each result."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from nnmkb.web.desk import frame, signed_in
from nnmkb.web.permissions import by_role
from referrals.domain.worktime import local_date
from referrals.models import BulkRun, Referral
from referrals.once_form import INCOMPLETE
from referrals.services import bulk, bulk_results, profiles
from referrals.services.bulk import MOST, Act, Line
from referrals.services.errors import Refused
from referrals.views import desk_rows
from referrals.views.bulk_forms import FORMS, BulkForm
from referrals.views.bulk_words import EXPORT, WORDS
from referrals.views.desk_lists import mark_changed
from referrals.views.export import export
from referrals.views.workbench import read


@by_role
def choose(request: HttpRequest) -> HttpResponse:
    """Take the selection of the list, and show what the act would do; nothing changes here."""
    if request.method != "POST":
        return redirect("referrals:desk")
    numbers = list(dict.fromkeys(request.POST.getlist("nummer")))
    wanted = request.POST.get("actie", "")
    if not numbers:
        messages.warning(request, "U koos nog niets. Zet eerst een vinkje bij een of meer doorverwijzingen.")
        return redirect(list_href(request.POST.get("lijst", "")))
    if len(numbers) > MOST:
        return refuse(request, f"U koos er {len(numbers)}. Kies er hoogstens {MOST} tegelijk.")
    if wanted == EXPORT:
        return export(signed_in(request), numbers, timezone.now()) or refuse(request, bulk.UNKNOWN)
    if wanted not in set(Act):
        return ask_what(request, numbers, tried=bool(wanted))
    act = Act(wanted)
    lines = bulk.preview(act, numbers, advisor=signed_in(request), now=timezone.now())
    form = FORMS[act](
        chosen=able(lines),
        colleagues=colleagues(),
        initial={"sleutel": str(uuid.uuid4()), "lijst": request.POST.get("lijst", "")[:500]},
    )
    return show(request, act, lines, form)


@by_role
def carry_out(request: HttpRequest, action: str) -> HttpResponse:
    """Do it: each referral by itself, once for this key; then show the result on an address of its own."""
    if action not in set(Act):
        raise Http404
    if request.method != "POST":
        return redirect("referrals:desk")
    act, user = Act(action), signed_in(request)
    seen = versions(request.POST.getlist("rij"))
    if not seen or len(seen) > MOST:
        return refuse(request, INCOMPLETE)
    lines = bulk.preview(act, list(seen), advisor=user, now=timezone.now())
    found = [line.referral for line in lines if line.referral]
    form = FORMS[act](request.POST, chosen=found, colleagues=colleagues())
    if "sleutel" in form.errors or "lijst" in form.errors:
        return refuse(request, INCOMPLETE)
    earlier = BulkRun.objects.filter(key=form.cleaned_data["sleutel"], user=user).first()
    if earlier is None:
        if not form.is_valid():
            return show(request, act, lines, form, seen)
        try:
            earlier = bulk.run(
                act, seen, form.choice(), advisor=user, key=form.cleaned_data["sleutel"], now=timezone.now()
            )
        except Refused as error:
            return refuse(request, str(error))
        mark_changed(request, user, timezone.now())
    return redirect(result_href(earlier, request.POST.get("lijst", "")))


@by_role
def result(request: HttpRequest, run: int) -> HttpResponse:
    """Show what became of each referral of a run; loading it again does nothing."""
    now = timezone.now()
    kept = bulk_results.find_out(own_run(request, run), now)
    done = [line for line in kept.lines if line["done"]]
    context = {
        **frame(request),
        "run": kept,
        "words": WORDS[kept.act],
        "lines": result_lines(kept),
        "done": len(done),
        "not_done": [line for line in kept.lines if line["done"] is False],
        "busy": any(line["done"] is None for line in kept.lines),
        "undone": sum(1 for line in kept.lines if line.get("undone")),
        "can_undo": bulk_results.can_undo(kept, now),
        "undo_until": kept.at + bulk_results.UNDO_WITHIN,
        "lijst": request.GET.get("lijst", "")[:500],
        "back_href": list_href(request.GET.get("lijst", "")),
    }
    return render(request, "referrals/bulk_result.html", context)


@by_role
def undo(request: HttpRequest, run: int) -> HttpResponse:
    """Take a run back, within half a minute."""
    kept = own_run(request, run)
    if request.method == "POST":
        try:
            bulk_results.undo(kept, now=timezone.now())
            mark_changed(request, signed_in(request), timezone.now())
        except Refused as error:
            messages.error(request, str(error))
    return redirect(result_href(kept, request.POST.get("lijst", "")))


# --- pages ------------------------------------------------------------------------------------------------------------


def show(
    request: HttpRequest, act: Act, lines: list[Line], form: BulkForm, seen: dict[str, int] | None = None
) -> HttpResponse:
    """Show what can be done and what cannot, with the form that does it; `seen` keeps the versions of that form."""
    can = [line for line in lines if not line.why]
    rows = [
        {"number": line.number, "version": (seen or {}).get(line.number, line.referral.version)}
        for line in can
        if line.referral
    ]
    context = {
        **frame(request),
        "act": act,
        "words": WORDS[act],
        "form": form,
        "rows": rows,
        "can": named(can),
        "cannot": named([line for line in lines if line.why]),
        "back_href": list_href(str(form["lijst"].value() or "")),
    }
    return render(request, "referrals/bulk_preview.html", context)


def named(lines: list[Line]) -> list[dict[str, str]]:
    """Return lines with the company beside the number, for the screen."""
    referrals = [line.referral for line in lines if line.referral]
    names = {row.referral.number: row.company for row in desk_rows.rows_of(referrals, timezone.now())}
    return [{"number": line.number, "company": names.get(line.number, ""), "why": line.why} for line in lines]


def ask_what(request: HttpRequest, numbers: list[str], *, tried: bool) -> HttpResponse:
    """Ask what to do with the selection when the form did not say; the selection stays."""
    context = {
        **frame(request),
        "numbers": numbers,
        "tried": tried,
        "lijst": request.POST.get("lijst", "")[:500],
        "back_href": list_href(request.POST.get("lijst", "")),
    }
    return render(request, "referrals/bulk_what.html", context, status=400 if tried else 200)


def refuse(request: HttpRequest, why: str) -> HttpResponse:
    """Say why nothing was done at all."""
    context = {**frame(request), "why": why, "back_href": list_href(request.POST.get("lijst", ""))}
    return render(request, "referrals/bulk_refused.html", context, status=400)


# --- small things -----------------------------------------------------------------------------------------------------


def versions(pairs: list[str]) -> dict[str, int]:
    """Return number and version of the rows in a form; empty when one of them is not what our page makes."""
    found: dict[str, int] = {}
    for pair in pairs:
        number, _, version = pair.partition(":")
        if not (version.isascii() and version.isdigit() and len(version) < 10 and 0 < len(number) <= 20):
            return {}
        found[number.replace("\x00", "")] = int(version)
    return found


def able(lines: list[Line]) -> list[Referral]:
    """Return the referrals for which nothing stands in the way."""
    return [line.referral for line in lines if line.referral and not line.why]


def colleagues() -> QuerySet[User]:
    """Return who can be given a referral today."""
    return profiles.colleagues(local_date(timezone.now()))


def own_run(request: HttpRequest, run: int) -> BulkRun:
    """Return a run of this person; anybody else's does not exist here."""
    found = BulkRun.objects.filter(pk=run, user=signed_in(request)).first() if run < 2**63 else None
    if found is None:
        raise Http404
    return found


def result_lines(kept: BulkRun) -> list[dict[str, Any]]:
    """Return the lines of a run with the companies, what did not happen first."""
    found = Referral.objects.select_related("intake__contact", "assessment", "owner", "partner").filter(
        number__in=[line["number"] for line in kept.lines]
    )
    rows = {row.referral.number: row for row in desk_rows.rows_of(found, timezone.now())}
    lines = [{**line, "row": rows.get(line["number"])} for line in kept.lines]
    return sorted(lines, key=lambda line: line["done"] is not False)


def list_href(query: str) -> str:
    """Return the address of the list that a form came from; what is in the form is read and written again."""
    return f"{reverse('referrals:desk')}?{read(QueryDict(query[:500])).query()}"


def result_href(kept: BulkRun, query: str) -> str:
    """Return the address of the result of a run, with the list to go back to."""
    address = reverse("referrals:desk-bulk-result", args=[kept.pk])
    return f"{address}?{urlencode({'lijst': query[:500]})}" if query else address
