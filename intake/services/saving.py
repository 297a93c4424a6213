"""Saving one page of a draft: valid answers, and what was typed but does not fit (yet). Nothing typed is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from intake.models import Intake
from intake.policy.conditions import Value
from intake.services.errors import AlreadySent, Crowded

OPEN = (Intake.State.DRAFT, Intake.State.ASSESSED)
TRIES = 20


@dataclass(frozen=True, slots=True)
class PageAnswers:
    """What came in with one page. A question in `asked` that is in neither of the others was left empty."""

    asked: tuple[str, ...]
    valid: Mapping[str, Value]
    # By field name, as it was typed; also for the fields that are no question of the catalogue.
    typed: Mapping[str, object]
    # The version of the draft that the page was made from.
    seen_version: int
    # Columns of the intake: postcode, municipality, sbi_code, sbi_version.
    columns: Mapping[str, str] = field(default_factory=dict)
    # Fields of this page that are no question: what was typed in them before is over.
    extra: tuple[str, ...] = ()


def save_page(intake: Intake, page: PageAnswers, *, now: datetime) -> Intake:
    """Save a page into the draft as it is now, and return the draft.

    Only the questions of this page change, so two windows never wipe each other's pages. Of one question the last
    window that answers it wins; a window made from an older version cannot empty a question by leaving it blank.
    """
    row = intake
    for _ in range(TRIES):
        if row.state not in OPEN:
            raise AlreadySent
        changes: dict[str, Any] = {
            **page.columns,
            "answers": merged_answers(row, page),
            "typed": merged_typed(row, page),
            "version": row.version + 1,
            "changed_at": now,
            "expires_at": now + timedelta(days=settings.DRAFT_DAYS),
        }
        mine = Intake.objects.filter(pk=row.pk, version=row.version, state__in=OPEN)
        if mine.update(**changes):
            for name, value in changes.items():
                setattr(row, name, value)
            return row
        row = Intake.objects.get(pk=intake.pk)
    raise Crowded


def emptied(row: Intake, page: PageAnswers, code: str) -> bool:
    """Say whether the entrepreneur took this answer away, rather than never having seen it."""
    return code not in page.valid and code not in page.typed and row.version == page.seen_version


def merged_answers(row: Intake, page: PageAnswers) -> dict[str, Any]:
    """Return the answers of the draft with those of the page in place."""
    answers = dict(row.answers)
    for code in page.asked:
        if code in page.valid:
            answers[code] = plain(page.valid[code])
        elif code in page.typed or emptied(row, page, code):
            answers.pop(code, None)
    return answers


def merged_typed(row: Intake, page: PageAnswers) -> dict[str, Any]:
    """Return what was typed and does not fit, with that of the page in place."""
    typed = dict(row.typed)
    for code in page.asked:
        if code in page.valid or emptied(row, page, code):
            typed.pop(code, None)
    for name in page.extra:
        typed.pop(name, None)
    typed.update(page.typed)
    return typed


def plain(value: Value) -> Any:
    """Return an answer as JSON keeps it."""
    if isinstance(value, tuple):
        return list(value)
    return dict(value) if isinstance(value, Mapping) else value
