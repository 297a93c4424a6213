"""One file of a version: to read with numbered lines, and in a draft to write; whatever is typed is kept."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from intake import policies
from intake.forms.policy import FileForm
from intake.models import PolicyVersion
from intake.services.governing import drafting
from intake.services.governing.checking import Checked, check
from intake.services.governing.door import storable
from intake.services.governing.errors import NotAllowed, Refused, Stale
from intake.views.policy.common import file_href, file_names, get_version, lock_of, show
from intake.views.policy.findings import MOST_PROBLEMS, ToldProblem
from intake.views.policy.history import since
from intake.views.policy.lines import compared, numbered
from intake.views.policy.version import may_write
from nnmkb.web.desk import signed_in
from nnmkb.web.permissions import by_role

State = PolicyVersion.State


@by_role
def file(request: HttpRequest, name: str, file: str) -> HttpResponse:
    """Show a file (GET), or keep what was typed (POST)."""
    version = get_version(name)
    if file not in file_names(version) and file not in version.files:
        raise Http404
    if request.method == "POST" and file not in policies.MAINTAINED:
        return save(request, version, file)
    form = FileForm(initial={"lock": version.lock, "tekst": version.files.get(file, "")})
    return page(request, version, file, form)


def page(request: HttpRequest, version: PolicyVersion, file: str, form: FileForm) -> HttpResponse:
    """Show the text with what is wrong below its lines, and for who may write the form."""
    found = check(version)
    wrong = wrong_in(version, file, found)
    text = version.files.get(file, "")
    context = {
        "file": file,
        "file_tabs": file_tabs(version, file, found),
        "form": form if may_write(version, signed_in(request)) and file not in policies.MAINTAINED else None,
        "maintained": file in policies.MAINTAINED and version.state == State.DRAFT,
        "wrong": wrong[:MOST_PROBLEMS],
        "more_wrong": max(0, len(wrong) - MOST_PROBLEMS),
        "others": sum(1 for problem in found.problems if problem.file != file),
        "text": numbered(text, [(one.line, one.text) for one in wrong[:MOST_PROBLEMS]]),
    }
    return show(request, "file", version, "bestanden", context)


def wrong_in(version: PolicyVersion, file: str, found: Checked) -> list[ToldProblem]:
    """Return every mistake in a file: what cannot be read, and the errors of the analysis."""
    wrong = [(one.line, one.message) for one in found.problems if one.file == file]
    wrong += [(one.place.line, one.text) for one in found.errors if one.place.file == file]
    return [ToldProblem(file, line, text, f"#regel-{line}") for line, text in sorted(wrong)]


def file_tabs(version: PolicyVersion, current: str, found: Checked) -> list[dict[str, Any]]:
    """Return the files of a version, each with how many mistakes it has."""
    counts: dict[str, int] = {}
    for problem in found.problems:
        counts[problem.file] = counts.get(problem.file, 0) + 1
    return [
        {
            "label": name,
            "href": file_href(version, name),
            "current": name == current,
            "count": counts.get(name),
        }
        for name in file_names(version)
    ]


def save(request: HttpRequest, version: PolicyVersion, file: str) -> HttpResponse:
    """Keep the text; when somebody else was first, show both and keep what was typed on the screen."""
    if "tekst" not in request.POST:
        # Not an empty text but half a form: that may not empty the file.
        raise BadRequest
    form = FileForm(request.POST)
    form.is_valid()
    typed = form.cleaned_data["tekst"]
    try:
        kept = drafting.save_file(
            version, file, typed, by=signed_in(request), lock=lock_of(request), now=timezone.now()
        )
    except NotAllowed as error:
        raise PermissionDenied from error
    except Stale as error:
        return stale(request, get_version(version.name), file, typed, str(error))
    except Refused as error:
        if version.state != State.DRAFT:
            return stale(request, version, file, typed, str(error))
        form.refuse(error, "tekst")
        return page(request, version, file, form)
    return saved(request, kept, file)


def saved(request: HttpRequest, version: PolicyVersion, file: str) -> HttpResponse:
    """Say that the text is kept and how it stands now, and go to what is wrong."""
    found = check(version)
    count = len(found.problems) + len(found.errors)
    if not count:
        messages.success(request, "Bewaard. Er zijn geen fouten.")
        return redirect(file_href(version, file))
    messages.warning(request, f"Bewaard. Er {'is nog 1 fout' if count == 1 else f'zijn nog {count} fouten'}.")
    return redirect(f"{file_href(version, file)}#fouten")


def stale(request: HttpRequest, version: PolicyVersion, file: str, typed: str, why: str) -> HttpResponse:
    """Say that nothing was kept, show what is different, and keep the typed text at hand."""
    theirs = version.files.get(file, "")
    text = storable(typed)
    context = {
        "file": file,
        "why": why,
        "moments": since(version, lock_of(request)),
        "same": text == theirs,
        "places": compared(theirs, text),
        "form": FileForm(initial={"lock": version.lock, "tekst": typed}),
        "may_write": may_write(version, signed_in(request)),
    }
    return show(request, "file_conflict", version, "bestanden", context, status=409)
