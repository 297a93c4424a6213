"""A few dozen answer sets with their real assessments, shared by all companies of a population."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings

from intake.models import Assessment
from intake.policies import newest, policy
from intake.policy import AnswerProblem, Answers, Kind, Policy, assess, keep_visible, read_answers
from intake.policy.vectors import to_vector
from intake.services import assessing
from referrals.services import asking
from referrals.services.asking import Wish

FIRMS = settings.ROOT / "fixtures" / "demo" / "bedrijven.json"
MOST, TRIES = 48, 2000
CHANGED = 0.15
# Of what was fired, so much is read by the workbench; with all its sources a million of them would fill a disk.
KEPT = ("rule", "activity", "kind", "now", "reason", "step", "way", "intensity", "parties")


@dataclass(frozen=True, slots=True)
class Assessed:
    """One set of answers, what the rules say about it, and the needs that it leads to; JSON as it is stored."""

    policy: str
    answers: str
    result: str
    receipt: str
    vector: bytes
    outcome: str
    intensity: str
    province: str
    sector: str
    wishes: tuple[Wish, ...]


def assessed(rng: random.Random, on: date) -> list[Assessed]:
    """Return different answer sets, most of which lead to several needs."""
    version = newest()
    rules = policy(version)
    found: dict[str, Assessed] = {}
    for answers in _varied(rules, rng):
        one = _assessed(version, answers, on)
        if one.wishes and (len(one.wishes) > 1 or rng.random() < 0.3):
            found.setdefault(one.answers, one)
        if len(found) == MOST:
            break
    return list(found.values())


def _varied(rules: Policy, rng: random.Random) -> Iterator[Answers]:
    firms = [firm["antwoorden"] for firm in json.loads(FIRMS.read_text(encoding="utf-8"))]
    for _ in range(TRIES):
        told: dict[str, Any] = dict(rng.choice(firms))
        for question in rules.catalogue.questions:
            values = [option.value for option in question.options]
            if values and (question.code in ("B1", "B2") or rng.random() < CHANGED):
                told[question.code] = rng.choice(values) if question.kind is Kind.CHOICE else [rng.choice(values)]
        told["B3"] = rng.randint(2, 120)
        try:
            yield keep_visible(rules, read_answers(rules, told))
        except AnswerProblem:
            continue


def _assessed(version: str, answers: Answers, on: date) -> Assessed:
    rules = policy(version)
    found = assess(rules, answers)
    result = assessing.stored(rules, answers, found)
    result = {
        "rules": [{name: line[name] for name in KEPT} for line in result["rules"] if line["now"]],
        "outcome_details": result["outcome_details"],
        "not_yet": result["not_yet"],
    }
    told = answers.to_json()
    row = Assessment(policy=version, answers=told, result=result)
    place = asking.place_of(told)
    return Assessed(
        policy=version,
        answers=json.dumps(told),
        result=json.dumps(result, ensure_ascii=False),
        receipt=json.dumps(found.receipt.to_json()),
        vector=to_vector(rules.register, answers),
        outcome=found.outcome.code,
        intensity=found.intensity,
        province=place.province,
        sector=place.sector,
        wishes=asking.wishes(row, on),
    )
