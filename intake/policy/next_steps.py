"""What a company can do to open what has to wait: the cheapest change of answers, where that is work and not a wish."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from intake.policy.analysis.changing import cheapest_change
from intake.policy.analysis.diagram import BudgetSpent
from intake.policy.analysis.findings import Alteration
from intake.policy.assessment import Assessment
from intake.policy.conditions import LEAVES, Leaf, Value, leaf_truth
from intake.policy.model import Effect, Policy, Step

MOST_WORK = 3
MOST_ACTIVITIES = 3
# Questions about what a company wants. A wish is no work, so no advice changes it.
WISHES = frozenset({"wens"})
# What to do about an answer that is in the way, by question; a colon and an option where that makes a difference.
WORK = {
    "S3": "Bedenk waarom u naar het buitenland wilt.",
    "S4": "Kies welk product of welke dienst u in het buitenland wilt verkopen.",
    "S5": "Kies het land waar u begint.",
    "S6": "Onderzoek de markt in dat land: klanten, prijzen, regels en concurrenten.",
    "S7": "Zoek uit of uw product daar kan winnen van concurrenten.",
    "S7:eerst_vernieuwen": "Vernieuw uw product, zodat het daar kan winnen van concurrenten.",
    "S8": "Zoek uit of klanten in het buitenland uw product willen.",
    "S8:nee": "Zoek klanten in het buitenland die belangstelling hebben.",
    "S9": "Zet uw plan op papier: doel, product en land.",
    "O1": "Regel dat het werk doorgaat als de directeur in het buitenland is.",
    "O2": "Regel hoe u orders uit het buitenland afhandelt: administratie, transport en douane.",
    "O3": "Zorg dat u in het buitenland dezelfde kwaliteit en service kunt leveren als hier.",
    "O4": "Zorg dat genoeg goede mensen tijd hebben voor het buitenland.",
    "O5": "Zorg dat uw mensen de taal en de manier van zakendoen in dat land leren kennen.",
}
PARTLY = frozenset({"deels", "taal"})
A_START = "Een begin is al genoeg."


@dataclass(frozen=True, slots=True)
class NextStep:
    """The work that an activity waits for, and the questions that are asked once it is done."""

    activity: str
    rule: str
    step: Step
    work: tuple[Alteration, ...]
    questions: tuple[str, ...]


def next_steps(policy: Policy, answers: Mapping[str, Value], assessed: Assessment) -> tuple[NextStep, ...]:
    """Return what opens the activities that a message holds back: the least work first, then the earliest step.

    An activity is left out when it takes more than three changes, or a change of something that no message calls in
    the way. A policy that is too large for this gives nothing.
    """
    waiting = {code for item in assessed.not_yet for code in item.activities}
    try:
        found = sorted(_possible(policy, answers, waiting), key=lambda item: (len(item.work), item.step.rank))
    except BudgetSpent:
        return ()
    nearest: dict[str, NextStep] = {}
    for item in found:
        nearest.setdefault(item.activity, item)
    return tuple(nearest.values())[:MOST_ACTIVITIES]


def _possible(policy: Policy, answers: Mapping[str, Value], waiting: set[str]) -> Iterator[NextStep]:
    for rule in policy.rules.rules:
        if rule.activity not in waiting or rule.effect is Effect.SIGNAL:
            continue
        change = cheapest_change(policy, answers, rule.code)
        steps = change.steps if change else ()
        work = tuple(step for step in steps if step.before is not None)
        if 0 < len(work) <= MOST_WORK and all(_is_work(policy, step) for step in work):
            questions = tuple(step.question for step in steps if step.before is None)
            yield NextStep(rule.activity, rule.code, rule.step, work, questions)


def _is_work(policy: Policy, step: Alteration) -> bool:
    """Say whether the answer now is in the way by the words of a message, and the other answer is not."""
    if policy.catalogue.by_code[step.question].key in WISHES or step.after is None:
        return False
    return any(leaf_truth(leaf, step.before) and not leaf_truth(leaf, step.after) for leaf in _barriers(policy, step))


def _barriers(policy: Policy, step: Alteration) -> Iterator[Leaf]:
    for message in policy.rules.withheld:
        for condition in message.closed_by:
            if isinstance(condition, LEAVES) and condition.question == step.question:
                yield condition


def work_sentence(policy: Policy, step: Alteration) -> str:
    """Return what to do in the company about one answer; never which answer to give."""
    known = WORK.get(f"{step.question}:{step.before}") or WORK.get(step.question)
    sentence = known or f"Werk aan deze vraag: «{policy.catalogue.by_code[step.question].text}»"
    return f"{sentence} {A_START}" if step.after in PARTLY else sentence
