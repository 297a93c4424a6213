"""An explanation as lines of text for a terminal: the whole of it in short, or one activity in full."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from intake.policy.assessment import AnswerUsed, NotYet, Receipt
from intake.policy.explaining import ActivityTold, Decided, Explanation, Given, Refused, Told, gates
from intake.policy.model import Source

LEFT_OVER = "want geen andere waarde past"


def overview(explanation: Explanation) -> Iterator[str]:
    """Yield everything that is given with its reasons, and for the rest the conditions that fail."""
    yield from decided(explanation.outcome)
    yield from ("", "Gegeven")
    for activity in explanation.given:
        yield from _given(activity)
    if not explanation.given:
        yield "  niets"
    yield from _messages(explanation.assessed.not_yet)
    yield from ("", "Niet gegeven")
    for activity in explanation.refused:
        yield from _refused_in_short(activity)
    yield from ("", "Afgeleide waarden")
    for value in explanation.derived:
        yield from _deeper(decided(value))
    yield from gate_lines(explanation)


def in_full(explanation: Explanation, code: str) -> Iterator[str]:
    """Yield one activity: what gives it, or all that keeps it, with the cheapest change that opens it."""
    activity = explanation.activity(code)
    yield from decided(explanation.outcome)
    yield ""
    if activity.given:
        yield from _given(activity, indent="")
    else:
        yield f"{activity.code} {activity.title}: niet gegeven"
    for rule in activity.refused:
        yield from ("", f"Regel {rule.rule} ({rule.kind}) geldt niet")
        yield from ([f"  {rule.gate}"] if rule.gate else ())
        yield from _deeper(_tree(rule.why))
        yield from _deeper(source_lines(rule.source))
    yield from _messages(activity.waiting)
    if activity.change:
        yield from ("", "Kleinste verandering die dit opent")
        if activity.change.note:
            yield f"  {activity.change.note}"
        yield from (f"  {number}. {line}" for number, line in enumerate(activity.change.lines, 1))
    yield from gate_lines(explanation)


def decided(item: Decided) -> Iterator[str]:
    """Yield the outcome or a derived value, with what makes it so."""
    yield f"{item.name}: {item.value} ({item.code}){f', {LEFT_OVER}' if item.left_over else ''}"
    yield from _deeper(_answers(item.answers))
    yield from _deeper(source_lines(item.source))


def gate_lines(explanation: Explanation) -> Iterator[str]:
    """Yield each step that has a gate, and what to do first while it is closed."""
    yield from ("", "Poorten")
    for step, is_open, closed in gates(explanation):
        yield f"  {step.label}: {'open' if is_open else f'dicht. {closed}'}"


def receipt_lines(receipt: Receipt) -> Iterator[str]:
    """Yield the proof."""
    yield from ("", "Bewijs")
    yield f"  regels      {receipt.rules}"
    yield f"  vragen      {receipt.catalogue}"
    yield f"  antwoorden  {receipt.answers}"
    yield f"  rekenprogramma {receipt.engine}, regels die klopten: {', '.join(receipt.fired) or 'geen'}"


def source_lines(source: Source) -> Iterator[str]:
    """Yield the document, the place and what it says; the sentence itself where it is registered."""
    yield f"bron: {source.title}, {source.place}: {source.gist}"
    if source.quote:
        yield f"citaat: «{source.quote}»"


def _given(activity: ActivityTold, indent: str = "  ") -> Iterator[str]:
    yield f"{indent}{activity.code} {activity.title}"
    for rule in activity.given:
        yield from (f"{indent}{line}" for line in _deeper(_rule(rule)))


def _rule(rule: Given) -> Iterator[str]:
    yield f"{rule.rule} ({', '.join(part for part in (rule.kind, rule.how) if part)}): {rule.reason}"
    yield from _deeper(_answers(rule.answers))
    yield from _deeper(source_lines(rule.source))


def _refused_in_short(activity: ActivityTold) -> Iterator[str]:
    yield f"  {activity.code} {activity.title}"
    for rule in activity.refused:
        yield f"    {rule.rule}: {_short(rule)}"


def _short(rule: Refused) -> str:
    """Return the conditions that fail, without what is below them; of a choice the ways there are."""
    return " ".join(
        f"{line.text} {' / '.join(part.text for part in line.below)}" if line.text.endswith(":") else line.text
        for line in rule.why
    )


def _messages(messages: Iterable[NotYet]) -> Iterator[str]:
    for item in messages:
        yield from ("", f"Nu nog niet: {', '.join(item.activities)} ({item.code})", f"  {item.text}", f"  {item.opens}")
        yield from _deeper(_answers(item.closed_by))
        yield from _deeper(source_lines(item.source))


def _answers(answers: Iterable[AnswerUsed]) -> Iterator[str]:
    for code, question, label in answers:
        yield f"door {code} «{question}»: {label}"


def _tree(lines: Iterable[Told]) -> Iterator[str]:
    for line in lines:
        yield line.text
        yield from _deeper(_tree(line.below))


def _deeper(lines: Iterable[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)
