"""CPU time in rounds: what is compared is measured in turn, so that whatever else the machine does weighs on all."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest

Task = Callable[[], object]


@dataclass(slots=True)
class Timed:
    """CPU seconds of one thing, round by round."""

    rounds: list[float] = field(default_factory=list)

    @property
    def least(self) -> float:
        """Return the quickest round: the one that was disturbed least."""
        return min(self.rounds)

    @property
    def median(self) -> float:
        """Return the round in the middle."""
        return statistics.median(self.rounds)

    def per(self, number: int) -> Timed:
        """Return the seconds for one of so many."""
        return Timed([seconds / number for seconds in self.rounds])

    def __add__(self, other: Timed) -> Timed:
        """Return both one after another, round by round."""
        return Timed([sum(pair) for pair in zip_longest(self.rounds, other.rounds, fillvalue=0.0)])

    def ratio(self, baseline: Timed) -> float:
        """Return how many times as long as the baseline it takes, by the round in the middle."""
        return statistics.median(own / other for own, other in zip(self.rounds, baseline.rounds, strict=True))


def cpu(task: Task) -> float:
    """Return the CPU seconds of one run, without the garbage of another."""
    gc.collect()
    gc.disable()
    try:
        began = time.process_time()
        task()
        return time.process_time() - began
    finally:
        gc.enable()


def in_turn(tasks: Mapping[str, Task], rounds: int) -> dict[str, Timed]:
    """Return the CPU time of each task, all of them once in every round."""
    found = {name: Timed() for name in tasks}
    for _ in range(rounds):
        for name, task in tasks.items():
            found[name].rounds.append(cpu(task))
    return found
