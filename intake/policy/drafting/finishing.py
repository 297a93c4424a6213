"""From a draft to the condition that it says, or to what is still missing."""

from __future__ import annotations

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
    Not,
    NumberIn,
    OutcomeIs,
    RowIn,
    Unanswered,
)
from intake.policy.drafting.beginning import draft_of
from intake.policy.drafting.choices import BETWEEN, COUNTING, EMPTY, comparisons, options, subject_name
from intake.policy.drafting.lines import Draft
from intake.policy.model import Kind, Policy, Question


@dataclass(frozen=True, slots=True)
class LineProblem:
    """What is wrong with one line."""

    key: int
    message: str


class Unfinished(Exception):
    """Raised when a draft is no condition yet; holds every problem."""

    def __init__(self, problems: tuple[LineProblem, ...]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems


def condition_of(policy: Policy, draft: Draft, *, like: Condition | None = None) -> Condition:
    """Return the condition that a draft says; Unfinished names every line that says nothing yet.

    Answers come in the order of the catalogue, unless they are all those of a group, or stood together in `like`: so
    a screen that was opened and saved changes nothing.
    """
    finishing = _Finishing(policy, like)
    found = finishing.of(draft)
    if finishing.problems:
        raise Unfinished(tuple(finishing.problems))
    return found


class _Finishing:
    def __init__(self, policy: Policy, like: Condition | None) -> None:
        self.policy = policy
        self.problems: list[LineProblem] = []
        known = draft_of(like).walk() if like is not None else ()
        self.orders = {(line.subject, frozenset(line.values)): line.values for line in known} | {
            (f"vraag:{policy.catalogue.by_key[group.question].code}", frozenset(group.values)): group.values
            for group in policy.rules.groups.values()
        }

    def of(self, draft: Draft) -> Condition:
        try:
            name = subject_name(self.policy, draft.subject)
            known = comparisons(self.policy, draft.subject)
        except KeyError:
            return self._wrong(draft, "Dit bestaat niet in deze versie. Haal deze voorwaarde weg.")
        if draft.how not in known:
            return self._wrong(draft, f"{name}: kies een vergelijking.")
        if draft.is_group:
            return self._group(draft)
        kind, _, code = draft.subject.partition(":")
        if kind == "feit":
            return _unless(draft.how == "klopt", FactHolds(code))
        if kind == "vraag" and draft.how in EMPTY:
            return _unless(draft.how == "leeg", Unanswered(code))
        if draft.how in BETWEEN:
            return _unless(draft.how == "tussen", self._between(draft, self.policy.catalogue.by_code[code]))
        return self._among(draft, name)

    def _wrong(self, draft: Draft, message: str) -> Condition:
        self.problems.append(LineProblem(draft.key, message))
        return Always()

    def _group(self, draft: Draft) -> Condition:
        if not draft.parts:
            return self._wrong(draft, "Deze groep is leeg. Voeg een voorwaarde toe, of haal de groep weg.")
        parts = tuple(self.of(part) for part in draft.parts)
        if draft.how in COUNTING:
            number = _whole(draft.number)
            if number is None or not 1 <= number <= len(parts):
                return self._wrong(draft, f"Vul bij deze groep een getal in van 1 tot en met {len(parts)}.")
            return _unless(draft.how == "minstens", AtLeast(number, parts))
        if len(parts) == 1:
            return _unless(draft.how in ("alle", "een_van"), parts[0])
        every = draft.how in ("alle", "niet_alle")
        return _unless(draft.how in ("alle", "een_van"), All(parts) if every else AnyOf(parts))

    def _between(self, draft: Draft, question: Question) -> Condition:
        if question.kind is Kind.MATRIX and draft.row not in {row.value for row in question.rows}:
            return self._wrong(draft, f"{question.text}: kies een rij.")
        low = question.minimum if not draft.low.strip() else _whole(draft.low)
        high = question.maximum if not draft.high.strip() else _whole(draft.high)
        if low is None or high is None:
            return self._wrong(draft, f"{question.text}: vul hele getallen in.")
        if not question.minimum <= low <= high <= question.maximum:
            limits = f"van {question.minimum} tot en met {question.maximum}"
            return self._wrong(draft, f"{question.text}: vul getallen in {limits}, het laagste eerst.")
        if (low, high) == (question.minimum, question.maximum):
            return self._wrong(draft, f"{question.text}: dit zegt niets, want elk getal voldoet.")
        if question.kind is Kind.MATRIX:
            return RowIn(question.code, draft.row, low, high)
        return NumberIn(question.code, low, high)

    def _among(self, draft: Draft, name: str) -> Condition:
        known = [choice.value for choice in options(self.policy, draft.subject)]
        values = tuple(value for value in known if value in draft.values)
        if len(values) != len(set(draft.values)):
            return self._wrong(draft, f"{name}: kies alleen antwoorden die hier staan.")
        if not values:
            return self._wrong(draft, f"{name}: kies minstens één antwoord.")
        if len(values) == len(known) and draft.how not in ("allemaal", "niet_allemaal"):
            return self._wrong(draft, f"{name}: dit zegt niets, want elk antwoord staat erin.")
        return self._chosen(draft, self.orders.get((draft.subject, frozenset(values)), values))

    def _chosen(self, draft: Draft, values: tuple[str, ...]) -> Condition:
        kind, _, code = draft.subject.partition(":")
        match kind, draft.how:
            case "uitkomst", how:
                return _unless(how == "is", OutcomeIs(values))
            case "afgeleid", how:
                return _unless(how == "is", DerivedIs(code, values))
            case _, "is" | "niet":
                return _unless(draft.how == "is", ChoiceIs(code, values))
            case _, "minstens_een" | "geen_van":
                return _unless(draft.how == "minstens_een", HasAny(code, values))
            case _, "allemaal" | "niet_allemaal":
                return _unless(draft.how == "allemaal", HasAll(code, values))
            case _:
                return _unless(draft.how == "alleen", HasOnly(code, values))


def _unless(wanted: bool, condition: Condition) -> Condition:
    if wanted:
        return condition
    return condition.part if isinstance(condition, Not) else Not(condition)


def _whole(text: str) -> int | None:
    """Return a whole number typed in plain digits; the length keeps odd input from costing time."""
    typed = text.strip()
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 9 else None
