"""Conditions in Dutch, as lines that stand under each other or as one sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from intake.policy.conditions import (
    All,
    Always,
    AnyOf,
    AtLeast,
    ChoiceIs,
    Condition,
    DerivedIs,
    FactHolds,
    HasAll,
    HasAny,
    HasOnly,
    Leaf,
    Not,
    NumberIn,
    OutcomeIs,
    RowIn,
    Unanswered,
)
from intake.policy.model import Policy, Question
from intake.policy.names import every_option

ALWAYS, NEVER = "Altijd", "Nooit"
_DOUBTFUL = (",", ";", " of ", " en ")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a condition; what belongs to a line follows it, one deeper."""

    depth: int
    text: str


def condition_lines(policy: Policy, condition: Condition) -> tuple[Line, ...]:
    """Return the condition as lines: a heading for every group, and below it its parts."""
    return tuple(_lines(policy, _bare(condition), 0))


def condition_sentence(policy: Policy, condition: Condition) -> str:
    """Return the whole condition on one line."""
    return _sentence(policy, _bare(condition))


def _bare(condition: Condition) -> Condition:
    """Leave out what adds nothing: a group of one part, and a double negation."""
    match condition:
        case All((part,)) | AnyOf((part,)) | Not(Not(part)):
            return _bare(part)
        case Not(All((part,)) | AnyOf((part,))):
            return _bare(Not(part))
        case All(()) | Not(AnyOf(())):
            return Always()
        case _:
            return condition


def _heading(condition: Condition) -> tuple[str, tuple[Condition, ...]] | None:
    """Return what stands above a group with its parts; None for a single condition."""
    match condition:
        case All(parts) if parts:
            return "Alle van deze:", parts
        case AnyOf(parts) if parts:
            return "Minstens één van deze:", parts
        case AtLeast(number, parts):
            return f"Minstens {number} van deze:", parts
        case Not(All(parts)) if parts:
            return "Niet alle van deze:", parts
        case Not(AnyOf(parts)) if parts:
            return "Geen van deze:", parts
        case Not(AtLeast(number, parts)):
            return f"Minder dan {number} van deze:", parts
        case _:
            return None


def _lines(policy: Policy, condition: Condition, depth: int) -> Iterator[Line]:
    group = _heading(condition)
    if group is None:
        yield Line(depth, _single(policy, condition))
        return
    heading, parts = group
    yield Line(depth, heading)
    for part in parts:
        yield from _lines(policy, _bare(part), depth + 1)


def _sentence(policy: Policy, condition: Condition) -> str:
    group = _heading(condition)
    if group is None:
        text = _single(policy, condition)
        # A fact is a sentence of its own; the marks show where it ends.
        return f"«{text}»" if isinstance(condition, FactHolds) else text
    heading, parts = group
    texts = [_enclosed(policy, _bare(part)) for part in parts]
    match condition:
        case All():
            return "; en ".join(texts)
        case AnyOf():
            return "; of ".join(texts)
        case _:
            return f"{heading[:1].lower()}{heading[1:]} {'; '.join(texts)}"


def _enclosed(policy: Policy, part: Condition) -> str:
    text = _sentence(policy, part)
    return text if _heading(part) is None else f"({text})"


def _single(policy: Policy, condition: Condition) -> str:
    """Return a condition without parts; `Not` stands around at most one of those."""
    match condition:
        case Always():
            return ALWAYS
        case Not(Always()) | AnyOf(()) | Not(All(())):
            return NEVER
        case Not(inner):
            return _named(policy, inner, wanted=False)
        case _:
            return _named(policy, condition, wanted=True)


def _named(policy: Policy, condition: Condition, *, wanted: bool) -> str:
    match condition:
        case FactHolds(fact):
            text = policy.rules.facts[fact].text
            return text if wanted else f"Niet: {text}"
        case DerivedIs(key, values):
            table = policy.rules.derived[key]
            return f"{table.name}: {_one_of([table.label(value) for value in values], wanted)}"
        case OutcomeIs(codes):
            names = {outcome.code: outcome.name for outcome in policy.rules.outcomes}
            return f"De uitkomst: {_one_of([names[code] for code in codes], wanted)}"
        case All() | AnyOf() | Always() | Not() | AtLeast():
            raise ValueError("a group is not a single condition")
        case leaf:
            return _asked(policy, leaf, wanted)


def _asked(policy: Policy, leaf: Leaf, wanted: bool) -> str:
    question = policy.catalogue.by_code[leaf.question]
    row = next((f", «{row.label}»" for row in question.rows if isinstance(leaf, RowIn) and row.value == leaf.row), "")
    return f"«{question.text}»{row}: {answer_words(policy, leaf, wanted=wanted)}"


def answer_words(policy: Policy, leaf: Leaf, *, wanted: bool = True) -> str:
    """Return which answers a condition about one question asks for, or with `wanted` False which it refuses."""
    question = policy.catalogue.by_code[leaf.question]
    match leaf:
        case Unanswered():
            return "nog geen antwoord" if wanted else "een antwoord"
        case NumberIn(_, low, high):
            return _refused(_range(low, high, question), wanted)
        case RowIn(_, _, low, high):
            scale = {int(option.value): option.label for option in question.options}
            return _one_of([scale[score] for score in range(low, high + 1) if score in scale], wanted)
        case _:
            return _chosen(leaf, _labels(question, leaf.values), wanted)


def _chosen(leaf: ChoiceIs | HasAny | HasAll | HasOnly, labels: list[str], wanted: bool) -> str:
    several = len(labels) > 1
    match leaf:
        case ChoiceIs():
            return _one_of(labels, wanted)
        case HasAny():
            many, few = ("minstens één van", "onder meer") if wanted else ("geen van", "niet")
            return f"{many if several else few} {_listed(labels, 'of')}"
        case HasAll():
            many, few = ("in elk geval", "in elk geval") if wanted else ("niet allemaal:", "niet")
            return f"{many if several else few} {_listed(labels, 'en')}"
        case HasOnly():
            many, few = ("niets anders dan", "alleen") if wanted else ("ook iets anders dan", "ook iets anders dan")
            return f"{many if several else few} {_listed(labels, 'of')}"


def _labels(question: Question, values: Iterable[str]) -> list[str]:
    known = {option.value: option.label for option in every_option(question)}
    return [known.get(value, value) for value in values]


def _one_of(labels: list[str], wanted: bool) -> str:
    text = _listed(labels, "of")
    return text if wanted else f"iets anders dan {text}"


def _refused(text: str, wanted: bool) -> str:
    return text if wanted else f"niet {text}"


def _listed(labels: list[str], word: str) -> str:
    """Return «a, b of c»; with marks around each when one of them could be taken for more, or for a sentence."""
    if any(sign in label for label in labels for sign in _DOUBTFUL) or any(label.count(" ") > 1 for label in labels):
        labels = [f"«{label}»" for label in labels]
    return f" {word} ".join([", ".join(labels[:-1]), labels[-1]]) if len(labels) > 1 else "".join(labels)


def _range(low: int, high: int, question: Question) -> str:
    if low == high:
        return f"precies {low}"
    if high == question.maximum and low > question.minimum:
        return f"{low} of meer"
    return f"hooguit {high}" if low == question.minimum and high < question.maximum else f"{low} tot en met {high}"
