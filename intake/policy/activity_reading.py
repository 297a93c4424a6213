"""From activiteiten.yaml, toestemming.yaml and vergelijking.yaml to their data."""

from __future__ import annotations

import re
from collections.abc import Mapping

from yaml.nodes import Node

from intake.policy.catalogue_reading import read_source
from intake.policy.codes import NAME, SHORT
from intake.policy.model import Activity, Benchmark, ConsentText, Figure
from intake.policy.names import Names
from intake.policy.organisations import Party
from intake.policy.reading import PolicyFile

UNITS = ("procent", "gemiddelde")


def read_activities(file: PolicyFile, names: Names, parties: Mapping[str, Party]) -> dict[str, Activity]:
    """Return the activities; their literal labels must belong to a party."""
    by_label = {label: party.code for party in parties.values() for label in party.labels}
    fields = file.fields(file.root, "activiteiten", ("activiteiten",))
    found: dict[str, Activity] = {}
    for node in file.items(fields.get("activiteiten"), "activiteiten"):
        activity = _activity(file, node, names, by_label)
        if not names.mark(activity.code, file.place(node)):
            file.problem(node, f"activiteit {activity.code}: deze code bestaat al")
        found[activity.code] = activity
    return found


def _activity(file: PolicyFile, node: Node, names: Names, by_label: Mapping[str, str]) -> Activity:
    required = ("code", "titel", "tekst", "gevraagd", "wie", "niveau", "gebruik", "bron")
    fields = file.fields(node, "activiteit", required)
    code = file.code(fields.get("code"), "activiteit: code", SHORT)
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
        code = file.code(block.get("code"), "doel: code", SHORT)
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
    code = file.code(fields.get("code"), "tabel: code", NAME)
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
