"""Conditions as lines on a screen: nothing that the language can say is lost, and only what fits can be said."""

from __future__ import annotations

from random import Random

import pytest

from intake.policy.answers import read_answers
from intake.policy.conditions import (
    All,
    AnyOf,
    AtLeast,
    ChoiceIs,
    Condition,
    DerivedIs,
    FactHolds,
    HasAll,
    HasAny,
    HasOnly,
    Not,
    NumberIn,
    OutcomeIs,
    RowIn,
    Unanswered,
    truth,
)
from intake.policy.drafting import (
    DEEPEST,
    GROUP,
    MOST_LINES,
    Draft,
    Unfinished,
    added,
    comparisons,
    condition_of,
    draft_of,
    moved,
    options,
    removed,
    subject_name,
    subjects,
    wrapped,
)
from intake.policy.evaluation import Situation
from tests.domain.policy.samples import policy_2013, random_answers

YES = ChoiceIs("S1", ("ja_meer",))
KINDS: list[Condition] = [
    YES,
    FactHolds("wil"),
    DerivedIs("strategie", ("helder", "deels")),
    OutcomeIs(("UT0", "UT3")),
    Unanswered("B1"),
    HasAny("S5", ("duitsland", "polen")),
    HasAll("S5", ("duitsland", "polen")),
    HasOnly("S5", ("weet_niet",)),
    NumberIn("B3", 5, 100),
]
GROUPS: list[Condition] = [
    All((YES, FactHolds("wil"))),
    AnyOf((YES, FactHolds("wil"))),
    AtLeast(2, (YES, FactHolds("wil"), Unanswered("B1"))),
    All((AnyOf((YES, Not(FactHolds("wil")))), Not(AtLeast(1, (YES, Unanswered("B1")))))),
]


def messages(draft: Draft) -> list[str]:
    with pytest.raises(Unfinished) as found:
        condition_of(policy_2013(), draft)
    return [problem.message for problem in found.value.problems]


@pytest.mark.parametrize("condition", [*KINDS, *GROUPS, *map(Not, [*KINDS, *GROUPS])], ids=repr)
def test_every_condition_comes_back_as_it_went_in(condition: Condition) -> None:
    assert condition_of(policy_2013(), draft_of(condition)) == condition


def test_a_row_of_a_matrix_comes_back() -> None:
    question = next(item for item in policy_2013().catalogue.questions if item.rows)
    condition = Not(RowIn(question.code, question.rows[0].value, question.minimum + 1, question.maximum))
    assert condition_of(policy_2013(), draft_of(condition)) == condition


def test_every_rule_of_2013_comes_back_with_the_same_meaning() -> None:
    policy = policy_2013()
    situations = [Situation(policy, read_answers(policy, raw)) for raw in random_answers(60)]
    for owner in (*policy.rules.rules, *policy.rules.withheld, *policy.rules.facts.values()):
        assert condition_of(policy, draft_of(owner.when), like=owner.when) == owner.when
        again = condition_of(policy, draft_of(owner.when))
        assert [truth(again, seen) for seen in situations] == [truth(owner.when, seen) for seen in situations]


def test_only_comparisons_and_answers_that_fit_are_offered() -> None:
    policy = policy_2013()
    for choice in subjects(policy):
        assert subject_name(policy, choice.value)
        assert comparisons(policy, choice.value)
    assert "minstens_een" not in comparisons(policy, "vraag:S1")
    assert [item.value for item in options(policy, "vraag:S1")] == ["ja_meer", "ja_begin", "misschien", "nee"]
    assert options(policy, "vraag:B3") == ()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (Draft(1, "vraag:S99", "is", ("ja",)), "Dit bestaat niet in deze versie"),
        (Draft(1, "__class__", "is"), "Dit bestaat niet in deze versie"),
        (Draft(1, "vraag:S1", "minstens_een", ("ja_meer",)), "kies een vergelijking"),
        (Draft(1, "vraag:S1", "is", ()), "kies minstens één antwoord"),
        (Draft(1, "vraag:S1", "is", ("ja_meer", "zomaar")), "kies alleen antwoorden die hier staan"),
        (Draft(1, "vraag:S1", "is", ("ja_meer", "ja_begin", "misschien", "nee")), "elk antwoord staat erin"),
        (Draft(1, "vraag:B3", "tussen", low="5", high="abc"), "vul hele getallen in"),
        (Draft(1, "vraag:B3", "tussen", low="9", high="5"), "het laagste eerst"),
        (Draft(1, "vraag:B3", "tussen"), "elk getal voldoet"),
        (Draft(1, "vraag:B3", "tussen", low="1" * 5000), "vul hele getallen in"),
        (Draft(1, GROUP, "alle"), "Deze groep is leeg"),
        (Draft(1, GROUP, "minstens", number="3", parts=(Draft(2, "feit:wil", "klopt"),)), "van 1 tot en met 1"),
        (Draft(1, "uitkomst:UT0", "is", ("UT0",)), "Dit bestaat niet in deze versie"),
    ],
)
def test_what_says_nothing_is_told_at_its_line(line: Draft, said: str) -> None:
    [message] = messages(Draft(0, GROUP, "alle", parts=(line,)))
    assert said in message


def test_all_lines_are_told_at_once() -> None:
    lines = (Draft(1, "vraag:S1", "is"), Draft(2, "feit:wil", "klopt"), Draft(3, GROUP, "alle"))
    assert len(messages(Draft(0, GROUP, "alle", parts=lines))) == 2


def test_the_order_of_ticking_does_not_matter() -> None:
    one, other = (Draft(0, "vraag:S1", "is", values) for values in (("nee", "ja_meer"), ("ja_meer", "nee")))
    assert condition_of(policy_2013(), one) == condition_of(policy_2013(), other) == ChoiceIs("S1", ("ja_meer", "nee"))


def test_lines_are_added_moved_wrapped_and_taken_away() -> None:
    root = draft_of(All((YES, FactHolds("wil"))))
    first, second = root.parts
    root, key = added(root, root.key, "feit:echt", "klopt")
    assert [part.subject for part in root.parts] == ["vraag:S1", "feit:wil", "feit:echt"]
    root = moved(root, key, -1)
    assert [part.key for part in root.parts] == [first.key, key, second.key]
    assert moved(root, first.key, -1) == root
    root = wrapped(root, key)
    assert [part.key for part in root.parts[1].parts] == [key]
    assert [part.subject for part in removed(root, first.key).parts] == [GROUP, "feit:wil"]
    assert removed(root, root.key) == root
    keys = [line.key for line in root.walk()]
    assert len(keys) == len(set(keys))


def test_a_condition_stays_readable() -> None:
    root = Draft(0, GROUP, "alle")
    deepest = root.key
    for _ in range(DEEPEST - 1):
        root, deepest = added(root, deepest, GROUP, "alle")
        assert deepest
    assert added(root, deepest, GROUP, "alle") == (root, 0)
    filled, key = added(root, deepest, "feit:wil", "klopt")
    assert key
    assert wrapped(filled, key) == filled
    many = Draft(0, GROUP, "alle", parts=tuple(Draft(key, "feit:wil", "klopt") for key in range(1, MOST_LINES)))
    assert added(many, 0, "feit:wil", "klopt") == (many, 0)
    assert wrapped(many, 1) == many


@pytest.mark.parametrize("seed", range(30))
def test_random_changes_never_lose_or_double_a_line(seed: int) -> None:
    rng = Random(seed)
    root = draft_of(GROUPS[3])
    for _ in range(40):
        lines = list(root.walk())
        line = rng.choice(lines)
        before = {item.key for item in lines}
        match rng.randrange(3):
            case 0 if line.is_group:
                root, key = added(root, line.key, rng.choice(("feit:wil", GROUP)), "")
                before |= {key} if key else set()
            case 1:
                root = moved(root, line.key, rng.choice((-2, -1, 1, 2)))
            case _:
                root = wrapped(root, line.key)
                before |= {item.key for item in root.walk()} if len(list(root.walk())) == len(lines) + 1 else set()
        keys = [item.key for item in root.walk()]
        assert len(keys) == len(set(keys))
        assert set(keys) == before
