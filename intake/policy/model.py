"""The frozen data of one policy version: catalogue, rules, activities, parties and texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from intake.policy.conditions import Condition, Value
from intake.policy.organisations import Organisation, Party, Succession


class Step(Enum):
    """The steps, in the order that is law."""

    COMPANY = "company"
    STRATEGY = "strategy"
    ORGANISATION = "organisation"
    EXECUTION = "execution"

    @property
    def code(self) -> str:
        return STEP_CODES[self]

    @property
    def label(self) -> str:
        return _STEP_LABELS[self]

    @property
    def rank(self) -> int:
        return _STEP_RANKS[self]


STEP_CODES = {Step.COMPANY: "B", Step.STRATEGY: "S", Step.ORGANISATION: "O", Step.EXECUTION: "U"}
_STEP_RANKS = {step: rank for rank, step in enumerate(Step)}
_STEP_LABELS = {
    Step.COMPANY: "Uw bedrijf",
    Step.STRATEGY: "Strategie",
    Step.ORGANISATION: "Organisatie",
    Step.EXECUTION: "Uitvoering",
}


class Way(Enum):
    """The three ways of going abroad."""

    INNOVATION = "innovation"
    NETWORKING = "networking"
    PROMOTION = "promotion"

    @property
    def code(self) -> str:
        return WAY_CODES[self]

    @property
    def label(self) -> str:
        return _WAY_LABELS[self]


WAY_CODES = {Way.INNOVATION: "I", Way.NETWORKING: "N", Way.PROMOTION: "P"}
# The derived values that say how a way stands; the 3×3 model reads them.
WAY_TABLES = {Way.INNOVATION: "innovatie", Way.NETWORKING: "netwerken", Way.PROMOTION: "promotie"}
_WAY_LABELS = {Way.INNOVATION: "Innovatie", Way.NETWORKING: "Netwerken", Way.PROMOTION: "Marketing en promotie"}


class Kind(Enum):
    """How a question is answered."""

    CHOICE = "choice"
    MULTI = "multi"
    NUMBER = "number"
    MATRIX = "matrix"
    MULTI_PER_SECTOR = "multi_per_sector"


class Effect(Enum):
    """What a rule gives; the value is the word of the policy files."""

    REFERRAL = "verwijzing"
    ENROLMENT = "aanmelding"
    INFORMATION = "informatie"
    SIGNAL = "signaal"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a question or rule comes from: document, place, and what it says in our own words.

    `quote` is a sentence that stands literally in the registered text of the document; mostly empty.
    """

    document: str
    title: str
    place: str
    gist: str
    quote: str = ""

    @property
    def label(self) -> str:
        """Return the title and the place, as shown below a text."""
        return f"{self.title}, {self.place}"

    def to_json(self) -> dict[str, str]:
        return {"document": self.document, "titel": self.title, "plaats": self.place, "strekking": self.gist}


@dataclass(frozen=True, slots=True)
class Option:
    """One possible answer; `phrase` is how it reads inside a sentence."""

    value: str
    label: str
    phrase: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question; `options` of a matrix are its scale, `per_sector` only serves sector questions."""

    code: str
    key: str
    step: Step
    way: Way | None
    kind: Kind
    text: str
    help: str
    options: tuple[Option, ...]
    rows: tuple[Option, ...]
    per_sector: Mapping[str, tuple[Option, ...]]
    sector_question: str
    exclusive: tuple[str, ...]
    required: bool
    minimum: int
    maximum: int
    visible_when: Condition
    source: Source


@dataclass(frozen=True, slots=True)
class Check:
    """A soft check: warns about answers that do not seem to agree, never blocks."""

    code: str
    when: Condition
    message: str
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    questions: tuple[Question, ...]
    by_code: Mapping[str, Question]
    by_key: Mapping[str, Question]
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A named set of options of one question."""

    name: str
    question: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    name: str
    text: str
    when: Condition


@dataclass(frozen=True, slots=True)
class Row:
    """One row of an ordered table: the first row that holds gives the value."""

    value: str
    label: str
    when: Condition


@dataclass(frozen=True, slots=True)
class Derived:
    code: str
    key: str
    name: str
    rows: tuple[Row, ...]
    source: Source

    def label(self, value: str) -> str:
        return next((row.label for row in self.rows if row.value == value), value)


@dataclass(frozen=True, slots=True)
class Outcome:
    code: str
    name: str
    text: str
    emphasis: Way | None
    when: Condition
    source: Source


@dataclass(frozen=True, slots=True)
class Level:
    """One row of the intensity table."""

    value: str
    when: Condition
    source: Source


@dataclass(frozen=True, slots=True)
class Gate:
    """What must hold before a step opens, and what to say while it is closed."""

    step: Step
    when: Condition
    closed: str


@dataclass(frozen=True, slots=True)
class Example:
    """Answers by question code with which a rule must hold, or must not; missing answers stay missing."""

    holds: bool
    answers: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; `intensity` is None when the table decides or when the rule is a signal.

    A `gated` rule also waits for the gate of its step. It holds in spite of the messages in `beats`, which then
    give way; a message that beats the rule is named in `Withheld.beats`.
    """

    code: str
    activity: str
    effect: Effect
    step: Step
    way: Way | None
    intensity: str | None
    parties: tuple[str, ...]
    when: Condition
    reason: str
    source: Source
    gated: bool = False
    beats: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True)
class Withheld:
    """A message about what has to wait, with the conditions that close it; it keeps rules in `beats` from holding."""

    code: str
    activities: tuple[str, ...]
    when: Condition
    text: str
    opens: str
    closed_by: tuple[Condition, ...]
    source: Source
    beats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules of one version; with `unique_outcome` no two outcomes may hold at once, instead of first hit wins."""

    groups: Mapping[str, Group]
    facts: Mapping[str, Fact]
    derived: Mapping[str, Derived]
    outcomes: tuple[Outcome, ...]
    levels: tuple[Level, ...]
    gates: Mapping[Step, Gate]
    rules: tuple[Rule, ...]
    withheld: tuple[Withheld, ...]
    unique_outcome: bool = False

    def rule(self, code: str) -> Rule:
        """Return the rule; KeyError when the code is not of this version."""
        for rule in self.rules:
            if rule.code == code:
                return rule
        raise KeyError(code)


@dataclass(frozen=True, slots=True)
class Activity:
    """One row of the table of 2013: literal labels in `named`, normalised ones in `parties`."""

    code: str
    title: str
    text: str
    partner_text: str
    named: tuple[str, ...]
    parties: tuple[str, ...]
    level: str
    use: str
    source: Source


@dataclass(frozen=True, slots=True)
class ConsentText:
    code: str
    text: str
    note: str
    required: bool
    per_organisation: bool
    text_version: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of a published table; averages are kept in hundredths."""

    code: str
    label: str
    amount: int


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One published table; of a `context` table no row is about one particular answer."""

    code: str
    question: str
    title: str
    text: str
    unit: str
    figures: tuple[Figure, ...]
    context: bool
    caveat: str
    source: Source


@dataclass(frozen=True, slots=True)
class Digests:
    """Fingerprints (sha256) of the canonical text."""

    rules: str
    catalogue: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in the policy files; lines count from 1."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class VectorField:
    """Where one answer stands in the answer vector, in bytes.

    A choice is the place of its option in `values` plus 1, in one byte. A number is the number plus 1, most
    significant byte first. Of several choices every option has the bit of its place, the first one the lowest bit of
    the last byte. A matrix has one field per `row`, with the score plus 1. Zero is always: no answer.
    """

    question: str
    row: str
    values: tuple[str, ...]
    offset: int
    width: int


@dataclass(frozen=True, slots=True)
class Register:
    """The fields of the answer vector. Only ever added to: places of options that were retired stay taken."""

    fields: tuple[VectorField, ...]
    width: int


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Policy:
    """One version of the policy, complete and checked; the same only as itself, so that it can be a key.

    `places` goes by code (B1, K2, D3, UT5, R-P4, NN-2, A3), by `feit:wil`, `poort:O`, `intensiteit:licht`, by
    `D3:helder` for one row of a table and by `voorbeeld:R-P4:1` for one example of a rule.
    """

    name: str
    version: str
    documents: Mapping[str, str]
    catalogue: Catalogue
    rules: RuleSet
    activities: Mapping[str, Activity]
    parties: Mapping[str, Party]
    organisations: Mapping[str, Organisation]
    successions: Mapping[str, tuple[Succession, ...]]
    consents: Mapping[str, ConsentText]
    comparisons: tuple[Benchmark, ...]
    digests: Digests
    places: Mapping[str, Place]
    register: Register
