"""What a line of a condition can be about, and what it can say of that: never more than the policy has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from intake.policy.drafting.lines import GROUP, OUTCOME
from intake.policy.model import Kind, Policy, Step
from intake.policy.names import every_option

# How lines in a group count; those with a number of their own come last.
GROUPS: Mapping[str, str] = {
    "alle": "Alle van deze",
    "een_van": "Minstens één van deze",
    "geen_van": "Geen van deze",
    "niet_alle": "Niet alle van deze",
    "minstens": "Minstens zo veel van deze",
    "minder": "Minder dan zo veel van deze",
}
COUNTING = ("minstens", "minder")
EMPTY = {"leeg": "is niet beantwoord", "gevuld": "is beantwoord"}
_AMONG = {"is": "is een van", "niet": "is geen van"}
_SEVERAL = {
    "minstens_een": "minstens één van",
    "geen_van": "geen van",
    "allemaal": "allemaal, en misschien meer",
    "niet_allemaal": "niet allemaal",
    "alleen": "niets anders dan",
    "niet_alleen": "ook iets anders dan",
}
BETWEEN = {"tussen": "ligt tussen", "niet_tussen": "ligt niet tussen"}
_COMPARISONS: Mapping[Kind, Mapping[str, str]] = {
    Kind.CHOICE: {**_AMONG, **EMPTY},
    Kind.NUMBER: {**BETWEEN, **EMPTY},
    Kind.MATRIX: {**BETWEEN, **EMPTY},
    Kind.MULTI: {**_SEVERAL, **EMPTY},
    Kind.MULTI_PER_SECTOR: {**_SEVERAL, **EMPTY},
}
_FACT = {"klopt": "klopt", "klopt_niet": "klopt niet"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose, and the heading it stands under."""

    value: str
    label: str
    heading: str = ""


def subjects(policy: Policy) -> tuple[Choice, ...]:
    """Return everything that a condition can be about, in the order of the steps."""
    rules = policy.rules
    questions = [
        Choice(f"vraag:{question.code}", f"{question.code} {question.text}", f"Vragen: {step.label}")
        for step in Step
        for question in policy.catalogue.questions
        if question.step is step
    ]
    facts = [Choice(f"feit:{name}", fact.text, "Feiten") for name, fact in rules.facts.items()]
    tables = [
        Choice(f"afgeleid:{key}", f"{table.code} {table.name}", "Afgeleide waarden")
        for key, table in rules.derived.items()
    ]
    outcome = Choice(OUTCOME, "De uitkomst", "Afgeleide waarden")
    return (Choice(GROUP, "een groep van voorwaarden"), *facts, *tables, outcome, *questions)


def subject_name(policy: Policy, subject: str) -> str:
    """Return what a line is about; KeyError when the policy does not have it."""
    kind, _, name = subject.partition(":")
    match kind:
        case "vraag":
            return policy.catalogue.by_code[name].text
        case "feit":
            return policy.rules.facts[name].text
        case "afgeleid":
            return policy.rules.derived[name].name
        case "uitkomst" if not name:
            return "De uitkomst"
        case "groep" if not name:
            return "Groep"
    raise KeyError(subject)


def comparisons(policy: Policy, subject: str) -> Mapping[str, str]:
    """Return the comparisons that fit a subject, with their words."""
    kind, _, name = subject.partition(":")
    match kind:
        case "groep":
            return GROUPS
        case "feit":
            return _FACT
        case "vraag":
            return _COMPARISONS[policy.catalogue.by_code[name].kind]
        case _:
            return _AMONG


def options(policy: Policy, subject: str) -> tuple[Choice, ...]:
    """Return the answers or values to choose from; nothing for numbers and facts."""
    kind, _, name = subject.partition(":")
    match kind:
        case "vraag":
            question = policy.catalogue.by_code[name]
            if question.kind in (Kind.NUMBER, Kind.MATRIX):
                return ()
            return tuple(Choice(option.value, option.label) for option in every_option(question))
        case "afgeleid":
            return tuple(Choice(row.value, row.label) for row in policy.rules.derived[name].rows)
        case "uitkomst":
            return tuple(Choice(item.code, f"{item.code} {item.name}") for item in policy.rules.outcomes)
        case _:
            return ()


def rows(policy: Policy, subject: str) -> tuple[Choice, ...]:
    """Return the rows of a matrix to choose from; nothing for all else."""
    kind, _, name = subject.partition(":")
    if kind != "vraag":
        return ()
    return tuple(Choice(row.value, row.label) for row in policy.catalogue.by_code[name].rows)


def bounds(policy: Policy, subject: str) -> tuple[int, int] | None:
    """Return the lowest and highest number that can be answered; None where the answer is no number."""
    kind, _, name = subject.partition(":")
    question = policy.catalogue.by_code[name] if kind == "vraag" else None
    if question is None or question.kind not in (Kind.NUMBER, Kind.MATRIX):
        return None
    return question.minimum, question.maximum
