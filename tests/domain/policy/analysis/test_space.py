"""The space of complete intakes: questions that nothing reads, routing, sectors, and answers on the way in and out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from intake.policy.analysis import Fault, analyse
from intake.policy.analysis.intakes import Intakes
from intake.policy.analysis.smallest import Smallest
from intake.policy.conditions import All, AnyOf, ChoiceIs, HasAny, Not, RowIn, Unanswered
from intake.policy.model import Kind, Question
from tests.domain.policy.analysis.questions import options, policy_of, question

IF_YES = ChoiceIs("S1", ("ja",))
WISH = question("S1", Kind.CHOICE, "ja nee")
SECTOR = question("B2", Kind.CHOICE, "bouw ict zorg")
LISTS = {"bouw": options("a b"), "ict": options("a b c")}


def by_sector(**fields: Any) -> Question:
    return question("U6", Kind.MULTI_PER_SECTOR, per_sector=LISTS, sector_question="b2", **fields)


@pytest.mark.parametrize(
    ("others", "number"),
    [
        ([], 2),
        # Asked of everyone: 3 answers each, or 3 and none.
        ([question("S2", Kind.CHOICE, "a b c")], 6),
        ([question("S2", Kind.CHOICE, "a b c", required=False)], 8),
        # Asked of those who say yes: 1 way for no, and for yes as many as there are answers.
        ([question("S2", Kind.CHOICE, "a b c", visible_when=IF_YES)], 1 + 3),
        ([question("S2", Kind.CHOICE, "a b c", visible_when=IF_YES, required=False)], 1 + 4),
        ([question("S2", Kind.NUMBER, maximum=9, visible_when=IF_YES)], 1 + 10),
        ([question("S2", Kind.MULTI, "a b c geen", exclusive=("geen",), visible_when=IF_YES)], 1 + 8),
        ([question("S2", Kind.MATRIX, rows=options("x y"), minimum=1, maximum=4, visible_when=IF_YES)], 1 + 16),
        # Two with one condition, one of which may be left open.
        (
            [
                question("S2", Kind.CHOICE, "a b c", visible_when=IF_YES),
                question("S3", Kind.MULTI, "a b", visible_when=IF_YES, required=False),
            ],
            1 + 3 * 4,
        ),
        # Each sector its own list, and one without any.
        ([SECTOR, by_sector()], 2 * (3 + 7 + 1)),
        ([SECTOR, by_sector(required=False)], 2 * (4 + 8 + 1)),
        ([SECTOR, by_sector(visible_when=IF_YES)], 3 + (3 + 7 + 1)),
    ],
)
def test_questions_that_no_condition_reads_still_count(others: list[Question], number: int) -> None:
    policy = policy_of([WISH, *others], IF_YES)
    assert analyse(policy).intakes == number
    nothing_read = policy_of([WISH, *others])
    assert analyse(nothing_read).intakes == number


def test_a_question_that_is_read_counts_the_same() -> None:
    others = [question(f"S{at}", Kind.CHOICE, "a b c", visible_when=IF_YES) for at in (2, 3)]
    policy = policy_of([WISH, *others], ChoiceIs("S2", ("a",)), ChoiceIs("S3", ("a", "b")), Unanswered("S2"))
    analysis = analyse(policy)
    assert analysis.intakes == 1 + 9
    assert analysis.counts == {"R-0": 3, "R-1": 6, "R-2": 1}


def test_a_sector_question_is_asked_only_where_there_is_a_list() -> None:
    asked = by_sector()
    policy = policy_of([SECTOR, asked], HasAny("U6", ("a",)), Unanswered("U6"), HasAny("U6", ("c",)))
    assert analyse(policy).counts == {"R-0": 2 + 4, "R-1": 1, "R-2": 4}


@pytest.mark.parametrize(
    "answers",
    [
        {"S1": "nee", "B2": "zorg", "S4": ("geen",)},
        {"S1": "ja", "B2": "ict", "U6": ("b", "c"), "S2": "c", "S3": {"x": 2, "y": 4}, "S4": ("a", "b")},
    ],
)
def test_answers_come_back_from_their_values(answers: Mapping[str, Any]) -> None:
    questions = [
        SECTOR,
        WISH,
        question("S2", Kind.CHOICE, "a b c", visible_when=IF_YES),
        question("S3", Kind.MATRIX, "1 2 3 4", rows=options("x y"), minimum=1, maximum=4, visible_when=IF_YES),
        question("S4", Kind.MULTI, "a b c geen", exclusive=("geen",)),
        by_sector(visible_when=IF_YES),
    ]
    intakes = Intakes(policy_of(questions, HasAny("S4", ("a",)), HasAny("U6", ("c",))))
    places = intakes.space.places(answers)
    assert intakes.diagram.holds(intakes.whole, places)
    assert dict(intakes.space.answers(places, answers)) == dict(answers)
    fresh = intakes.space.answers(places)
    assert {*fresh} == {*answers}
    assert intakes.space.places(fresh) == places


def test_an_intake_that_lacks_an_answer_is_not_complete() -> None:
    intakes = Intakes(
        policy_of([WISH, question("S2", Kind.CHOICE, "a b", visible_when=IF_YES)], ChoiceIs("S2", ("a",)))
    )
    for answers, complete in (({"S1": "ja"}, False), ({"S1": "nee"}, True), ({"S1": "nee", "S2": "a"}, False)):
        assert intakes.diagram.holds(intakes.whole, intakes.space.places(answers)) is complete


def test_answers_are_only_kept_where_they_are_asked_for() -> None:
    chain = [
        WISH,
        question("S2", Kind.CHOICE, "a b", visible_when=IF_YES),
        question("S3", Kind.CHOICE, "a b", visible_when=ChoiceIs("S2", ("a",))),
    ]
    policy = policy_of(chain, All((ChoiceIs("S3", ("a",)),)))
    intakes = Intakes(policy)
    given = {"S1": "ja", "S2": "a", "S3": "a"}
    effective = intakes.meaning.effective(policy.rules.rules[0])
    for answers, holds in ((given, True), ({**given, "S2": "b"}, False), ({**given, "S1": "nee"}, False)):
        assert intakes.diagram.holds(effective, intakes.meaning.places(answers)) is holds


def test_an_option_that_stands_alone_clashes_with_another_whatever_is_asked() -> None:
    """The same for a question of one variable and for one with a variable for each option."""
    for words in ("a b", "a b c d e f g h"):
        asked = question("S2", Kind.MULTI, f"{words} geen", exclusive=("geen",), visible_when=IF_YES)
        singles = [HasAny("S2", (word,)) for word in words.split()]
        policy = policy_of([WISH, asked], All((singles[0], HasAny("S2", ("geen",)))), *singles)
        [dead] = [finding for finding in analyse(policy).errors if finding.fault is Fault.DEAD_RULE]
        assert (dead.code, dead.other) == ("R-0", "zelf")


def test_rows_of_a_table_are_scored_together() -> None:
    asked = question("S3", Kind.MATRIX, "1 2 3", rows=options("x y"), minimum=1, maximum=3, required=False)
    one, other = RowIn("S3", "x", 1, 2), RowIn("S3", "y", 2, 3)
    policy = policy_of([asked], one, All((one, Not(other))), AnyOf((one, Unanswered("S3"))))
    analysis = analyse(policy)
    assert analysis.intakes == 10
    assert analysis.counts == {"R-0": 6, "R-1": 2, "R-2": 7}


@pytest.mark.parametrize("short_first", [True, False])
def test_an_example_takes_the_way_with_the_fewest_answers(short_first: bool) -> None:
    codes = [f"S{at}" for at in range(1, 8)]
    questions = [question(code, Kind.CHOICE, "a b c") for code in codes]
    long = All(tuple(ChoiceIs(code, ("b",)) for code in (codes[:6] if not short_first else codes[1:])))
    short = ChoiceIs(codes[0] if short_first else codes[6], ("c",))
    policy = policy_of(questions, AnyOf((long, short)))
    intakes = Intakes(policy)
    example, matter = Smallest(intakes).example(intakes.meaning.effective(policy.rules.rules[0]))
    assert matter == (short.question,)
    assert example[short.question] == "c"
