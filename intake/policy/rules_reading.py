"""From regels.yaml to the rule set: groups, facts, ordered tables, gates, rules and what has to wait."""

from __future__ import annotations

import re

from yaml.nodes import Node

from intake.policy.catalogue_reading import STEPS, read_source, read_step, read_way
from intake.policy.codes import MESSAGE, PLAIN, RULE
from intake.policy.condition_reading import ConditionReader
from intake.policy.conditions import Always, Condition
from intake.policy.example_reading import ExampleReader
from intake.policy.model import (
    WAY_TABLES,
    Derived,
    Effect,
    Fact,
    Gate,
    Group,
    Level,
    Outcome,
    Row,
    Rule,
    RuleSet,
    Step,
    Withheld,
)
from intake.policy.names import Names
from intake.policy.precedence_reading import PrecedenceReader
from intake.policy.reading import PolicyFile

INTENSITIES = ("geen", "licht", "intensief")
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_PARTS = ("groepen", "feiten", "afgeleid", "uitkomsten", "intensiteit", "poorten", "regels", "nog_niet")
_CODES = {"uitkomsten": PLAIN, "regels": RULE, "nog_niet": MESSAGE}
_UNIQUE = "uniek"
_CHOICES = ("eerste", _UNIQUE)


class RulesReader:
    """Reads names at once and conditions in `finish`, because facts and tables may name each other."""

    def __init__(self, file: PolicyFile, names: Names) -> None:
        self.file = file
        self.names = names
        self.fields = file.fields(file.root, "regels", _PARTS, ("uitkomst_keuze",))
        self.conditions = ConditionReader(file, names)
        self.examples = ExampleReader(file, names)
        self.precedence = PrecedenceReader(file, names)
        self.unique_outcome = file.one_of(self.fields.get("uitkomst_keuze"), "uitkomst_keuze", _CHOICES) == _UNIQUE
        self.activities: dict[str, tuple[str, ...]] = {}
        self.parties: tuple[str, ...] = ()
        names.groups.update(self._groups())
        names.facts = self._words("feiten")
        names.derived = self._derived_values()
        names.outcomes = self._codes("uitkomsten")
        names.rules = self._codes("regels")
        names.messages = self._codes("nog_niet")
        for word in {*names.derived} & {*names.shapes}:
            file.problem(self.fields["afgeleid"], f"«{word}» is al de sleutel van een vraag")
        for key in WAY_TABLES.values():
            if not {"nodig", "op_orde"} <= {*names.derived.get(key, ())}:
                message = f"afgeleid: «{key}» met de waarden nodig en op_orde ontbreekt; het 3×3-model leest die"
                file.problem(self.fields.get("afgeleid"), message)

    def _words(self, part: str) -> tuple[str, ...]:
        entries = self.file.entries(self.fields.get(part), part)
        for word, key, _ in entries:
            self.names.mark(f"feit:{word}", self.file.place(key))
        return tuple(word for word, _, _ in entries)

    def _blocks(self, part: str) -> list[Node]:
        return self.file.items(self.fields.get(part), part)

    def _peek(self, node: Node, word: str) -> Node | None:
        return next((value for key, _, value in self.file.entries(node, "blok") if key == word), None)

    def _codes(self, part: str) -> tuple[str, ...]:
        codes: list[str] = []
        for node in self._blocks(part):
            code = self.file.code(self._peek(node, "code"), f"{part}: code", _CODES[part])
            self._mark(node, part, code)
            codes.append(code)
        return tuple(codes)

    def _mark(self, node: Node, what: str, code: str) -> None:
        if not self.names.mark(code, self.file.place(node)):
            known = self.names.places[code]
            self.file.problem(node, f"{what}: «{code}» bestaat al, zie {known.file}:{known.line}")

    def _groups(self) -> dict[str, Group]:
        groups: dict[str, Group] = {}
        for name, _, node in self.file.entries(self.fields.get("groepen"), "groepen"):
            fields = self.file.fields(node, f"groep {name}", ("vraag", "opties"))
            question = self.file.one_of(fields.get("vraag"), f"groep {name}: vraag", self.names.shapes)
            known = self.names.shapes[question].values if question else ()
            groups[name] = Group(name, question, self.file.some_of(fields.get("opties"), f"groep {name}", known))
        return groups

    def _derived_values(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for node in self._blocks("afgeleid"):
            key = self.file.text(self._peek(node, "sleutel"), "afgeleid: sleutel")
            if key in found:
                self.file.problem(node, f"afgeleid: «{key}» bestaat al")
            values = [self._peek(row, "waarde") for row in self.file.items(self._peek(node, "waarden"), key)]
            found[key] = tuple(self.file.text(value, f"afgeleid {key}: waarde") for value in values)
            if len(set(found[key])) < len(found[key]):
                self.file.problem(node, f"afgeleid {key}: een waarde staat er twee keer")
        return found

    def finish(self, activities: dict[str, tuple[str, ...]], parties: tuple[str, ...]) -> RuleSet:
        """Return the rule set; `activities` gives the parties of each activity."""
        self.activities, self.parties = activities, parties
        found = RuleSet(
            groups=self.names.groups,
            facts={fact.name: fact for fact in self._facts()},
            derived={table.key: table for node in self._blocks("afgeleid") for table in [self._derived(node)]},
            outcomes=self._outcomes(),
            levels=self._levels(),
            gates={gate.step: gate for gate in self._gates()},
            rules=tuple(self._rule(node) for node in self._blocks("regels")),
            withheld=tuple(self._withheld(node) for node in self._blocks("nog_niet")),
            unique_outcome=self.unique_outcome,
        )
        self.precedence.refuse_rings()
        return found

    def _facts(self) -> list[Fact]:
        facts = []
        for name, _, node in self.file.entries(self.fields.get("feiten"), "feiten"):
            fields = self.file.fields(node, f"feit {name}", ("tekst", "als"))
            text = self.file.text(fields.get("tekst"), f"feit {name}")
            facts.append(Fact(name, text, self.conditions.read(fields.get("als"), f"feit {name}")))
        return facts

    def _ordered(self, nodes: list[Node], conditions: list[Condition], what: str, *, complete: bool = True) -> None:
        """The last row always holds and no other does: so a table is complete and its rows can be reached.

        With `complete` False the analysis looks whether there is a row for everyone.
        """
        for index, (node, condition) in enumerate(zip(nodes, conditions, strict=True)):
            last = index == len(nodes) - 1
            if last and complete and not isinstance(condition, Always):
                self.file.problem(node, f"{what}: de laatste rij moet «als: altijd» hebben")
            if not last and isinstance(condition, Always) and self._is_always(node):
                self.file.problem(node, f"{what}: «als: altijd» mag alleen in de laatste rij")

    def _is_always(self, node: Node) -> bool:
        when = self._peek(node, "als")
        return when is not None and when.value == "altijd"

    def _row_condition(self, fields: dict[str, Node], what: str) -> Condition:
        return self.conditions.read(fields.get("als"), what, always=True)

    def _derived(self, node: Node) -> Derived:
        fields = self.file.fields(node, "afgeleid", ("code", "sleutel", "naam", "waarden", "bron"))
        key = self.file.text(fields.get("sleutel"), "afgeleid: sleutel")
        what = f"afgeleid {key}"
        code = self.file.code(fields.get("code"), what, PLAIN)
        self._mark(node, "afgeleid", code)
        nodes = self.file.items(fields.get("waarden"), what)
        rows = []
        for row in nodes:
            cells = self.file.fields(row, what, ("waarde", "tekst", "als"))
            value = self.file.text(cells.get("waarde"), what)
            self.names.mark(f"{code}:{value}", self.file.place(row))
            rows.append(Row(value, self.file.text(cells.get("tekst"), what), self._row_condition(cells, what)))
        self._ordered(nodes, [row.when for row in rows], what)
        return Derived(
            code=code,
            key=key,
            name=self.file.text(fields.get("naam"), what),
            rows=tuple(rows),
            source=read_source(self.file, fields.get("bron"), what, self.names),
        )

    def _outcomes(self) -> tuple[Outcome, ...]:
        nodes, outcomes = self._blocks("uitkomsten"), []
        for node in nodes:
            fields = self.file.fields(node, "uitkomst", ("code", "naam", "tekst", "als", "bron"), ("accent",))
            code = self.file.text(fields.get("code"), "uitkomst")
            what = f"uitkomst {code}"
            outcomes.append(
                Outcome(
                    code=code,
                    name=self.file.text(fields.get("naam"), what),
                    text=self.file.text(fields.get("tekst"), what),
                    emphasis=read_way(self.file, fields.get("accent"), what),
                    when=self._row_condition(fields, what),
                    source=read_source(self.file, fields.get("bron"), what, self.names),
                )
            )
        self._ordered(nodes, [item.when for item in outcomes], "uitkomsten", complete=not self.unique_outcome)
        return tuple(outcomes)

    def _levels(self) -> tuple[Level, ...]:
        nodes, levels = self._blocks("intensiteit"), []
        for node in nodes:
            fields = self.file.fields(node, "intensiteit", ("waarde", "als", "bron"))
            value = self.file.one_of(fields.get("waarde"), "intensiteit", INTENSITIES)
            self.names.mark(f"intensiteit:{value}", self.file.place(node))
            when = self._row_condition(fields, "intensiteit")
            levels.append(Level(value, when, read_source(self.file, fields.get("bron"), "intensiteit", self.names)))
        self._ordered(nodes, [level.when for level in levels], "intensiteit")
        return tuple(levels)

    def _gates(self) -> list[Gate]:
        gates = []
        for word, key, node in self.file.entries(self.fields.get("poorten"), "poorten"):
            if word not in STEPS:
                self.file.problem(key, f"poorten: «{word}» is geen stap")
                continue
            self.names.mark(f"poort:{word}", self.file.place(key))
            fields = self.file.fields(node, f"poort {word}", ("als", "dicht"))
            when = self.conditions.read(fields.get("als"), f"poort {word}")
            gates.append(Gate(STEPS[word], when, self.file.text(fields.get("dicht"), f"poort {word}")))
        missing = {Step.ORGANISATION, Step.EXECUTION} - {gate.step for gate in gates}
        for step in missing:
            self.file.problem(self.fields.get("poorten"), f"poorten: stap {step.code} ontbreekt")
        return gates

    def _rule(self, node: Node) -> Rule:
        required = ("code", "activiteit", "soort", "stap", "rollen", "als", "reden", "bron")
        optional = ("manier", "poort", "intensiteit", "gaat_voor", "voorbeelden")
        fields = self.file.fields(node, "regel", required, optional)
        code = self.file.text(fields.get("code"), "regel: code")
        what = f"regel {code}"
        activity = self.file.one_of(fields.get("activiteit"), f"{what}: activiteit", self.activities)
        effect = self.file.one_of(fields.get("soort"), f"{what}: soort", [item.value for item in Effect])
        intensity = self.file.one_of(fields.get("intensiteit"), f"{what}: intensiteit", INTENSITIES[1:])
        self._check_intensity(node, what, effect, intensity)
        parties = self.file.some_of(fields.get("rollen"), f"{what}: rollen", self.parties)
        if activity and "rollen" in fields and set(parties) != set(self.activities[activity]):
            wanted = ", ".join(self.activities[activity])
            self.file.problem(fields["rollen"], f"{what}: de rollen moeten die van {activity} zijn: {wanted}")
        return Rule(
            code=code,
            activity=activity,
            effect=Effect(effect) if effect else Effect.SIGNAL,
            step=read_step(self.file, fields.get("stap"), what),
            way=read_way(self.file, fields.get("manier"), what),
            intensity=intensity or None,
            parties=parties,
            when=self.conditions.read(fields.get("als"), what),
            reason=self._reason(fields.get("reden"), what),
            source=read_source(self.file, fields.get("bron"), what, self.names),
            gated=self.file.yes(fields.get("poort"), f"{what}: poort", False),
            beats=self.precedence.read(code, fields.get("gaat_voor"), what, self.names.messages),
            examples=self.examples.read(code, fields.get("voorbeelden"), what),
        )

    def _check_intensity(self, node: Node, what: str, effect: str, intensity: str) -> None:
        if effect == Effect.SIGNAL.value and intensity:
            self.file.problem(node, f"{what}: een signaal heeft geen intensiteit")
        if effect in (Effect.ENROLMENT.value, Effect.INFORMATION.value) and not intensity:
            self.file.problem(node, f"{what}: «intensiteit» ontbreekt; alleen een verwijzing volgt de tabel")

    def _reason(self, node: Node | None, what: str) -> str:
        reason = self.file.text(node, f"{what}: reden")
        for name in PLACEHOLDER.findall(reason):
            key, _, group = name.partition(":")
            if (
                self.file.known_word(node, f"{what}: reden: {{{name}}}", key, self.names.shapes)
                and group
                and (group not in self.names.groups or self.names.groups[group].question != key)
            ):
                self.file.problem(node, f"{what}: reden: «{group}» is geen groep van «{key}»")
        if {"{", "}"} & {*PLACEHOLDER.sub("", reason)}:
            self.file.problem(node, f"{what}: reden: een haak hoort om één woord te staan: {{woord}}")
        return reason

    def _withheld(self, node: Node) -> Withheld:
        required = ("code", "activiteiten", "als", "tekst", "opent", "dicht_door", "bron")
        fields = self.file.fields(node, "nog_niet", required, ("gaat_voor",))
        code = self.file.text(fields.get("code"), "nog_niet: code")
        what = f"nog_niet {code}"
        closers = self.file.items(fields.get("dicht_door"), what)
        closed_by = tuple(self.conditions.read(item, f"{what}: dicht_door") for item in closers)
        for item, condition in zip(closers, closed_by, strict=True):
            if not hasattr(condition, "question"):
                self.file.problem(item, f"{what}: dicht_door: noem hier één vraag met de antwoorden die dicht houden")
        return Withheld(
            code=code,
            activities=self.file.some_of(fields.get("activiteiten"), what, self.activities),
            when=self.conditions.read(fields.get("als"), what),
            text=self.file.text(fields.get("tekst"), what),
            opens=self.file.text(fields.get("opent"), what),
            closed_by=closed_by,
            source=read_source(self.file, fields.get("bron"), what, self.names),
            beats=self.precedence.read(code, fields.get("gaat_voor"), what, self.names.rules),
        )
