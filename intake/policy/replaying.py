"""A policy over a block of answer vectors: what holds for whom, by the same masks that decide about one intake.

Every atom of the engine becomes a bitmap; a clause is an «or» of some of them, a rule an «and» of clauses. Questions
and tables are gone through in the order of the engine, so an answer to a question that is not asked has no influence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from intake.policy.answer_bitmaps import Reader, readers
from intake.policy.columns import Columns
from intake.policy.conditions import Leaf, Unanswered
from intake.policy.dependencies import OUTCOME
from intake.policy.engine import compiled, strength_of
from intake.policy.engine.clauses import Test
from intake.policy.engine.compiling import Compiled
from intake.policy.engine.deciding import STRENGTH
from intake.policy.engine.steps import Asking
from intake.policy.engine.tables import MaskTable
from intake.policy.model import Effect, Kind, Policy, Rule

ActivityKey = tuple[str, Effect, str | None]


@dataclass(frozen=True, slots=True)
class Replayed:
    """Who gets what: bitmaps by rule or message, by activity, kind and strongest intensity, outcome and intensity.

    For those in `uncovered` some table has no row that holds: nothing can be said about them, so nothing holds.
    """

    holding: Mapping[str, int]
    activities: Mapping[ActivityKey, int]
    outcomes: Mapping[str, int]
    levels: Mapping[str, int]
    uncovered: int


@dataclass(frozen=True, slots=True)
class _Asked:
    """The atoms of one question: the places of those about its answer, and of the two about there being one.

    `sector` is the question by whose answer its options go, mostly empty: not asked that, a company has no options.
    """

    reader: Reader
    sector: str
    atoms: tuple[tuple[Leaf, bool, int], ...]
    presence: tuple[tuple[bool, int], ...]


class Replay:
    """One policy, ready to be run over any number of blocks."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.masks: Compiled = compiled(policy)
        reading = readers(policy)
        questions = policy.catalogue.questions
        sectors = {item.code: item.sector_question for item in questions if item.kind is Kind.MULTI_PER_SECTOR}
        codes = {code: policy.catalogue.by_key[key].code for code, key in sectors.items()}
        self.asked = {code: _asked(self.masks, code, reading[code], codes.get(code, "")) for code in reading}
        self._places: dict[int, tuple[int, ...]] = {}

    def run(self, columns: Columns) -> Replayed:
        """Return what holds for whom in one block."""
        run = _Run(self, columns)
        for step in self.masks.steps:
            if isinstance(step, Asking):
                run.ask(step)
            else:
                run.settle(step)
        return _result(run)

    def places(self, mask: int) -> tuple[int, ...]:
        """Return the atoms in a mask, by their places."""
        found = self._places.get(mask)
        if found is None:
            found = self._places[mask] = tuple(place for place in range(mask.bit_length()) if mask >> place & 1)
        return found


def _asked(masks: Compiled, code: str, reader: Reader, sector: str) -> _Asked:
    atoms: list[tuple[Leaf, bool, int]] = []
    presence: list[tuple[bool, int]] = []
    for leaf, wanted, bit in masks.layout.of_question(code):
        place = bit.bit_length() - 1
        if isinstance(leaf, Unanswered):
            presence.append((wanted, place))
        else:
            atoms.append((leaf, wanted, place))
    return _Asked(reader, sector, tuple(atoms), tuple(presence))


class _Run:
    """The bitmaps of one block while they are worked out."""

    def __init__(self, replay: Replay, columns: Columns) -> None:
        self.replay = replay
        self.columns = columns
        self.everyone = columns.everyone
        self.atoms = [0] * replay.masks.layout.width
        self.asked: dict[str, int] = {}
        self.uncovered = 0
        self.hits: dict[MaskTable, list[int]] = {}
        self._clauses: dict[int, int] = {}

    def ask(self, step: Asking) -> None:
        """Set the atoms of the questions for those who are asked them; the others count as not having answered."""
        these = self.test(step.test)
        for code in step.questions:
            question = self.replay.asked[code]
            asked = self.asked[code] = these
            if question.sector:
                asked &= self.asked[question.sector]
            for leaf, wanted, place in question.atoms:
                self.atoms[place] = asked and asked & question.reader.sure(self.columns, leaf, wanted=wanted)
            for missing, place in question.presence:
                answered = asked and asked & question.reader.known(self.columns)
                self.atoms[place] = answered ^ self.everyone if missing else answered

    def settle(self, table: MaskTable) -> None:
        """Find who has which row of a table, and set the atoms of that row."""
        left, hits = self.everyone, []
        for settled, test in table.rows:
            hit = left and left & self.test(test)
            for place in self.replay.places(settled) if hit else ():
                self.atoms[place] |= hit
            left ^= hit
            hits.append(hit)
        self.uncovered |= left
        self.hits[table] = hits

    def test(self, test: Test) -> int:
        """Return for whom every clause meets an atom, and every count so many."""
        found = self.everyone
        for mask in test.clauses:
            found &= self._clause(mask)
            if not found:
                return 0
        for mask, number in test.counts:
            found &= self._at_least(number, mask)
        return found

    def _clause(self, mask: int) -> int:
        found = self._clauses.get(mask)
        if found is None:
            found = 0
            for place in self.replay.places(mask):
                found |= self.atoms[place]
            self._clauses[mask] = found
        return found

    def _at_least(self, number: int, mask: int) -> int:
        """Count along the atoms: who has so many after this one had one less before it, or had so many already."""
        reached = [self.everyone] + [0] * number
        for place in self.replay.places(mask):
            for so_many in range(number, 0, -1):
                reached[so_many] |= reached[so_many - 1] & self.atoms[place]
        return reached[number]


def _result(run: _Run) -> Replayed:
    policy, masks = run.replay.policy, run.replay.masks
    levels = _by_value([level.value for level in policy.rules.levels], run.hits[masks.levels])
    outcomes = run.hits[masks.tables[OUTCOME]]
    covered = run.uncovered ^ run.everyone
    holding = {code: bitmap & covered for code, bitmap in _holding(run).items()}
    return Replayed(
        holding=holding,
        activities=_activities(policy.rules.rules, holding, levels),
        outcomes=_by_value([item.code for item in policy.rules.outcomes], [hit & covered for hit in outcomes]),
        levels={value: bitmap & covered for value, bitmap in levels.items()},
        uncovered=run.uncovered,
    )


def _by_value(values: Sequence[str], hits: Sequence[int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for value, hit in zip(values, hits, strict=True):
        found[value] = found.get(value, 0) | hit
    return found


def _holding(run: _Run) -> dict[str, int]:
    rules = run.replay.masks.rules
    bitmaps = [run.test(test) for test in rules.tests]
    for order in rules.precedence:
        winners = 0
        for place in run.replay.places(order.winners):
            winners |= bitmaps[place]
        bitmaps[order.loser.bit_length() - 1] &= ~winners
    return dict(zip(rules.codes, bitmaps, strict=True))


def _activities(rules: Sequence[Rule], holding: Mapping[str, int], levels: Mapping[str, int]) -> dict[ActivityKey, int]:
    """Return who gets an activity with exactly this intensity: the strongest of the rules that hold."""
    found: dict[ActivityKey, int] = {}
    for rule in rules:
        for strength, bitmap in _strengths(rule, holding[rule.code], levels):
            key = rule.activity, rule.effect, strength
            found[key] = found.get(key, 0) | bitmap
    stronger: dict[tuple[str, Effect], int] = {}
    for key in sorted(found, key=lambda key: -STRENGTH[key[2]]):
        above = stronger.get(key[:2], 0)
        stronger[key[:2]] = above | found[key]
        found[key] &= ~above
    return found


def _strengths(rule: Rule, bitmap: int, levels: Mapping[str, int]) -> list[tuple[str | None, int]]:
    if rule.intensity is not None or rule.effect is not Effect.REFERRAL:
        return [(rule.intensity, bitmap)]
    return [(strength_of(rule.effect, None, value), bitmap & having) for value, having in levels.items()]
