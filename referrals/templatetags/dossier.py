"""Template tags of the dossier: Dutch dates, the model for the screen, digests in readable groups, gated links."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from nnmkb.web.model import Cell, Model, Row
from referrals.domain.worktime import AMSTERDAM

register = template.Library()

WEEKDAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
MONTHS = (
    "januari", "februari", "maart", "april", "mei", "juni",
    "juli", "augustus", "september", "oktober", "november", "december",
)  # fmt: skip


@register.filter
def day(text: str) -> str:
    """Return an ISO moment as a Dutch date: 25 november 2026."""
    at = moment(text)
    return f"{at.day} {MONTHS[at.month - 1]} {at.year}" if at else ""


@register.filter
def weekday(text: str) -> str:
    """Return an ISO moment as a Dutch date with its weekday: woensdag 25 november 2026."""
    at = moment(text)
    return f"{WEEKDAYS[at.weekday()]} {day(text)}" if at else ""


@register.filter
def clock(text: str) -> str:
    """Return an ISO moment as a Dutch date and time: 25 november 2026, 17:00 uur."""
    at = moment(text)
    return f"{day(text)}, {at:%H:%M} uur" if at else ""


def moment(text: str) -> datetime | None:
    """Return the moment in Amsterdam time; None when the text is empty."""
    return datetime.fromisoformat(text).astimezone(AMSTERDAM) if text else None


@register.filter
def iso_day(text: str) -> date | None:
    """Return only the date of an ISO moment, for a `datetime` attribute."""
    at = moment(text)
    return at.date() if at else None


@register.filter
def grouped(digest: str) -> str:
    """Return a digest in groups of eight, so that people can compare it."""
    return " ".join(digest[start : start + 8] for start in range(0, len(digest), 8))


@register.filter
def screen_model(model: dict[str, Any]) -> Model:
    """Return the model of a content in the shape that the page draws."""
    return Model(
        rows=[Row(row["step"], row["current"]) for row in model["rows"]],
        columns=model["ways"],
        cells=[[Cell(cell["status"], cell["word"]) for cell in row["cells"]] for row in model["rows"]],
        title="Waar het bedrijf nu staat",
    )


@register.filter
def bar(width: int) -> SafeString:
    """Return a bar of `width` twentieths for a table; the number beside it says the same."""
    return format_html('<span class="nnmkb-bar nnmkb-bar--{}" aria-hidden="true"></span>', width)
