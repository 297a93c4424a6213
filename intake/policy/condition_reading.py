"""From policy text to a typed condition: the whole rule language, checked against the catalogue."""

from __future__ import annotations

from yaml.nodes import MappingNode, Node, ScalarNode

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
from intake.policy.model import Kind
from intake.policy.names import Names, Shape
from intake.policy.problems import did_you_mean
from intake.policy.reading import PolicyFile

_WORDS = ("alle", "een_van", "geen_van", "niet", "aantal", "feit", "uitkomst", "onbeantwoord")
_MULTI = ("minstens_een", "allemaal", "geen_van", "alleen")
_KINDS = {
    Kind.CHOICE: "een keuze: gebruik [opties] of {niet_in: [opties]}",
    Kind.MULTI: "een meerkeuze: gebruik minstens_een, allemaal, geen_van of alleen",
    Kind.MULTI_PER_SECTOR: "een meerkeuze: gebruik minstens_een, allemaal, geen_van of alleen",
    Kind.NUMBER: "een getal: gebruik {van, tot}",
    Kind.MATRIX: "een tabel: gebruik {rij, van, tot}",
}


class ConditionReader:
    """Reads the conditions of one file; a wrong condition is reported and becomes `Always`."""

    def __init__(self, file: PolicyFile, names: Names) -> None:
        self.file = file
        self.names = names

    def read(self, node: Node | None, what: str, *, always: bool = False) -> Condition:
        """Return the condition; the word `altijd` is accepted only where `always` says so."""
        if node is None:
            return Always()
        if isinstance(node, ScalarNode):
            if node.value == "altijd" and always:
                return Always()
            self.file.problem(
                node, f"{what}: «{node.value[:40]}» is geen voorwaarde; schrijf een blok met sleutel: waarde"
            )
            return Always()
        entries = self.file.entries(node, what)
        if len(entries) != 1:
            if isinstance(node, MappingNode):
                self.file.problem(
                    node, f"{what}: hier hoort precies één voorwaarde; zet er `alle:` of `een_van:` omheen"
                )
            return Always()
        word, key, value = entries[0]
        return self._block(word, key, value, what)

    def _block(self, word: str, key: Node, value: Node, what: str) -> Condition:
        match word:
            case "alle":
                parts = self._parts(value, what)
                self._refuse_contradiction(parts, value, what)
                return All(parts)
            case "een_van":
                return AnyOf(self._parts(value, what))
            case "geen_van":
                return Not(AnyOf(self._parts(value, what)))
            case "niet":
                return Not(self.read(value, what))
            case "aantal":
                return self._at_least(value, what)
            case "feit":
                return FactHolds(self.file.one_of(value, f"{what}: feit", self.names.facts))
            case "uitkomst":
                return OutcomeIs(self._values(value, f"{what}: uitkomst", tuple(self.names.outcomes), ""))
            case "onbeantwoord":
                return self._unanswered(value, what)
            case _:
                return self._leaf(word, key, value, what)

    def _parts(self, node: Node, what: str) -> tuple[Condition, ...]:
        items = self.file.items(node, what)
        if not items:
            self.file.problem(node, f"{what}: de lijst met voorwaarden is leeg")
        return tuple(self.read(item, what) for item in items)

    def _refuse_contradiction(self, parts: tuple[Condition, ...], node: Node, what: str) -> None:
        allowed: dict[str, set[str]] = {}
        for part in parts:
            if isinstance(part, ChoiceIs) and part.values:
                left = allowed.setdefault(part.question, set(part.values))
                left &= set(part.values)
                if not left:
                    self.file.problem(node, f"{what}: dit kan nooit: twee keuzes van dezelfde vraag tegelijk")

    def _at_least(self, node: Node, what: str) -> Condition:
        fields = self.file.fields(node, f"{what}: aantal", ("minstens", "van"))
        parts = self._parts(fields["van"], what) if "van" in fields else ()
        number = self.file.number(fields.get("minstens"), f"{what}: minstens", 1)
        if parts and not 1 <= number <= len(parts):
            self.file.problem(node, f"{what}: minstens {number} van {len(parts)} kan niet")
        return AtLeast(number, parts)

    def _unanswered(self, node: Node, what: str) -> Condition:
        key = self.file.one_of(node, f"{what}: onbeantwoord", self.names.shapes)
        return Unanswered(self.names.shapes[key].code) if key else Always()

    def _leaf(self, word: str, key: Node, value: Node, what: str) -> Condition:
        if word in self.names.derived:
            return DerivedIs(word, self._values(value, f"{what}: {word}", self.names.derived[word], ""))
        shape = self.names.shapes.get(word)
        if shape is None:
            hint = did_you_mean(word, [*self.names.subjects(), *_WORDS])
            self.file.problem(key, f"{what}: «{word}» is geen vraag, afgeleide waarde of bewerking{hint}")
            return Always()
        match shape.kind:
            case Kind.CHOICE:
                return self._choice(shape, value, what)
            case Kind.NUMBER:
                return self._number(shape, value, what)
            case Kind.MATRIX:
                return self._row(shape, value, what)
            case _:
                return self._multi(shape, value, what)

    def _choice(self, shape: Shape, node: Node, what: str) -> Condition:
        what = f"{what}: {shape.key}"
        if not isinstance(node, MappingNode):
            return ChoiceIs(shape.code, self._values(node, what, shape.values, shape.key))
        [(word, key, value)] = self.file.entries(node, what)[:1] or [("", node, node)]
        if word != "niet_in" or len(node.value) != 1:
            self.file.problem(key, f"{what}: «{word}» past niet; deze vraag is {_KINDS[shape.kind]}")
            return Always()
        return Not(ChoiceIs(shape.code, self._values(value, what, shape.values, shape.key)))

    def _multi(self, shape: Shape, node: Node, what: str) -> Condition:
        what = f"{what}: {shape.key}"
        entries = self.file.entries(node, what) if isinstance(node, MappingNode) else []
        if len(entries) != 1 or entries[0][0] not in _MULTI:
            word = entries[0][0] if entries else ""
            self.file.problem(node, f"{what}: deze vraag is {_KINDS[shape.kind]}{did_you_mean(word, _MULTI)}")
            return Always()
        word, _, value = entries[0]
        values = self._values(value, what, shape.values, shape.key, may_be_all=word == "allemaal")
        match word:
            case "minstens_een":
                return HasAny(shape.code, values)
            case "geen_van":
                return Not(HasAny(shape.code, values))
            case "alleen":
                return HasOnly(shape.code, values)
        if len(values) > 1 and set(values) & set(shape.exclusive):
            self.file.problem(value, f"{what}: een optie die alleen mag staan kan niet samen met een andere")
        return HasAll(shape.code, values)

    def _number(self, shape: Shape, node: Node, what: str) -> Condition:
        low, high = self._bounds(shape, node, f"{what}: {shape.key}", ("van", "tot"))
        return NumberIn(shape.code, low, high)

    def _row(self, shape: Shape, node: Node, what: str) -> Condition:
        what = f"{what}: {shape.key}"
        low, high = self._bounds(shape, node, what, ("rij", "van", "tot"))
        found = (
            {word: value for word, _, value in self.file.entries(node, what)} if isinstance(node, MappingNode) else {}
        )
        if "rij" not in found:
            self.file.problem(node, f"{what}: «rij» ontbreekt")
            return Always()
        return RowIn(shape.code, self.file.one_of(found["rij"], f"{what}: rij", shape.rows), low, high)

    def _bounds(self, shape: Shape, node: Node, what: str, words: tuple[str, ...]) -> tuple[int, int]:
        if not isinstance(node, MappingNode):
            self.file.problem(node, f"{what}: deze vraag is {_KINDS[shape.kind]}")
            return shape.minimum, shape.maximum
        fields = self.file.fields(node, what, (), words)
        low = self.file.number(fields.get("van"), f"{what}: van", shape.minimum)
        high = self.file.number(fields.get("tot"), f"{what}: tot", shape.maximum)
        if low > high:
            self.file.problem(node, f"{what}: van {low} tot {high} kan niet kloppen")
        elif low < shape.minimum or high > shape.maximum:
            self.file.problem(node, f"{what}: een getal moet liggen van {shape.minimum} tot en met {shape.maximum}")
        elif (low, high) == (shape.minimum, shape.maximum):
            self.file.problem(node, f"{what}: dit zegt niets, elk getal voldoet")
        return low, high

    def _values(
        self, node: Node, what: str, known: tuple[str, ...], question: str, *, may_be_all: bool = False
    ) -> tuple[str, ...]:
        if isinstance(node, ScalarNode):
            values = self._group(node, what, question)
        else:
            values = self.file.some_of(node, what, known)
            if not values and not getattr(node, "value", None):
                self.file.problem(node, f"{what}: de lijst is leeg, dit kan niet kloppen")
        if known and set(values) == set(known) and not may_be_all:
            self.file.problem(node, f"{what}: dit zegt niets, elke waarde staat erin")
        return values

    def _group(self, node: ScalarNode, what: str, question: str) -> tuple[str, ...]:
        groups = {name: group for name, group in self.names.groups.items() if group.question == question}
        name = self.file.one_of(node, f"{what}: groep", groups)
        return groups[name].values if name else ()
