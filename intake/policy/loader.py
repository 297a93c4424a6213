"""From a folder of policy files to one checked policy version."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from intake.policy.activity_reading import read_activities, read_comparisons, read_consents
from intake.policy.catalogue_reading import CatalogueReader
from intake.policy.citing import SourceText
from intake.policy.dependencies import OUTCOME, Dependencies
from intake.policy.dependencies import Node as Named
from intake.policy.engine.compiling import tangled
from intake.policy.model import Catalogue, Digests, Place, Policy, Question, RuleSet
from intake.policy.names import Names
from intake.policy.parties_reading import PartiesReader
from intake.policy.problems import PolicyProblems, Problem
from intake.policy.reading import PolicyFile
from intake.policy.register_reading import REGISTER, RegisterReader
from intake.policy.registering import register_of
from intake.policy.rules_reading import RulesReader

CATALOGUE = "catalogus.yaml"
FILES = (
    CATALOGUE,
    "regels.yaml",
    "activiteiten.yaml",
    "partijen.yaml",
    "toestemming.yaml",
    "vergelijking.yaml",
    REGISTER,
)
# How deep a name may lead through conditions and other names. Looking into it takes a few calls a level, and Python
# stops at a thousand.
MOST_LEVELS = 60


# What can hold in so many ways that nobody can look through it, and no mask can hold it.
TANGLED = "{}: deze voorwaarde kan op te veel manieren kloppen; splits haar, of geef een deel een naam als feit"


def load_policy(folder: Path, sources: Mapping[str, str] | None = None) -> Policy:
    """Return the policy of the folder; PolicyProblems names every mistake of every file at once.

    `sources` holds texts of documents by code: what is cited from those must stand in them.
    """
    problems: list[Problem] = []
    return _read_all(_texts_of(folder, problems), sources or {}, problems)


def read_policy(texts: Mapping[str, str], sources: Mapping[str, str] | None = None) -> Policy:
    """Return the policy of these texts, by file name; see `load_policy`."""
    missing = [Problem(name, 1, "dit bestand ontbreekt") for name in FILES if name not in texts]
    return _read_all(texts, sources or {}, missing)


# Who writes rules saves the same catalogue again and again.
@lru_cache(maxsize=8)
def questions_of(text: str) -> tuple[Question, ...] | None:
    """Return the questions in the text of a catalogue, each as if always asked; None when they cannot be read."""
    problems: list[Problem] = []
    try:
        file = PolicyFile(CATALOGUE, text, problems)
        questions = tuple(CatalogueReader(file, Names()).drafts.values()) if not problems else ()
    except PolicyProblems:
        return None
    return None if problems else questions


def _read_all(texts: Mapping[str, str], sources: Mapping[str, str], problems: list[Problem]) -> Policy:
    problems += [Problem(name, 1, "dit bestand hoort niet bij het beleid") for name in sorted({*texts} - {*FILES})]
    files = {name: PolicyFile(name, texts[name], problems) for name in FILES if name in texts}
    if len(files) < len(FILES) or not all(file.readable for file in files.values()):
        raise PolicyProblems(problems)
    names = Names(sources={code: SourceText(text) for code, text in sources.items()})
    policy = _read(files, names, problems)
    if not problems:
        problems += [Problem(*_where(policy, owner), TANGLED.format(owner)) for owner in tangled(policy)]
    if problems:
        raise PolicyProblems(problems)
    return policy


def _where(policy: Policy, owner: str) -> tuple[str, int]:
    place = policy.places.get(owner, Place("regels.yaml", 1))
    return place.file, place.line


def _texts_of(folder: Path, problems: list[Problem]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for name in sorted({*FILES, *(path.name for path in folder.glob("*.y*ml"))}):
        try:
            texts[name] = (folder / name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            problems.append(Problem(name, 1, f"dit bestand is niet te lezen ({type(error).__name__})"))
    return texts


def _read(files: dict[str, PolicyFile], names: Names, problems: list[Problem]) -> Policy:
    catalogue_reader = CatalogueReader(files[CATALOGUE], names)
    questions = None if problems else tuple(catalogue_reader.drafts.values())
    register_reader = RegisterReader(files[REGISTER])
    if questions is not None and register_reader.readable:
        register_reader.check(questions, names.places)
    rules_reader = RulesReader(files["regels.yaml"], names)
    parties = PartiesReader(files["partijen.yaml"], names)
    activities = read_activities(files["activiteiten.yaml"], names, parties.parties)
    rules = rules_reader.finish({code: item.parties for code, item in activities.items()}, tuple(parties.parties))
    catalogue = catalogue_reader.finish()
    if not problems:
        _check_order(catalogue_reader, catalogue, rules_reader, rules)
    name, version = catalogue_reader.identity()
    return Policy(
        name=name,
        version=version,
        documents=names.documents,
        catalogue=catalogue,
        rules=rules,
        activities=activities,
        parties=parties.parties,
        organisations=parties.organisations,
        successions=parties.successions,
        consents=read_consents(files["toestemming.yaml"]),
        comparisons=read_comparisons(files["vergelijking.yaml"], names),
        digests=Digests(
            rules=digest(files["regels.yaml"].root, files["activiteiten.yaml"].root),
            catalogue=digest(files[CATALOGUE].root),
        ),
        places=names.places,
        register=register_of(register_reader.slots),
    )


def _check_order(
    catalogue_reader: CatalogueReader, catalogue: Catalogue, rules_reader: RulesReader, rules: RuleSet
) -> None:
    """A name may not need itself, and a question may only depend on questions before it."""
    dependencies = Dependencies(rules)
    file, places = rules_reader.file, rules_reader.names.places
    rings = dependencies.cycles()
    for ring in rings:
        file.report(_place(ring[0], rules, places).line, f"dit gaat rond: {_in_words(*ring, ring[0])}")
    if rings:
        return
    deepest, levels = dependencies.deepest()
    if levels > MOST_LEVELS:
        message = f"«{_in_words(deepest)}» steunt op te veel andere namen na elkaar: {levels}, en hooguit {MOST_LEVELS}"
        file.report(_place(deepest, rules, places).line, message)
        return
    before: set[str] = set()
    for question in catalogue.questions:
        later = dependencies.questions(question.visible_when) - before
        if later:
            message = f"zichtbaar_als hangt af van een vraag die niet eerder komt: {', '.join(sorted(later))}"
            catalogue_reader.report(question.code, message)
        before.add(question.code)


def _place(node: Named, rules: RuleSet, places: Mapping[str, Place]) -> Place:
    kind, name = node
    if node == OUTCOME:
        return places[rules.outcomes[0].code]
    return places[rules.derived[name].code if kind == "afgeleid" else f"feit:{name}"]


def _in_words(*nodes: Named) -> str:
    return " → ".join(name or kind for kind, name in nodes)


def digest(*roots: Node | None) -> str:
    """Return the sha256 of the canonical text: comments and layout do not count, order does."""
    text = json.dumps([plain(root) for root in roots if root is not None], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def plain(node: Node) -> Any:
    """Return a node as lists of pairs, lists and text."""
    if isinstance(node, MappingNode):
        return [[plain(key), plain(value)] for key, value in node.value]
    if isinstance(node, SequenceNode):
        return [plain(item) for item in node.value]
    return str(node.value) if isinstance(node, ScalarNode) else ""
