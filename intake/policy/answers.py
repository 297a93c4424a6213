"""Answers: strict reading of what came in, and their words for the screen and the dossier."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from weakref import WeakKeyDictionary

from intake.policy.conditions import Value
from intake.policy.model import Kind, Option, Policy, Question
from intake.policy.names import every_option
from intake.policy.problems import AnswerProblem

NOT_ANSWERED = "nog niet beantwoord"


@dataclass(frozen=True, slots=True)
class Answers(Mapping[str, Value]):
    """Checked answers by question code, in catalogue order; never changed in place."""

    values_by_code: Mapping[str, Value]

    def __getitem__(self, code: str) -> Value:
        return self.values_by_code[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_by_code)

    def __len__(self) -> int:
        return len(self.values_by_code)

    def with_answer(self, code: str, value: Value | None) -> Answers:
        """Return a copy with this answer, or without it when there is none."""
        values = {known: old for known, old in self.values_by_code.items() if known != code}
        if value is not None:
            values[code] = value
        return Answers(MappingProxyType(values))

    def to_json(self) -> dict[str, Any]:
        """Return what `read_answers` reads back to the same answers."""
        return {code: _plain(value) for code, value in self.values_by_code.items()}


NO_ANSWERS = Answers(MappingProxyType({}))


def _plain(value: Value) -> Any:
    if isinstance(value, (str, int)):
        return value
    return list(value) if isinstance(value, tuple) else dict(value)


def options_of(policy: Policy, question: Question, answers: Mapping[str, Value]) -> tuple[Option, ...]:
    """Return what can be chosen now; a sector without own options gives nothing, so nothing is asked."""
    if question.kind is not Kind.MULTI_PER_SECTOR:
        return question.options
    sector = answers.get(policy.catalogue.by_key[question.sector_question].code)
    return question.per_sector.get(sector, ()) if isinstance(sector, str) else ()


def read_answers(policy: Policy, raw: Mapping[str, object]) -> Answers:
    """Return checked answers; an empty choice counts as no answer. AnswerProblem names the first mistake."""
    if not isinstance(raw, Mapping):
        raise AnswerProblem("", "De antwoorden moeten bij elkaar staan, per vraag.")
    for code in raw:
        if code not in policy.catalogue.by_code:
            raise AnswerProblem(_short(code), f"De vraag «{_short(code)}» bestaat niet.")
    values: dict[str, Value] = {}
    for question in policy.catalogue.questions:
        if question.code in raw:
            value = _read(question, raw[question.code], every_option(question))
            if value is not None:
                values[question.code] = value
    return Answers(MappingProxyType(values))


def read_answer(policy: Policy, question: Question, value: object, answers: Mapping[str, Value]) -> Value | None:
    """Return one checked answer, None when nothing was chosen; sector options must fit the sector so far."""
    return _read(question, value, options_of(policy, question, answers))


def _read(question: Question, value: object, options: tuple[Option, ...]) -> Value | None:
    match question.kind:
        case Kind.CHOICE:
            return _choice(question, value, options)
        case Kind.NUMBER:
            return _number(question, value)
        case Kind.MATRIX:
            return _matrix(question, value)
        case _:
            return _multi(question, value, options)


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:40]}…"


def _choice(question: Question, value: object, options: tuple[Option, ...]) -> str:
    if not isinstance(value, str):
        raise AnswerProblem(question.code, "Kies één antwoord uit de lijst.")
    if value not in {option.value for option in options}:
        raise AnswerProblem(question.code, f"Het antwoord «{_short(value)}» staat niet in de lijst. Kies een ander.")
    return value


def _number(question: Question, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise AnswerProblem(question.code, "Vul een heel getal in, zonder punt of komma.")
    if not question.minimum <= value <= question.maximum:
        limits = f"van {question.minimum} tot en met {question.maximum}"
        raise AnswerProblem(question.code, f"Vul een getal in {limits}.")
    return value


def _multi(question: Question, value: object, options: tuple[Option, ...]) -> tuple[str, ...] | None:
    if not isinstance(value, (list, tuple)):
        raise AnswerProblem(question.code, "Kies een of meer antwoorden uit de lijst.")
    known = [option.value for option in options]
    if len(value) > max(len(known), 1):
        raise AnswerProblem(question.code, "Dit zijn te veel antwoorden. Kies uit de lijst.")
    for item in value:
        if not isinstance(item, str):
            raise AnswerProblem(question.code, "Kies een of meer antwoorden uit de lijst.")
        if item not in known:
            raise AnswerProblem(question.code, f"Het antwoord «{_short(item)}» staat niet in de lijst. Kies een ander.")
    if len(set(value)) < len(value):
        raise AnswerProblem(question.code, "U koos een antwoord twee keer. Kies elk antwoord één keer.")
    _refuse_exclusive(question, tuple(value), options)
    return tuple(item for item in known if item in value) or None


def _refuse_exclusive(question: Question, chosen: tuple[str, ...], options: tuple[Option, ...]) -> None:
    for option in options:
        if option.value in question.exclusive and option.value in chosen and len(chosen) > 1:
            raise AnswerProblem(question.code, f"«{option.label}» kan niet samen met een ander antwoord.")


def _matrix(question: Question, value: object) -> Mapping[str, int] | None:
    if not isinstance(value, Mapping):
        raise AnswerProblem(question.code, "Kies per regel één antwoord.")
    rows = [row.value for row in question.rows]
    for row, score in value.items():
        if row not in rows:
            raise AnswerProblem(question.code, f"De regel «{_short(row)}» bestaat niet.")
        if isinstance(score, bool) or not isinstance(score, int):
            raise AnswerProblem(question.code, "Kies per regel één antwoord.")
        if not question.minimum <= score <= question.maximum:
            limits = f"van {question.minimum} tot en met {question.maximum}"
            raise AnswerProblem(question.code, f"Kies per regel een antwoord {limits}.")
    return MappingProxyType({row: value[row] for row in rows if row in value}) or None


def listed(words: list[str]) -> str:
    """Return words as they stand in a sentence: «a, b en c»."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} en {words[-1]}" if words else ""


def answer_label(policy: Policy, code: str, value: Value | None, answers: Mapping[str, Value]) -> str:
    """Return the answer in words; an answer that is missing is said to be so."""
    if value is None:
        return NOT_ANSWERED
    question = policy.catalogue.by_code[code]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Mapping):
        scale = {int(option.value): option.label for option in question.options}
        rows = {row.value: row.label for row in question.rows}
        return "; ".join(f"{rows[row]}: {scale[score]}" for row, score in value.items())
    labels = _labels(policy, question, answers)
    return labels[value] if isinstance(value, str) else "; ".join([labels[item] for item in value])


_LABELS: WeakKeyDictionary[Policy, dict[str, Mapping[str, str]]] = WeakKeyDictionary()


def _labels(policy: Policy, question: Question, answers: Mapping[str, Value]) -> Mapping[str, str]:
    """Return the option labels of a question, gathered once; those of the own sector go before those of others."""
    known = _LABELS.setdefault(policy, {})
    if question.code not in known:
        known[question.code] = {option.value: option.label for option in every_option(question)}
    if question.kind is not Kind.MULTI_PER_SECTOR:
        return known[question.code]
    own = {option.value: option.label for option in options_of(policy, question, answers)}
    return {**known[question.code], **own}


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One question with its answer in words, for the check page and the dossier."""

    question: Question
    value: Value | None
    label: str


def describe_answers(policy: Policy, codes: tuple[str, ...], answers: Mapping[str, Value]) -> tuple[AnswerLine, ...]:
    """Return one line per question that can be answered, also for questions without an answer."""
    lines = []
    for code in codes:
        question = policy.catalogue.by_code[code]
        if question.kind in (Kind.NUMBER, Kind.MATRIX) or options_of(policy, question, answers):
            value = answers.get(code)
            lines.append(AnswerLine(question, value, answer_label(policy, code, value, answers)))
    return tuple(lines)
