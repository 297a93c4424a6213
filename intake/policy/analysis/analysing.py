"""The whole analysis of a policy in one view. Where that takes too much: step by step, and it says so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from intake.policy.analysis.dead_ends import dead_rules, unreachable_activities, unreachable_rows
from intake.policy.analysis.diagram import NODES, BudgetSpent
from intake.policy.analysis.examination import Examination
from intake.policy.analysis.findings import Analysis, Fault, Finding, Severity
from intake.policy.analysis.gates import idle_gates
from intake.policy.analysis.idle import failing_examples, idle_questions
from intake.policy.analysis.narrowing import Part, parts_of
from intake.policy.analysis.overlaps import changing_nothing, contradictions, double_outcomes, order_decides, uncovered
from intake.policy.analysis.redundancy import redundant
from intake.policy.answers import listed
from intake.policy.model import Policy

Check = Callable[[Examination], Iterator[Finding]]
CHECKS: tuple[Check, ...] = (
    dead_rules,
    uncovered,
    double_outcomes,
    contradictions,
    unreachable_activities,
    failing_examples,
    changing_nothing,
    redundant,
    unreachable_rows,
    idle_gates,
    order_decides,
)
# These can do without some of their answers. They come last, in this order, so that the others have what they need.
LAST: tuple[Check, ...] = (redundant, changing_nothing)
MOST_UNSEEN = 10
WEIGHT = {severity: at for at, severity in enumerate(Severity)}


def analyse(policy: Policy, *, budget: int = NODES) -> Analysis:
    """Return everything that can be found, over all possible complete intakes.

    When that takes more nodes than the budget, the tables and the steps are looked at one by one, and share as much
    again; numbers are then left out. The notes say what was not seen.
    """
    try:
        exam = Examination(policy, budget=budget)
        found = _found(exam)
    except BudgetSpent:
        return _in_parts(policy, budget)
    notes = (*_unseen(exam.unseen), *_without_examples(policy))
    return Analysis(_sorted(policy, found), exam.intakes.number, exam.diagram.nodes, notes, exam.counts)


def _found(exam: Examination, left_out: Sequence[Check] = ()) -> list[Finding]:
    wanted = [check for check in CHECKS if check not in left_out]
    order = [check for check in wanted if check not in LAST] + [check for check in LAST if check in wanted]
    found = {check: [*check(exam)] for check in order}
    return [finding for check in wanted for finding in found[check]]


def _in_parts(policy: Policy, budget: int) -> Analysis:
    found: list[Finding] = []
    seen: list[str] = []
    unseen: list[str] = []
    nodes = 0
    parts = [*parts_of(policy)]
    for at, part in enumerate(parts):
        # What one part leaves is for those after it.
        share = (budget - nodes) // (len(parts) - at)
        try:
            exam = Examination(part.policy, budget=share, counted=False)
            found += _of_part(part, exam)
            seen.append(part.name)
            unseen += exam.unseen
            nodes += exam.diagram.nodes
        except BudgetSpent:
            unseen.append(f"{part.name} (ook apart te groot)")
            nodes += share
    whole = f"Het beleid is te groot om in één keer te bekijken: meer dan {budget} knopen. Daarom is apart gekeken naar"
    notes = [
        f"{whole} {listed(seen) or 'niets'}. Er zijn geen aantallen, en regels van verschillende stappen zijn niet"
    ]
    notes[0] += " met elkaar vergeleken. Of elke activiteit bereikbaar is, is ook niet bekeken."
    return Analysis(_sorted(policy, found), None, nodes, (*notes, *_unseen(unseen), *_without_examples(policy)), {})


def _of_part(part: Part, exam: Examination) -> Iterator[Finding]:
    """In a part other steps have rules left out, so what they do for an activity or behind a gate is not known."""
    own = f"poort:{part.step.code}" if part.step else ""
    for finding in _found(exam, (unreachable_activities,)):
        if finding.fault is not Fault.IDLE_GATE or finding.code == own:
            yield finding


def _sorted(policy: Policy, found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return each finding once, errors first."""
    once = {finding.key: finding for finding in (*found, *idle_questions(policy))}
    return tuple(sorted(once.values(), key=lambda finding: WEIGHT[finding.severity]))


def _unseen(what: Sequence[str]) -> tuple[str, ...]:
    more = len(what) - MOST_UNSEEN
    told = [*what[:MOST_UNSEEN], *([f"en nog {more} zulke vragen"] if more > 0 else [])]
    return (f"Niet bekeken, want dat kost te veel: {'; '.join(told)}.",) if what else ()


def _without_examples(policy: Policy) -> tuple[str, ...]:
    without = [rule.code for rule in policy.rules.rules if not rule.examples]
    if not without:
        return ()
    if len(without) == len(policy.rules.rules):
        return ("Geen enkele regel heeft voorbeelden.",)
    return (f"{len(without)} van de {len(policy.rules.rules)} regels hebben geen voorbeelden: {listed(without)}.",)
