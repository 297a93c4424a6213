"""What two versions say differently about one scan, and why: by the answers that now fail, or that failed before."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from intake.policy.answers import NOT_ANSWERED, Answers
from intake.policy.assessment import Assessment, Fired, NotYet, assess
from intake.policy.conditions import OutcomeIs
from intake.policy.engine import Uncovered
from intake.policy.evaluation import Situation, look
from intake.policy.explanation import ANY_ANSWER
from intake.policy.model import Effect, Policy, Rule, Withheld
from intake.policy.unmet import ALL_OF, NOT_ASKED, Unmet, WhyNot

SILENT = "zegt niets over deze antwoorden: in een tabel klopt geen enkele rij"
MOST_REASONS = 3
Item = TypeVar("Item", Fired, NotYet)


@dataclass(frozen=True, slots=True)
class Judged:
    """Answers as one version reads them, and what it says of them; None where it says nothing."""

    policy: Policy
    answers: Answers
    said: Assessment | None


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is otherwise, with a few reasons: why it is lost, or why it was not there before."""

    text: str
    reasons: tuple[str, ...] = ()


def judged(policy: Policy, answers: Answers) -> Judged:
    """Return what a version says of these answers."""
    try:
        return Judged(policy, answers, assess(policy, answers))
    except Uncovered:
        return Judged(policy, answers, None)


def form(effect: Effect, intensity: str | None) -> str:
    """Return the form of an activity: «verwijzing, intensief»."""
    return f"{effect.value}, {intensity}" if intensity else effect.value


def changes_of(before: Judged, after: Judged) -> tuple[Change, ...]:
    """Return what two versions say differently about one scan; the outcome is named also when it stays."""
    if before.said is None or after.said is None:
        return (Change(f"de {'oude' if before.said is None else 'nieuwe'} versie {SILENT}"),)
    return tuple(_changes(before, after, before.said, after.said))


def change_lines(before: Judged, after: Judged) -> Iterator[str]:
    """Yield the changes as lines of text, each with its reasons below it."""
    for change in changes_of(before, after):
        yield change.text
        yield from (f"  {reason}" for reason in change.reasons)


def _changes(before: Judged, after: Judged, one: Assessment, other: Assessment) -> Iterator[Change]:
    was, now = _Doubter(before), _Doubter(after)
    yield _outcomes(one, other, was, now)
    if one.intensity != other.intensity:
        order = [level.value for level in after.policy.rules.levels]
        why = _switched(one.intensity, other.intensity, order, was.intensity, now.intensity)
        yield Change(f"intensiteit: {one.intensity} → {other.intensity}", why)
    old, new = ({item.rule: item for item in said.fired} for said in (one, other))
    yield from _moved(old, new, _rule_line, was.rule, now.rule)
    yield from _other_form(old, new)
    waited, waiting = ({item.code: item for item in said.not_yet} for said in (one, other))
    yield from _moved(waited, waiting, _message_line, was.message, now.message)


def _outcomes(one: Assessment, other: Assessment, was: _Doubter, now: _Doubter) -> Change:
    first, second = one.outcome, other.outcome
    if (first.code, first.name) == (second.code, second.name):
        return Change(f"uitkomst: {first.code} {first.name}")
    order = [item.code for item in now.policy.rules.outcomes]
    why = () if first.code == second.code else _switched(first.code, second.code, order, was.outcome, now.outcome)
    return Change(f"uitkomst: {first.code} {first.name} → {second.code} {second.name}", why)


def _switched(
    first: str, second: str, order: list[str], was: Callable[[str], list[str]], now: Callable[[str], list[str]]
) -> tuple[str, ...]:
    """Return why another row of a table is hit: one further up did not hold before, or the one of before fails now."""
    if first in order and order.index(second) < order.index(first):
        return _joined("eerst niet, want", was(second))
    return _joined("want", now(first))


def _moved(
    before: Mapping[str, Item],
    after: Mapping[str, Item],
    line: Callable[[Item], str],
    was: Callable[[str, str], list[str]],
    now: Callable[[str, str], list[str]],
) -> Iterator[Change]:
    for code, item in before.items():
        if code not in after:
            yield Change(f"eraf: {line(item)}", _joined("want", now(code, "is er niet meer")))
    for code, item in after.items():
        if code not in before:
            yield Change(f"erbij: {line(item)}", _joined("eerst niet, want", was(code, "was er nog niet")))


def _rule_line(item: Fired) -> str:
    return f"{item.rule} {item.activity}, {form(item.kind, item.intensity)}: {item.reason}"


def _message_line(item: NotYet) -> str:
    return f"bericht {item.code}: {item.text}"


def _other_form(before: Mapping[str, Fired], after: Mapping[str, Fired]) -> Iterator[Change]:
    for code in (code for code in after if code in before):
        forms = [form(item.kind, item.intensity) for item in (before[code], after[code])]
        if forms[0] != forms[1]:
            yield Change(f"anders: {code} {after[code].activity}, {' → '.join(forms)}")


# ------------------------------------------------------------------ why


class _Doubter:
    """Says of one version why something is not given to these answers; looks only when it is asked."""

    def __init__(self, judged: Judged) -> None:
        self.policy = judged.policy
        self._answers = judged.answers
        self._why: WhyNot | None = None

    @property
    def why(self) -> WhyNot:
        if self._why is None:
            asked, kept = look(self.policy, self._answers)
            self._why = WhyNot(Situation(self.policy, kept), asked)
        return self._why

    def rule(self, code: str, absent: str) -> list[str]:
        """Return why the rule does not hold; `absent` ends the sentence about a rule that the version lacks."""
        found: Rule | None = next((rule for rule in self.policy.rules.rules if rule.code == code), None)
        return _reasons(self.why.rule(found)) if found else [f"deze regel {absent}"]

    def message(self, code: str, absent: str) -> list[str]:
        """Return why the message does not hold."""
        found: Withheld | None = next((item for item in self.policy.rules.withheld if item.code == code), None)
        return _reasons(self.why.message(found)) if found else [f"dit bericht {absent}"]

    def outcome(self, code: str) -> list[str]:
        """Return why the outcome is another; nothing when that does not come down to answers."""
        if all(item.code != code for item in self.policy.rules.outcomes):
            return ["deze uitkomst is er niet"]
        return _reasons(part for item in self.why.condition(OutcomeIs((code,))) for part in item.below)

    def intensity(self, value: str) -> list[str]:
        """Return why the intensity is another; nothing when that does not come down to answers."""
        return _reasons(self.why.level(value))


def _joined(word: str, reasons: Iterable[str]) -> tuple[str, ...]:
    """Return the first few reasons as the parts of one sentence, and how many there are beyond those."""
    found = list(dict.fromkeys(reasons))
    told = [f"{'en' if place else word} {reason}" for place, reason in enumerate(found[:MOST_REASONS])]
    return (*told, f"en nog {len(found) - MOST_REASONS}") if len(found) > MOST_REASONS else tuple(told)


def _reasons(found: Iterable[Unmet]) -> list[str]:
    """Return everything that stands in the way, in words; that there must be an answer goes without saying."""
    every = tuple(found)
    asked = {leaf.question for item in every for leaf in item.leaves() if leaf.needed != ANY_ANSWER}
    return [reason for item in every for reason in _reason(item, asked)]


def _reason(item: Unmet, asked: Container[str | None]) -> list[str]:
    """Return an obstacle before what keeps it there; of a choice all the ways in one; otherwise the single answers."""
    choice = not item.needed and item.text != ALL_OF
    # Of a choice, any answer may well be a way of its own.
    below = [_reason(part, () if choice else asked) for part in item.below]
    flat = [reason for reasons in below for reason in reasons]
    if item.question is not None:
        return [] if item.needed == ANY_ANSWER and item.question in asked else [_answer(item)]
    if item.obstacle:
        return [item.obstacle, *flat]
    if choice:
        return [f"{item.text.lower()}: {_ways(below)}"]
    return flat or [f"{item.text.rstrip('.')}: nodig {item.needed}, nu {_marked(item)}"]


def _ways(below: Sequence[Iterable[str]]) -> str:
    ways = [" en ".join(reasons) for reasons in below[:MOST_REASONS]]
    more = len(below) - MOST_REASONS
    return "; of ".join([*ways, *([f"nog {more}"] if more > 0 else [])])


def _answer(item: Unmet) -> str:
    missing = item.state in (NOT_ASKED, NOT_ANSWERED)
    return f"«{item.text}»: nodig {item.needed}, {item.state if missing else f'antwoord {_marked(item)}'}"


def _marked(item: Unmet) -> str:
    """Options stand between marks, as they do in what is needed; numbers, ja and nee are just words."""
    return f"«{item.given}»" if "«" in item.needed else item.given
