"""Trying a version out on invented answers, or on those of a stored scan. Nothing is kept but who asked for a scan."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from intake import policies
from intake.forms.rule_trial import Trial, read_trial, trial_of
from intake.models import AnswerVector
from intake.policy import AnswerProblem, Answers, Policy, read_answer, read_answers
from intake.policy.engine import Uncovered
from intake.policy.explaining import Explanation, explain
from intake.policy.scan_changes import Change, changes_of, judged
from intake.policy.vectors import from_vector
from intake.services.governing import looking, rules
from intake.services.governing.errors import Refused
from intake.views.policy.common import get_version, show
from nnmkb.web.desk import signed_in
from nnmkb.web.permissions import by_role

LONGEST = 40
UNKNOWN = "Er is geen bewaarde scan met dit nummer en een uitslag."
SILENT = "Deze versie zegt niets over deze antwoorden: in een tabel klopt geen enkele rij."


@dataclass(frozen=True, slots=True)
class Tried:
    """What comes of the answers in this version, and what is different from the version in force."""

    explanation: Explanation | None
    note: str
    compared_with: str
    changes: tuple[Change, ...]


@by_role
def trying(request: HttpRequest, name: str) -> HttpResponse:
    """Show the questions (GET), or also what comes of the answers (POST, so that they stay out of the address)."""
    version = get_version(name)
    try:
        policy = rules.readable(version)
    except Refused as error:
        return show(request, "rule_broken", version, "proberen", {"why": str(error), "code": ""})
    reference = request.GET.get("scan", "").strip()[:LONGEST]
    vector = vector_of(reference) if reference else None
    if vector is not None:
        looking.looked(vector.intake_id, signed_in(request), timezone.now())
    found = from_vector(policy, bytes(vector.vector)) if vector is not None else None
    trial = read_trial(policy, request.POST) if request.method == "POST" else trial_of(policy, found or {})
    tries = request.method == "POST" or found is not None
    context: dict[str, Any] = {
        "trial": trial,
        "reference": reference,
        "unknown": UNKNOWN if reference and found is None else "",
        "tried": tried(policy, trial) if tries and not trial.problems else None,
    }
    return show(request, "rule_try", version, "proberen", context)


def vector_of(reference: str) -> AnswerVector | None:
    """Return the stored answers of the scan with this number, None when there are none."""
    return None if "\0" in reference else AnswerVector.objects.filter(intake__reference=reference).first()


def tried(policy: Policy, trial: Trial) -> Tried:
    """Return what this version makes of the answers, and what it changes."""
    name = policies.in_force()
    try:
        found = explain(policy, trial.answers)
    except Uncovered:
        return Tried(None, SILENT, name, ())
    old = policies.policy(name)
    changes = () if old is policy else compared(old, policy, trial.answers)
    return Tried(found, "", "" if old is policy else name, changes)


def compared(old: Policy, new: Policy, answers: Answers) -> tuple[Change, ...]:
    """Return what is different from the version in force, and why; what that one cannot read counts as no answer."""
    return changes_of(judged(old, as_read(old, answers)), judged(new, answers))


def as_read(policy: Policy, answers: Answers) -> Answers:
    """Return the answers that a version can read, of those that were given to another."""
    known = read_answers(policy, {})
    for question in policy.catalogue.questions:
        with suppress(AnswerProblem):
            if question.code in answers:
                known = known.with_answer(question.code, read_answer(policy, question, answers[question.code], known))
    return known
