"""The impact of a version as lines of text: tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap

from intake.policy.analysis import Difference, Differences
from intake.policy.analysis.words import intakes_in_words
from intake.policy.impact import ActivityShift, Impact, Part, Shift
from intake.policy.model import Policy
from intake.policy.scan_changes import form

HEADS = ("eerst", "straks", "erbij", "eraf")
NOT_ANSWERED = "geen antwoord"
# As wide as a terminal usually is, and a name that leaves room for the numbers.
WIDEST, LONGEST = 110, 75
NO_BREAK = "\N{NO-BREAK SPACE}"


def number(value: int) -> str:
    """Return a number as it is written in Dutch: 1.000.000."""
    return f"{value:,}".replace(",", ".")


def impact_lines(old: Policy, new: Policy, impact: Impact) -> list[str]:
    """Return the whole impact as text."""
    if not impact.intakes:
        return ["Er zijn nog geen scans met een uitslag om na te spelen."]
    outcomes = {item.code: f"{item.code} {item.name}" for policy in (old, new) for item in policy.rules.outcomes}
    lines = [_summary(impact)]
    lines += _table("Activiteiten", [(_activity(old, new, line), line.shift) for line in impact.activities])
    lines += _table("Uitkomsten", [(outcomes[code], shift) for code, shift in impact.outcomes.items()])
    lines += _table("Intensiteit", impact.intensities.items())
    changed = [(code, shift) for code, shift in impact.rules.items() if shift.changed]
    lines += _table("Regels en berichten die voor andere scans gelden", changed)
    for question in dict.fromkeys(part.question for part in impact.parts):
        parts = [part for part in impact.parts if part.question == question and part.changed]
        lines += ["", f"Per antwoord op «{new.catalogue.by_code[question].text}»"]
        lines += [line for part in parts for line in _part(old, new, part)] or ["  geen verschil"]
    return lines


def _summary(impact: Impact) -> str:
    share = f"{100 * impact.changed / impact.intakes:.1f}".replace(".", ",")
    silent = (
        f" Over {number(impact.uncovered.after)} scans zegt de nieuwe versie niets." if impact.uncovered.after else ""
    )
    many = f"{number(impact.intakes)} scans nagespeeld: {number(impact.changed)} krijgen een andere uitslag ({share}%)."
    return many + silent


def _activity(old: Policy, new: Policy, line: ActivityShift) -> str:
    known = new.activities.get(line.activity) or old.activities[line.activity]
    return f"{line.activity} {known.title} ({form(line.effect, line.intensity)})"


def _part(old: Policy, new: Policy, part: Part) -> Iterator[str]:
    labels = {option.value: option.label for option in new.catalogue.by_code[part.question].options}
    label = labels.get(part.value, NOT_ANSWERED)
    yield f"  {label}: {number(part.changed)} van {number(part.intakes)} scans veranderen"
    moved: dict[str, list[str]] = {}
    for line in part.activities:
        strength = f"{line.intensity} " if line.intensity else ""
        moved.setdefault(f"{line.activity} {line.effect.value}", []).append(f"{strength}{_signed(line.shift)}")
    text = "; ".join(f"{name} {', '.join(shifts)}".replace(" ", NO_BREAK) for name, shifts in moved.items())
    yield from (
        line.replace(NO_BREAK, " ") for line in wrap(text, WIDEST, initial_indent=" " * 4, subsequent_indent=" " * 4)
    )


def _signed(shift: Shift) -> str:
    signs = (f"+{number(shift.plus)}" if shift.plus else "", f"-{number(shift.minus)}" if shift.minus else "")
    return " ".join(sign for sign in signs if sign)


def _table(title: str, rows: Iterable[tuple[str, Shift]]) -> list[str]:
    shown = [(_cut(name), [number(value) for value in shift.numbers]) for name, shift in rows if shift != Shift()]
    if not shown:
        return ["", title, "  geen verschil"]
    width = max(len(name) for name, _ in shown)
    columns = [max(len(head), *(len(values[at]) for _, values in shown)) for at, head in enumerate(HEADS)]
    return ["", title, _row("", HEADS, width, columns), *(_row(name, values, width, columns) for name, values in shown)]


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _row(name: str, values: Sequence[str], width: int, columns: Sequence[int]) -> str:
    cells = "  ".join(f"{value:>{column}}" for value, column in zip(values, columns, strict=True))
    return f"  {name:<{width}}  {cells}"


def difference_lines(old: Policy, new: Policy) -> list[str]:
    """Return for which answers rules hold in the one version and not in the other, over all possible scans."""
    differences = Differences(old, new)
    if differences.note:
        return ["", "Welke antwoorden het verschil maken", f"  {differences.note}"]
    codes = dict.fromkeys(rule.code for policy in (new, old) for rule in policy.rules.rules)
    lines = [line for code in codes for line in _difference(differences.of(code))]
    return ["", "Welke antwoorden het verschil maken", *(lines or ["  geen verschil"])]


def _difference(found: Difference) -> Iterator[str]:
    if found.note:
        yield f"  {found.rule}: {found.note}"
    for word, count, answers in (
        ("geldt nu ook", found.gained, found.gained_lines),
        ("geldt niet meer", found.lost, found.lost_lines),
    ):
        if count:
            yield f"  {found.rule} {word} bij {intakes_in_words(count)}, zoals met:"
            yield from (f"    {line}" for line in answers or ("welk antwoord ook",))
