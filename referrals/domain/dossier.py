"""What a dossier holds, its canonical text and digest, and who may see what of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NotRequired, TypedDict

SCHEMA_VERSION = "1.0"

# Crockford's base 32: no I, L, O (read as 1, 1, 0) and no U.
CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH, CODE_GROUP = 12, 4
CODE_HEX = 15  # 60 bits
DIGEST_HEX = 64
# Of small letters only those of ASCII: "ß" is no "SS" here.
READ_AS = str.maketrans(
    "abcdefghjkmnpqrstvwxyzOILoil",
    "ABCDEFGHJKMNPQRSTVWXYZ011011",
    " \t\r\n\u00a0\u202f\u200b-\u2010\u2011\u2012\u2013\u2014\u2212",
)

ModelStatus = Literal["now", "better", "fine", "later", "unknown"]


class SourceText(TypedDict):
    """Where something comes from: document, place, and what it says in our own words."""

    document: str
    place: str
    gist: str


class Recipient(TypedDict):
    """The organisation that the dossier is meant for."""

    organisation: str
    name: str


class Asked(TypedDict):
    """One thing that the recipient is asked to do."""

    activity: str
    title: str
    text: str
    source: SourceText


class Company(TypedDict):
    """Who the company is; no person, no way to reach one."""

    name: str
    kvk_number: str
    place: str
    province: str
    country: str
    sector: str
    size: str


class Labelled(TypedDict):
    """A code with the words for it."""

    code: str
    label: str


class Outcome(TypedDict):
    """What the rules said about the company as a whole."""

    code: str
    name: str
    text: str
    intensity: Labelled


class ModelCell(TypedDict):
    """One cell of the 3×3 model."""

    status: ModelStatus
    word: str
    rules: list[str]


class ModelRow(TypedDict):
    """One step of the 3×3 model, with a cell for each way."""

    code: str
    step: str
    current: bool
    cells: list[ModelCell]


class Model(TypedDict):
    """The 3×3 model: steps down, ways across."""

    ways: list[str]
    rows: list[ModelRow]


class AnswerLine(TypedDict):
    """One question with what was answered, in words."""

    code: str
    question: str
    answer: list[str]


class AnswerGroup(TypedDict):
    """The answers of one step."""

    code: str
    step: str
    lines: list[AnswerLine]


class Reason(TypedDict):
    """Why one activity was advised: the rule, the answers that carried it, the source."""

    rule: str
    activity: str
    title: str
    kind: str
    asked: bool
    step: str
    way: str
    text: str
    answers: list[AnswerLine]
    source: SourceText


class Later(TypedDict):
    """An activity that fits, but has to wait for its turn."""

    rule: str
    activity: str
    title: str
    text: str


class NotYet(TypedDict):
    """What has to wait, why, and what opens it."""

    code: str
    activities: list[Labelled]
    text: str
    opens: str
    closed_by: list[AnswerLine]


class Figure(TypedDict):
    """One published number beside the company's own answer; `width` is its share of the longest bar, 0 to 20."""

    label: str
    value: str
    own: bool
    width: int


class Comparison(TypedDict):
    """The one regional comparison that fits these answers."""

    title: str
    text: str
    own: str
    figures: list[Figure]
    caveat: str
    source: SourceText


class ConsentLine(TypedDict):
    """One consent that was given, and to which words."""

    purpose: str
    organisation: str
    text: str
    at: str
    text_version: str
    text_digest: str


class Receipt(TypedDict):
    """Which policy gave this advice, and the fingerprints to replay it."""

    policy: str
    version: str
    engine: str
    rules: str
    catalogue: str
    answers: str


class Content(TypedDict):
    """Everything in a dossier. Absent keys of a foreign company's dossier: it was never assessed."""

    schema_version: str
    kind: Literal["scan", "foreign"]
    number: str
    version: int
    made_at: str
    respond_by: str
    recipient: Recipient
    asked: list[Asked]
    company: Company
    answers: list[AnswerGroup]
    consent: list[ConsentLine]
    receipt: Receipt
    outcome: NotRequired[Outcome]
    model: NotRequired[Model]
    reasons: NotRequired[list[Reason]]
    later: NotRequired[list[Later]]
    not_yet: NotRequired[list[NotYet]]
    comparison: NotRequired[Comparison | None]


@dataclass(frozen=True, slots=True)
class Sight:
    """What one party may see of one company at this moment."""

    dossier: bool
    contact: bool


def sight(allowed: Collection[str], organisation: str, *, live: bool, accepted: bool) -> Sight:
    """Return what an organisation may see; without consent of this moment, nothing.

    `allowed` are the organisations with consent; `live` says that the offer has not ended. Who the person is and how
    to reach them is for after acceptance.
    """
    dossier = live and organisation in allowed
    return Sight(dossier=dossier, contact=dossier and accepted)


def canonical(content: Content | Mapping[str, Any]) -> bytes:
    """Return the one text of this content: keys sorted, no spaces, UTF-8. ValueError for NaN and infinity."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", errors="strict")


def digest(content: Content | Mapping[str, Any]) -> str:
    """Return SHA-256 of the canonical text."""
    return hashlib.sha256(canonical(content)).hexdigest()


def check_code(digest: str) -> str:
    """Return the code that a reader types to check a dossier: the first 60 bits of its digest, "7QK4-M2XD-9RTA"."""
    number = int(digest[:CODE_HEX], 16)
    letters = "".join(CODE_LETTERS[number >> 5 * place & 31] for place in reversed(range(CODE_LENGTH)))
    return "-".join(letters[start : start + CODE_GROUP] for start in range(0, CODE_LENGTH, CODE_GROUP))


def digest_range(code: str) -> tuple[str, str]:
    """Return the first and the last digest that have this code, both included; ValueError when it is no code.

    Typed as people type: small letters, O for 0, I and L for 1, spaces and dashes anywhere or nowhere.
    """
    if len(code) > 4 * CODE_LENGTH:
        raise ValueError("too long to be a code")
    letters = code.translate(READ_AS)
    if len(letters) != CODE_LENGTH or not set(letters) <= set(CODE_LETTERS):
        raise ValueError("not a code of twelve letters and digits")
    number = 0
    for letter in letters:
        number = number << 5 | CODE_LETTERS.index(letter)
    start = f"{number:0{CODE_HEX}x}"
    return start.ljust(DIGEST_HEX, "0"), start.ljust(DIGEST_HEX, "f")
