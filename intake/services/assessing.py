"""Making an assessment: what the rules say now about these answers, kept for good."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from intake import policy as rules
from intake.models import Assessment, Intake
from intake.policy import Answers, Policy, Source
from intake.policy.next_steps import next_steps, work_sentence
from intake.policy.three_by_three import STEPS, WAYS
from intake.services import vectors
from intake.services.again import again
from intake.services.errors import AlreadySent, Incomplete
from intake.services.progress import Progress
from intake.services.saving import OPEN
from nnmkb.ledger import events


def latest(intake: Intake) -> Assessment | None:
    """Return the newest assessment of an intake."""
    return Assessment.objects.filter(intake=intake).order_by("-number").first()


@again
def assess(intake: Intake, *, now: datetime) -> Assessment:
    """Return the assessment of the answers as they are.

    The same answers as last time give the assessment of last time, so asking twice makes one. Raises Incomplete when
    a question is open, and AlreadySent when the intake was submitted.
    """
    progress = Progress.of(intake)
    if progress.unanswered:
        raise Incomplete(progress.unanswered)
    answers = progress.kept.to_json()
    with transaction.atomic():
        last = latest(intake)
        if last is not None and last.answers == answers:
            return last
        return make(intake, progress, number=last.number + 1 if last else 1, now=now)


def make(intake: Intake, progress: Progress, *, number: int, now: datetime) -> Assessment:
    """Write the assessment, the answers for replaying, the state of the intake and the event of it all."""
    assessed = rules.assess(progress.policy, progress.kept)
    claimed = Intake.objects.filter(pk=intake.pk, state__in=OPEN).update(
        state=Intake.State.ASSESSED, changed_at=now, expires_at=now + timedelta(days=settings.DRAFT_DAYS)
    )
    if not claimed:
        raise AlreadySent
    intake.state = Intake.State.ASSESSED
    assessment = Assessment.objects.create(
        intake=intake,
        number=number,
        made_at=now,
        policy=intake.policy,
        answers=progress.kept.to_json(),
        outcome=assessed.outcome.code,
        intensity=assessed.intensity,
        result=stored(progress.policy, progress.kept, assessed),
        receipt=assessed.receipt.to_json(),
    )
    vectors.keep(intake.pk, progress.policy, progress.kept)
    events.record(
        intake.stream,
        "assessment_made",
        actor="entrepreneur",
        at=now,
        payload={"number": number, "outcome": assessed.outcome.code, "receipt": assessment.receipt},
    )
    return assessment


def stored(policy: Policy, answers: Answers, assessed: rules.Assessment) -> dict[str, Any]:
    """Return all that page and dossier show of an assessment, so that neither works it out again.

    It is what `manage.py assess` prints, with step, way, parties and answers beside each rule, and with the texts.
    """
    result = assessed.to_json()
    for line, fired in zip(result["rules"], assessed.fired, strict=True):
        line["step"] = fired.step.value
        line["way"] = fired.way.value if fired.way else None
        line["parties"] = list(fired.parties)
        line["answers_used"] = [list(used) for used in fired.answers_used]
    outcome = assessed.outcome
    result["outcome_details"] = {
        "code": outcome.code,
        "name": outcome.name,
        "text": outcome.text,
        "source": outcome.source.to_json(),
    }
    result["not_yet_details"] = [
        {
            "code": item.code,
            "activities": list(item.activities),
            "text": item.text,
            "opens": item.opens,
            "closed_by": [list(used) for used in item.closed_by],
            "source": item.source.to_json(),
        }
        for item in assessed.not_yet
    ]
    result["open_steps"] = [step.value for step in STEPS if step in assessed.open_steps]
    result["model"] = model_of(policy, assessed)
    result["comparison"] = comparison_of(policy, answers)
    result["next_steps"] = next_steps_of(policy, answers, assessed)
    return result


def model_of(policy: Policy, assessed: rules.Assessment) -> list[list[dict[str, Any]]]:
    """Return the nine cells, steps down and ways across: status (now, better, fine, later, unknown) and rules."""
    cells = rules.three_by_three(policy, assessed)
    return [
        [{"status": cells[step, way].status.name.lower(), "rules": list(cells[step, way].rules)} for way in WAYS]
        for step in STEPS
    ]


def comparison_of(policy: Policy, answers: Answers) -> dict[str, Any] | None:
    """Return the regional figure that goes with these answers."""
    found = rules.comparison(policy, answers)
    if found is None:
        return None
    shown = {key: value for key, value in asdict(found).items() if key != "source"}
    return {**shown, "rows": [dict(row) for row in shown["rows"]], "source": source_of(found.source)}


def next_steps_of(policy: Policy, answers: Answers, assessed: rules.Assessment) -> list[dict[str, Any]]:
    """Return what the company can do to open what has to wait, in words: kept, so that the advice stays what it was."""
    return [
        {
            "activity": item.activity,
            "rule": item.rule,
            "work": [{"question": step.question, "text": work_sentence(policy, step)} for step in item.work],
            "questions": len(item.questions),
        }
        for item in next_steps(policy, answers, assessed)
    ]


def source_of(source: Source) -> Mapping[str, str]:
    """Return document, place and gist."""
    return source.to_json()
