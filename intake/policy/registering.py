"""The register of the answer vector as lines: how it grows with the catalogue, and its text.

A place belongs to its question and option for good. What left the catalogue keeps its place, and stays retired.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from intake.policy.model import Kind, Question, Register, VectorField
from intake.policy.names import every_option
from intake.policy.yaml_text import Plain, beside

# A choice is one byte, and so is a score; zero is no answer.
MOST_OPTIONS = 255
HIGHEST_SCORE = 254
# The highest number in two bytes, and the highest that a policy file can hold, in four.
TOPS = (65_534, 999_999_999)
HEAD = """\
# De plaats van elk antwoord, om een versie na te spelen op bewaarde scans. Het programma houdt dit bestand bij.
# Een plaats blijft voor altijd van dezelfde vraag en optie. Er komt alleen bij, en wat vervalt blijft staan.
plaatsen:
"""


class Form(Enum):
    """What a line holds; the value is the word of the register."""

    CHOICE = "keuze"
    SEVERAL = "meerkeuze"
    NUMBER = "getal_tot"
    SCORE = "rij"


@dataclass(frozen=True, slots=True)
class Slot:
    """One line of the register; `gone` when its question or row left the catalogue, `retired` its options that did."""

    question: str
    form: Form
    options: tuple[str, ...] = ()
    row: str = ""
    top: int = 0
    retired: tuple[str, ...] = ()
    gone: bool = False

    @property
    def width(self) -> int:
        """Return how many bytes it takes."""
        match self.form:
            case Form.NUMBER:
                return ((self.top + 1).bit_length() + 7) // 8
            case Form.SEVERAL:
                return (len(self.options) + 7) // 8
            case _:
                return 1

    @property
    def room(self) -> int:
        """Return how many more options fit without taking another byte."""
        return 8 * self.width - len(self.options) if self.form is Form.SEVERAL else MOST_OPTIONS - len(self.options)

    @property
    def line(self) -> str:
        """Return the slot as it is written."""
        held: dict[Form, Plain] = {Form.NUMBER: self.top, Form.SCORE: self.row}
        block: dict[str, Plain] = {"vraag": self.question, self.form.value: held.get(self.form, self.options)}
        if self.gone or self.retired:
            block["vervallen"] = "ja" if self.gone else self.retired
        return beside(block)


def form_of(question: Question) -> Form:
    """Return how a question stands in the register."""
    match question.kind:
        case Kind.CHOICE:
            return Form.CHOICE
        case Kind.NUMBER:
            return Form.NUMBER
        case Kind.MATRIX:
            return Form.SCORE
        case _:
            return Form.SEVERAL


def register_of(slots: Iterable[Slot]) -> Register:
    """Return where each slot stands in the vector."""
    fields: list[VectorField] = []
    width = 0
    for slot in slots:
        fields.append(VectorField(slot.question, slot.row, slot.options, width, slot.width))
        width += slot.width
    return Register(tuple(fields), width)


def register_text(slots: Sequence[Slot], questions: Sequence[Question]) -> str:
    """Return register.yaml: these lines, with what the catalogue adds and retires."""
    return "".join([HEAD, *(f"  - {slot.line}\n" for slot in extended(slots, questions))])


def extended(slots: Sequence[Slot], questions: Sequence[Question]) -> tuple[Slot, ...]:
    """Return the slots with a place for everything in the catalogue; what is not in it any more is retired.

    What was retired stays so, and a question that is answered in another way than its slots say gets none: both are
    mistakes in the catalogue.
    """
    by_code = {question.code: question for question in questions}
    found = [_retiring(slot, by_code.get(slot.question)) for slot in slots]
    for question in questions:
        own = [at for at, slot in enumerate(found) if slot.question == question.code]
        if all(found[at].form is form_of(question) for at in own):
            _add(question, own, found)
    return tuple(found)


def _retiring(slot: Slot, question: Question | None) -> Slot:
    if question is None:
        return replace(slot, gone=True, retired=())
    rows = [row.value for row in question.rows]
    known = {option.value for option in every_option(question)}
    return replace(
        slot,
        retired=tuple(option for option in slot.options if option in slot.retired or option not in known),
        gone=slot.gone or (slot.form is Form.SCORE and slot.row not in rows),
    )


def _add(question: Question, own: Sequence[int], found: list[Slot]) -> None:
    """Add what a question lacks: to its last slot as far as that has room, and then at the end."""
    form = form_of(question)
    match form:
        case Form.NUMBER:
            if not any(found[at].top >= question.maximum for at in own):
                top = next((top for top in TOPS if top >= question.maximum), TOPS[-1])
                found.append(Slot(question.code, form, top=top))
        case Form.SCORE:
            known = [found[at].row for at in own]
            found += [Slot(question.code, form, row=row.value) for row in question.rows if row.value not in known]
        case _:
            taken = {option for at in own for option in found[at].options}
            new = [option.value for option in every_option(question) if option.value not in taken]
            if own:
                last, room = found[own[-1]], found[own[-1]].room
                found[own[-1]] = replace(last, options=(*last.options, *new[:room]))
                new = new[room:]
            if new and not (own and form is Form.CHOICE):
                found.append(Slot(question.code, form, options=tuple(new)))


def extends(slots: Sequence[Slot], earlier: Sequence[Slot]) -> bool:
    """Say whether every place of an earlier register is still the same place."""
    return len(slots) >= len(earlier) and all(map(_continues, slots, earlier))


def _continues(slot: Slot, earlier: Slot) -> bool:
    same = replace(slot, options=earlier.options, retired=earlier.retired, gone=earlier.gone) == earlier
    return same and slot.width == earlier.width and slot.options[: len(earlier.options)] == earlier.options


def retired_as_in(slots: Sequence[Slot], in_force: Sequence[Slot]) -> tuple[Slot, ...]:
    """Return the slots with what is retired in another register: what a withdrawn version retired may come back."""
    gone = {(slot.question, slot.row) for slot in in_force if slot.gone}
    retired = {(slot.question, option) for slot in in_force for option in slot.retired}
    return tuple(
        replace(
            slot,
            retired=tuple(option for option in slot.options if (slot.question, option) in retired),
            gone=(slot.question, slot.row) in gone,
        )
        for slot in slots
    )
