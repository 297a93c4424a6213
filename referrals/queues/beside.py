"""What stands beside the referrals of a page: their companies, and what deserves attention."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, CharField, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast

from intake.models import Consent, Intake
from nnmkb.ledger.models import Outgoing
from nnmkb.ledger.outbox import FAILED
from referrals.models import Feedback, Label, PartnerQuestion, Referral
from referrals.searching import VIEW


@dataclass(frozen=True, slots=True)
class Marks:
    """What deserves attention at one referral."""

    labels: tuple[str, ...] = ()
    undelivered: bool = False
    asks_reopening: bool = False
    partner_asks: bool = False


def put_companies(rows: Sequence[Referral]) -> frozenset[int]:
    """Put the scan with its contact on each row; return the scans that the KvK may look at now. One question."""
    last_word = Consent.objects.filter(intake=OuterRef("pk"), purpose=VIEW).order_by("-id").values("given")[:1]
    cases = (
        Intake.objects.filter(pk__in={row.intake_id for row in rows})
        .select_related("contact")
        .annotate(seen=Subquery(last_word))
        .in_bulk()
    )
    for row in rows:
        row.intake = cases[row.intake_id]
    return frozenset(pk for pk, case in cases.items() if case.seen)


def marks_of(rows: Sequence[Referral]) -> dict[int, Marks]:
    """Return the marks of these referrals by their key, in one question."""
    keys = [row.pk for row in rows]
    own = {row.stream: row.pk for row in rows}
    whole_case = {f"intake:{row.intake_id}" for row in rows}
    labels: dict[int, list[str]] = {}
    undelivered: set[str] = set()
    reopening: set[int] = set()
    asked: set[int] = set()
    found = _labels(keys).union(_reopening(keys), _partner_asks(keys), _dead([*own, *whole_case]), all=True)
    for kind, key, text in found:
        if kind == "label":
            labels.setdefault(key, []).append(text)
        elif kind == "dead":
            undelivered.add(text)
        elif kind == "asked":
            asked.add(key)
        else:
            reopening.add(key)
    return {
        row.pk: Marks(
            labels=tuple(sorted(labels.get(row.pk, ()), key=str.casefold)),
            undelivered=bool(undelivered & {row.stream, f"intake:{row.intake_id}"}),
            asks_reopening=row.pk in reopening,
            partner_asks=row.pk in asked,
        )
        for row in rows
    }


_Line = tuple[str, int, str]


def _labels(keys: list[int]) -> QuerySet[Label, _Line]:
    return _lines(Label.objects.filter(referral__in=keys), "label", "referral", "name")


def _reopening(keys: list[int]) -> QuerySet[Feedback, _Line]:
    asking = Feedback.objects.filter(referral__in=keys, asks_reopening=True, handled_at__isnull=True)
    return _lines(asking, "reopen", "referral", "moment")


def _partner_asks(keys: list[int]) -> QuerySet[PartnerQuestion, _Line]:
    waiting = PartnerQuestion.objects.filter(offer__referral__in=keys, closed_at__isnull=True)
    return _lines(waiting, "asked", "offer__referral", "asked_as")


def _dead(streams: list[str]) -> QuerySet[Outgoing, _Line]:
    given_up = Outgoing.objects.filter(state__in=FAILED, event__stream__in=streams)
    return _lines(given_up, "dead", "pk", "event__stream")


def _lines(found: QuerySet[Any], kind: str, key: str, text: str) -> QuerySet[Any, _Line]:
    """Return rows of one shape, so that four tables can be asked in one question."""
    lines: QuerySet[Any, _Line] = (
        found.order_by()
        .annotate(
            kind_=Value(kind, output_field=CharField()),
            key_=Cast(F(key), BigIntegerField()),
            text_=Cast(F(text), CharField(max_length=40)),
        )
        .values_list("kind_", "key_", "text_")
    )
    return lines
