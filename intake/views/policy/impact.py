"""What a version changes for the stored scans, as tables and samples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from intake.policy import Policy
from intake.policy.impact import ActivityShift, Impact, Part, Shift
from intake.policy.impact_lines import NOT_ANSWERED, number
from intake.policy.scan_changes import Change, changes_of, form
from intake.services import replaying
from intake.services.replaying import StoredImpact


@dataclass(frozen=True, slots=True)
class Row:
    """How many scans have something before and after, and how many gain and lose it."""

    name: str
    note: str
    before: str
    after: str
    plus: str
    minus: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table: what changes, and what stays as it is."""

    key: str
    title: str
    head: str
    changed: tuple[Row, ...]
    same: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """The scans with one answer: how many there are, how many change, and what changes for them."""

    label: str
    scans: str
    changed: str
    what: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """The shares by the answer to one question."""

    key: str
    text: str
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class SampleShown:
    """A scan that changes, with what two versions say differently about it."""

    reference: str
    changes: tuple[Change, ...]


def impact_of(old: Policy, new: Policy, stored: StoredImpact) -> dict[str, Any]:
    """Return the impact for a template."""
    impact = stored.impact
    return {
        "impact": impact,
        "scans": number(impact.intakes),
        "changed": number(impact.changed),
        "share": percentage(impact.changed, impact.intakes),
        "silent": number(impact.uncovered.after) if impact.uncovered.after else "",
        "tables": tables(old, new, impact),
        "questions": list(questions(new, impact.parts)),
        "samples": [
            SampleShown(one.reference, changes_of(one.before, one.after))
            for one in replaying.samples(old, new, stored.references)
        ],
    }


def percentage(part: int, total: int) -> str:
    """Return which part of the total a number is, with one decimal."""
    return f"{100 * part / total:.1f}%".replace(".", ",") if total else ""


def tables(old: Policy, new: Policy, impact: Impact) -> list[Table]:
    """Return the tables of activities, outcomes, intensity and rules."""
    outcomes = {item.code: f"{item.code} {item.name}" for policy in (old, new) for item in policy.rules.outcomes}
    texts = {
        **{item.code: item.text for policy in (old, new) for item in policy.rules.withheld},
        **{rule.code: policy.activities[rule.activity].title for policy in (old, new) for rule in policy.rules.rules},
    }
    return [
        _table("activiteiten", "Activiteiten", "Activiteit", [_activity(old, new, one) for one in impact.activities]),
        _table("uitkomsten", "Uitkomsten", "Uitkomst", _rows(impact.outcomes, outcomes, {})),
        _table("intensiteit", "Intensiteit", "Intensiteit", _rows(impact.intensities, {}, {})),
        _table("per-regel", "Regels en berichten", "Regel of bericht", _rows(impact.rules, {}, texts)),
    ]


def _table(key: str, title: str, head: str, rows: Iterable[tuple[Row, Shift]]) -> Table:
    counted = [(row, shift) for row, shift in rows if shift != Shift()]
    changed = tuple(row for row, shift in counted if shift.changed)
    return Table(key, title, head, changed, tuple(row for row, shift in counted if not shift.changed))


def _rows(shifts: Mapping[str, Shift], names: Mapping[str, str], notes: Mapping[str, str]) -> list[tuple[Row, Shift]]:
    return [(_row(names.get(code, code), notes.get(code, ""), shift), shift) for code, shift in shifts.items()]


def _row(name: str, note: str, shift: Shift) -> Row:
    plus, minus = (number(value) if value else "" for value in (shift.plus, shift.minus))
    return Row(name, note, number(shift.before), number(shift.after), plus, minus)


def _activity(old: Policy, new: Policy, line: ActivityShift) -> tuple[Row, Shift]:
    known = new.activities.get(line.activity) or old.activities[line.activity]
    return _row(f"{line.activity} {known.title}", form(line.effect, line.intensity), line.shift), line.shift


def questions(new: Policy, parts: Iterable[Part]) -> Iterable[Question]:
    """Yield the questions by whose answers the scans are counted, such as the province and the sector."""
    grouped: dict[str, list[Part]] = {}
    for part in parts:
        grouped.setdefault(part.question, []).append(part)
    for code, those in grouped.items():
        question = new.catalogue.by_code[code]
        labels = {option.value: option.label for option in question.options}
        yield Question(code.lower(), question.text, tuple(_share(labels, part) for part in those if part.intakes))


def _share(labels: Mapping[str, str], part: Part) -> Share:
    label = labels.get(part.value, part.value or NOT_ANSWERED)
    return Share(label, number(part.intakes), number(part.changed), tuple(_moved(one) for one in part.activities))


def _moved(line: ActivityShift) -> str:
    signs = [f"+{number(line.shift.plus)}" if line.shift.plus else "", f"−{number(line.shift.minus)}"]
    shown = " en ".join(sign for sign in signs if sign not in {"", "−0"})
    return f"{line.activity}, {form(line.effect, line.intensity)}: {shown}"
