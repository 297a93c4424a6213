"""Reasons are short lists with a side and a consequence; only one of them asks for a text."""

from __future__ import annotations

import pytest

from referrals.domain import reasons
from referrals.domain.lifecycle import TRANSITIONS
from referrals.domain.reasons import DECLINE_REASONS, OUTCOMES, Consequence, Reason, Side

LISTS = {name: value for name, value in vars(reasons).items() if name.endswith(("_REASONS", "OUTCOMES"))}


@pytest.mark.parametrize(
    ("code", "side", "consequence"),
    [
        ("capacity", Side.PARTNER, Consequence.PAUSE_PARTNER),
        ("not_our_activity", Side.PARTNER, Consequence.REVIEW_RULE),
        ("region", Side.PARTNER, Consequence.CORRECT_DIRECTORY),
        ("sector", Side.PARTNER, Consequence.CORRECT_DIRECTORY),
        ("conflict", Side.PARTNER, Consequence.BLOCK_PAIR),
        ("not_ready", Side.ENTREPRENEUR, Consequence.BACK_TO_STRATEGY),
        ("not_eligible", Side.ENTREPRENEUR, Consequence.OTHER_INSTRUMENT),
        ("info_missing", Side.ENTREPRENEUR, Consequence.ASK_ENTREPRENEUR),
        ("already_client", Side.ENTREPRENEUR, Consequence.CLOSE_AS_SERVED),
        ("unreachable", Side.ENTREPRENEUR, Consequence.SUGGEST_STOP),
        ("not_wanted", Side.ENTREPRENEUR, Consequence.SUGGEST_STOP),
        ("other", Side.NEITHER, Consequence.NONE),
    ],
)
def test_a_decline_has_a_side_and_a_consequence(code: str, side: Side, consequence: Consequence) -> None:
    assert (DECLINE_REASONS[code].side, DECLINE_REASONS[code].consequence) == (side, consequence)


def test_the_table_of_declines_is_complete() -> None:
    assert len(DECLINE_REASONS) == 12
    assert {reason.consequence for reason in DECLINE_REASONS.values()} == set(Consequence)


def test_no_capacity_asks_until_when_and_only_other_asks_for_a_text() -> None:
    assert [code for code, reason in DECLINE_REASONS.items() if reason.asks_date] == ["capacity"]
    assert [code for code, reason in DECLINE_REASONS.items() if reason.min_text] == ["other"]
    assert DECLINE_REASONS["other"].min_text == 10


def test_the_outcomes_are_those_of_the_specification() -> None:
    assert list(OUTCOMES) == [
        "advice_given",
        "plan_made",
        "subsidy_requested",
        "network_joined",
        "training_followed",
        "export_started",
        "referred_elsewhere",
        "already_served",
    ]


@pytest.mark.parametrize("name", sorted(LISTS))
def test_every_list_has_codes_of_its_own_and_dutch_labels(name: str) -> None:
    chosen: dict[str, Reason] = LISTS[name]
    assert [reason.code for reason in chosen.values()] == list(chosen)
    assert len({reason.label for reason in chosen.values()}) == len(chosen)
    assert all(code.replace("_", "").isalpha() and code.islower() for code in chosen)


def test_a_person_never_chooses_a_reason_that_the_timer_sets() -> None:
    automatic = set(reasons.AUTOMATIC_RETURN_REASONS)
    chosen = {reason.code for row in TRANSITIONS for reason in row.reasons}
    assert not automatic & chosen


def test_every_list_for_people_is_used_by_the_table() -> None:
    used = {reason for row in TRANSITIONS for reason in row.reasons}
    for name in set(LISTS) - {"AUTOMATIC_RETURN_REASONS", "UNHAPPY_REASONS"}:
        assert set(LISTS[name].values()) <= used, name


def test_a_reason_of_the_clock_keeps_its_own_words_where_the_entrepreneur_has_the_same_code() -> None:
    assert reasons.label_of("no_contact") == "Partner nam niet op tijd contact op"
    assert reasons.label_of("capacity") == "Geen capaciteit"
    assert reasons.label_of("nothing_of_ours") == "nothing_of_ours"
