"""From activiteiten.yaml, partijen.yaml, toestemming.yaml and vergelijking.yaml to their data."""

from __future__ import annotations

import re
from collections.abc import Mapping

from yaml.nodes import Node

from intake.policy.catalogue_reading import read_source
from intake.policy.model import (
    Activity,
    Benchmark,
    ConsentText,
    Figure,
    Organisation,
    Party,
    Succession,
)
from intake.policy.names import Names
from intake.policy.reading import PolicyFile

CERTAINTIES = ("A", "B", "C")
UNITS = ("procent", "gemiddelde")
KVK = "kvk"
_TEXTS = ("naam", "soort", "regel")
_FILTERS = {"provincies": "provincie", "sectoren": "sector", "themas": "thema"}


class PartiesReader:
    """Reads roles, organisations and what became of them."""

    def __init__(self, file: PolicyFile, names: Names) -> None:
        self.file = file
        self.names = names
        self.fields = file.fields(file.root, "partijen", ("rollen", "organisaties", "opvolging"))
        self.organisations = {code: self._organisation(code, node) for code, node in self._entries("organisaties")}
        self.parties = {code: self._party(code, node) for code, node in self._entries("rollen")}
        self.successions = {item.predecessor: item for item in self._successions()}
        self._check()

    def _entries(self, part: str) -> list[tuple[str, Node]]:
        return [(word, node) for word, _, node in self.file.entries(self.fields.get(part), part)]

    def _party(self, code: str, node: Node) -> Party:
        what = f"rol {code}"
        fields = self.file.fields(node, what, ("naam", "labels", "organisaties"))
        return Party(
            code=code,
            name=self.file.text(fields.get("naam"), what),
            labels=self.file.texts(fields.get("labels"), what),
            organisations=self.file.some_of(fields.get("organisaties"), what, self.organisations),
        )

    def _organisation(self, code: str, node: Node) -> Organisation:
        what = f"organisatie {code}"
        fields = self.file.fields(node, what, (*_TEXTS, "zekerheid"), (*_FILTERS, "geldig_van", "geldig_tot"))
        name, kind, line = (self.file.text(fields.get(word), f"{what}: {word}") for word in _TEXTS)
        provinces, sectors, themes = (self._filter(fields, word, what) for word in _FILTERS)
        start = self.file.day(fields.get("geldig_van"), f"{what}: geldig_van")
        end = self.file.day(fields.get("geldig_tot"), f"{what}: geldig_tot")
        if start and end and start >= end:
            self.file.problem(node, f"{what}: geldig_van moet vóór geldig_tot liggen")
        certainty = self.file.one_of(fields.get("zekerheid"), f"{what}: zekerheid", CERTAINTIES)
        return Organisation(code, name, kind, line, provinces, sectors, themes, start, end, certainty)

    def _filter(self, fields: dict[str, Node], word: str, what: str) -> tuple[str, ...]:
        if word not in fields:
            return ()
        shape = self.names.shapes.get(_FILTERS[word])
        return self.file.some_of(fields[word], f"{what}: {word}", shape.values if shape else ())

    def _successions(self) -> list[Succession]:
        found = []
        for code, node in self._entries("opvolging"):
            what = f"opvolging {code}"
            fields = self.file.fields(node, what, ("soort", "per", "zekerheid", "strekking"), ("naar",))
            self.file.known_word(node, what, code, self.organisations)
            on = self.file.day(fields.get("per"), f"{what}: per")
            successor = self.file.one_of(fields.get("naar"), f"{what}: naar", self.organisations)
            kind = self.file.text(fields.get("soort"), what)
            certainty = self.file.one_of(fields.get("zekerheid"), what, CERTAINTIES)
            gist = self.file.text(fields.get("strekking"), what)
            if on is not None:
                found.append(Succession(code, successor or None, kind, on, certainty, gist))
        return found

    def _check(self) -> None:
        node = self.fields.get("opvolging")
        for start in self.successions:
            seen, code = {start}, self.successions[start].successor
            while code in self.successions and code not in seen:
                seen.add(code)
                code = self.successions[code].successor
            if code == start:
                self.file.problem(node, f"opvolging: «{start}» volgt zichzelf op")
        labels = [label for party in self.parties.values() for label in party.labels]
        for label in {label for label in labels if labels.count(label) > 1}:
            self.file.problem(self.fields.get("rollen"), f"rollen: «{label}» hoort bij meer dan één rol")
        if KVK not in self.organisations:
            self.file.problem(self.fields.get("organisaties"), f"organisaties: «{KVK}» ontbreekt")


def read_activities(file: PolicyFile, names: Names, parties: Mapping[str, Party]) -> dict[str, Activity]:
    """Return the activities; their literal labels must belong to a party."""
    by_label = {label: party.code for party in parties.values() for label in party.labels}
    fields = file.fields(file.root, "activiteiten", ("activiteiten",))
    found: dict[str, Activity] = {}
    for node in file.items(fields.get("activiteiten"), "activiteiten"):
        activity = _activity(file, node, names, by_label)
        if activity.code in found:
            file.problem(node, f"activiteit {activity.code}: deze code bestaat al")
        found[activity.code] = activity
    return found


def _activity(file: PolicyFile, node: Node, names: Names, by_label: Mapping[str, str]) -> Activity:
    required = ("code", "titel", "tekst", "gevraagd", "wie", "niveau", "gebruik", "bron")
    fields = file.fields(node, "activiteit", required)
    code = file.text(fields.get("code"), "activiteit: code")
    what = f"activiteit {code}"
    named = file.some_of(fields.get("wie"), f"{what}: wie", by_label)
    return Activity(
        code=code,
        title=file.text(fields.get("titel"), what),
        text=file.text(fields.get("tekst"), what),
        partner_text=file.text(fields.get("gevraagd"), what),
        named=named,
        parties=tuple(dict.fromkeys(by_label[label] for label in named)),
        level=file.text(fields.get("niveau"), what),
        use=file.text(fields.get("gebruik"), what),
        source=read_source(file, fields.get("bron"), what, names),
    )


def read_consents(file: PolicyFile) -> dict[str, ConsentText]:
    """Return the consent purposes with the version of their text."""
    fields = file.fields(file.root, "toestemming", ("tekstversie", "doelen"))
    version = file.text(fields.get("tekstversie"), "tekstversie")
    found: dict[str, ConsentText] = {}
    for node in file.items(fields.get("doelen"), "doelen"):
        block = file.fields(node, "doel", ("code", "tekst", "noot", "verplicht", "per_organisatie"))
        code = file.text(block.get("code"), "doel: code")
        if code in found:
            file.problem(node, f"doel {code}: deze code bestaat al")
        text = file.text(block.get("tekst"), f"doel {code}")
        each = file.yes(block.get("per_organisatie"), f"doel {code}", False)
        if each != ("{organisatie}" in text):
            file.problem(node, f"doel {code}: «{{organisatie}}» hoort precies in de tekst per organisatie")
        required = file.yes(block.get("verplicht"), f"doel {code}", False)
        found[code] = ConsentText(code, text, file.text(block.get("noot"), f"doel {code}"), required, each, version)
    return found


def read_comparisons(file: PolicyFile, names: Names) -> tuple[Benchmark, ...]:
    """Return the published tables, in order of preference; rows name options or rows of the question."""
    fields = file.fields(file.root, "vergelijking", ("tabellen",))
    return tuple(_benchmark(file, node, names) for node in file.items(fields.get("tabellen"), "tabellen"))


def _benchmark(file: PolicyFile, node: Node, names: Names) -> Benchmark:
    required = ("code", "vraag", "titel", "tekst", "eenheid", "cijfers", "let_op", "bron")
    fields = file.fields(node, "tabel", required)
    code = file.text(fields.get("code"), "tabel: code")
    what = f"tabel {code}"
    key = file.one_of(fields.get("vraag"), f"{what}: vraag", names.shapes)
    shape = names.shapes.get(key)
    unit = file.one_of(fields.get("eenheid"), f"{what}: eenheid", UNITS)
    own = (*shape.rows, *shape.values) if shape else ()
    cells = file.entries(fields.get("cijfers"), what)
    context = not any(word in own for word, _, _ in cells)
    figures = []
    for word, name, cell in cells:
        block = file.fields(cell, f"{what}: {word}", ("cijfer", "naam"))
        if not context:
            file.known_word(name, f"{what}: cijfers", word, own)
        label = file.text(block.get("naam"), f"{what}: {word}")
        figures.append(Figure(word, label, _amount(file, block.get("cijfer"), f"{what}: {word}", unit)))
    return Benchmark(
        code=code,
        question=shape.code if shape else "",
        title=file.text(fields.get("titel"), what),
        text=file.text(fields.get("tekst"), what),
        unit=unit,
        figures=tuple(figures),
        context=context,
        caveat=file.text(fields.get("let_op"), what),
        source=read_source(file, fields.get("bron"), what, names),
    )


def _amount(file: PolicyFile, node: Node | None, what: str, unit: str) -> int:
    if unit == "procent":
        amount = file.number(node, what)
        if not 0 <= amount <= 100:
            file.problem(node, f"{what}: een percentage ligt van 0 tot en met 100")
        return amount
    text = file.text(node, what)
    if not re.fullmatch(r"\d,\d\d", text):
        file.problem(node, f'{what}: schrijf een gemiddelde als "2,33"')
        return 0
    return int(text.replace(",", ""))
