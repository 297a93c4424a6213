"""Doing something with a version: a page that asks, and carrying it out once."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from intake.forms.policy import LockedForm
from intake.models import PolicyVersion
from intake.services.governing.checking import check
from intake.services.governing.errors import NotAllowed, NotDone, Refused, Stale
from intake.views.policy.acts_table import ACTS, Act, Change
from intake.views.policy.common import BADGES, done_already, get_version, lock_of, show
from intake.views.policy.conflict import conflict
from intake.views.policy.version import offered
from nnmkb.web.desk import signed_in
from nnmkb.web.permissions import by_role, roles_of


@by_role
def act(request: HttpRequest, name: str, slug: str) -> HttpResponse:
    """Ask whether to do it (GET), or do it (POST)."""
    version, chosen = get_version(name), ACTS[slug]
    if roles_of(request.user).isdisjoint(chosen.roles):
        raise PermissionDenied
    if request.method == "POST":
        return perform(request, version, chosen)
    if not offered(chosen, version, signed_in(request)):
        return conflict(request, version, not_now(version, chosen), [])
    if chosen.sound and not check(version).sound:
        messages.warning(request, f"«{chosen.word}» kan nog niet. Herstel eerst de fouten.")
        return redirect("intake:policy-version", version.name)
    return ask(request, version, chosen, chosen.form(initial={"lock": version.lock}))


def ask(request: HttpRequest, version: PolicyVersion, chosen: Act, form: LockedForm) -> HttpResponse:
    """Show the page that asks."""
    return show(request, "act", version, "", {"act": chosen, "form": form})


def perform(request: HttpRequest, version: PolicyVersion, chosen: Act) -> HttpResponse:
    """Do it once: the second half of a double click leads to where the first one did."""
    if done_already(request, version, chosen.kind):
        return redirect("intake:policy-version", version.name)
    form = chosen.form(request.POST)
    if not form.is_valid():
        return ask(request, version, chosen, form)
    reason = form.cleaned_data.get("reden", "")
    change = Change(version, signed_in(request), lock_of(request), timezone.now(), reason)
    try:
        chosen.run(change)
    except NotAllowed as error:
        raise PermissionDenied from error
    except Stale as error:
        return conflict(request, get_version(version.name), str(error), typed(form))
    except Refused as error:
        return refuse(request, version, chosen, form, error)
    messages.success(request, chosen.done.format(name=version.name))
    return redirect("intake:policy-version", version.name)


def refuse(request: HttpRequest, version: PolicyVersion, chosen: Act, form: LockedForm, error: NotDone) -> HttpResponse:
    """Show the form again with what is wrong; a version that moved on has nothing to ask any more."""
    if version.state != chosen.state:
        return conflict(request, version, not_now(version, chosen), typed(form))
    form.refuse(error)
    return ask(request, version, chosen, form)


def typed(form: LockedForm) -> list[tuple[str, str]]:
    """Return what somebody typed, with its label."""
    found: list[tuple[str, Any]] = [
        (str(field.label), form.data.get(field.html_name)) for field in form.visible_fields()
    ]
    return [(label, str(text)) for label, text in found if text]


def not_now(version: PolicyVersion, chosen: Act) -> str:
    """Return in words why an act is not to be done now."""
    return f"«{chosen.word}» kan nu niet. Deze versie staat op: {BADGES[version.state].word.lower()}."
