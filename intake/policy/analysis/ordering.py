"""An order for the variables in which what belongs together stands together: the diagram stays small."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from intake.policy.conditions import Condition
from intake.policy.dependencies import Dependencies
from intake.policy.model import Policy

ROUNDS = 30
# Every intake must fit the routing, so keeping that together counts more than a single rule.
ROUTING = 3

Tie = tuple[frozenset[str], int]


def good_order(policy: Policy) -> tuple[str, ...]:
    """Return the codes of all questions in such an order; always the same one for a policy.

    Every question moves to the middle of the questions that it is tied to, a number of times, and the round with the
    shortest ties wins (Aloul, Markov and Sakallah 2003 call it FORCE). Starting from the end keeps most of what is
    asked later above what it depends on, which takes half the nodes.
    """
    codes = [question.code for question in reversed(policy.catalogue.questions)]
    ties = [tie for tie in _ties(policy) if len(tie[0]) > 1]
    best, shortest = codes, _length(codes, ties)
    for _ in range(ROUNDS):
        codes = _moved(codes, ties)
        length = _length(codes, ties)
        if length < shortest:
            best, shortest = codes, length
    return tuple(best)


def _ties(policy: Policy) -> Iterable[Tie]:
    graph = Dependencies(policy.rules)
    by_key = policy.catalogue.by_key
    for question in policy.catalogue.questions:
        sector = {by_key[question.sector_question].code} if question.sector_question else set()
        yield frozenset({question.code} | sector | graph.questions(question.visible_when)), ROUTING
    conditions: dict[Condition, None] = {rule.when: None for rule in policy.rules.rules}
    conditions |= {message.when: None for message in policy.rules.withheld}
    for condition in conditions:
        yield frozenset(graph.questions(condition)), 1


def _moved(codes: Sequence[str], ties: Sequence[Tie]) -> list[str]:
    place = {code: at for at, code in enumerate(codes)}
    pull = {code: [0.0, 0] for code in codes}
    for tied, weight in ties:
        middle = sum(place[code] for code in tied) / len(tied)
        for code in tied:
            pull[code][0] += middle * weight
            pull[code][1] += weight
    wanted = {code: total / weight if weight else place[code] for code, (total, weight) in pull.items()}
    return sorted(codes, key=lambda code: (wanted[code], place[code]))


def _length(codes: Sequence[str], ties: Sequence[Tie]) -> int:
    place = {code: at for at, code in enumerate(codes)}
    total = 0
    for tied, weight in ties:
        places = [place[code] for code in tied]
        total += weight * (max(places) - min(places))
    return total
