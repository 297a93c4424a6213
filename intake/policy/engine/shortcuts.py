"""What follows from a few atoms, worked out once for every combination of them that occurs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeVar

# So many atoms still have few combinations that occur.
MOST_INPUTS = 16
# More than the intakes of years give; a stranger cannot make it grow beyond this.
REMEMBERED = 4096

Followed = TypeVar("Followed")


class Shortcut(Generic[Followed]):
    """Remembers what was worked out for each combination of its inputs.

    Threads may share one: the worst that happens is that something is worked out twice.
    """

    __slots__ = ("_room", "_work_out", "inputs", "known")

    def __init__(self, inputs: int, work_out: Callable[[int], Followed], room: int = REMEMBERED) -> None:
        self.inputs = inputs
        self.known: dict[int, Followed] = {}
        self._work_out = work_out
        self._room = room

    def find(self, bits: int) -> Followed:
        """Return what follows from these atoms; those that are no input make no difference."""
        found = self.known.get(bits & self.inputs)
        return self.learn(bits) if found is None else found

    def learn(self, bits: int) -> Followed:
        """Work it out, and remember it."""
        key = bits & self.inputs
        found = self._work_out(key)
        if len(self.known) >= self._room:
            self.known.clear()
        self.known[key] = found
        return found


# A shortcut taken apart for a loop that must be fast: its inputs, what it knows, and how it learns the rest.
Quick = tuple[int, dict[int, Followed], Callable[[int], Followed]]


def quick(shortcuts: Iterable[Shortcut[Followed]]) -> tuple[Quick[Followed], ...]:
    """Return the parts of each shortcut."""
    return tuple((shortcut.inputs, shortcut.known, shortcut.learn) for shortcut in shortcuts)


class Words:
    """Puts bits in words, one stretch of them after another: of the whole there are too many combinations."""

    def __init__(self, stretches: Iterable[Shortcut[tuple[str, ...]]]) -> None:
        self._quick = quick(stretches)

    def of(self, bits: int) -> tuple[str, ...]:
        """Return the words of all stretches, in order."""
        found: tuple[str, ...] = ()
        for inputs, known, learn in self._quick:
            words = known.get(bits & inputs)
            found += learn(bits) if words is None else words
        return found


def room_for_each(number: int) -> int:
    """Return how much each of so many may remember, so that a large policy does not fill the memory."""
    return min(REMEMBERED, max(64, 8 * REMEMBERED // max(number, 1)))


def gather(wide: Sequence[int]) -> list[list[int]]:
    """Return groups of places whose inputs together are few, the widest first; a wide one stands alone."""
    left = sorted(range(len(wide)), key=lambda place: (-wide[place].bit_count(), place))
    groups: list[list[int]] = []
    while left:
        group = [left.pop(0)]
        inputs = wide[group[0]]
        while left:
            grown = [(inputs | wide[place]).bit_count() for place in left]
            nearest = min(range(len(left)), key=grown.__getitem__)
            if grown[nearest] > MOST_INPUTS:
                break
            group.append(left.pop(nearest))
            inputs |= wide[group[-1]]
        groups.append(group)
    return groups
