"""From register.yaml to the places of the answer vector, checked against the catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import zip_longest

from yaml.nodes import Node, ScalarNode

from intake.policy.model import Place, Question
from intake.policy.names import every_option
from intake.policy.problems import PolicyProblems, Problem
from intake.policy.reading import PolicyFile
from intake.policy.registering import MOST_OPTIONS, TOPS, Form, Slot, extended, form_of

REGISTER = "register.yaml"
_WORDS = {form.value: form for form in Form}
_NEW_CODE = "geef de vraag een nieuwe code"


# What was in force stays as it is, and is asked for at every save of a draft.
@lru_cache(maxsize=32)
def slots_of(text: str) -> tuple[Slot, ...]:
    """Return the slots of a register; PolicyProblems when its text is no register."""
    problems: list[Problem] = []
    slots = RegisterReader(PolicyFile(REGISTER, text, problems)).slots
    if problems:
        raise PolicyProblems(problems)
    return slots


class RegisterReader:
    """Reads the slots at once; `check` compares them with the catalogue."""

    def __init__(self, file: PolicyFile) -> None:
        self.file = file
        known = len(file.problems)
        fields = file.fields(file.root, "register", ("plaatsen",))
        self._taken: set[tuple[str, str]] = set()
        self._nodes = file.items(fields.get("plaatsen"), "plaatsen")
        self.slots = tuple(self._slot(node) for node in self._nodes)
        self.readable = len(file.problems) == known

    def _slot(self, node: Node) -> Slot:
        fields = self.file.fields(node, "plaats", ("vraag",), (*_WORDS, "vervallen"))
        question = self.file.text(fields.get("vraag"), "plaats: vraag")
        what = f"plaats van {question}"
        held = [word for word in _WORDS if word in fields]
        if len(held) != 1:
            self.file.problem(node, f"{what}: hier hoort één van {', '.join(_WORDS)}")
            return Slot(question, Form.SCORE)
        form, cell = _WORDS[held[0]], fields[held[0]]
        row = self.file.text(cell, f"{what}: rij") if form is Form.SCORE else ""
        options = self._options(form, cell, what)
        for name in options or (row,):
            if (question, name) in self._taken and form is not Form.NUMBER:
                self.file.problem(node, f"{what}: «{name}» heeft al een plaats")
            self._taken.add((question, name))
        retired, gone = self._retired(fields.get("vervallen"), options, what)
        return Slot(question, form, options, row, self._top(form, cell, what), retired, gone)

    def _options(self, form: Form, node: Node, what: str) -> tuple[str, ...]:
        if form not in (Form.CHOICE, Form.SEVERAL):
            return ()
        options = self.file.texts(node, f"{what}: {form.value}")
        if not options or (form is Form.CHOICE and len(options) > MOST_OPTIONS):
            self.file.problem(node, f"{what}: hier passen 1 tot en met {MOST_OPTIONS} opties")
        return options

    def _top(self, form: Form, node: Node, what: str) -> int:
        if form is not Form.NUMBER:
            return 0
        top = self.file.number(node, f"{what}: getal_tot", TOPS[0])
        if top not in TOPS:
            self.file.problem(node, f"{what}: getal_tot is {TOPS[0]} of {TOPS[1]}")
        return top

    def _retired(self, node: Node | None, options: tuple[str, ...], what: str) -> tuple[tuple[str, ...], bool]:
        if node is None or isinstance(node, ScalarNode):
            return (), self.file.yes(node, f"{what}: vervallen", False)
        retired = self.file.some_of(node, f"{what}: vervallen", options)
        return tuple(option for option in options if option in retired), False

    def check(self, questions: Sequence[Question], places: Mapping[str, Place]) -> None:
        """Report what has no place, with the line to write, and what comes back that was retired."""
        for question in questions:
            for message in _misused(question, [slot for slot in self.slots if slot.question == question.code]):
                place = places[question.code]
                self.file.problems.append(Problem(place.file, place.line, f"vraag {question.code}: {message}"))
        last = self._nodes[-1] if self._nodes else self.file.root
        for node, slot, wanted in zip_longest(self._nodes, self.slots, extended(self.slots, questions)):
            if slot is None:
                self.file.problem(last, f"vraag {wanted.question} heeft nog geen plaats; zet eronder: - {wanted.line}")
            elif slot != wanted:
                self.file.problem(node, f"{_difference(slot, wanted)}; maak hiervan: - {wanted.line}")


def _misused(question: Question, own: Sequence[Slot]) -> list[str]:
    """Return what is wrong with a question, in view of its slots."""
    form = form_of(question)
    if other := next((slot.form.value for slot in own if slot.form is not form), ""):
        return [f"het register kent haar als «{other}»; {_NEW_CODE}"]
    if any(slot.gone for slot in own if slot.form is not Form.SCORE):
        return [f"deze code is vervallen en komt niet terug; {_NEW_CODE}"]
    rows = {row.value for row in question.rows}
    known = {option.value for option in every_option(question)}
    back = [slot.row for slot in own if slot.gone and slot.row in rows]
    back += [option for slot in own for option in slot.retired if option in known]
    return [f"«{name}» is vervallen en komt niet terug; kies een andere naam" for name in back]


def _difference(slot: Slot, wanted: Slot) -> str:
    if wanted.gone and not slot.gone:
        name = f"rij «{slot.row}» van {slot.question}" if slot.row else f"vraag {slot.question}"
        return f"{name} staat niet meer in catalogus.yaml en is dus vervallen"
    new = [name for name in wanted.options if name not in slot.options]
    if new:
        return f"vraag {slot.question}: nog geen plaats voor {', '.join(f'«{name}»' for name in new)}"
    left = [name for name in wanted.retired if name not in slot.retired]
    return f"vraag {slot.question}: niet meer in catalogus.yaml en dus vervallen: {', '.join(left)}"
