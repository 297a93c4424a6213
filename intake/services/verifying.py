"""Stored assessments replayed against their own version: what they said then, the rules must say again.

Nothing is written. What differs is named by its kind and by codes; answers and reasons are not repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from intake.models import AnswerVector, Assessment, Intake
from intake.policies import policy as policy_named
from intake.policy import AnswerProblem, Answers, Policy, PolicyProblems, assess, read_answers
from intake.policy.engine import Uncovered
from intake.policy.vectors import to_vector

CHUNK = 200
RESULT = {
    "derived": "afgeleide waarden",
    "outcome": "uitkomst",
    "intensity": "intensiteit",
    "not_yet": "nog niet",
    "visible": "gestelde vragen",
}
RECEIPT = {
    "rules": "vingerafdruk van de regels",
    "catalogue": "vingerafdruk van de vragen",
    "answers": "vingerafdruk van de antwoorden",
    "engine": "versie van het rekenprogramma",
    "fired": "regels in het bewijs",
}

Json = Mapping[str, Any]
# Called after every chunk with how many assessments are done, and of how many.
OnChunk = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One thing that is not as it was stored; `number` is 0 where it is not about one assessment."""

    reference: str
    number: int
    what: str

    def __str__(self) -> str:
        about = f"{self.reference}, uitslag {self.number}" if self.number else self.reference
        return f"{about}: {self.what}"


class Verification:
    """Goes through all stored assessments, and counts what was replayed and what was passed over because erased."""

    def __init__(self) -> None:
        self.replayed = 0
        self.erased = 0
        self._policies: dict[str, Policy | None] = {}

    def run(self, *, on_chunk: OnChunk | None = None) -> Iterator[Mismatch]:
        """Yield everything that differs, scan by scan."""
        total, last = Assessment.objects.count(), 0
        while chunk := _chunk(last):
            last = chunk[-1].pk
            vectors = AnswerVector.objects.in_bulk([intake.pk for intake in chunk])
            for intake in chunk:
                yield from self._intake(intake, vectors.get(intake.pk))
            if on_chunk:
                on_chunk(self.replayed + self.erased, total)

    def _intake(self, intake: Intake, vector: AnswerVector | None) -> Iterator[Mismatch]:
        assessments = list(intake.assessments.all())
        if intake.state == Intake.State.ERASED:
            self.erased += len(assessments)
            if vector is not None:
                yield Mismatch(intake.reference, 0, "de scan is gewist, maar de antwoorden om na te spelen zijn er nog")
            return
        for assessment in assessments:
            self.replayed += 1
            newest = assessment is assessments[-1]
            for what in self._differences(assessment, vector if newest else None, newest=newest):
                yield Mismatch(intake.reference, assessment.number, what)

    def _differences(self, stored: Assessment, vector: AnswerVector | None, *, newest: bool) -> Iterator[str]:
        policy = self._policy(stored.policy)
        if policy is None:
            yield f"versie «{stored.policy}» van het beleid is er niet, of is niet te lezen"
            return
        try:
            answers = read_answers(policy, stored.answers)
            again = assess(policy, answers).to_json()
        except (AnswerProblem, Uncovered) as problem:
            yield f"niet na te spelen: {problem}"
            return
        yield from _compared(stored, again)
        if newest:
            yield from _compared_vector(policy, answers, vector)

    def _policy(self, name: str) -> Policy | None:
        if name not in self._policies:
            try:
                self._policies[name] = policy_named(name)
            except PolicyProblems:
                self._policies[name] = None
        return self._policies[name]


def _chunk(last: int) -> list[Intake]:
    some = Intake.objects.filter(pk__gt=last, assessments__isnull=False).distinct().order_by("pk")
    return list(some.only("pk", "reference", "state").prefetch_related("assessments")[:CHUNK])


def _compared(stored: Assessment, again: Json) -> Iterator[str]:
    if (stored.outcome, stored.intensity) != (again["outcome"], again["intensity"]):
        yield f"uitkomst en intensiteit waren {stored.outcome} {stored.intensity}"
    result, receipt = stored.result, stored.receipt
    yield from (text for key, text in RESULT.items() if result.get(key) != again[key])
    yield from _compared_rules(result.get("rules", []), again["rules"])
    yield from (text for key, text in RECEIPT.items() if receipt.get(key) != again["receipt"][key])
    if result.get("receipt") != receipt:
        yield "het bewijs staat er twee keer, en niet hetzelfde"


def _compared_rules(stored: Iterable[Json], again: Iterable[Json]) -> Iterator[str]:
    """The stored lines hold more than what is assessed: texts for page and dossier, which are not compared."""
    then, now = ({line["rule"]: line for line in lines} for lines in (stored, again))
    for code in dict.fromkeys((*then, *now)):
        if code not in now:
            yield f"regel {code} klopt niet meer"
        elif code not in then:
            yield f"regel {code} klopt nu ook"
        elif any(then[code].get(key) != value for key, value in now[code].items()):
            yield f"regel {code} geeft iets anders"
    if {*then} == {*now} and [*then] != [*now]:
        yield "volgorde van de regels"


def _compared_vector(policy: Policy, answers: Answers, vector: AnswerVector | None) -> Iterator[str]:
    if vector is None:
        yield "de antwoorden om na te spelen ontbreken"
    elif bytes(vector.vector) != to_vector(policy.register, answers):
        yield "de antwoorden om na te spelen zijn andere"
