"""The files of a version out, as a zip or one by one, and in again."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from intake.forms.policy_import import ImportForm
from intake.models import PolicyVersion
from intake.services.governing import drafting, packing
from intake.services.governing.errors import NotAllowed, Refused, Stale
from intake.views.policy.common import file_names, get_version, lock_of, show
from intake.views.policy.conflict import conflict
from intake.views.policy.version import may_write
from nnmkb.web.desk import signed_in
from nnmkb.web.permissions import by_role

State = PolicyVersion.State
NOT_A_DRAFT = "Inlezen kan alleen in een concept."


@by_role
def export(request: HttpRequest, name: str) -> HttpResponse:
    """Give all files of a version as a zip."""
    version = get_version(name)
    return attached(packing.export(version.files), "application/zip", f"beleid-{version.name}.zip")


@by_role
def export_file(request: HttpRequest, name: str, file: str) -> HttpResponse:
    """Give one file of a version."""
    version = get_version(name)
    if file not in version.files:
        raise Http404
    return attached(version.files[file].encode(), "application/yaml; charset=utf-8", file)


def attached(content: bytes, content_type: str, filename: str) -> HttpResponse:
    """Return a file to keep, which no browser opens as a page."""
    response = HttpResponse(content, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


@by_role
def import_page(request: HttpRequest, name: str) -> HttpResponse:
    """Ask for files (GET), or put them in the draft (POST)."""
    version = get_version(name)
    if request.method == "POST":
        return read_in(request, version)
    if not may_write(version, signed_in(request)):
        return conflict(request, version, NOT_A_DRAFT, [])
    return ask(request, version, ImportForm(files=file_names(version), initial={"lock": version.lock}))


def ask(request: HttpRequest, version: PolicyVersion, form: ImportForm) -> HttpResponse:
    """Show the form."""
    return show(request, "import", version, "", {"form": form})


def read_in(request: HttpRequest, version: PolicyVersion) -> HttpResponse:
    """Keep what was uploaded or pasted, whatever is in it."""
    if version.state != State.DRAFT:
        return conflict(request, version, NOT_A_DRAFT, [])
    form = ImportForm(request.POST, request.FILES, files=file_names(version))
    if not form.is_valid():
        return ask(request, version, form)
    try:
        kept = carry_out(request, version, form)
    except NotAllowed as error:
        raise PermissionDenied from error
    except Stale as error:
        pasted = form.cleaned_data["tekst"]
        typed = [("De geplakte tekst", pasted)] if pasted else []
        return conflict(request, get_version(version.name), str(error), typed)
    except Refused as error:
        form.refuse(error, form.filled_in)
        return ask(request, version, form)
    changed = kept.lock != version.lock
    messages.success(request, "Ingelezen." if changed else "Ingelezen. Er is niets veranderd: dit stond er al.")
    return redirect("intake:policy-version", kept.name)


def carry_out(request: HttpRequest, version: PolicyVersion, form: ImportForm) -> PolicyVersion:
    """Call the service for an upload or for a pasted text."""
    by, lock, now = signed_in(request), lock_of(request), timezone.now()
    upload = form.cleaned_data["bestand"]
    if upload is None:
        file, text = form.cleaned_data["welk"], form.cleaned_data["tekst"]
        return drafting.save_files(version, {file: text}, by=by, lock=lock, now=now, kind="policy_imported")
    if upload.size > packing.MOST_BYTES:
        raise Refused("Dit bestand is te groot.")
    return packing.import_files(version, upload.name or "", upload.read(), by=by, lock=lock, now=now)
