"""The list of versions, and beginning a new one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from intake import policies
from intake.forms.policy import NewVersionForm
from intake.models import PolicyVersion
from intake.services.governing import drafting, finding, publishing
from intake.services.governing.errors import NotDone
from intake.views.policy.common import BADGES, Badge, moment_in_words, named, people
from nnmkb.web.desk import frame, signed_in
from nnmkb.web.permissions import Role, by_role, roles_of

State = PolicyVersion.State
OPEN = (State.REVIEW, State.DRAFT)


@dataclass(frozen=True, slots=True)
class Line:
    """One version in the list."""

    version: PolicyVersion
    badge: Badge
    waiting: bool
    who: str
    when: str


@by_role
def versions(request: HttpRequest) -> HttpResponse:
    """Show what is in force, what is being worked on, and what was."""
    user, found = signed_in(request), finding.versions()
    names = people(found)
    in_force = policies.in_force()
    lines = [line_of(one, names, user) for one in found]
    open_now = [line for state in OPEN for line in lines if line.version.state == state]
    context = {
        **frame(request),
        "current": next((line for line in lines if line.version.name == in_force), None),
        "open": sorted(open_now, key=lambda line: not line.waiting),
        "earlier": [line for line in lines if line.version.state not in OPEN and line.version.name != in_force],
        "may_write": Role.POLICY_AUTHOR in roles_of(user),
    }
    return render(request, "policy/versions.html", context)


def line_of(version: PolicyVersion, names: Mapping[str, str], user: User) -> Line:
    """Return a version as a line of the list."""
    verb, actor, at = last_step(version)
    waiting = version.state == State.REVIEW and not publishing.personal(version, user)
    who = f"{verb} door {named(names, actor)}" if actor else verb if version.pk else ""
    return Line(version, BADGES[version.state], waiting, who, moment_in_words(at) if version.pk else "")


def last_step(version: PolicyVersion) -> tuple[str, str, Any]:
    """Return what was done last that brought it to its state: in a word, by whom and when."""
    if version.state == State.REVIEW:
        return "Ingediend", version.submitted_by, version.submitted_at
    if version.state == State.PUBLISHED and version.published_at:
        return "Gepubliceerd", version.published_by, version.published_at
    if version.state == State.RETIRED and version.retired_at:
        return "Uit gebruik genomen", version.retired_by, version.retired_at
    if version.state == State.DROPPED:
        return "Weggegooid", "", version.changed_at
    return "Begonnen" if version.author else "Overgenomen uit het programma", version.author, version.created_at


@by_role
def new(request: HttpRequest) -> HttpResponse:
    """Ask from which version a draft begins and what it is called (GET), or begin it (POST)."""
    bases = [(one.name, f"{one.name}: {one.title}") for one in finding.versions() if one.state != State.DROPPED]
    form = NewVersionForm(request.POST if request.method == "POST" else None, bases=bases, in_force=policies.in_force())
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            draft = drafting.start_draft(
                typed["basis"], typed["naam"], typed["titel"], by=signed_in(request), now=timezone.now()
            )
        except NotDone as error:
            form.refuse(error)
        else:
            messages.success(request, f"Versie {draft.name} is begonnen.")
            return redirect("intake:policy-version", draft.name)
    return render(request, "policy/new.html", {**frame(request), "form": form})
