"""Puts a dossier together from a policy, an assessment and the plain facts of the referral."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from intake.policy import (
    Answers,
    Assessment,
    CellStatus,
    Effect,
    Fired,
    Policy,
    Source,
    Step,
    Value,
    Way,
    answer_label,
    comparison,
    three_by_three,
)
from intake.policy import Comparison as RegionalComparison
from referrals.domain.dossier import (
    SCHEMA_VERSION,
    AnswerGroup,
    AnswerLine,
    Asked,
    Company,
    Comparison,
    ConsentLine,
    Content,
    Figure,
    Later,
    Model,
    ModelCell,
    ModelRow,
    ModelStatus,
    NotYet,
    Outcome,
    Reason,
    Receipt,
    Recipient,
    SourceText,
)

INTENSITIES = {"geen": "geen hulp", "licht": "lichte hulp", "intensief": "intensieve hulp"}
MODEL_STEPS = (Step.STRATEGY, Step.ORGANISATION, Step.EXECUTION)
LONGEST_BAR = 20
STATUSES: dict[CellStatus, ModelStatus] = {
    CellStatus.NOW: "now",
    CellStatus.BETTER: "better",
    CellStatus.FINE: "fine",
    CellStatus.LATER: "later",
    CellStatus.UNKNOWN: "unknown",
}


@dataclass(frozen=True, slots=True)
class Frame:
    """What does not come from the answers: who asks whom, when, with which permission."""

    number: str
    version: int
    made_at: str
    respond_by: str
    recipient: Recipient
    company: Company
    consent: Sequence[ConsentLine]
    receipt: Receipt
    activities: Sequence[str]


def scan_content(
    policy: Policy, assessment: Assessment, answers: Answers, frame: Frame, told: Mapping[str, str]
) -> Content:
    """Return the dossier of a company that did the self-assessment.

    `told` holds the reasons as the entrepreneur read them, by rule: they stay, whatever the texts say today.
    """
    fired = [one for one in assessment.fired if one.kind is not Effect.SIGNAL]
    compared = comparison(policy, answers)
    content = _common(policy, frame, "scan")
    content["answers"] = answer_groups(policy, assessment.visible, answers)
    content["outcome"] = Outcome(
        code=assessment.outcome.code,
        name=assessment.outcome.name,
        text=assessment.outcome.text,
        intensity={"code": assessment.intensity, "label": INTENSITIES[assessment.intensity]},
    )
    content["model"] = model(policy, assessment)
    content["reasons"] = reasons(policy, fired, frame.activities, told)
    content["later"] = [
        Later(
            rule=one.rule,
            activity=one.activity,
            title=policy.activities[one.activity].title,
            text=told.get(one.rule, one.reason),
        )
        for one in fired
        if one.now is False and one.activity not in frame.activities
    ]
    content["not_yet"] = [
        NotYet(
            code=one.code,
            activities=[{"code": code, "label": policy.activities[code].title} for code in one.activities],
            text=one.text,
            opens=one.opens,
            closed_by=used(one.closed_by),
        )
        for one in assessment.not_yet
    ]
    content["comparison"] = compared_with_region(compared) if compared else None
    return content


def foreign_content(policy: Policy, lines: Sequence[AnswerLine], frame: Frame) -> Content:
    """Return the dossier of a foreign company that wants to settle here: its own words, no assessment."""
    content = _common(policy, frame, "foreign")
    content["answers"] = [AnswerGroup(code="V", step="Wat het bedrijf vertelt", lines=list(lines))]
    return content


def _common(policy: Policy, frame: Frame, kind: str) -> Content:
    return Content(
        schema_version=SCHEMA_VERSION,
        kind="foreign" if kind == "foreign" else "scan",
        number=frame.number,
        version=frame.version,
        made_at=frame.made_at,
        respond_by=frame.respond_by,
        recipient=frame.recipient,
        asked=[asked(policy, code) for code in frame.activities],
        company=frame.company,
        answers=[],
        consent=list(frame.consent),
        receipt=frame.receipt,
    )


def asked(policy: Policy, code: str) -> Asked:
    """Return what a partner is asked to do for an activity."""
    activity = policy.activities[code]
    return Asked(activity=code, title=activity.title, text=activity.partner_text, source=source_text(activity.source))


def reasons(policy: Policy, fired: Sequence[Fired], activities: Sequence[str], told: Mapping[str, str]) -> list[Reason]:
    """Return every reason that counts now: first those of what is asked, then the other advice."""
    rows = [
        Reason(
            rule=one.rule,
            activity=one.activity,
            title=policy.activities[one.activity].title,
            kind=one.kind.value,
            asked=one.activity in activities,
            step=one.step.label,
            way=one.way.label if one.way else "",
            text=told.get(one.rule, one.reason),
            answers=used(one.answers_used),
            source=source_text(one.source),
        )
        for one in fired
        if one.activity in activities or one.now is not False
    ]
    return sorted(rows, key=lambda row: not row["asked"])


def used(lines: Sequence[tuple[str, str, str]]) -> list[AnswerLine]:
    """Return the answers that carried a result."""
    return [AnswerLine(code=code, question=question, answer=[label]) for code, question, label in lines]


def model(policy: Policy, assessment: Assessment) -> Model:
    """Return the 3×3 model in words; the current step is that of the first referral offered now."""
    cells = three_by_three(policy, assessment)
    current = min((one.step for one in assessment.fired if one.now), key=lambda step: step.rank, default=None)
    rows = [
        ModelRow(
            code=step.code,
            step=step.label,
            current=step is current,
            cells=[
                ModelCell(
                    status=STATUSES[cells[step, way].status],
                    word=cells[step, way].status.value,
                    rules=list(cells[step, way].rules),
                )
                for way in Way
            ],
        )
        for step in MODEL_STEPS
    ]
    return Model(ways=[way.label for way in Way], rows=rows)


def answer_groups(policy: Policy, visible: Sequence[str], answers: Answers) -> list[AnswerGroup]:
    """Return the given answers in words, by step, in catalogue order."""
    groups = []
    for step in Step:
        lines = [
            AnswerLine(
                code=code,
                question=policy.catalogue.by_code[code].text,
                answer=answer_words(policy, code, answers),
            )
            for code in visible
            if policy.catalogue.by_code[code].step is step and code in answers
        ]
        if lines:
            groups.append(AnswerGroup(code=step.code, step=step.label, lines=lines))
    return groups


def answer_words(policy: Policy, code: str, answers: Answers) -> list[str]:
    """Return an answer in words: a line per choice, for a matrix a line per row."""
    value = answers[code]
    parts: list[Value]
    if isinstance(value, Mapping):
        parts = [{row: score} for row, score in value.items()]
    else:
        parts = [(one,) for one in value] if isinstance(value, tuple) else [value]
    return [answer_label(policy, code, part, answers) for part in parts]


def compared_with_region(found: RegionalComparison) -> Comparison:
    """Return the regional figures, with the company's own answer marked and bars of at most twenty parts."""
    longest = max((row.share for row in found.rows), default=0)
    return Comparison(
        title=found.title,
        text=found.text,
        own=found.own_answer,
        figures=[
            Figure(
                label=row.label,
                value=row.amount,
                own=row.own,
                width=round(LONGEST_BAR * row.share / longest) if longest else 0,
            )
            for row in found.rows
        ],
        caveat=found.caveat,
        source=source_text(found.source),
    )


def source_text(source: Source) -> SourceText:
    """Return a source as plain text, the document by its title."""
    return SourceText(document=source.title, place=source.place, gist=source.gist)
