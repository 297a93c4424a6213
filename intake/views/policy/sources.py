"""The documents that rules lean on: their registered text, and whether what is cited still stands in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from intake import policies
from intake.forms.policy_source import SourceForm
from intake.models import PolicyVersion, SourceText
from intake.policy import Policy, PolicyProblems, Source
from intake.policy.citing import SourceText as Text
from intake.services.governing import packing, sources, telling
from intake.services.governing.errors import NotAllowed, NotDone, Refused
from intake.views.policy.common import moment_in_words, named
from nnmkb.web.desk import frame, signed_in
from nnmkb.web.permissions import Role, by_role, roles_of

State = PolicyVersion.State
PARAGRAPH = re.compile(r"\n\s*\n")
# Drafts whose citations are looked up besides those of the version in force.
MOST_DRAFTS = 10


@dataclass(frozen=True, slots=True)
class Leaning:
    """Something in a policy that leans on a document."""

    name: str
    rule: bool
    source: Source


@dataclass(frozen=True, slots=True)
class Citation:
    """A citation in a version, and what is wrong with it."""

    version: str
    name: str
    quote: str
    mistake: str
    href: str


@dataclass(frozen=True, slots=True)
class Document:
    """A document with how much leans on it."""

    code: str
    title: str
    registered: str
    rules: int
    others: int
    citations: tuple[Citation, ...]

    @property
    def wrong(self) -> int:
        """Return how many citations do not stand in the text."""
        return sum(1 for one in self.citations if one.mistake)


@by_role
def sources_page(request: HttpRequest) -> HttpResponse:
    """Show all documents."""
    known = open_policies()
    texts = {row.code: row for row in newest_texts()}
    names = telling.names(row.registered_by for row in texts.values())
    found = [document(code, known, texts.get(code), names) for code in titles(known)]
    return render(request, "policy/sources.html", {**frame(request), "documents": found})


@by_role
def source(request: HttpRequest, code: str) -> HttpResponse:
    """Show one document (GET), or register its text (POST)."""
    known = open_policies()
    if code not in titles(known):
        raise Http404
    if request.method == "POST":
        return register(request, code, known)
    return page(request, code, known, SourceForm())


def page(request: HttpRequest, code: str, known: dict[str, Policy], form: SourceForm) -> HttpResponse:
    """Show the text with an address for each paragraph, and for who writes the form."""
    row = sources.newest(code)
    names = telling.names([row.registered_by]) if row else {}
    context = {
        **frame(request),
        "document": document(code, known, row, names),
        "paragraphs": paragraphs(row.text) if row else [],
        "form": form if Role.POLICY_AUTHOR in roles_of(request.user) else None,
    }
    return render(request, "policy/source.html", context)


def register(request: HttpRequest, code: str, known: dict[str, Policy]) -> HttpResponse:
    """Keep the text; the newest counts."""
    form = SourceForm(request.POST, request.FILES)
    if not form.is_valid():
        return page(request, code, known, form)
    policy = next(policy for policy in known.values() if code in policy.documents)
    try:
        sources.register_source(policy, code, text_of(form), by=signed_in(request), now=timezone.now())
    except NotAllowed as error:
        raise PermissionDenied from error
    except NotDone as error:
        form.refuse(error, form.filled_in)
        return page(request, code, known, form)
    messages.success(request, "De tekst is vastgelegd. Citaten worden hier voortaan in opgezocht.")
    return redirect("intake:policy-source", code)


def text_of(form: SourceForm) -> str:
    """Return what was pasted, or what is in the upload."""
    upload = form.cleaned_data["bestand"]
    if upload is None:
        return str(form.cleaned_data["tekst"])
    if upload.size > 4 * sources.MOST_CHARACTERS:
        raise Refused("Dit bestand is te groot.")
    return packing.decoded(upload.name or "", upload.read())


def open_policies() -> dict[str, Policy]:
    """Return the version in force and the newest drafts that can be read, by name."""
    found = {policies.in_force(): policies.policy()}
    rows = PolicyVersion.objects.filter(state__in=(State.DRAFT, State.REVIEW)).only("name", "files")
    for row in rows[:MOST_DRAFTS]:
        try:
            # Without the texts: whether the citations stand in them is what is being asked.
            found[row.name] = policies.SHELF.parsed(row.files)
        except PolicyProblems:
            continue
    return found


def titles(known: dict[str, Policy]) -> dict[str, str]:
    """Return the title of each document; what a draft adds comes last."""
    found: dict[str, str] = {}
    for policy in known.values():
        for code, title in policy.documents.items():
            found.setdefault(code, title)
    return found


def newest_texts() -> Iterator[SourceText]:
    """Yield the registered text that counts of each document."""
    seen: set[str] = set()
    for row in SourceText.objects.defer("text").order_by("code", "-id"):
        if row.code not in seen:
            seen.add(row.code)
            yield row


def document(code: str, known: dict[str, Policy], row: SourceText | None, names: dict[str, str]) -> Document:
    """Return a document with what leans on it in the version in force, and the citations in all versions."""
    first = next(iter(known.values()))
    leaning = [one for one in leanings(first) if one.source.document == code]
    rules = sum(1 for one in leaning if one.rule)
    who = f"{named(names, row.registered_by)}, {moment_in_words(row.registered_at)}" if row else ""
    return Document(
        code, titles(known)[code], who, rules, len(leaning) - rules, tuple(citations(code, known, row is not None))
    )


def citations(code: str, known: dict[str, Policy], registered: bool) -> Iterator[Citation]:
    """Yield every citation from a document, in each version."""
    cited = [
        (version, one)
        for version, policy in known.items()
        for one in leanings(policy)
        if one.source.document == code and one.source.quote
    ]
    row = sources.newest(code) if cited and registered else None
    text = Text(row.text) if row else None
    for version, one in cited:
        href = reverse("intake:policy-version", args=[version])
        yield Citation(version, one.name, one.source.quote, text.mistake(one.source.quote) if text else "", href)


def leanings(policy: Policy) -> Iterator[Leaning]:
    """Yield everything in a policy that names a document."""
    rules = policy.rules
    yield from (Leaning(f"Regel {item.code}", True, item.source) for item in rules.rules)
    yield from (Leaning(f"Bericht {item.code}", True, item.source) for item in rules.withheld)
    yield from (Leaning(f"Uitkomst {item.code}", False, item.source) for item in rules.outcomes)
    yield from (Leaning(item.name, False, item.source) for item in rules.derived.values())
    yield from (Leaning(f"Intensiteit {item.value}", False, item.source) for item in rules.levels)
    yield from (Leaning(f"Vraag {item.code}", False, item.source) for item in policy.catalogue.questions)
    yield from (Leaning(f"Activiteit {item.code}", False, item.source) for item in policy.activities.values())
    yield from (Leaning(item.title, False, item.source) for item in policy.comparisons)


def paragraphs(text: str) -> list[tuple[int, str]]:
    """Return the paragraphs of a text, numbered."""
    return list(enumerate((part.strip("\n") for part in PARAGRAPH.split(text) if part.strip()), start=1))
