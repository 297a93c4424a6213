"""The table of 2013 with who its labels are on a day: public, and the same for everybody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_safe

from intake.forms.table import TableForm
from intake.policies import policy
from intake.policy import Organisation, Policy
from intake.policy.telling import CERTAINTIES, day_in_words, each_once, tell, tell_together
from intake.policy.then_and_now import NamedThen, TableRow, table_on
from nnmkb.context import site


@dataclass(frozen=True, slots=True)
class Label:
    """One label of 2013: who it is on the day, who of them stood above already, and how that came about."""

    label: str
    organisations: tuple[Organisation, ...]
    again: tuple[Organisation, ...]
    nobody: bool
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """One activity of 2013 with its labels."""

    code: str
    title: str
    labels: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """One thing that happened to an organisation, with what it rests on."""

    text: str
    gist: str
    evidence: str
    certainty: str


@require_safe
def table(request: HttpRequest) -> HttpResponse:
    """Show the table for the day, province, sector and theme of the address; a choice that means nothing is told."""
    rules, today = policy(), timezone.localdate()
    form = TableForm(request.GET or None, policy=rules, today=today)
    chosen: dict[str, Any] = form.cleaned_data if form.is_valid() or form.is_bound else {}
    on: date = chosen.get("peildatum") or today
    province, sector, theme = (chosen.get(name) or None for name in ("provincie", "sector", "thema"))
    rows = table_on(rules, on, province=province, sector=sector, themes=[theme] if theme else ())
    context = {
        **site(request),
        "form": form,
        "on": day_in_words(on),
        "groups": [group_of(rules, row) for row in rows],
        "stories": stories_of(rules, rows),
        "certainties": CERTAINTIES,
    }
    # Without the request, so without the messages that wait for one visitor: the page may be kept for all.
    response = HttpResponse(render_to_string("intake/table.html", context))
    response["Cache-Control"] = "public, max-age=600"
    return response


def group_of(rules: Policy, row: TableRow) -> Group:
    """Return one activity, ready to draw."""
    return Group(row.activity.code, row.activity.title, tuple(_label(rules, named) for named in row.named))


def _label(rules: Policy, named: NamedThen) -> Label:
    told = tell_together(rules, named.resolutions)
    return Label(named.label, named.organisations, named.again, named.nobody, told)


def stories_of(rules: Policy, rows: Iterable[TableRow]) -> list[Story]:
    """Return what happened on the way from the labels to the day, each once, oldest first."""
    named = (item for row in rows for label in row.named for item in label.resolutions)
    found = each_once(step for item in named for step in item.path)
    ordered = sorted(found, key=lambda step: step.on)
    return [Story(tell(rules, step), step.gist, step.evidence, step.certainty) for step in ordered]
