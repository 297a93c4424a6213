"""What goes before what: a rule before messages, a message before rules, and never round."""

from __future__ import annotations

from collections.abc import Collection

from yaml.nodes import Node

from intake.policy.names import Names
from intake.policy.reading import PolicyFile


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
        """Report each code that would go before itself, directly or through others."""
        for code, node in self._nodes.items():
            ring = self._ring(code)
            if len(ring) == 2:
                self.file.problem(node, f"gaat_voor: {code} en {ring[1]} gaan voor elkaar; kies er één")
            elif ring:
                self.file.problem(node, f"gaat_voor: dit gaat rond: {' → '.join((*ring, code))}")

    def _ring(self, code: str) -> tuple[str, ...]:
        """Return the shortest way from a code back to itself, without the return; nothing when there is none."""
        ways: list[tuple[str, ...]] = [(code,)]
        seen: set[str] = set()
        for way in ways:
            for target in self._beats.get(way[-1], ()):
                if target == code:
                    return way
                if target not in seen:
                    seen.add(target)
                    ways.append((*way, target))
        return ()
