"""Hundreds of policies with small mistakes: the analysis finds what z3 finds, and the rules say one thing in four ways.

Here a few of them; where everything must be run, at least 500.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import chain
from multiprocessing import get_context
from random import Random

from intake.policy import Policy
from intake.policy.analysis import Analysis, Cause, Fault, Finding, analyse
from intake.policy.engine import TooManyClauses, compiled
from intake.policy.vectors import to_vector
from tests.domain.policy.oracle.findings import Oracle
from tests.domain.policy.oracle.fourfold import differences
from tests.domain.policy.oracle.mutants import CHANGES, mutant
from tests.domain.policy.oracle.showing import shows
from tests.domain.policy.oracle.tree import Tree
from tests.domain.policy.samples import EVERYTHING, seeds
from tests.domain.policy.vector_samples import registered_2013, sample_vectors

MUTANTS = len(seeds(12, 500))
AT_A_TIME = 25
# Answers for each mutant, besides the examples that the analysis gives.
ANSWERS = 25


@dataclass(frozen=True, slots=True)
class Report:
    """What was seen of one mutant: `wrong` in words, and the kinds of findings that the original has not or has."""

    seed: int
    changes: tuple[str, ...]
    wrong: tuple[str, ...]
    kinds: tuple[str, ...]
    unseen: bool = False
    too_large: bool = False


def test_mutants_are_judged_alike_by_all() -> None:
    reports = [*examined()]
    assert len(reports) == MUTANTS
    assert [(report.seed, report.changes, report.wrong) for report in reports if report.wrong] == []
    assert sum(report.unseen or report.too_large for report in reports) <= MUTANTS // 50
    changes = Counter(chain.from_iterable(report.changes for report in reports))
    kinds = Counter(chain.from_iterable(report.kinds for report in reports))
    assert len(kinds) > 5
    if EVERYTHING:
        assert not {change.__name__ for change in CHANGES if changes[change.__name__] < 10}
        assert not {kind for kind in every_kind() if kinds[kind] < 2}


def every_kind() -> set[str]:
    """Return each fault; of rules and messages that never hold each cause. No gate stands before a message."""
    dead = {kind_of(fault, cause.value) for fault in (Fault.DEAD_RULE, Fault.DEAD_MESSAGE) for cause in Cause}
    return {kind_of(fault, "") for fault in Fault if kind_of(fault, "x") == fault.name} | dead - {"DEAD_MESSAGE poort"}


def kind_of(fault: Fault, other: str) -> str:
    return f"{fault.name} {other}" if fault in (Fault.DEAD_RULE, Fault.DEAD_MESSAGE) else fault.name


def examined() -> Iterator[Report]:
    """Yield a report of every mutant; of many, from two processes."""
    lots = [range(start, min(start + AT_A_TIME, MUTANTS)) for start in range(0, MUTANTS, AT_A_TIME)]
    if len(lots) == 1:
        yield from reports_of(lots[0])
        return
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        yield from chain.from_iterable(pool.map(reports_of, lots))


def reports_of(seeds: range) -> list[Report]:
    return [report_of(seed) for seed in seeds]


def report_of(seed: int) -> Report:
    made = mutant(registered_2013(), seed)
    analysis = analyse(made.policy)
    found = keys(analysis)
    # A rule that takes too much is left out of the search for spare parts, and that is noted.
    unseen = analysis.intakes is None or any(note.startswith("Niet bekeken") for note in analysis.notes)
    wrong = [] if unseen else [f"only one finds {key}" for key in sorted(found ^ Oracle(made.policy).findings())]
    shown = [finding for finding in analysis.findings if finding.example is not None]
    wrong += [f"the example of {item.key} does not show it" for item in shown if not is_shown(made.policy, item)]
    examples = [to_vector(made.policy.register, item.example) for item in shown if item.example is not None]
    try:
        compiled(made.policy)
    except TooManyClauses:
        return Report(seed, made.changes, tuple(wrong), (), unseen, too_large=True)
    some = Random(seed).sample(sample_vectors(2000), ANSWERS)
    wrong += differences(made.policy, [*some, *examples])
    kinds = tuple(kind_of(Fault[fault], other) for fault, _, other in found ^ keys_of_2013())
    return Report(seed, made.changes, tuple(wrong), kinds, unseen)


@cache
def keys_of_2013() -> set[tuple[str, str, str]]:
    return keys(analyse(registered_2013()))


def keys(analysis: Analysis) -> set[tuple[str, str, str]]:
    return {(finding.fault.name, finding.code, finding.other) for finding in analysis.findings}


def is_shown(policy: Policy, finding: Finding) -> bool:
    """Say whether the example of a finding shows it; that of an example that fails need not be complete."""
    assert finding.example is not None
    tree = Tree(policy, finding.example)
    if finding.fault is Fault.FAILING_EXAMPLE:
        example = policy.rules.rule(finding.code).examples[int(finding.other) - 1]
        return (finding.code in tree.holding) is not example.holds
    return tree.complete() and tree.kept == dict(finding.example) and shows(policy, finding, tree)
