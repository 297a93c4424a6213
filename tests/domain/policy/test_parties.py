"""Parties of 2013 lead to the organisations of the day, through mergers and endings."""

from __future__ import annotations

from datetime import date

import pytest

from intake.policy import KVK, current, organisations_for, players, resolve, successor_of
from tests.domain.policy.samples import policy_2013

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


def test_organisation_exists_from_its_first_day_until_the_day_it_ends() -> None:
    ended, begun = POLICY.organisations["incas3"], POLICY.organisations["firda"]
    assert [ended.valid_on(date(2016, 12, day)) for day in (19, 20)] == [True, False]
    assert [begun.valid_on(day) for day in (date(2023, 7, 31), date(2023, 8, 1))] == [False, True]


@pytest.mark.parametrize(
    ("organisation", "on", "name"),
    [
        ("nhl", date(2017, 1, 1), "NHL Hogeschool"),
        ("nhl", date(2017, 12, 31), "NHL Hogeschool"),
        ("nhl", date(2018, 1, 1), "NHL Stenden Hogeschool"),
        ("nhl", date(2019, 1, 1), "NHL Stenden Hogeschool"),
        ("stenden", date(2017, 12, 31), "Stenden Hogeschool"),
        ("stenden", date(2018, 1, 1), "NHL Stenden Hogeschool"),
        ("exportclub_groningen", date(2018, 12, 31), "Exportclub Groningen"),
        ("exportclub_groningen", date(2019, 1, 1), "Exportclub Noord"),
        ("exportclub_drenthe", date(2019, 1, 1), "Exportclub Noord"),
        ("kvk_nederland", TODAY, "Kamer van Koophandel"),
        ("agentschap_nl", TODAY, "Rijksdienst voor Ondernemend Nederland"),
        ("roc_friese_poort", TODAY, "Firda"),
        ("energy_academy_europe", TODAY, "New Energy Coalition"),
        ("vno_ncw_noord", TODAY, "VNO-NCW MKB Noord"),
        ("kennispoort_drenthe", TODAY, "Ik Ben Drents Ondernemer"),
    ],
)
def test_organisation_has_the_name_of_that_day(organisation: str, on: date, name: str) -> None:
    assert [item.name for item in resolve(POLICY, organisation, on).organisations] == [name]


def test_way_to_the_organisation_of_today_is_told_with_its_certainty() -> None:
    found = resolve(POLICY, "exportclub_drenthe", TODAY)
    assert [(item.predecessor, item.successor, item.on) for item in found.path] == [
        ("exportclub_drenthe", "exportclub_noord", date(2019, 1, 1))
    ]
    assert found.certainty == "B"
    assert resolve(POLICY, "syntens", TODAY).certainty == "A"
    assert resolve(POLICY, "agentschap_nl", TODAY).certainty == "C"
    assert resolve(POLICY, "syntens", THEN).path == ()


def test_organisation_that_ended_leads_to_nobody_and_one_that_begins_later_is_not_there_yet() -> None:
    ended = resolve(POLICY, "incas3", TODAY)
    assert ended.organisations == ()
    assert [(item.code, item.valid_until) for item in ended.ended] == [("incas3", date(2016, 12, 20))]
    early = resolve(POLICY, "firda", THEN)
    assert (early.organisations, early.ended) == ((), ())
    assert [item.code for item in early.not_yet] == ["firda"]


def test_friese_exportclub_never_becomes_exportclub_noord() -> None:
    days = [date(year, month, day) for year in range(2010, 2041) for month in (1, 4, 5, 12) for day in (1, 16, 17)]
    assert {item.code for on in days for item in resolve(POLICY, "friese_exportclub", on).organisations} == {
        "friese_exportclub"
    }
    assert {code for on in days for code in who("exportclubs", on, "friesland")} == {"friese_exportclub"}


def test_unknown_organisation_is_refused() -> None:
    with pytest.raises(KeyError):
        resolve(POLICY, "kvkk", TODAY)


def test_report_counts_an_old_organisation_under_the_one_of_today() -> None:
    counted = {code: successor_of(POLICY, code, TODAY) for code in ("syntens", "incas3", "nom", "stenden")}
    assert {code: item.code if item else "" for code, item in counted.items()} == {
        "syntens": "kvk",
        # Nobody took it over, so it keeps its own line.
        "incas3": "incas3",
        "nom": "nom",
        "stenden": "nhl_stenden",
    }
    assert successor_of(POLICY, "of another version", TODAY) is None


def test_everybody_who_plays_a_party_anywhere() -> None:
    assert [item.code for item in players(POLICY, "exportclubs", TODAY)] == ["exportclub_noord", "friese_exportclub"]
    assert [item.code for item in players(POLICY, "samenwerkende_bedrijven", TODAY)] == []


def test_desks_that_the_client_has_not_decided_on_exist_but_fill_no_party() -> None:
    desks = {"ynbusiness", "ibdo", "grobusiness", "international_trade_support"}
    assert all(POLICY.organisations[code].valid_on(TODAY) for code in desks)
    playing = {item.code for party in POLICY.parties for item in players(POLICY, party, TODAY)}
    assert not desks & playing


def test_what_is_claimed_has_a_source_and_what_is_not_checked_says_so() -> None:
    successions = [item for entries in POLICY.successions.values() for item in entries]
    claims = [*POLICY.organisations.values(), *successions]
    assert [item for item in claims if item.certainty != "C" and not item.evidence] == []
    assert {item.code for item in POLICY.organisations.values() if item.certainty == "C"} == {
        "agentschap_nl",
        "rvo",
        "mbo_life_sciences",
        "noorderpoort",
    }
