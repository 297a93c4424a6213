"""Gates that open on nothing: someone gets help, the step is open, and no rule of it has anything to give."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from intake.policy.analysis.diagram import FALSE, NODES_FOR_ONE, BudgetSpent
from intake.policy.analysis.examination import Examination
from intake.policy.analysis.findings import Fault, Finding
from intake.policy.analysis.words import answer_line
from intake.policy.model import Effect, Step

# «None of a hundred rules» can take a diagram without end. Once it is this large, the other rules are tried on samples.
SAMPLES = 5_000


def idle_gates(exam: Examination) -> Iterator[Finding]:
    """Yield gates that are open for someone who gets help, while no rule of the step gives anything but a signal."""
    diagram = exam.diagram
    helped = diagram.some(where for level, where in exam.meaning.levels().items() if level != "geen")
    for step, gate in exam.rules.gates.items():
        open_now = diagram.conj(helped, exam.certain(gate.when))
        rules = [rule for rule in exam.rules.rules if rule.step is step and rule.effect is not Effect.SIGNAL]
        # Rules that hold most leave least over, and least is what the diagram can hold.
        rules.sort(key=lambda rule: -exam.counts[rule.code])
        given = [exam.meaning.effective(rule) for rule in rules if exam.counts[rule.code]]
        left, untried = _without(exam, open_now, given)
        if not untried:
            if exam.intakes.possible(left):
                yield exam.shown(Fault.IDLE_GATE, f"poort:{step.code}", "", _text(step), left)
        elif exam.intakes.possible(left):
            yield from _sampled(exam, step, left, untried, [open_now ^ 1, *given])


def _text(step: Step) -> str:
    return f"De poort van stap {step.label} is open, maar er is geen activiteit in die stap."


def _without(exam: Examination, left: int, functions: Sequence[int]) -> tuple[int, Sequence[int]]:
    """Take functions away one by one while there is room; return what is left and what was not taken away."""
    waiting = [*functions]
    try:
        with exam.diagram.room(NODES_FOR_ONE):
            while waiting:
                left = exam.diagram.minus(left, waiting[0])
                del waiting[0]
    except BudgetSpent:
        pass
    return left, waiting


def _sampled(
    exam: Examination, step: Step, left: int, untried: Sequence[int], against: Sequence[int]
) -> Iterator[Finding]:
    """Look for an intake that escapes the functions that were not tried, among many of those that are left."""
    some = exam.diagram.conj(exam.intakes.whole, left)
    if some == FALSE:
        return
    chance = Random(0)  # noqa: S311  (the same every time, and nothing secret)
    for _ in range(SAMPLES):
        places = exam.diagram.sample(some, chance.randrange)
        if not any(exam.diagram.holds(function, places) for function in untried):
            example = exam.intakes.space.answers(places)
            matter = exam.smallest.reasons(against, places)
            lines = tuple(answer_line(exam.policy, code, example) for code in matter)
            code = f"poort:{step.code}"
            text = f"{_text(step)} {exam.how_often(None)}"
            yield Finding(Fault.IDLE_GATE, code, "", exam.place(code), text, None, example, lines)
            return
    exam.unseen.append(f"of de poort van stap {step.label} altijd ergens op opengaat")
