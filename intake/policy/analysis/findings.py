"""What the analysis of a policy can find, and how it is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from intake.policy.answers import Answers
from intake.policy.conditions import Value
from intake.policy.model import Place


class Severity(Enum):
    """An error blocks publishing, a warning asks for a note, information asks for nothing."""

    ERROR = "fout"
    WARNING = "waarschuwing"
    INFORMATION = "ter informatie"


class Fault(Enum):
    """Every kind of finding; the value is its name on the screen."""

    DEAD_RULE = "dode regel"
    DEAD_MESSAGE = "dood bericht"
    UNCOVERED = "geen uitkomst of waarde"
    DOUBLE_OUTCOME = "dubbele uitkomst"
    CONTRADICTION = "tegenspraak"
    UNREACHABLE_ACTIVITY = "onbereikbare activiteit"
    FAILING_EXAMPLE = "voorbeeld klopt niet"
    CHANGES_NOTHING = "regel verandert niets"
    REDUNDANT = "overbodige voorwaarde"
    UNREACHABLE_ROW = "onbereikbare rij"
    IDLE_GATE = "poort open zonder activiteit"
    IDLE_QUESTION = "vraag zonder gevolg"
    IMPLIED = "volgt al uit de vraagvolgorde"
    ORDER_DECIDES = "alleen de volgorde beslist"
    INDIRECT_QUESTION = "vraag zonder gevolg voor het advies"


class Cause(Enum):
    """Why a rule or message can never hold; the value is the `other` of its finding."""

    SELF = "zelf"
    ROUTING = "routing"
    GATE = "poort"
    PRECEDENCE = "voorrang"


SEVERITIES: Mapping[Fault, Severity] = {
    Fault.DEAD_RULE: Severity.ERROR,
    Fault.DEAD_MESSAGE: Severity.ERROR,
    Fault.UNCOVERED: Severity.ERROR,
    Fault.DOUBLE_OUTCOME: Severity.ERROR,
    Fault.CONTRADICTION: Severity.ERROR,
    Fault.UNREACHABLE_ACTIVITY: Severity.ERROR,
    Fault.FAILING_EXAMPLE: Severity.ERROR,
    Fault.CHANGES_NOTHING: Severity.WARNING,
    Fault.REDUNDANT: Severity.WARNING,
    Fault.UNREACHABLE_ROW: Severity.WARNING,
    Fault.IDLE_GATE: Severity.WARNING,
    Fault.IDLE_QUESTION: Severity.WARNING,
    Fault.IMPLIED: Severity.INFORMATION,
    Fault.ORDER_DECIDES: Severity.INFORMATION,
    Fault.INDIRECT_QUESTION: Severity.INFORMATION,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know about a policy, in Dutch, at its place.

    `intakes` counts the complete intakes to which it applies, None where that says nothing. `example` is one of those
    intakes, complete; `example_lines` are the few of its answers that cause the finding, whatever else is answered.
    """

    fault: Fault
    code: str
    other: str
    place: Place
    text: str
    intakes: int | None = None
    example: Answers | None = field(default=None, hash=False)
    example_lines: tuple[str, ...] = ()

    @property
    def severity(self) -> Severity:
        return SEVERITIES[self.fault]

    @property
    def key(self) -> str:
        """Return what stays the same as long as the same thing is found."""
        return f"{self.fault.name}:{self.code}:{self.other}"


@dataclass(frozen=True, slots=True)
class Analysis:
    """Everything found about a policy, errors first.

    `intakes` is the number of possible complete intakes and `counts` says for how many of them each rule and message
    holds; both are None or empty when the policy was too large to be seen as a whole, and `notes` then says so.
    """

    findings: tuple[Finding, ...]
    intakes: int | None
    nodes: int
    notes: tuple[str, ...]
    counts: Mapping[str, int]

    @property
    def errors(self) -> tuple[Finding, ...]:
        return self.of(Severity.ERROR)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        return self.of(Severity.WARNING)

    def of(self, severity: Severity) -> tuple[Finding, ...]:
        """Return the findings that weigh this much."""
        return tuple(finding for finding in self.findings if finding.severity is severity)


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A few answers with which a rule holds, or fails on one part alone; `what` says which part, in Dutch."""

    answers: Answers
    holds: bool
    what: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Alteration:
    """One answer to change; `before` None is newly asked, `after` None is left empty.

    With `anything` the rule does not mind which answer is given, but the question will be asked.
    """

    question: str
    before: Value | None
    after: Value | None
    anything: bool


@dataclass(frozen=True, slots=True)
class Change:
    """The fewest answers to change before a rule holds; `answers` is the intake after it."""

    rule: str
    steps: tuple[Alteration, ...]
    answers: Answers


@dataclass(frozen=True, slots=True)
class Difference:
    """For how many complete intakes of the new version a rule now holds, or no longer does, with an example of each.

    The lines are the few answers that matter. When two versions cannot be compared, `note` says why and there are no
    numbers.
    """

    rule: str
    gained: int | None
    lost: int | None
    gained_example: Answers | None = None
    gained_lines: tuple[str, ...] = ()
    lost_example: Answers | None = None
    lost_lines: tuple[str, ...] = ()
    note: str = ""
