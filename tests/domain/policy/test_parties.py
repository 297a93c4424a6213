"""Parties of 2013 lead to the organisations of the day, and figures to the answers they are about."""

from __future__ import annotations

from datetime import date

import pytest

from intake.policy import KVK, comparison, current, organisations_for, read_answers
from tests.domain.policy.samples import READY, policy_2013

POLICY = policy_2013()
TODAY, THEN = date(2026, 11, 22), date(2013, 2, 5)


def who(party: str, on: date = TODAY, province: str = "drenthe", sector: str = "bouw", *themes: str) -> list[str]:
    return [item.code for item in organisations_for(POLICY, party, on, province, sector, themes)]


@pytest.mark.parametrize(
    ("party", "on", "province", "expected"),
    [
        ("kvk", TODAY, "drenthe", ["kvk"]),
        ("syntens", TODAY, "drenthe", ["kvk"]),
        ("kvk", THEN, "drenthe", ["kvk_noord"]),
        ("syntens", THEN, "drenthe", ["syntens"]),
        ("kvk", date(2013, 12, 31), "drenthe", ["kvk_noord"]),
        ("kvk", date(2014, 1, 1), "drenthe", ["kvk"]),
        ("exportclubs", TODAY, "friesland", ["friese_exportclub"]),
        ("exportclubs", TODAY, "groningen", ["exportclub_noord"]),
        ("exportclubs", TODAY, "drenthe", ["exportclub_noord"]),
        ("exportclubs", THEN, "drenthe", ["exportclub_drenthe"]),
        ("overheid", TODAY, "friesland", ["provincie_fryslan"]),
        ("mkb", TODAY, "groningen", ["vno_ncw_mkb_noord"]),
        ("kennisinstellingen", TODAY, "friesland", ["nhl_stenden", "firda"]),
        ("kennisinstellingen", THEN, "friesland", ["nhl", "stenden", "friesland_college"]),
        ("kennisinstellingen", TODAY, "drenthe", ["hanze", "nhl_stenden", "drenthe_college"]),
        ("brancheorganisaties", TODAY, "drenthe", ["bouwend_nederland"]),
        ("samenwerkende_bedrijven", TODAY, "drenthe", []),
        ("nom", TODAY, "anders", []),
    ],
)
def test_party_is_filled_by_the_organisations_of_that_day(
    party: str, on: date, province: str, expected: list[str]
) -> None:
    assert who(party, on, province) == expected


@pytest.mark.parametrize(
    ("theme", "on", "expected"),
    [
        ("water", TODAY, ["water_alliance"]),
        ("energie", TODAY, ["new_energy_coalition"]),
        ("energie", THEN, ["energy_valley"]),
        ("health", TODAY, ["hannn"]),
        ("sensor", THEN, ["incas3"]),
        ("sensor", date(2016, 12, 19), ["incas3"]),
        ("sensor", date(2016, 12, 20), []),
        ("agri", TODAY, []),
    ],
)
def test_theme_network_may_have_ended_without_successor(theme: str, on: date, expected: list[str]) -> None:
    assert who("netwerken_topsectoren", on, "drenthe", "bouw", theme) == expected


def test_network_is_the_export_club_of_the_province_and_the_network_of_the_theme() -> None:
    assert who("netwerken", TODAY, "friesland", "bouw", "water") == ["friese_exportclub", "water_alliance"]


def test_sector_without_known_branch_organisation_has_nobody() -> None:
    assert who("brancheorganisaties", TODAY, "drenthe", "ict") == []


def test_unknown_province_gives_no_provincial_organisation() -> None:
    assert organisations_for(POLICY, "overheid", TODAY, None, None, ()) == ()


def test_ended_organisation_is_nothing_today_and_kvk_is_itself() -> None:
    assert current(POLICY, "incas3", TODAY) is None
    kvk = current(POLICY, KVK, TODAY)
    assert kvk is not None
    assert kvk.name == "Kamer van Koophandel"
    assert current(POLICY, KVK, THEN) is None


def test_comparison_is_about_the_own_website_when_that_is_known() -> None:
    found = comparison(POLICY, read_answers(POLICY, READY))
    assert found is not None
    assert [(row.label, row.amount) for row in found.rows if row.own] == [("Ook één vreemde taal", "29%")]
    assert found.source.place == "tabel 23"


def test_comparison_shows_the_obstacle_that_hinders_most() -> None:
    answers = {code: value for code, value in READY.items() if code != "U1"}
    found = comparison(POLICY, read_answers(POLICY, {**answers, "U5": {"tijd": 3, "personeel": 4, "regels": 2}}))
    assert found is not None
    assert [(row.label[:9], row.amount) for row in found.rows if row.own] == [("Moeilijk ", "2,44")]
    assert found.own_answer == "Moeilijk om personeel te vinden in de regio: veel last"
    assert "niet over export" in found.caveat


def test_comparison_falls_back_on_cooperation_and_then_on_markets() -> None:
    found = comparison(POLICY, read_answers(POLICY, {"B8": ["klanten"], "S2": "nee"}))
    assert found is not None
    assert found.code == "samenwerking"
    alone = comparison(POLICY, read_answers(POLICY, {"B8": ["niemand"], "S2": "nee"}))
    assert alone is not None
    assert alone.code == "afzetgebied"
    assert not any(row.own for row in alone.rows)


def test_comparison_is_nothing_when_nothing_was_answered() -> None:
    assert comparison(POLICY, {}) is None


def test_organisation_exists_from_its_first_day_until_the_day_it_ends() -> None:
    ended, begun = POLICY.organisations["incas3"], POLICY.organisations["firda"]
    assert [ended.valid_on(date(2016, 12, day)) for day in (19, 20)] == [True, False]
    assert [begun.valid_on(day) for day in (date(2023, 7, 31), date(2023, 8, 1))] == [False, True]
