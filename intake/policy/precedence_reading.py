"""What goes before what: a rule before messages, a message before rules, and never round."""

from __future__ import annotations

from collections.abc import Collection
from itertools import islice

from yaml.nodes import Node

from intake.policy.names import Names
from intake.policy.reading import PolicyFile

# Whether the last one holds takes looking at all the others; nobody follows more.
MOST_STEPS = 20


class PrecedenceReader:
    """Reads every `gaat_voor` of one file, and when all are read reports those that go round."""

    def __init__(self, file: PolicyFile, names: Names) -> None:
        self.file = file
        self.names = names
        self._beats: dict[str, tuple[str, ...]] = {}
        self._nodes: dict[str, Node] = {}

    def read(self, code: str, node: Node | None, what: str, known: Collection[str]) -> tuple[str, ...]:
        """Return the codes that this one goes before; a rule goes before messages and a message before rules."""
        if node is None:
            return ()
        self._nodes[code] = node
        self._beats[code] = self.file.some_of(node, f"{what}: gaat_voor", known)
        return self._beats[code]

    def refuse_rings(self) -> None:
        """Report each code that would go before itself, directly or through others; else the first long row."""
        rings = {code: ring for code in self._nodes if (ring := self._ring(code))}
        for code, ring in rings.items():
            if len(ring) == 2:
                told = f"{code} en {ring[1]} gaan voor elkaar; kies er één"
            else:
                told = f"dit gaat rond: {' → '.join((*ring, code))}"
            self.file.problem(self._nodes[code], f"gaat_voor: {told}")
        long = () if rings else (code for code in self._nodes if self._steps(code) > MOST_STEPS)
        for code in islice(long, 1):
            message = f"gaat_voor: {code} gaat voor een te lange rij; hooguit {MOST_STEPS} na elkaar"
            self.file.problem(self._nodes[code], message)

    def _ring(self, code: str) -> tuple[str, ...]:
        """Return the shortest way from a code back to itself, without the return; nothing when there is none."""
        before: dict[str, str] = {}
        waiting = [code]
        for at in waiting:
            for target in self._beats.get(at, ()):
                if target == code:
                    way = [at]
                    while way[-1] != code:
                        way.append(before[way[-1]])
                    return tuple(reversed(way))
                if target not in before:
                    before[target] = at
                    waiting.append(target)
        return ()

    def _steps(self, code: str) -> int:
        """Return how many steps lie between a code and the last that it goes before, at most one too many."""
        steps, reached = 0, {code}
        while reached and steps <= MOST_STEPS:
            reached = {target for at in reached for target in self._beats.get(at, ())}
            steps += bool(reached)
        return steps
