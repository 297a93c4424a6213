"""Template tags of the dossier: Dutch dates, the model for the screen, digests in readable groups, gated links."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import template

from intake.advice import SHORT_WAYS, WORDS
from nnmkb.web.model import Cell, Model, Row
from referrals.domain import dates
from referrals.domain.dossier import Reason
from referrals.domain.worktime import AMSTERDAM
from referrals.dossier.text import BREAK, safe_url

register = template.Library()

# Sells abroad, countries, demand there, can do it alone, help wanted.
KEY_QUESTIONS = ("S2", "S5", "S8", "U10", "U11")
CONSENTS = {"C1": "Inzage door de KvK", "C2": "Naar de ontvanger"}
# A table of at most so many lines, of so many characters, moves to the next page as a whole.
SHORT_LINES, SHORT_LINE = 6, 400
# An answer of more characters may go over a page: a row that may not, and fits nowhere, leaves its heading behind.
LONG_ANSWER = 600
MIDDLE_NAME, LONG_NAME = 44, 88
# With more characters than this on the decision sheet it is set closer, to stay one page.
DENSE = 700
LONGEST_REASON = 170


@register.filter
def day(text: str) -> str:
    """Return an ISO moment as a Dutch date."""
    at = moment(text)
    return dates.day(at) if at else ""


@register.filter
def weekday(text: str) -> str:
    """Return an ISO moment as a Dutch date with its weekday."""
    at = moment(text)
    return dates.weekday(at) if at else ""


@register.filter
def clock(text: str) -> str:
    """Return an ISO moment as a Dutch date and time."""
    at = moment(text)
    return dates.clock(at) if at else ""


def moment(text: str) -> datetime | None:
    """Return the moment in Amsterdam time; None when the text is empty."""
    return datetime.fromisoformat(text).astimezone(AMSTERDAM) if text else None


@register.filter
def iso_day(text: str) -> date | None:
    """Return only the date of an ISO moment, for a `datetime` attribute."""
    at = moment(text)
    return at.date() if at else None


@register.filter
def asked_reasons(reasons: list[Reason]) -> list[Reason]:
    """Return the advice that is asked of this partner."""
    return [reason for reason in reasons if reason["asked"]]


@register.filter
def other_reasons(reasons: list[Reason]) -> list[Reason]:
    """Return the advice that is not asked of this partner."""
    return [reason for reason in reasons if not reason["asked"]]


@register.filter
def grouped(digest: str) -> str:
    """Return a digest in groups of eight, so that people can compare it."""
    whole = digest.replace(BREAK, "")
    return " ".join(whole[start : start + 8] for start in range(0, len(whole), 8))


@register.filter
def screen_model(model: dict[str, Any]) -> Model:
    """Return the model of a content in the shape and the short words of the result page."""
    return Model(
        rows=[Row(row["step"], row["current"]) for row in model["rows"]],
        # A cell of the drawing is about eleven letters wide.
        columns=list(SHORT_WAYS.values()),
        cells=[[Cell(cell["status"], WORDS[cell["status"]]) for cell in row["cells"]] for row in model["rows"]],
        title="Waar het bedrijf nu staat",
    )


@register.filter
def facts(company: dict[str, str]) -> str:
    """Return who the company is, in one line."""
    number = f"KvK {company['kvk_number']}" if company["kvk_number"] else ""
    country = company["country"] if company["country"] != "Nederland" else ""
    place = ", ".join(filter(None, (company["place"], company["province"], country)))
    return " · ".join(filter(None, (company["sector"], company["size"], place, number)))


@register.filter
def key_lines(content: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the few answers that a partner wants to know first."""
    lines = {line["code"]: line for group in content["answers"] for line in group["lines"]}
    return [lines[code] for code in KEY_QUESTIONS if code in lines]


@register.filter
def step_status(row: dict[str, Any]) -> str:
    """Return what a step comes down to: the first of these that one of its cells has."""
    found = [cell["status"] for cell in row["cells"]]
    return next(status for status in ("now", "better", "fine", "later", "unknown") if status in found)


@register.filter
def step_word(row: dict[str, Any]) -> str:
    """Return the word for what a step comes down to."""
    status = step_status(row)
    return next(str(cell["word"]) for cell in row["cells"] if cell["status"] == status)


@register.filter
def safe_link(url: str) -> str:
    """Return the address when it may be a link, else nothing."""
    return safe_url(url)


@register.filter
def name_size(name: str) -> str:
    """Return the class for a heading with this name: a long one is set smaller."""
    return "long" if len(name) > LONG_NAME else "middle" if len(name) > MIDDLE_NAME else ""


@register.filter
def consent_name(purpose: str) -> str:
    """Return what a consent is for, in a few words; its code when it is a new one."""
    return CONSENTS.get(purpose, f"Toestemming {purpose}")


@register.filter
def breakable(url: str) -> str:
    """Return an address with places to break after its slashes, but not between the two of the scheme."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://" + rest.replace("/", f"/{BREAK}").removesuffix(BREAK)


@register.filter
def joined(parts: list[str]) -> str:
    """Return the parts as one text, still to be escaped: Django's join escapes, and a cut may go through an entity."""
    return ", ".join(parts)


@register.filter
def is_short(group: dict[str, Any]) -> bool:
    """Say whether the answers of a group are so few that they stay together on one page."""
    lines = group["lines"]
    return len(lines) <= SHORT_LINES and all(len("".join(line["answer"])) <= SHORT_LINE for line in lines)


@register.filter
def row_class(line: dict[str, Any]) -> str:
    """Return the class of a row with this answer: a long one may go over a page."""
    return "tall" if len("".join(line["answer"])) > LONG_ANSWER else ""


@register.filter
def wait_class(one: dict[str, Any]) -> str:
    """Return the class of a row with what has to wait: three narrow cells, of which a long one may go over a page."""
    labels = "; ".join(activity["label"] for activity in one["activities"])
    return "tall" if max(len(labels), len(one["text"]), len(one["opens"])) > LONG_ANSWER else ""


@register.filter
def unbroken(text: str) -> str:
    """Return a text without the places to break, for where nothing breaks: the title, the metadata."""
    return text.replace(BREAK, "")


@register.filter
def density(content: dict[str, Any]) -> str:
    """Return the class of a decision sheet with much text."""
    asked = sum(len(one["title"]) + len(one["text"]) for one in content["asked"])
    names = len(content["company"]["name"]) + len(facts(content["company"])) + len(content["recipient"]["name"])
    whys = asked_reasons(content.get("reasons", []))[:3]
    total = asked + names + sum(min(len(one["text"]), LONGEST_REASON) for one in whys)
    return "dense" if total > DENSE else ""
