"""From the examples of a rule to typed answers, checked against the catalogue."""

from __future__ import annotations

from types import MappingProxyType

from yaml.nodes import Node

from intake.policy.conditions import Value
from intake.policy.model import Example, Kind
from intake.policy.names import Names, Shape
from intake.policy.reading import PolicyFile


class ExampleReader:
    """Reads the examples of one file; a wrong answer is reported and left out."""

    def __init__(self, file: PolicyFile, names: Names) -> None:
        self.file = file
        self.names = names

    def read(self, code: str, node: Node | None, what: str) -> tuple[Example, ...]:
        """Return the examples of the rule with this code; their answers come in the order of the catalogue."""
        found = []
        for number, item in enumerate(self.file.items(node, f"{what}: voorbeelden"), 1):
            where = f"{what}: voorbeeld {number}"
            self.names.mark(f"voorbeeld:{code}:{number}", self.file.place(item))
            fields = self.file.fields(item, where, ("geldt", "antwoorden"))
            holds = self.file.yes(fields.get("geldt"), f"{where}: geldt", True)
            found.append(Example(holds, self._answers(fields.get("antwoorden"), where)))
        return tuple(found)

    def _answers(self, node: Node | None, what: str) -> MappingProxyType[str, Value]:
        read: dict[str, Value] = {}
        for key, name, cell in self.file.entries(node, f"{what}: antwoorden"):
            if self.file.known_word(name, f"{what}: vraag", key, self.names.shapes):
                value = self._value(self.names.shapes[key], cell, f"{what}: {key}")
                if value is not None:
                    read[self.names.shapes[key].code] = value
        codes = [shape.code for shape in self.names.shapes.values() if shape.code in read]
        return MappingProxyType({code: read[code] for code in codes})

    def _value(self, shape: Shape, node: Node, what: str) -> Value | None:
        match shape.kind:
            case Kind.CHOICE:
                return self.file.one_of(node, what, shape.values) or None
            case Kind.NUMBER:
                return self._number(shape, node, what)
            case Kind.MATRIX:
                return self._rows(shape, node, what)
            case _:
                return self._several(shape, node, what)

    def _number(self, shape: Shape, node: Node, what: str) -> int:
        number = self.file.number(node, what, shape.minimum)
        if not shape.minimum <= number <= shape.maximum:
            self.file.problem(node, f"{what}: een getal moet liggen van {shape.minimum} tot en met {shape.maximum}")
        return number

    def _rows(self, shape: Shape, node: Node, what: str) -> Value | None:
        scores: dict[str, int] = {}
        for row, name, cell in self.file.entries(node, what):
            if self.file.known_word(name, f"{what}: rij", row, shape.rows):
                scores[row] = self._number(shape, cell, f"{what}: {row}")
        self._refuse_nothing(node, what)
        return MappingProxyType({row: scores[row] for row in shape.rows if row in scores}) or None

    def _several(self, shape: Shape, node: Node, what: str) -> tuple[str, ...] | None:
        chosen = self.file.some_of(node, what, shape.values)
        self._refuse_nothing(node, what)
        if len(chosen) > 1 and set(chosen) & set(shape.exclusive):
            self.file.problem(node, f"{what}: een optie die alleen mag staan kan niet samen met een andere")
        return tuple(value for value in shape.values if value in chosen) or None

    def _refuse_nothing(self, node: Node, what: str) -> None:
        if not node.value:
            self.file.problem(node, f"{what}: hier staat geen antwoord; laat de vraag weg als zij leeg is")
