"""Counting a policy over blocks of answer vectors, and measuring what another version changes."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from intake.policy.answer_bitmaps import ChoiceReader, readers
from intake.policy.columns import Block, Columns, any_place, places
from intake.policy.engine.deciding import STRENGTH
from intake.policy.impact import ActivityShift, Impact, Part, Shift
from intake.policy.model import Effect, Policy
from intake.policy.replaying import ActivityKey, Replay, Replayed

SAMPLES = 10
# The questions by whose answers the counts are split, as the policy files call them.
SPLIT_BY = ("provincie", "sector")

Key = TypeVar("Key", bound=Hashable)
PartKey = tuple[str, str]


class Counting:
    """One policy over blocks: how many intakes each rule, message, outcome and form of an activity is for."""

    def __init__(self, policy: Policy) -> None:
        self._replay = Replay(policy)
        self.intakes = 0
        self.uncovered = 0
        self.rules: dict[str, int] = {}
        self.activities: dict[ActivityKey, int] = {}
        self.outcomes: dict[str, int] = {}

    def add(self, block: Block) -> None:
        """Count one block more."""
        found = self._replay.run(Columns(block))
        self.intakes += block.count
        self.uncovered += found.uncovered.bit_count()
        _count(self.rules, found.holding)
        _count(self.activities, found.activities)
        _count(self.outcomes, found.outcomes)


def _count(counts: dict[Key, int], bitmaps: Mapping[Key, int]) -> None:
    for key, bitmap in bitmaps.items():
        counts[key] = counts.get(key, 0) + bitmap.bit_count()


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """Where an intake was met: the number of the block and the place in it, both counted from 0."""

    block: int
    place: int


class Measuring:
    """Two policies over the same blocks, one block at a time; of a block only the counts and who changed are kept."""

    def __init__(self, old: Policy, new: Policy) -> None:
        self._old, self._new = old, new
        self._before, self._after = Replay(old), Replay(new)
        self._split_by = _split_by(new)
        self._intakes = 0
        self._uncovered = Shift()
        self._rules: dict[str, Shift] = {}
        self._outcomes: dict[str, Shift] = {}
        self._levels: dict[str, Shift] = {}
        self._activities: dict[ActivityKey, Shift] = {}
        self._parts: dict[PartKey, tuple[int, int]] = {}
        self._part_activities: dict[PartKey, dict[ActivityKey, Shift]] = {}
        self._changed: list[tuple[int, int]] = []
        self._firsts: dict[Hashable, Position] = {}

    def add(self, block: Block) -> None:
        """Measure one block more."""
        columns = Columns(block)
        before, after = self._before.run(columns), self._after.run(columns)
        self._intakes += block.count
        self._uncovered += _shift(before.uncovered, after.uncovered)
        _add(self._rules, before.holding, after.holding)
        _add(self._outcomes, before.outcomes, after.outcomes)
        _add(self._levels, before.levels, after.levels)
        _add(self._activities, before.activities, after.activities)
        changed = self._changes(_shown(self._old, before), _shown(self._new, after), block.count)
        self._split(columns, before, after, changed)
        self._changed.append((block.count, changed))

    def _changes(self, before: Mapping[Hashable, int], after: Mapping[Hashable, int], count: int) -> int:
        """Return who changed, and remember an intake with each kind of change."""
        changed = 0
        for key in {**before, **after}:
            different = before.get(key, 0) ^ after.get(key, 0)
            if different:
                changed |= different
                self._firsts.setdefault(key, Position(len(self._changed), any_place(different, count)))
        return changed

    def _split(self, columns: Columns, before: Replayed, after: Replayed, changed: int) -> None:
        moved = [
            (key, old, new)
            for key in {**before.activities, **after.activities}
            if (old := before.activities.get(key, 0)) != (new := after.activities.get(key, 0))
        ]
        for code, reader in self._split_by.items():
            unanswered = reader.known(columns) ^ columns.everyone
            for value, these in {**reader.by_option(columns), "": unanswered}.items():
                part = code, value
                intakes, changes = self._parts.get(part, (0, 0))
                self._parts[part] = intakes + these.bit_count(), changes + (these & changed).bit_count()
                shifts = self._part_activities.setdefault(part, {})
                for key, old, new in moved if these else ():
                    shifts[key] = shifts.get(key, Shift()) + _shift(old & these, new & these)

    def impact(self) -> Impact:
        """Return what was measured so far."""
        return Impact(
            intakes=self._intakes,
            changed=sum(bitmap.bit_count() for _, bitmap in self._changed),
            uncovered=self._uncovered,
            activities=self._lines(self._activities),
            rules=_in_order((*_codes(self._new), *_codes(self._old)), self._rules),
            outcomes=self._outcomes,
            intensities=self._levels,
            parts=tuple(
                Part(code, value, intakes, changed, self._changed_lines((code, value)))
                for (code, value), (intakes, changed) in self._parts.items()
                if value or intakes
            ),
        )

    def _lines(self, shifts: Mapping[ActivityKey, Shift]) -> tuple[ActivityShift, ...]:
        codes, effects = [*{**self._new.activities, **self._old.activities}], [*Effect]
        order = {key: (codes.index(key[0]), effects.index(key[1]), -STRENGTH[key[2]]) for key in shifts}
        return tuple(ActivityShift(*key, shifts[key]) for key in sorted(shifts, key=order.__getitem__))

    def _changed_lines(self, part: PartKey) -> tuple[ActivityShift, ...]:
        return tuple(line for line in self._lines(self._part_activities[part]) if line.shift.changed)

    def samples(self) -> tuple[Position, ...]:
        """Return at most ten changed intakes: some of different kinds of change, the others evenly spread."""
        firsts = list(dict.fromkeys(self._firsts.values()))
        half = SAMPLES // 2
        found = dict.fromkeys((*firsts[:half], *self._spread(), *firsts[half:]))
        return tuple(sorted([*found][:SAMPLES]))

    def _spread(self) -> list[Position]:
        total = sum(bitmap.bit_count() for _, bitmap in self._changed)
        ranks = dict.fromkeys((2 * part + 1) * total // (2 * SAMPLES) for part in range(SAMPLES) if total)
        found: list[Position] = []
        seen = 0
        for number, (count, bitmap) in enumerate(self._changed):
            here = [rank - seen for rank in ranks if seen <= rank < seen + bitmap.bit_count()]
            changed = places(bitmap, count) if here else []
            found += [Position(number, changed[rank]) for rank in here]
            seen += bitmap.bit_count()
        return found


def _shift(before: int, after: int) -> Shift:
    if before == after:
        same = before.bit_count()
        return Shift(same, same)
    both = (before & after).bit_count()
    old, new = before.bit_count(), after.bit_count()
    return Shift(old, new, new - both, old - both)


def _add(shifts: dict[Key, Shift], before: Mapping[Key, int], after: Mapping[Key, int]) -> None:
    for key in {**before, **after}:
        shifts[key] = shifts.get(key, Shift()) + _shift(before.get(key, 0), after.get(key, 0))


def _shown(policy: Policy, found: Replayed) -> dict[Hashable, int]:
    """Return all that a company could see: a rule that gives what another gave already changes nothing for it."""
    shown: dict[Hashable, int] = {("message", item.code): found.holding[item.code] for item in policy.rules.withheld}
    shown |= {("outcome", code): bitmap for code, bitmap in found.outcomes.items()}
    shown |= {("intensity", value): bitmap for value, bitmap in found.levels.items()}
    return shown | {("activity", *key): bitmap for key, bitmap in found.activities.items()}


def _split_by(policy: Policy) -> dict[str, ChoiceReader]:
    codes = {policy.catalogue.by_key[key].code for key in SPLIT_BY if key in policy.catalogue.by_key}
    return {
        code: reader for code, reader in readers(policy).items() if code in codes and isinstance(reader, ChoiceReader)
    }


def _codes(policy: Policy) -> tuple[str, ...]:
    return *(rule.code for rule in policy.rules.rules), *(item.code for item in policy.rules.withheld)


def _in_order(codes: Iterable[str], shifts: Mapping[str, Shift]) -> dict[str, Shift]:
    return {code: shifts[code] for code in dict.fromkeys(codes) if code in shifts}
