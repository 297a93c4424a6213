"""Everything that people wrote or said about one referral, in one question: the pane may ask twelve in all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, BooleanField, CharField, DateTimeField, F, QuerySet, TextField, Value
from django.db.models.functions import Cast

from intake.policies import policy
from referrals.domain.lifecycle import State
from referrals.domain.reasons import UNHAPPY_REASONS
from referrals.models import Feedback, PartnerQuestion, Referral

Person = Callable[[int | None], str]


@dataclass(frozen=True, slots=True)
class Written:
    """One note; of somebody of a partner with the name of that partner."""

    text: str
    who: str
    at: datetime
    partner: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to the entrepreneur; the first that is open waits for an answer."""

    text: str
    who: str
    at: datetime
    answer: str
    answered_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class AskedByPartner:
    """One question of a partner to the KvK; without a name of who answered and still open, it waits."""

    text: str
    partner: str
    at: datetime
    answer: str
    who: str
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Requested:
    """One request for consent."""

    name: str
    who: str
    at: datetime
    closed_at: datetime | None
    given: bool | None


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the entrepreneur thought of it."""

    moment: str
    happy: bool
    reason: str
    text: str
    at: datetime
    # Wants it opened again, and nobody decided yet.
    asks_reopening: bool


@dataclass(frozen=True, slots=True)
class Sibling:
    """Another referral of the same company."""

    number: str
    activity: str
    status: str


@dataclass(slots=True)
class Words:
    """All of it; notes newest first, the rest oldest first."""

    notes: list[Written] = field(default_factory=list)
    questions: list[Asked] = field(default_factory=list)
    partner_questions: list[AskedByPartner] = field(default_factory=list)
    requests: list[Requested] = field(default_factory=list)
    feedback: list[Opinion] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    siblings: list[Sibling] = field(default_factory=list)

    @property
    def asks_reopening(self) -> bool:
        """Say whether the entrepreneur wants it opened again, and nobody decided yet."""
        return any(one.asks_reopening for one in self.feedback)

    @property
    def partner_asks(self) -> bool:
        """Say whether a question of a partner waits for an answer."""
        return any(one.closed_at is None for one in self.partner_questions)


def words_of(referral: Referral, person: Person) -> Words:
    """Return what was written about a referral; `person` knows the names of colleagues."""
    rules = policy(referral.intake.policy)
    found = Words()
    for line in _lines(referral):
        match line["w_kind"]:
            case "note":
                partner = line["w_code"] or ""
                found.notes.insert(0, Written(line["w_text"], person(line["w_who"]), line["w_at"], partner))
            case "question":
                found.questions.append(_asked(line, person))
            case "partner":
                found.partner_questions.append(
                    AskedByPartner(
                        line["w_text"], line["w_code"], line["w_at"], line["w_more"], person(line["w_who"]),
                        line["w_closed"],
                    )
                )  # fmt: skip
            case "request":
                named = rules.organisations.get(line["w_code"])
                name = named.name if named else line["w_code"]
                found.requests.append(
                    Requested(name, person(line["w_who"]), line["w_at"], line["w_until"], line["w_yes"])
                )
            case "feedback":
                found.feedback.append(_opinion(line))
            case "label":
                found.labels.append(line["w_text"])
            case _:
                activity = rules.activities.get(line["w_code"])
                title = activity.title if activity else line["w_code"]
                found.siblings.append(Sibling(line["w_text"], title, State(line["w_more"]).label))
    found.labels.sort(key=str.casefold)
    return found


def _asked(line: dict[str, Any], person: Person) -> Asked:
    return Asked(line["w_text"], person(line["w_who"]), line["w_at"], line["w_more"], line["w_until"], line["w_closed"])


def _opinion(line: dict[str, Any]) -> Opinion:
    reason = UNHAPPY_REASONS.get(line["w_code"])
    return Opinion(
        moment=Feedback.Moment(line["w_more"]).label,
        happy=line["w_yes"],
        reason=reason.label if reason else "",
        text=line["w_text"],
        at=line["w_at"],
        asks_reopening=line["w_asks"] and line["w_closed"] is None,
    )


def _lines(referral: Referral) -> list[dict[str, Any]]:
    parts = (
        _part("note", referral.notes, at="at", who="author", text="text", code="partner__name"),
        _part(
            "question", referral.questions, at="asked_at", until="answered_at", closed="closed_at", who="asked_by",
            text="text", more="answer",
        ),
        _part("partner", PartnerQuestion.objects.filter(offer__referral=referral), at="asked_at", closed="closed_at",
              who="answered_by", text="text", more="answer", code="offer__partner_name"),
        _part("request", referral.consent_requests, at="asked_at", until="closed_at", who="asked_by",
              code="organisation", yes="given"),
        _part("feedback", referral.feedback, at="given_at", closed="handled_at", text="text", more="moment",
              code="reason", yes="happy", asks="asks_reopening"),
        _part("label", referral.labels, text="name"),
        _part("sibling", Referral.objects.filter(intake=referral.intake_id).exclude(pk=referral.pk), at="created_at",
              text="number", more="state", code="activity"),
    )  # fmt: skip
    first, *others = parts
    rows: list[dict[str, Any]] = list(first.union(*others, all=True))
    return sorted(rows, key=lambda row: row["w_key"])


# Every table gives the same columns of the same type: only so can PostgreSQL put their rows under each other.
_COLUMNS: dict[str, Callable[[], Any]] = {
    "at": DateTimeField,
    "until": DateTimeField,
    "closed": DateTimeField,
    "who": BigIntegerField,
    "text": TextField,
    "more": TextField,
    "code": TextField,
    "yes": BooleanField,
    "asks": BooleanField,
}


def _part(kind: str, rows: Any, **columns: str) -> QuerySet[Any, dict[str, Any]]:
    named = {
        f"w_{name}": Cast(F(columns[name]) if name in columns else Value(None), make())
        for name, make in _COLUMNS.items()
    }
    found: QuerySet[Any, dict[str, Any]] = (
        rows.order_by()
        .annotate(w_kind=Value(kind, output_field=CharField()), w_key=Cast(F("pk"), BigIntegerField()), **named)
        .values("w_kind", "w_key", *named)
    )
    return found
