"""Places of answers are only ever added: what a version wrote, every later version reads as it was meant."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from intake.policy import Kind, Policy, PolicyProblems, Question, read_answers, read_policy
from intake.policy.loader import questions_of
from intake.policy.model import Register
from intake.policy.register_reading import REGISTER, slots_of
from intake.policy.registering import Form, Slot, extended, extends, register_of, register_text, retired_as_in
from intake.policy.vectors import from_vector, to_vector
from tests.domain.policy.analysis.questions import options, question
from tests.domain.policy.samples import policy_2013, random_answers
from tests.domain.policy.test_writing import files
from tests.domain.policy.vector_samples import must_agree
from tests.domain.policy.vector_samples import register_of as in_order_of_the_catalogue

POLICY = policy_2013()
QUESTIONS = POLICY.catalogue.questions
CAT = "catalogus.yaml"
TEXT = files()[REGISTER]
B1 = "  - {vraag: B1, keuze: [groningen, friesland, drenthe, anders]}\n"
PLACES = "      groningen: Groningen\n"


def read(catalogue: tuple[str, str] = ("", ""), register: tuple[str, str] = ("", "")) -> Policy:
    """Return the policy of 2013 with pieces of two files replaced."""
    texts = files()
    for name, (old, new) in ((CAT, catalogue), (REGISTER, register)):
        assert old in texts[name]
        texts = {**texts, name: texts[name].replace(old, new, 1)}
    return read_policy(texts)


def said(catalogue: tuple[str, str] = ("", ""), register: tuple[str, str] = ("", "")) -> list[str]:
    with pytest.raises(PolicyProblems) as found:
        read(catalogue, register)
    return [str(problem) for problem in found.value.problems]


def changed(code: str, **fields: Any) -> tuple[Question, ...]:
    return tuple(replace(item, **fields) if item.code == code else item for item in QUESTIONS)


# ------------------------------------------------------------------ the register of 2013


def test_register_of_2013_holds_everything_in_the_order_of_the_catalogue() -> None:
    assert POLICY.register == in_order_of_the_catalogue(POLICY)
    assert POLICY.register.width == 49
    assert register_text((), QUESTIONS) == TEXT


def test_text_is_read_as_it_was_written() -> None:
    slots = (
        Slot("B1", Form.CHOICE, ("ja", "nee", "2,5", "x y"), retired=("nee", "x y")),
        Slot("B2", Form.NUMBER, top=65534, gone=True),
        Slot("B3", Form.SCORE, row="tijd", gone=True),
        Slot("B4", Form.SEVERAL, tuple(f"o{number}" for number in range(9))),
    )
    assert slots_of(register_text(slots, ())) == extended(slots, ())
    assert all(slot.gone for slot in extended(slots, ()))
    lines = "".join(f"  - {slot.line}\n" for slot in slots)
    assert slots_of(f"plaatsen:\n{lines}") == slots


def test_register_that_is_up_to_date_stays_as_it_is() -> None:
    assert register_text(slots_of(TEXT), QUESTIONS) == TEXT


def test_questions_of_a_catalogue_with_mistakes_are_not_known() -> None:
    text = files()[CAT]
    assert [item.code for item in questions_of(text) or ()] == [item.code for item in QUESTIONS]
    assert questions_of(text.replace("soort: getal", "soort: cijfer")) is None
    assert questions_of("plaatsen: [") is None


# ------------------------------------------------------------------ growing


def grown(slots: tuple[Slot, ...], questions: tuple[Question, ...]) -> tuple[Slot, ...]:
    """Return the slots with what these questions add; every place stays."""
    found = extended(slots, questions)
    assert extends(found, slots)
    assert slots_of(register_text(slots, questions)) == found
    return found


def test_new_option_of_a_choice_comes_last_in_its_own_byte() -> None:
    before = grown((), (question("X1", Kind.CHOICE, "a b"), question("X2", Kind.CHOICE, "p")))
    after = grown(before, (question("X1", Kind.CHOICE, "c a b"), question("X2", Kind.CHOICE, "p")))
    assert [slot.options for slot in after] == [("a", "b", "c"), ("p",)]
    assert register_of(after).width == register_of(before).width == 2


def test_option_that_no_longer_fits_in_the_bytes_of_its_question_goes_at_the_end() -> None:
    seven = " ".join(f"o{number}" for number in range(7))
    other = question("X2", Kind.CHOICE, "p")
    before = grown((), (question("X1", Kind.MULTI, seven), other))
    after = grown(before, (question("X1", Kind.MULTI, f"nieuw {seven} later meer"), other))
    assert not extends(before, after)
    assert [slot.question for slot in after] == ["X1", "X2", "X1"]
    assert after[0].options == (*seven.split(), "nieuw")
    assert after[2].options == ("later", "meer")
    assert register_of(after).width == 3
    assert grown(after, (question("X1", Kind.MULTI, f"nieuw {seven} later meer nog"), other))[2].options[-1] == "nog"


def test_new_row_and_new_question_go_at_the_end() -> None:
    matrix = question("X1", Kind.MATRIX, "1 2", rows=options("tijd"), minimum=1, maximum=2)
    before = grown((), (matrix, question("X2", Kind.CHOICE, "p")))
    more = replace(matrix, rows=options("geld tijd"))
    after = grown(before, (question("X0", Kind.NUMBER, maximum=9), more, question("X2", Kind.CHOICE, "p")))
    assert [(slot.question, slot.row) for slot in after] == [("X1", "tijd"), ("X2", ""), ("X0", ""), ("X1", "geld")]


def test_number_that_no_longer_fits_goes_to_a_wider_place_at_the_end() -> None:
    small, large = (question("X1", Kind.NUMBER, maximum=maximum) for maximum in (9999, 70_000))
    before = grown((), (small, question("X2", Kind.CHOICE, "p")))
    assert grown(before, (replace(small, maximum=65_534), question("X2", Kind.CHOICE, "p"))) == before
    after = grown(before, (large, question("X2", Kind.CHOICE, "p")))
    assert [slot.width for slot in after] == [2, 1, 4]


# ------------------------------------------------------------------ retiring


def test_what_left_the_catalogue_keeps_its_place_and_is_retired() -> None:
    without = tuple(item for item in changed("B1", options=options("groningen drenthe anders")) if item.code != "U9")
    rows = tuple(row for row in POLICY.catalogue.by_code["U5"].rows if row.value != "tijd")
    without = tuple(replace(item, rows=rows) if item.code == "U5" else item for item in without)
    after = grown(slots_of(TEXT), without)
    assert "{vraag: B1, keuze: [groningen, friesland, drenthe, anders], vervallen: [friesland]}" in after[0].line
    gone = [(slot.question, slot.row) for slot in after if slot.gone]
    assert gone == [("U5", "tijd"), ("U9", "")]
    assert register_of(after) == POLICY.register


def test_retired_stays_retired_unless_only_a_withdrawn_version_did_it() -> None:
    first = slots_of(TEXT)
    withdrawn = extended(first, changed("B1", options=options("groningen drenthe anders nieuw")))
    assert extended(withdrawn, QUESTIONS)[0].retired == ("friesland", "nieuw")
    back = retired_as_in(withdrawn, first)
    assert back[0].retired == ()
    assert extended(back, QUESTIONS)[0].retired == ("nieuw",)
    assert retired_as_in(withdrawn, withdrawn) == withdrawn


@pytest.mark.parametrize(
    "worse",
    [
        slots_of(TEXT)[:-1],
        (slots_of(TEXT)[1], slots_of(TEXT)[0], *slots_of(TEXT)[2:]),
        (replace(slots_of(TEXT)[0], options=("friesland", "groningen", "drenthe", "anders")), *slots_of(TEXT)[1:]),
        (replace(slots_of(TEXT)[0], options=("groningen",)), *slots_of(TEXT)[1:]),
        (replace(slots_of(TEXT)[0], form=Form.SEVERAL), *slots_of(TEXT)[1:]),
        (*slots_of(TEXT)[:2], replace(slots_of(TEXT)[2], top=999_999_999), *slots_of(TEXT)[3:]),
        (
            *slots_of(TEXT)[:3],
            replace(slots_of(TEXT)[3], options=(*slots_of(TEXT)[3].options, "x", "y", "z")),
            *slots_of(TEXT)[4:],
        ),
    ],
)
def test_register_in_which_a_place_moved_extends_nothing(worse: tuple[Slot, ...]) -> None:
    assert not extends(worse, slots_of(TEXT))


# ------------------------------------------------------------------ vectors through versions


def test_vector_of_a_version_is_a_beginning_of_that_of_a_later_one() -> None:
    new = replace(POLICY.catalogue.by_code["S5"], options=options("canada ghana kenia peru chili mexico cuba"))
    new = replace(new, options=(*POLICY.catalogue.by_code["S5"].options, *new.options))
    later = register_of(extended(slots_of(TEXT), changed("S5", options=new.options)))
    for raw in random_answers(50):
        answers = read_answers(POLICY, raw)
        assert to_vector(later, answers)[: POLICY.register.width] == to_vector(POLICY.register, answers)


def test_number_is_the_same_in_every_place_and_reads_back_from_the_widest() -> None:
    wide = changed("B3", maximum=100_000)
    later = with_questions(wide, register_of(extended(slots_of(TEXT), wide)))
    for number in (0, 5, 9999, 65_534, 65_535, 100_000):
        vector = to_vector(later.register, {"B3": number})
        assert from_vector(later, vector)["B3"] == number
        assert from_vector(POLICY, vector).get("B3") == (number if number <= 9999 else None)
    older = to_vector(POLICY.register, {"B3": 12})
    assert from_vector(later, older)["B3"] == 12
    numbers = (4, 5, 100, 101, 65_535, 100_000)
    ready = [read_answers(POLICY, raw) for raw in random_answers(40)]
    vectors = [to_vector(later.register, {**some, "B3": number}) for some in ready for number in numbers]
    must_agree(later, [*vectors, *(to_vector(POLICY.register, some) for some in ready)])


def with_questions(questions: tuple[Question, ...], register: Register) -> Policy:
    by_code = {item.code: item for item in questions}
    by_key = {item.key: item for item in questions}
    catalogue = replace(POLICY.catalogue, questions=questions, by_code=by_code, by_key=by_key)
    return replace(POLICY, catalogue=catalogue, register=register)


# ------------------------------------------------------------------ mistakes


def test_option_without_a_place_is_told_with_the_line_to_write() -> None:
    [one] = said((PLACES, f"{PLACES}      zeeland: Zeeland\n"))
    right = B1.strip().replace("anders]", "anders, zeeland]")
    assert one == f"register.yaml:4: vraag B1: nog geen plaats voor «zeeland»; maak hiervan: {right}"
    read((PLACES, f"{PLACES}      zeeland: Zeeland\n"), (B1.strip(), right))


def test_question_without_a_place_is_told_with_the_line_to_add() -> None:
    text = "  - {vraag: U9, keuze: [ja, nee]}\n"
    last = len(TEXT.splitlines()) - 1
    [one] = said(register=(text, ""))
    assert (
        one == f"register.yaml:{last}: vraag U9 heeft nog geen plaats; zet eronder: - {{vraag: U9, keuze: [ja, nee]}}"
    )


def test_what_left_the_catalogue_must_be_said_to_be_retired() -> None:
    [one] = said(register=(B1, B1.replace("anders]", "anders, zeeland]")))
    assert re.search(r"register\.yaml:4: vraag B1: niet meer in catalogus\.yaml en dus vervallen: zeeland; maak", one)
    [one] = said(register=(B1, f"{B1}  - {{vraag: B0, keuze: [ja]}}\n"))
    assert one.endswith(
        "vraag B0 staat niet meer in catalogus.yaml en is dus vervallen; maak hiervan: "
        "- {vraag: B0, keuze: [ja], vervallen: ja}"
    )
    [one] = said(register=(B1, f"{B1}  - {{vraag: U5, rij: geluk}}\n"))
    assert "rij «geluk» van U5 staat niet meer in catalogus.yaml" in one


def test_what_was_retired_does_not_come_back() -> None:
    line = next(number for number, text in enumerate(files()[CAT].splitlines(), 1) if text == "  - code: B1")
    [one] = said(register=("anders]}", "anders], vervallen: [friesland]}"))
    assert one == f"catalogus.yaml:{line}: vraag B1: «friesland» is vervallen en komt niet terug; kies een andere naam"
    [one] = said(register=("anders]}", "anders], vervallen: ja}"))
    assert "vraag B1: deze code is vervallen en komt niet terug; geef de vraag een nieuwe code" in one
    [one] = said(register=("rij: tijd}", "rij: tijd, vervallen: ja}"))
    assert "vraag U5: «tijd» is vervallen en komt niet terug" in one


def test_question_that_is_answered_in_another_way_needs_a_new_code() -> None:
    [one] = said(register=(B1, B1.replace("keuze", "meerkeuze")))
    assert "vraag B1: het register kent haar als «meerkeuze»; geef de vraag een nieuwe code" in one


def test_register_is_not_compared_with_a_catalogue_that_cannot_be_read() -> None:
    found = said((PLACES, f"{PLACES}      zeeland: []\n"))
    assert [one for one in found if one.startswith(REGISTER)] == []
    assert len(found) == 1


@pytest.mark.parametrize(
    ("new", "message"),
    [
        ("{vraag: B1}", "hier hoort één van keuze, meerkeuze, getal_tot, rij"),
        ("{vraag: B1, keuze: [ja], rij: nee}", "hier hoort één van keuze, meerkeuze, getal_tot, rij"),
        ("{keuze: [ja]}", "plaats: «vraag» ontbreekt"),
        ("{vraag: B1, keuzes: [ja]}", "onbekende sleutel «keuzes», bedoelde u «keuze»?"),
        ("{vraag: B1, keuze: []}", "hier passen 1 tot en met 255 opties"),
        ("{vraag: B1, keuze: [ja, ja]}", "«ja» heeft al een plaats"),
        ("{vraag: B3, keuze: [ja], vervallen: [jaa]}", "vervallen: «jaa» bestaat niet, bedoelde u «ja»?"),
        ("{vraag: B1, keuze: [ja], vervallen: zeker}", "vervallen: «zeker» bestaat niet"),
        ("{vraag: B1, getal_tot: 9999}", "getal_tot is 65534 of 999999999"),
        ("{vraag: U5, rij: tijd}", "«tijd» heeft al een plaats"),
    ],
)
def test_mistakes_in_a_line_are_told(new: str, message: str) -> None:
    found = said(register=(B1.strip(), f"- {new}"))
    hits = [one for one in found if message in one]
    assert hits
    assert {one.split(":")[0] for one in hits} == {REGISTER}


def test_register_that_is_no_register_is_told() -> None:
    for text in ("", "plaatsen: []\n", "plaatsen: ja\n", "plekken: []\n"):
        with pytest.raises(PolicyProblems) as found:
            read_policy({**files(), REGISTER: text})
        assert {problem.file for problem in found.value.problems} == {REGISTER}
    with pytest.raises(PolicyProblems, match="hier hoort een blok"):
        slots_of("- x\n")


def test_answers_that_no_place_can_hold_are_refused_in_the_catalogue() -> None:
    for old, new, message in (
        ("    van: 0\n", "    van: -1\n", "een getal ligt van 0 tot en met 999999999"),
        ("    tot: 9999\n", "    tot: 1000000000\n", "hier hoort een geheel getal"),
        ("    van: 0\n    tot: 9999\n", "    tot: -1\n", "van 0 tot -1 kan niet"),
    ):
        assert any(message in one for one in said((old, new))), message
