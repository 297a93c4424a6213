"""The chosen referrals as a file for a spreadsheet: facts about the work, nothing to reach a company with."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.utils import timezone

from intake.models import Intake
from nnmkb.web.desk import name_of
from referrals.domain.lifecycle import State
from referrals.domain.numbers import parse_referral_number, referral_number
from referrals.domain.worktime import local_date
from referrals.models import Referral
from referrals.queues import PROVINCES, STEPS
from referrals.services import looks
from referrals.views import desk_rows

HEADS = (
    "Nummer",
    "Activiteit",
    "Omschrijving",
    "Stap",
    "Weg",
    "Provincie",
    "Sector",
    "Status",
    "Partner",
    "Termijn",
    "Behandelaar",
    "Binnen op",
    "Dagen oud",
)
# A cell that starts with one of these is a formula to a spreadsheet, and runs.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def export(user: User, numbers: Sequence[str], now: datetime) -> HttpResponse | None:
    """Return the file; the history of each referral says who took it along.

    Numbers that do not exist are left out; None when nothing is left.
    """
    wanted = [referral_number(*parsed) for number in numbers if (parsed := parse_referral_number(number))]
    found = Referral.objects.select_related("intake", "partner", "owner").filter(number__in=wanted).order_by("number")
    rows = list(found)
    if not rows:
        return None
    looks.exported(user, rows, now)
    text = io.StringIO()
    # Semicolons: a Dutch spreadsheet takes the comma for a decimal.
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADS)
    writer.writerows([safe(cell) for cell in cells(row, now)] for row in rows)
    # The mark in front tells Excel that this is UTF-8.
    answer = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    name = f"doorverwijzingen-{timezone.localtime(now):%Y-%m-%d}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer


def cells(row: Referral, now: datetime) -> list[str]:
    """Return the cells of one referral, in the order of the heads."""
    return [
        row.number,
        row.activity,
        desk_rows.activity_title(row),
        STEPS.get(row.step, ""),
        desk_rows.WAYS.get(row.way, ""),
        PROVINCES.get(row.province, ""),
        # A foreign company wrote its sector in words of its own; those stay here.
        desk_rows.sector(row) if row.intake.kind != Intake.Kind.FOREIGN else "",
        State(row.state).label,
        row.partner_name,
        f"{timezone.localtime(row.next_due_at):%Y-%m-%d}" if row.next_due_at else "",
        name_of(row.owner),
        f"{timezone.localtime(row.created_at):%Y-%m-%d}",
        str((local_date(row.closed_at or now) - local_date(row.created_at)).days),
    ]


def safe(cell: str) -> str:
    """Return a cell that a spreadsheet shows and does not run."""
    return f"'{cell}" if cell.lstrip(" ").startswith(FORMULA) else cell
