"""What every page about a version of the policy shares: finding it, its head, and what happens when an act fails."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from intake.models import PolicyVersion
from intake.policy.loader import FILES
from intake.policy.telling import day_in_words
from intake.services.governing import finding, telling
from intake.services.governing.door import actor_of
from nnmkb.ledger.models import Event
from nnmkb.web.desk import frame, signed_in

State = PolicyVersion.State
PROGRAM = "het programma"
GONE = "een vroegere collega"


@dataclass(frozen=True, slots=True)
class Badge:
    """A state as a word with a colour and a sign."""

    word: str
    tone: str
    symbol: str


BADGES: Mapping[str, Badge] = {
    State.DRAFT: Badge("Concept", "", "edit"),
    State.REVIEW: Badge("In beoordeling", "warn", "hourglass"),
    State.PUBLISHED: Badge("In gebruik", "ok", "circle-check"),
    State.RETIRED: Badge("Vervallen", "", "history"),
    State.DROPPED: Badge("Weggegooid", "", "trash"),
}


def get_version(name: str) -> PolicyVersion:
    """Return the version of this name, or answer 404."""
    found = finding.version(name)
    if found is None:
        raise Http404
    return found


def file_names(version: PolicyVersion) -> list[str]:
    """Return the files of a version in their fixed order, those that are not there yet too; odd ones come last."""
    known = FILES if version.state == State.DRAFT else [name for name in FILES if name in version.files]
    return [*known, *sorted({*version.files} - {*FILES})]


def file_href(version: PolicyVersion, file: str, line: int = 0) -> str:
    """Return the address of a file, at a line of it."""
    return reverse("intake:policy-file", args=[version.name, file]) + (f"#regel-{line}" if line else "")


def show(
    request: HttpRequest, template: str, version: PolicyVersion, tab: str, context: Mapping[str, Any], status: int = 200
) -> HttpResponse:
    """Show a page about a version: its head, its tabs, and what the page is about."""
    everything = {
        **frame(request),
        "version": version,
        "badge": BADGES[version.state],
        "tabs": tabs(version, tab),
        **context,
    }
    return render(request, f"policy/{template}.html", everything, status=status)


def tabs(version: PolicyVersion, current: str) -> list[dict[str, Any]]:
    """Return the pages of a version; the one that is shown is marked."""
    files = file_names(version)
    pages = [
        ("overzicht", "Overzicht", reverse("intake:policy-version", args=[version.name])),
        ("bestanden", "Bestanden", file_href(version, "regels.yaml" if "regels.yaml" in files else files[0])),
        ("beoordelen", "Beoordelen", reverse("intake:policy-review", args=[version.name])),
        ("proberen", "Proberen", reverse("intake:policy-try", args=[version.name])),
        ("geschiedenis", "Geschiedenis", reverse("intake:policy-history", args=[version.name])),
    ]
    return [{"label": label, "href": href, "current": key == current} for key, label, href in pages]


def moment_in_words(at: datetime) -> str:
    """Return the day and the time as people say them."""
    local = timezone.localtime(at)
    return f"{day_in_words(local.date())}, {local:%H:%M} uur"


def people(versions: Iterable[PolicyVersion], *more: str) -> dict[str, str]:
    """Return the names of everybody who did something to these versions, in one query."""
    actors = {*more}
    for one in versions:
        actors |= {one.author, one.submitted_by, one.published_by, one.retired_by, *one.editors}
    return telling.names(actors)


def named(names: Mapping[str, str], actor: str) -> str:
    """Return who an actor is: a colleague by name, or the program itself."""
    return names.get(actor) or (GONE if actor.startswith(telling.STAFF) else PROGRAM)


def lock_of(request: HttpRequest) -> int:
    """Return the number of the version that the form was made for; -1, which no version has, for anything else."""
    given = request.POST.get("lock", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else -1


def done_already(request: HttpRequest, version: PolicyVersion, kind: str) -> bool:
    """Say whether this very form did its work a moment ago: the second half of a double click."""
    if lock_of(request) != version.lock - 1:
        return False
    last = Event.objects.filter(stream=version.stream, kind__in=CHANGES).order_by("-seq").first()
    return last is not None and (last.kind, last.actor) == (kind, actor_of(signed_in(request)))


# What takes the next number of the lock.
CHANGES = (
    "policy_saved",
    "policy_imported",
    "policy_submitted",
    "policy_sent_back",
    "policy_notes_saved",
    "policy_published",
    "policy_retired",
    "policy_withdrawn",
    "policy_restored",
    "policy_dropped",
)
