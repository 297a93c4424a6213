"""A large policy, made from that of 2013 with a seed: more questions with routing, facts, tables, activities and rules.

Everything it adds is random but looks like what is there: questions lean on questions near them, rules on their own
step, and every text passes the loader.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import yaml

from intake.policy import Policy
from intake.policy.loader import questions_of, read_policy
from intake.policy.register_reading import REGISTER, slots_of
from intake.policy.registering import register_text

BASE = Path(__file__).resolve().parent.parent / "fixtures" / "policy" / "2013"
SEED = 2013
Block = dict[str, Any]
SOURCE = {"document": "001", "plaats": "§3 Ad 1", "strekking": "Gemaakt voor een meting."}
STEPS = ("B", "S", "O", "U")
GATES = {"B": "", "S": "", "O": "s_open", "U": "u_open"}


def generated_policy(rules: int = 400, questions: int = 100, *, seed: int = SEED) -> Policy:
    """Return a policy with so many rules and questions; the same seed gives the same one."""
    return read_policy(generated_texts(rules, questions, seed=seed))


def generated_texts(rules: int = 400, questions: int = 100, *, seed: int = SEED) -> dict[str, str]:
    """Return the files of a policy with so many rules and questions."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in BASE.glob("*.yaml")}
    catalogue, content, activities = (
        _block(texts[name]) for name in ("catalogus.yaml", "regels.yaml", "activiteiten.yaml")
    )
    maker = _Maker(random.Random(seed), catalogue, content, activities)
    maker.add_questions(questions - len(catalogue["vragen"]))
    maker.add_facts(questions // 4)
    maker.add_tables(questions // 10)
    maker.add_activities(max(4, rules // 10 - len(activities["activiteiten"])))
    maker.add_rules(rules - len(content["regels"]))
    made = {"catalogus.yaml": catalogue, "regels.yaml": content, "activiteiten.yaml": activities}
    texts |= {name: json.dumps(block, ensure_ascii=False, indent=1) for name, block in made.items()}
    asked = questions_of(texts["catalogus.yaml"])
    assert asked is not None, "every text that is made passes the loader"
    return texts | {REGISTER: register_text(slots_of(texts[REGISTER]), asked)}


class _Maker:
    """Adds random blocks to the files of a policy."""

    def __init__(self, rng: random.Random, catalogue: Block, content: Block, activities: Block) -> None:
        self.rng = rng
        self.content = content
        self.activities = activities["activiteiten"]
        self.questions: list[Block] = catalogue["vragen"]
        self.facts: dict[str, list[str]] = {step: [] for step in STEPS}
        self.tables: dict[str, list[Block]] = {step: [] for step in STEPS}

    def add_questions(self, number: int) -> None:
        for index in range(number):
            self._add_question(f"{STEPS[index * 4 // number]}{index + 101}", STEPS[index * 4 // number], index)

    def _add_question(self, code: str, step: str, index: int) -> None:
        before = [item for item in self.questions if item["stap"] == step]
        question = {
            "code": code,
            "sleutel": f"vraag_{index}",
            "stap": step,
            **self._kind(),
            "tekst": f"Wat is het antwoord op vraag {index}?",
            "uitleg": "Kies wat het beste past.",
        }
        when = [{"feit": GATES[step]}] if GATES[step] else []
        if before and self.rng.random() < 0.35:
            when.append(self.condition(before[-6:]))
        if when:
            question["zichtbaar_als"] = when[0] if len(when) == 1 else {"alle": when}
        self.questions.insert(self.questions.index(before[-1]) + 1, question | {"bron": SOURCE})

    def _kind(self) -> Block:
        chance = self.rng.random()
        if chance < 0.1:
            return {"soort": "getal", "van": 0, "tot": 999}
        options = {f"optie_{number}": f"Optie {number}" for number in range(self.rng.randint(2, 6))}
        if chance < 0.22:
            return {"soort": "meerkeuze", "opties": options | {"geen": "Geen"}, "exclusief": ["geen"]}
        return {"soort": "keuze", "opties": options}

    def add_facts(self, number: int) -> None:
        for index in range(number):
            step = STEPS[index % 4]
            when = self._several(step, 2, 3)
            word = self.rng.choice(["alle", "een_van"])
            self.content["feiten"][f"feit_{index}"] = {"tekst": f"Feit {index}", "als": {word: when}}
            self.facts[step].append(f"feit_{index}")

    def add_tables(self, number: int) -> None:
        for index in range(number):
            step = STEPS[index % 4]
            rows = [
                {"waarde": f"w{row}", "tekst": f"Waarde {row}", "als": {"alle": self._several(step, 1, 3)}}
                for row in range(3)
            ]
            rows.append({"waarde": "rest", "tekst": "Rest", "als": "altijd"})
            key = f"tabel_{index}"
            table = {
                "code": f"D{index + 101}",
                "sleutel": key,
                "naam": f"Tabel {index}",
                "waarden": rows,
                "bron": SOURCE,
            }
            self.content["afgeleid"].append(table)
            self.tables[step].append(table)

    def add_activities(self, number: int) -> None:
        like = self.activities[0]
        for index in range(number):
            self.activities.append(like | {"code": f"X{index}", "titel": f"Activiteit {index}"})

    def add_rules(self, number: int) -> None:
        roles = self.content["regels"][0]["rollen"]
        own = [item["code"] for item in self.activities if item["code"].startswith("X")]
        for index in range(number):
            step = self.rng.choice(STEPS[1:])
            effect = self.rng.choice(["verwijzing", "aanmelding", "informatie", "signaal"])
            rule = {"code": f"R-X{index}", "activiteit": self.rng.choice(own), "soort": effect, "stap": step}
            if effect in ("aanmelding", "informatie"):
                rule["intensiteit"] = self.rng.choice(["licht", "intensief"])
            rule |= {
                "rollen": roles,
                "als": {"alle": self._parts(step)},
                "reden": f"Dit is reden {index}.",
                "bron": SOURCE,
            }
            self.content["regels"].append(rule)

    def _parts(self, step: str) -> list[Block]:
        parts = self._several(step, 2, 4)
        if self.rng.random() < 0.3:
            parts.append({"een_van": self._several(step, 2, 3)})
        if self.rng.random() < 0.3:
            parts.append({"feit": self.rng.choice([*self.facts[step], "met_hulp", "noord", "wil"])})
        if self.tables[step] and self.rng.random() < 0.3:
            table = self.rng.choice(self.tables[step])
            parts.append({table["sleutel"]: [self.rng.choice(table["waarden"])["waarde"]]})
        return parts

    def _several(self, step: str, least: int, most: int) -> list[Block]:
        """Conditions on questions that stand close together, each question once."""
        own = [item for item in self.questions if item["stap"] == step and _usable(item)]
        start = self.rng.randrange(len(own))
        near = (own + own)[start : start + 8]
        chosen = self.rng.sample(near, self.rng.randint(least, most))
        return [self.condition([question]) for question in chosen]

    def condition(self, questions: list[Block]) -> Block:
        """Return a condition about one of the questions, one that can and need not hold."""
        question = self.rng.choice([item for item in questions if _usable(item)])
        if question["soort"] == "getal":
            low = self.rng.choice([5, 10, 50, 100, 250])
            return {question["sleutel"]: {"van": low} if self.rng.random() < 0.5 else {"tot": low - 1}}
        options = [str(option) for option in question["opties"]]
        chosen = self.rng.sample(options, self.rng.randint(1, max(1, len(options) // 2)))
        if question["soort"] == "keuze":
            return {question["sleutel"]: chosen if self.rng.random() < 0.8 else {"niet_in": chosen}}
        word = self.rng.choice(["minstens_een", "geen_van"])
        return {question["sleutel"]: {word: chosen[:2]}}


def _usable(question: Block) -> bool:
    return "opties" in question or question["soort"] == "getal"


def _block(text: str) -> Block:
    """Return a file as plain data, words and whole numbers only."""
    found: Block = _plain(yaml.compose(text))
    return found


def _plain(node: Any) -> Any:
    if isinstance(node, yaml.MappingNode):
        return {str(_plain(key)): _plain(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item) for item in node.value]
    return int(node.value) if node.style is None and node.value.isdigit() else node.value
