"""Why a rule does not hold: the conditions that fail, down to derived values and single answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from intake.policy.answers import NOT_ANSWERED, answer_label
from intake.policy.conditions import (
    All,
    Always,
    AnyOf,
    AtLeast,
    Condition,
    DerivedIs,
    FactHolds,
    Leaf,
    Not,
    OutcomeIs,
    RowIn,
    Value,
    truth,
)
from intake.policy.evaluation import Situation, look
from intake.policy.explanation import describe
from intake.policy.model import Level, Outcome, Policy, Row, Rule, Withheld

NOT_ASKED = "niet gesteld"
FAILS = "nee"
UNSETTLED = "nog niet bekend"
ONE_OF = "Minstens één hiervan"
ALL_OF = "Al het volgende"


@dataclass(frozen=True, slots=True)
class Unmet:
    """One condition that keeps a rule from holding.

    `state` is nee, nog niet beantwoord or niet gesteld; `question` is None for a fact, a table, a gate or a choice
    between conditions. `below` says what would have to be different for this condition to hold. `obstacle` says in
    words what stands in the way as a whole: a closed gate, or something that goes before.
    """

    text: str
    question: str | None
    needed: str
    given: str
    state: str
    below: tuple[Unmet, ...] = ()
    obstacle: str = ""

    def leaves(self) -> tuple[Unmet, ...]:
        """Return the single answers it comes down to, or itself where there are none."""
        return tuple(leaf for part in self.below for leaf in part.leaves()) or (self,)


Found = tuple[Unmet, ...]


class WhyNot:
    """Says for one set of answers why rules do not hold; what rules share is worked out once."""

    def __init__(self, situation: Situation, asked: tuple[str, ...]) -> None:
        self.situation = situation
        self.policy = situation.policy
        self.asked = frozenset(asked)
        self._known: dict[tuple[Condition, bool], Found] = {}

    def rule(self, rule: Rule) -> Found:
        """Return what keeps the rule from holding: its gate, its own conditions, or a message that goes before it."""
        gate = self.policy.rules.gates.get(rule.step) if rule.gated else None
        closed: Found = ()
        if gate is not None and not self.situation.holds(gate.when):
            below = self.condition(gate.when)
            obstacle = f"de poort van de stap is dicht ({gate.closed.rstrip('.')})"
            closed = (Unmet(gate.closed, None, "open", "dicht", FAILS, below, obstacle),)
        own = self.condition(rule.when)
        return _once([*closed, *own]) or self._beaten(rule)

    def message(self, item: Withheld) -> Found:
        """Return what keeps a message from holding: its own conditions, or a rule that goes before it."""
        return self.condition(item.when) or self._beaten(item)

    def _beaten(self, item: Rule | Withheld) -> Found:
        rules = self.policy.rules
        others: Sequence[Rule | Withheld] = rules.withheld if isinstance(item, Rule) else rules.rules
        return tuple(
            self._before(other) for other in others if item.code in other.beats and self.situation.effective(other)
        )

    def _before(self, other: Rule | Withheld) -> Unmet:
        """What goes before must not hold; it is named, with the answers that make it hold."""
        name = f"regel {other.code}" if isinstance(other, Rule) else f"het bericht {other.code}"
        below = self.condition(other.when, wanted=False)
        text = f"{name[0].upper()}{name[1:]} gaat voor"
        return Unmet(text, None, FAILS, "ja", FAILS, below, f"{name} gaat voor")

    def level(self, value: str) -> Found:
        """Return what keeps the table of intensity from giving this value."""
        levels = self.policy.rules.levels
        hit = next((row for row in levels if self.situation.holds(row.when)), None)
        return self._table(levels, hit, [row.value == value for row in levels], True)

    def condition(self, condition: Condition, *, wanted: bool = True) -> Found:
        """Return what must be different before the condition holds; with `wanted` False, before it fails."""
        if truth(condition, self.situation) is wanted:
            return ()
        match condition:
            case FactHolds() | DerivedIs() | OutcomeIs():
                key = condition, wanted
                if key not in self._known:
                    self._known[key] = (self._named(condition, wanted),)
                return self._known[key]
            case All(parts):
                return self._every(parts, wanted) if wanted else self._some(1, parts, wanted)
            case AnyOf(parts):
                return self._some(1, parts, wanted) if wanted else self._every(parts, wanted)
            case AtLeast(number, parts):
                return self._some(number if wanted else len(parts) - number + 1, parts, wanted)
            case Not(part):
                return self.condition(part, wanted=not wanted)
            case Always():
                return ()
            case leaf:
                return (self._leaf(leaf, wanted),)

    def _every(self, parts: Sequence[Condition], wanted: bool) -> Found:
        return _once(found for part in parts for found in self.condition(part, wanted=wanted))

    def _some(self, number: int, parts: Sequence[Condition], wanted: bool) -> Found:
        """So many parts must come out as wanted; some may already, the others are the ways to get there."""
        failing = [found for part in parts if (found := self.condition(part, wanted=wanted))]
        short = number - (len(parts) - len(failing))
        if short >= len(failing):
            return _once(found for group in failing for found in group)
        ways = (
            _merged(_once(self._joined(group) for group in failing))
            if short == 1
            else _once(map(self._joined, failing))
        )
        text = ONE_OF if short == 1 else f"Minstens {short} hiervan"
        return ways if len(ways) == 1 else (Unmet(text, None, "", "", FAILS, ways),)

    def _joined(self, group: Found) -> Unmet:
        return group[0] if len(group) == 1 else Unmet(ALL_OF, None, "", "", FAILS, group)

    def _named(self, condition: FactHolds | DerivedIs | OutcomeIs, wanted: bool) -> Unmet:
        match condition:
            case FactHolds(fact):
                item = self.policy.rules.facts[fact]
                below = self.condition(item.when, wanted=wanted)
                needed, given = ("ja", FAILS) if wanted else (FAILS, "ja")
                return Unmet(item.text, None, needed, given, _state(below), below)
            case DerivedIs(key, values):
                table = self.policy.rules.derived[key]
                hit = self.situation.derived_row(key) if self.situation.derived(key) else None
                labels = [table.label(value) for value in values]
                below = self._table(table.rows, hit, [row.value in values for row in table.rows], wanted)
                return Unmet(
                    table.name,
                    None,
                    _needed(labels, wanted),
                    table.label(hit.value) if hit else UNSETTLED,
                    FAILS,
                    below,
                )
            case OutcomeIs(codes):
                outcomes = self.policy.rules.outcomes
                names = [item.name for item in outcomes if item.code in codes]
                found = self.situation.outcome if self.situation.outcome_code() else None
                below = self._table(outcomes, found, [item.code in codes for item in outcomes], wanted)
                return Unmet(
                    "De uitkomst", None, _needed(names, wanted), found.name if found else UNSETTLED, FAILS, below
                )

    def _table(
        self,
        rows: Sequence[Row] | Sequence[Outcome] | Sequence[Level],
        hit: Row | Outcome | Level | None,
        inside: list[bool],
        wanted: bool,
    ) -> Found:
        """What moves an ordered table: a wanted row before the hit must hold, or else the hit must not.

        Where no row is hit, any wanted row will do.
        """
        at = next((index for index, row in enumerate(rows) if row is hit), len(rows))
        earlier = [rows[index].when for index in range(at) if inside[index] is wanted]
        later = any(inside[index] is wanted for index in range(at + 1, len(rows)))
        if hit is not None and later and not isinstance(hit.when, Always):
            lost = self.condition(hit.when, wanted=False)
            # Away from a value is first of all what made it: "no wish" is no way out of a strategy that is not clear.
            if not wanted:
                return lost
            return min([*map(self.condition, earlier), lost], key=_weight)
        return min(map(self.condition, earlier), key=_weight, default=())

    def _leaf(self, leaf: Leaf, wanted: bool) -> Unmet:
        code = leaf.question
        value = self.situation.answer(code)
        state = FAILS if value is not None else NOT_ANSWERED if code in self.asked else NOT_ASKED
        given = (
            state if value is None else answer_label(self.policy, code, _told_of(leaf, value), self.situation.answers)
        )
        text = self.policy.catalogue.by_code[code].text
        return Unmet(text, code, describe(self.policy, leaf, wanted=wanted), given, state)


def _told_of(leaf: Leaf, value: Value) -> Value:
    """Of a table of scores only the row that the condition is about."""
    if isinstance(leaf, RowIn) and isinstance(value, Mapping):
        return {row: score for row, score in value.items() if row == leaf.row} or value
    return value


def why_not(policy: Policy, answers: Mapping[str, Value], rule_code: str) -> tuple[Unmet, ...]:
    """Return what keeps a rule from holding, in Dutch; KeyError for a rule that does not exist."""
    rule = policy.rules.rule(rule_code)
    asked, kept = look(policy, answers)
    return WhyNot(Situation(policy, kept), asked).rule(rule)


def why_none(policy: Policy, answers: Mapping[str, Value]) -> dict[str, tuple[Unmet, ...]]:
    """Return what keeps each rule from holding, by code; nothing for a rule that holds."""
    asked, kept = look(policy, answers)
    reasons = WhyNot(Situation(policy, kept), asked)
    return {rule.code: reasons.rule(rule) for rule in policy.rules.rules}


def _needed(labels: Iterable[str], wanted: bool) -> str:
    named = " of ".join(f"«{label}»" for label in labels)
    return named if wanted else f"niet {named}"


def _state(below: Found) -> str:
    """A fact is as its answers are: not asked only when none of them was."""
    states = {leaf.state for item in below for leaf in item.leaves()}
    return states.pop() if len(states) == 1 else FAILS


def _weight(found: Found) -> int:
    return sum(len(item.leaves()) for item in found)


def _merged(ways: Found) -> Found:
    """Several answers to one question are one way to get there."""
    first = ways[0]
    if first.question is None or any(way.question != first.question for way in ways):
        return ways
    needed = " of ".join(dict.fromkeys(way.needed for way in ways))
    return (Unmet(first.text, first.question, needed, first.given, first.state),)


def _once(found: Iterable[Unmet]) -> Found:
    return tuple({(item.text, item.needed): item for item in found}.values())
