"""One set of answers seen four ways: the plain tree, the masks of the engine, the replay and the explanation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from intake.policy import Answers, Policy, assess
from intake.policy import conditions as c
from intake.policy.engine import Uncovered
from intake.policy.evaluation import Situation, look
from intake.policy.explanation import describe
from intake.policy.model import Effect, Rule, Step
from intake.policy.unmet import Unmet, why_none
from intake.policy.vectors import from_vector
from tests.domain.policy.oracle.space import every_condition, nodes
from tests.domain.policy.oracle.tree import Tree
from tests.domain.policy.oracle.uses import questions_named
from tests.domain.policy.vector_samples import NOTHING, Seen, all_at_once, one_by_one

STATES = ("nee", "nog niet beantwoord", "niet gesteld")
STRENGTH = (None, "licht", "intensief")


def differences(policy: Policy, vectors: Sequence[bytes]) -> Iterator[str]:
    """Yield, in words, wherever two of the four ways say something else."""
    words = Words(policy)
    for vector, replayed in zip(vectors, all_at_once(policy, vectors), strict=True):
        answers = from_vector(policy, vector)
        tree = Tree(policy, answers)
        told = by_tree(tree)
        if replayed != told:
            yield f"replay {replayed}, tree {told}, answers {answers.to_json()}"
        if one_by_one(policy, answers) != told:
            yield f"assessment {one_by_one(policy, answers)}, tree {told}, answers {answers.to_json()}"
        for what in (*_masks(policy, answers, tree), *_why(policy, answers, tree, words)):
            yield f"{what}, answers {answers.to_json()}"


def by_tree(tree: Tree) -> Seen:
    """Return what the plain evaluator says, in the form of the others."""
    rules = tree.policy.rules
    outcome, level = tree.outcome, tree.level
    if None in (outcome, level, *(tree.derived(key) for key in rules.derived)):
        return NOTHING
    strongest: dict[tuple[str, Effect], str | None] = {}
    for rule in rules.rules:
        if rule.code in tree.holding:
            key = rule.activity, rule.effect
            strength = _strength(rule, level)
            if key not in strongest or STRENGTH.index(strength) > STRENGTH.index(strongest[key]):
                strongest[key] = strength
    activities = {(*key, strength) for key, strength in strongest.items()}
    known = {"holding": {*tree.holding}, "activities": activities, "outcome": {outcome}, "intensity": {level}}
    return {"uncovered": False, **known}


def _strength(rule: Rule, level: str | None) -> str | None:
    if rule.intensity is not None or rule.effect is not Effect.REFERRAL:
        return rule.intensity
    return "intensief" if level == "intensief" else "licht"


def _masks(policy: Policy, answers: Answers, tree: Tree) -> Iterator[str]:
    """What is asked, kept, derived and open, also where some table has no row."""
    asked, kept = look(policy, answers)
    here = Situation(policy, kept)
    pairs: dict[str, tuple[object, object]] = {
        "asked": ([*asked], tree.asked),
        "kept": ({**kept}, tree.kept),
        "holding": (here.holding, tree.holding),
        "outcome": (here.outcome_code(), tree.outcome),
        "open": (here.open_steps, {step for step in Step if tree.gate(step)}),
    }
    for key in policy.rules.derived:
        pairs[key] = here.derived(key), tree.derived(key)
    for name, fact in policy.rules.facts.items():
        pairs[name] = here.fact(name), {1: True, 0: None, -1: False}[tree.judge(fact.when)]
    yield from (f"{what}: masks {one}, tree {other}" for what, (one, other) in pairs.items() if one != other)


class Words:
    """What the conditions of a policy are about, and how the explanation words them."""

    def __init__(self, policy: Policy) -> None:
        every = (node for condition in every_condition(policy) for node in nodes(condition))
        leaves = {node for node in every if isinstance(node, c.LEAVES)}
        pairs = [(leaf, wanted) for leaf in leaves for wanted in (True, False)]
        # By question and words: what is asked for or refused.
        self.asked = {(leaf.question, describe(policy, leaf, wanted=wanted)): (leaf, wanted) for leaf, wanted in pairs}
        self.about = {rule.code: questions_named(policy, _conditions(policy, rule)) for rule in policy.rules.rules}


def _conditions(policy: Policy, rule: Rule) -> list[c.Condition]:
    gates = policy.rules.gates
    return [rule.when, gates[rule.step].when] if rule.gated and rule.step in gates else [rule.when]


def _why(policy: Policy, answers: Answers, tree: Tree, words: Words) -> Iterator[str]:
    """What is said of each rule: something keeps it from holding exactly when it does not, and that is so."""
    for code, unmet in why_none(policy, answers).items():
        if bool(unmet) is (code in tree.holding):
            yield f"why not {code}: {unmet}, but holding is {code in tree.holding}"
        for leaf in (leaf for item in unmet for leaf in item.leaves()):
            yield from _leaf(leaf, tree, words)
    try:
        fired = assess(policy, answers).fired
    except Uncovered:
        return
    for item in fired:
        used = {code for code, _, _ in item.answers_used}
        if not used <= {*tree.kept} & words.about[item.rule]:
            yield f"{item.rule} is carried by {used}, of which some were not given or are not about it"


def _leaf(unmet: Unmet, tree: Tree, words: Words) -> Iterator[str]:
    if unmet.question is None:
        return
    place = 0 if unmet.question in tree.kept else 1 if unmet.question in tree.asked else 2
    if unmet.state != STATES[place]:
        yield f"{unmet} is told as «{unmet.state}», and is «{STATES[place]}»"
    # Several answers that would all do are told together, and then no single condition has those words.
    leaf, wanted = words.asked.get((unmet.question, unmet.needed), (None, True))
    if leaf is not None and tree.judge(leaf) == (1 if wanted else -1):
        yield f"{unmet} is told as lacking, and is there"
