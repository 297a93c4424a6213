"""Seeded intakes that walk the routing: half of them wild, half a company that is nearly ready, all with gaps."""

from __future__ import annotations

import random
from collections.abc import Iterator

from intake.policy import Answers, Kind, Policy, Question, keep_visible, read_answers
from intake.policy.names import every_option

UNANSWERED = 0.04
CHANGED = 0.25
# Without a start like this hardly any random intake gets past the strategy (domain study, property 5).
NEARLY_READY: dict[str, object] = {
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
    "U1": "een",
    "U2": ["beurs_bezocht"],
    "U3": "zaken",
    "U10": "deels",
    "U11": ["missie_beurs"],
}


def intakes(policy: Policy, number: int, *, seed: int = 2013) -> Iterator[Answers]:
    """Yield so many sets of answers; the same seed gives the same ones."""
    rng = random.Random(seed)
    for index in range(number):
        yield keep_visible(policy, read_answers(policy, dict(_walk(policy, rng, ready=index % 2 == 1))))


def _walk(policy: Policy, rng: random.Random, *, ready: bool) -> Iterator[tuple[str, object]]:
    for question in policy.catalogue.questions:
        if rng.random() < UNANSWERED:
            continue
        if ready and question.code in NEARLY_READY and rng.random() > CHANGED:
            yield question.code, NEARLY_READY[question.code]
        else:
            yield question.code, any_answer(question, rng)


def any_answer(question: Question, rng: random.Random) -> object:
    """Return an answer that may be given to the question, whatever the others are."""
    values = [option.value for option in every_option(question)]
    match question.kind:
        case Kind.CHOICE:
            return rng.choice(values)
        case Kind.NUMBER:
            return rng.randint(question.minimum, min(question.maximum, 250))
        case Kind.MATRIX:
            return {row.value: rng.randint(question.minimum, question.maximum) for row in question.rows}
    if question.exclusive and rng.random() < 0.2:
        return [rng.choice(question.exclusive)]
    free = [value for value in values if value not in question.exclusive]
    return rng.sample(free, rng.randint(1, min(3, len(free))))
