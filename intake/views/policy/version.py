"""One version: how it stands, what is wrong with it, what it says, and what can be done with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from intake.models import PolicyVersion
from intake.services.governing.checking import Checked, check
from intake.views.policy.acts_table import ACTS, Act
from intake.views.policy.common import file_href, file_names, get_version, moment_in_words, named, people, show
from intake.views.policy.counting import counts_of
from intake.views.policy.findings import analysis_of, message_lines, problems_of, rules_by_step
from nnmkb.web.desk import signed_in
from nnmkb.web.permissions import Role, by_role, roles_of

State = PolicyVersion.State


@dataclass(frozen=True, slots=True)
class FileLine:
    """One file in the list of a version."""

    name: str
    href: str
    lines: int
    problems: int


@dataclass(frozen=True, slots=True)
class Button:
    """Something that can be done with the version."""

    label: str
    href: str
    primary: bool
    symbol: str


@by_role
def version(request: HttpRequest, name: str) -> HttpResponse:
    """Show a version."""
    one, user = get_version(name), signed_in(request)
    found = check(one)
    context: dict[str, Any] = {
        **problems_of(one, found),
        **analysis_of(one, found),
        "facts": facts(one),
        "buttons": list(buttons(one, user, found)),
        "files": [file_line(one, file, found) for file in file_names(one)],
        "new_rule_href": reverse("intake:policy-rule-new", args=[one.name]) if may_write(one, user) else "",
    }
    if found.policy is not None and found.analysis is not None:
        counts = counts_of(found, asked=request.GET.get("tel") == "1")
        context["counts"] = counts
        context["steps"] = rules_by_step(one, found.policy, counts)
        context["messages_not_yet"] = list(message_lines(found.policy, counts))
    return show(request, "version", one, "overzicht", context)


def may_write(version: PolicyVersion, user: User) -> bool:
    """Say whether this person can change the text now."""
    return version.pk is not None and version.state == State.DRAFT and Role.POLICY_AUTHOR in roles_of(user)


def facts(version: PolicyVersion) -> list[dict[str, str]]:
    """Return who did what to it, in the order in which it happened."""
    names = people([version])
    rows = []
    if version.base:
        href = reverse("intake:policy-version", args=[version.base])
        rows.append({"label": "Begonnen vanaf", "value": f"Versie {version.base}", "href": href})
    if version.editors:
        rows.append({"label": "Geschreven door", "value": ", ".join(named(names, one) for one in version.editors)})
    for label, actor, at in (
        ("Ingediend", version.submitted_by if version.state != State.DRAFT else "", version.submitted_at),
        ("Gepubliceerd", version.published_by, version.published_at),
        ("Uit gebruik", version.retired_by, version.retired_at),
    ):
        if actor and at:
            rows.append({"label": label, "value": f"{named(names, actor)}, {moment_in_words(at)}"})
    if version.pk and version.state == State.DRAFT:
        rows.append({"label": "Laatst veranderd", "value": moment_in_words(version.changed_at)})
    return rows


def file_line(version: PolicyVersion, file: str, found: Checked) -> FileLine:
    """Return a file with how long it is and how many mistakes it has."""
    text = version.files.get(file, "")
    wrong = sum(1 for problem in found.problems if problem.file == file)
    return FileLine(file, file_href(version, file), text.count("\n") + bool(text and text[-1] != "\n"), wrong)


def buttons(version: PolicyVersion, user: User, found: Checked) -> Iterator[Button]:
    """Yield what this person can do now; the first is the one to expect."""
    args = [version.name]
    if may_write(version, user):
        yield Button("Bewerk de regels", file_href(version, "regels.yaml"), not found.sound, "edit")
    if version.state == State.REVIEW:
        yield Button("Beoordeel", reverse("intake:policy-review", args=args), True, "eye")
    for act in ACTS.values():
        if offered(act, version, user) and (found.sound or not act.sound):
            href = reverse("intake:policy-act", args=[version.name, act.slug])
            yield Button(act.word, href, act.primary, act.symbol)
    if may_write(version, user):
        yield Button("Lees bestanden in", reverse("intake:policy-import", args=args), False, "file-text")
    yield Button("Download alles (zip)", reverse("intake:policy-export", args=args), False, "download")


def offered(act: Act, version: PolicyVersion, user: User) -> bool:
    """Say whether this act is something for this person and this version now."""
    if version.pk is None or version.state != act.state or roles_of(user).isdisjoint(act.roles):
        return False
    return act.slug != "intrekken" or bool(version.replaced)
