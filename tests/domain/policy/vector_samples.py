"""Policies with a place for every answer, answers as vectors, and what one-by-one assessment says of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from random import Random
from typing import Any

from intake.policy import Answers, Kind, Policy, assess, read_answers
from intake.policy.columns import Block, Columns, places
from intake.policy.engine import Uncovered
from intake.policy.engine.deciding import STRENGTH
from intake.policy.model import Register, VectorField
from intake.policy.names import every_option
from intake.policy.replaying import Replay
from intake.policy.vectors import from_vector, to_vector
from tests.domain.policy.samples import policy_2013, random_answers

Seen = dict[str, Any]
NOTHING: Seen = {"uncovered": True, "holding": set(), "activities": set(), "outcome": set(), "intensity": set()}


def register_of(policy: Policy) -> Register:
    """Return what the register of the first version must be: everything has a place, in the order of the catalogue."""
    wanted: list[tuple[str, str, tuple[str, ...], int]] = []
    for question in policy.catalogue.questions:
        values = tuple(option.value for option in every_option(question))
        match question.kind:
            case Kind.CHOICE:
                wanted.append((question.code, "", values, 1))
            case Kind.NUMBER:
                wanted.append((question.code, "", (), 2))
            case Kind.MATRIX:
                wanted += [(question.code, row.value, (), 1) for row in question.rows]
            case _:
                wanted.append((question.code, "", values, (len(values) + 7) // 8))
    fields: list[VectorField] = []
    width = 0
    for code, row, values, size in wanted:
        fields.append(VectorField(code, row, values, width, size))
        width += size
    return Register(tuple(fields), width)


def registered_2013() -> Policy:
    """Return the policy of 2013, with the places of its own register."""
    return policy_2013()


@cache
def sample_vectors(count: int) -> tuple[bytes, ...]:
    """Return the vectors of random answers with gaps."""
    policy = registered_2013()
    return tuple(to_vector(policy.register, read_answers(policy, raw)) for raw in random_answers(count))


def noise(count: int, width: int, seed: int = 7) -> list[bytes]:
    """Return vectors of any bytes: options and scores that nobody knows, and lengths from before and after today."""
    rng = Random(seed)
    small = bytes(range(5)) * 3
    return [
        bytes(
            rng.choice(small) if rng.random() < 0.8 else rng.randrange(256) for _ in range(width + rng.randint(-9, 3))
        )
        for _ in range(count)
    ]


def one_by_one(policy: Policy, answers: Answers) -> Seen:
    """Return what the assessment of one intake says."""
    try:
        assessed = assess(policy, answers)
    except Uncovered:
        return NOTHING
    strongest: dict[tuple[str, Any], str | None] = {}
    for fired in assessed.fired:
        key = fired.activity, fired.kind
        if key not in strongest or STRENGTH[fired.intensity] > STRENGTH[strongest[key]]:
            strongest[key] = fired.intensity
    return {
        "uncovered": False,
        "holding": {*assessed.receipt.fired, *(item.code for item in assessed.not_yet)},
        "activities": {(*key, intensity) for key, intensity in strongest.items()},
        "outcome": {assessed.outcome.code},
        "intensity": {assessed.intensity},
    }


def all_at_once(policy: Policy, vectors: Sequence[bytes]) -> list[Seen]:
    """Return for each vector what the replay of all together says."""
    found = Replay(policy).run(Columns(Block.of(vectors)))
    seen: list[Seen] = [
        {"uncovered": False, "holding": set(), "activities": set(), "outcome": set(), "intensity": set()}
        for _ in vectors
    ]
    kinds = {
        "holding": found.holding,
        "activities": found.activities,
        "outcome": found.outcomes,
        "intensity": found.levels,
    }
    for kind, bitmaps in kinds.items():
        for key, bitmap in bitmaps.items():
            for place in places(bitmap, len(vectors)):
                seen[place][kind].add(key)
    for place in places(found.uncovered, len(vectors)):
        seen[place]["uncovered"] = True
    return seen


def must_agree(policy: Policy, vectors: Sequence[bytes], about: object = "") -> None:
    """Replaying all together gives what assessing one by one gives."""
    for vector, seen in zip(vectors, all_at_once(policy, vectors), strict=True):
        answers = from_vector(policy, vector)
        assert seen == one_by_one(policy, answers), (about, answers.to_json())
