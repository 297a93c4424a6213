"""Judging a version: what is different, what that does to the stored scans, the warnings, and the decision."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.utils import timezone

from intake import policies
from intake.forms.policy_review import ReviewForm
from intake.models import PolicyVersion
from intake.policy import PolicyProblems
from intake.policy.analysis import Finding
from intake.services.governing import finding, publishing, reviewing, telling, weighing
from intake.services.governing.checking import Checked, check
from intake.services.governing.door import actor_of
from intake.services.governing.errors import NotAllowed, NotDone, Refused, Stale
from intake.views.policy.common import done_already, get_version, lock_of, moment_in_words, named, show
from intake.views.policy.conflict import conflict
from intake.views.policy.differences import compare, with_scans
from intake.views.policy.findings import ToldFinding, problems_of, told
from intake.views.policy.impact import impact_of
from nnmkb.ledger.models import Event
from nnmkb.web.desk import signed_in
from nnmkb.web.permissions import Role, by_role, roles_of

State = PolicyVersion.State
OPEN = (State.DRAFT, State.REVIEW)
WORKERS = frozenset({Role.POLICY_AUTHOR, Role.POLICY_PUBLISHER})
WEIGH, KEEP, PUBLISH = "doorrekenen", "toelichten", "publiceren"


@by_role
def review(request: HttpRequest, name: str) -> HttpResponse:
    """Show everything there is to judge (GET); weigh, keep notes or publish (POST)."""
    version = get_version(name)
    if request.method != "POST":
        return page(request, version, form_of(version, signed_in(request)))
    chosen = request.POST.get("doe", "")
    if chosen == WEIGH:
        return weigh(request, version)
    if chosen in {KEEP, PUBLISH}:
        return decide(request, version, chosen)
    return HttpResponseBadRequest()


def form_of(version: PolicyVersion, user: User, request: HttpRequest | None = None) -> ReviewForm:
    """Return the form with the notes that are kept, or with what was typed."""
    return ReviewForm(
        request.POST if request else None,
        warnings=check(version).warnings,
        notes=version.notes,
        lock=version.lock,
        obstacles=publishing.obstacles(version, user),
    )


def page(request: HttpRequest, version: PolicyVersion, form: ReviewForm) -> HttpResponse:
    """Show the page."""
    user, found = signed_in(request), check(version)
    works = version.pk is not None and version.state in OPEN and not WORKERS.isdisjoint(roles_of(user))
    context: dict[str, Any] = {
        **problems_of(version, found),
        "form": form,
        "errors": all_told(version, found, found.errors),
        **warnings_of(version, found, form),
        "works": works,
        "open": version.state in OPEN,
        "in_review": version.state == State.REVIEW,
        "obstacles": form.obstacles,
        "checklist": checklist(version, user, found) if version.state in OPEN else [],
        **comparison(version, found),
        **weighed_last(version),
    }
    return show(request, "review", version, "beoordelen", context)


def warnings_of(version: PolicyVersion, found: Checked, form: ReviewForm) -> dict[str, Any]:
    """Return the warnings with their fields, those first that are not in the version it is compared with.

    The fields keep their names whatever the order: another version may come in force before the form is sent.
    """
    against = weighing.compared_with(version)
    other = finding.version(against) if against and against != version.name else None
    known = {one.key for one in check(other).warnings} if other is not None else set()
    rows = [
        (told, field, one.key in known)
        for told, field, one in zip(
            all_told(version, found, found.warnings), form.fields_of_warnings(), found.warnings, strict=True
        )
    ]
    return {"warnings": sorted(rows, key=lambda row: row[2]), "known_in": against}


def all_told(version: PolicyVersion, found: Checked, findings: Iterable[Finding]) -> list[ToldFinding]:
    """Return findings of this version, ready to show."""
    if found.policy is None:
        return []
    codes = {rule.code for rule in found.policy.rules.rules}
    return [told(version, found.policy, one, codes) for one in findings]


def checklist(version: PolicyVersion, user: User, found: Checked) -> list[tuple[bool, str]]:
    """Return what publishing takes, each with whether it is there."""
    without = sum(1 for one in found.warnings if not version.notes.get(one.key))
    noted = (
        f"Bij {len(found.warnings) - without} van de {len(found.warnings)} waarschuwingen staat waarom zij mag blijven"
    )
    weighed = weighing.impact_of(version, policies.in_force()) is not None
    steps = [
        (found.sound, "De tekst heeft geen fouten"),
        (version.state == State.REVIEW, "De versie is ingediend"),
        (weighed, "De gevolgen voor de bewaarde scans zijn doorgerekend"),
    ]
    if found.partly:
        steps.insert(1, (False, "De controle bekeek alles; op het overzicht staat wat te veel kostte"))
    if found.policy is not None:
        steps.append((not without, noted if found.warnings else "Er zijn geen waarschuwingen"))
    if Role.POLICY_PUBLISHER in roles_of(user):
        steps.append((not publishing.personal(version, user), "U werkte niet zelf aan deze versie"))
    return steps


def comparison(version: PolicyVersion, found: Checked) -> dict[str, Any]:
    """Return what is different from what was or is in force, and what that does to the stored scans."""
    against = weighing.compared_with(version)
    if found.policy is None or not against or against == version.name:
        return {"against": "", "compared": None}
    try:
        old = policies.policy(against)
    except PolicyProblems:
        # Thrown away, and begun from a draft that was never in force.
        return {"against": "", "compared": None}
    stored = weighing.impact_of(version, against)
    compared = compare(old, found.policy, found.analysis.intakes if found.analysis else None)
    return {
        "against": against,
        "compared": with_scans(compared, stored.impact) if stored is not None else compared,
        **(impact_of(old, found.policy, stored) if stored is not None else {"impact": None}),
    }


def weighed_last(version: PolicyVersion) -> dict[str, Any]:
    """Return when the stored scans were looked at last and by whom, and the number of the last event."""
    last = Event.objects.filter(stream=version.stream).order_by("-seq").first()
    event = Event.objects.filter(stream=version.stream, kind="policy_weighed").order_by("-seq").first()
    who = named(telling.names([event.actor]), event.actor) if event else ""
    return {"seen": last.seq if last else 0, "weighed": f"{moment_in_words(event.at)}, door {who}" if event else ""}


def weigh(request: HttpRequest, version: PolicyVersion) -> HttpResponse:
    """Look at all stored scans; the second half of a double click looks no second time."""
    given = request.POST.get("gezien", "")
    seen = int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0
    mine = Event.objects.filter(stream=version.stream, kind="policy_weighed", actor=actor_of(signed_in(request)))
    if mine.filter(seq__gt=seen).exists() and weighing.impact_of(version, policies.in_force()) is not None:
        return to_impact(version)
    try:
        weighing.weigh(version, by=signed_in(request), now=timezone.now())
    except NotAllowed as error:
        raise PermissionDenied from error
    except NotDone as error:
        return conflict(request, get_version(version.name), str(error), [])
    messages.success(request, "De gevolgen zijn doorgerekend.")
    return to_impact(version)


def to_impact(version: PolicyVersion) -> HttpResponse:
    """Go to the part of the page with the impact."""
    response = redirect("intake:policy-review", version.name)
    response.headers["Location"] += "#gevolgen"
    return response


def decide(request: HttpRequest, version: PolicyVersion, chosen: str) -> HttpResponse:
    """Keep the notes, or publish with them."""
    user = signed_in(request)
    if chosen == PUBLISH and done_already(request, version, "policy_published"):
        return redirect("intake:policy-version", version.name)
    form = form_of(version, user, request)
    try:
        if chosen == PUBLISH:
            if publishing.personal(version, user):
                raise NotAllowed(*publishing.personal(version, user))
            return publish(request, version, form)
        return keep(request, version, form)
    except NotAllowed as error:
        return conflict(request, version, str(error), typed(form))
    except Stale as error:
        return conflict(request, get_version(version.name), str(error), typed(form))
    except Refused as error:
        if version.state not in OPEN:
            return conflict(request, version, str(error), typed(form))
        form.refuse(error)
        return page(request, version, form)


def keep(request: HttpRequest, version: PolicyVersion, form: ReviewForm) -> HttpResponse:
    """Keep the notes that were typed."""
    if not form.is_valid():
        return page(request, version, form)
    reviewing.save_notes(version, form.notes(), by=signed_in(request), lock=lock_of(request), now=timezone.now())
    messages.success(request, "De toelichtingen zijn bewaard.")
    return redirect("intake:policy-review", version.name)


def publish(request: HttpRequest, version: PolicyVersion, form: ReviewForm) -> HttpResponse:
    """Put the version in force."""
    if not form.is_valid() or not form.ready_to_publish():
        return page(request, version, form)
    publishing.publish(version, form.notes(), by=signed_in(request), lock=lock_of(request), now=timezone.now())
    messages.success(request, f"Versie {version.name} is in gebruik. Nieuwe zelfscans beginnen op deze versie.")
    return redirect("intake:policy-version", version.name)


def typed(form: ReviewForm) -> list[tuple[str, str]]:
    """Return the notes that somebody typed."""
    return [("Toelichting", text) for name in form.keys if (text := str(form.data.get(name, "")).strip())]
