"""The policy under test, the cases beside this file, and random answers."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from intake.policy import Kind, Policy, Question, load_policy
from intake.policy.names import every_option

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "fixtures" / "policy" / "2013"
CASES = Path(__file__).parent / "cases"
SHARED = ROOT.parent / "shared" / "domain"

# Answers of a company that is ready for anything, so that random changes still reach the last branches.
READY: dict[str, Any] = {
    "B1": "drenthe",
    "B2": "industrie_metaal",
    "B3": 25,
    "B4": ["water"],
    "B5": ["product_bedrijf"],
    "B6": "zelf",
    "B7": "soms",
    "B8": ["klanten"],
    "S1": "ja_begin",
    "S2": "nee",
    "S3": ["omzet"],
    "S4": "duidelijk",
    "S5": ["duitsland"],
    "S6": "ja",
    "S7": "ja_onderzocht",
    "S8": "belangstelling",
    "S9": "ja",
    "O1": "ja",
    "O2": "ja",
    "O3": "ja",
    "O4": "ja",
    "O5": "ja",
    "O6": ["branche", "exportclub"],
    "O7": "enkele",
    "O8": "nee",
    "U1": "een",
    "U2": ["beurs_bezocht"],
    "U3": "zaken",
    "U4": "globaal",
    "U7": "bekend",
    "U8": "nee",
    "U9": "nee",
    "U10": "deels",
    "U11": ["missie_beurs"],
}

# Set where every component must be there: then there is time for everything too.
EVERYTHING = os.environ.get("NNMKB_REQUIRE_SERVERS") == "1"


def seeds(few: int, all_of_them: int) -> range:
    """Return so many seeds: a few in a run at hand, all where everything must be run."""
    return range(all_of_them if EVERYTHING else few)


@cache
def policy_2013() -> Policy:
    """Return the policy of 2013, read once."""
    return load_policy(FOLDER)


def own_cases() -> list[dict[str, Any]]:
    """Return the cases beside this file, with their changes applied to the ready company."""
    cases = []
    for path in sorted(CASES.glob("*.json")):
        for case in json.loads(path.read_text(encoding="utf-8")):
            answers = {**READY, **case["anders"]}
            for code in case.get("zonder", []):
                answers.pop(code, None)
            cases.append({**case, "antwoorden": answers})
    return cases


def random_answer(question: Question, rng: random.Random) -> object:
    """Return any answer that may be given to the question."""
    values = [option.value for option in every_option(question)]
    if question.kind is Kind.CHOICE:
        return rng.choice(values)
    if question.kind is Kind.NUMBER:
        return rng.choice([0, 4, 5, 100, 101, rng.randint(question.minimum, question.maximum)])
    if question.kind is Kind.MATRIX:
        return {
            row.value: rng.randint(question.minimum, question.maximum) for row in question.rows if rng.random() < 0.9
        }
    if question.exclusive and rng.random() < 0.2:
        return [rng.choice(question.exclusive)]
    free = [value for value in values if value not in question.exclusive]
    return rng.sample(free, rng.randint(1, min(3, len(free))))


def random_answers(count: int, seed: int = 2013) -> Iterator[dict[str, Any]]:
    """Yield answer sets: some wild, some a ready company with a few changes, all with gaps."""
    rng = random.Random(seed)
    for number in range(count):
        ready = number % 2 == 0
        changed, missing = (0.12, 0.02) if ready else (1.0, 0.08)
        answers: dict[str, Any] = {}
        for question in policy_2013().catalogue.questions:
            if rng.random() < missing:
                continue
            if ready and question.code in READY and rng.random() > changed:
                answers[question.code] = READY[question.code]
            elif not ready or rng.random() < 0.5:
                answers[question.code] = random_answer(question, rng)
        yield answers
