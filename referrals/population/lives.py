"""How an invented referral came to where it stands: chains of moves by the table, and how often each occurs."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import accumulate

from referrals.domain.lifecycle import TRANSITIONS, State, Transition

MOVES = {row.number: row for row in TRANSITIONS}

# A chain of move numbers for each state, with its weight.
OPEN: dict[State, tuple[int, Mapping[str, int]]] = {
    State.AWAITING_CONSENT: (4, {"R1 Q1 V6": 1}),
    State.QUEUED: (17, {"R1": 8, "R1 Q1 V1": 1, "R1 Q1 V2": 1}),
    State.IN_REVIEW: (15, {"R1 Q1": 7, "R1 Q1 V4 O4": 1, "R1 Q1 V4 O2 B1": 2}),
    State.NEEDS_INFO: (6, {"R1 Q1 V3": 1}),
    State.OFFERED: (14, {"R1 Q1 V4": 7, "R1 Q1 V4 O2 B1 V4": 2, "R1 Q1 V4 O3 B1 V4 O2 B1 V4": 1}),
    State.RETURNED: (6, {"R1 Q1 V4 O2": 5, "R1 Q1 V4 O3": 3, "R1 Q1 V4 O2 B1 V4 O3": 2}),
    State.ACCEPTED: (9, {"R1 Q1 V4 O1": 1}),
    State.IN_PROGRESS: (24, {"R1 Q1 V4 O1 A1": 4, "R1 Q1 V4 O2 B1 V4 O1 A1": 1}),
    State.ON_HOLD: (5, {"R1 Q1 V8": 1}),
}
CLOSED: dict[State, tuple[int, Mapping[str, int]]] = {
    State.COMPLETED: (62, {"R1 Q1 V4 O1 A1 P1": 7, "R1 Q1 V4 O2 B1 V4 O1 A1 P1": 2, "R1 Q1 V3 N1 V4 O1 A1 P1": 1}),
    State.STOPPED: (14, {"R1 Q1 V4 O1 A1 P2": 1}),
    State.WITHDRAWN: (6, {"R1 W1": 2, "R1 Q1 V4 W4": 1}),
    State.CANCELLED: (14, {"R1 Q1 V7": 3, "R1 Q2": 1, "R1 Q1 V4 O2 B2": 1}),
    State.LAPSED: (4, {"R1 Q1 V6 C3": 1}),
}

Life = tuple[Transition, ...]
Weighed = tuple[Sequence[Life], Sequence[int]]


@cache
def weighed(*, is_open: bool) -> Weighed:
    """Return every life that ends open or closed, with its weight added to those before it."""
    lives: list[Life] = []
    weights: list[int] = []
    for share, chains in (OPEN if is_open else CLOSED).values():
        whole = sum(chains.values())
        for chain, weight in chains.items():
            lives.append(tuple(MOVES[number] for number in chain.split()))
            # 60 is divisible by every sum of weights of a state.
            weights.append(share * weight * 60 // whole)
    return lives, list(accumulate(weights))


def life(rng: random.Random, *, is_open: bool) -> Life:
    """Return a life that ends open or closed."""
    lives, totals = weighed(is_open=is_open)
    return rng.choices(lives, cum_weights=totals)[0]
