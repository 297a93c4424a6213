"""The table of 2013 stays as it was; who its labels are depends on the day, and so does what must be looked after."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from intake.policy import resolve
from intake.policy.organisations import Fulfilment
from intake.policy.standing import CHECK_DAYS, Standing, standing
from intake.policy.telling import tell_resolution
from intake.policy.then_and_now import NamedThen, table_on
from tests.domain.policy.samples import policy_2013

POLICY = policy_2013()
TODAY, THEN = date(2026, 11, 24), date(2013, 2, 5)


def named(activity: str, label: str, on: date = TODAY, **place: str) -> NamedThen:
    """Return one label of one activity on that day."""
    row = next(row for row in table_on(POLICY, on, **place) if row.activity.code == activity)
    return next(item for item in row.named if item.label == label)


def everybody(activity: str, on: date = TODAY, **place: str) -> list[str]:
    row = next(row for row in table_on(POLICY, on, **place) if row.activity.code == activity)
    return [item.code for item in row.organisations]


def told(item: NamedThen) -> list[str]:
    return [sentence for resolution in item.resolutions for sentence in tell_resolution(POLICY, resolution)]


@pytest.mark.parametrize("on", [THEN, date(2016, 12, 20), TODAY])
def test_labels_are_those_of_2013_whatever_the_day(on: date) -> None:
    rows = table_on(POLICY, on)
    assert [row.activity.code for row in rows] == list(POLICY.activities)
    assert [tuple(item.label for item in row.named) for row in rows] == [
        activity.named for activity in POLICY.activities.values()
    ]
    assert sum(len(row.named) for row in rows) == 47


def test_syntens_leads_to_the_kvk_once_and_not_twice() -> None:
    assert everybody("A3") == ["kvk"]
    kvk, syntens = named("A3", "Kamer van Koophandel"), named("A3", "Syntens")
    assert [item.code for item in kvk.organisations] == ["kvk"]
    assert (syntens.organisations, [item.code for item in syntens.again]) == ((), ["kvk"])
    assert not syntens.nobody
    assert told(syntens) == ["Syntens ging op 1 januari 2014 op in de Kamer van Koophandel (KvK)."]
    for row in table_on(POLICY, TODAY):
        codes = [item.code for item in row.organisations]
        assert len(codes) == len(set(codes)), row.activity.code


def test_in_2013_kvk_and_syntens_were_two() -> None:
    assert everybody("A3", THEN) == ["kvk_noord", "syntens"]
    assert told(named("A3", "Syntens", THEN)) == []
    assert everybody("A3", date(2013, 12, 31)) == ["kvk_noord", "syntens"]
    assert everybody("A3", date(2014, 1, 1)) == ["kvk"]


def test_incas3_leads_to_nobody_and_says_so() -> None:
    networks = named("N3", "netwerken topsectoren")
    incas3 = next(item for item in networks.resolutions if item.asked.code == "incas3")
    assert incas3.organisations == ()
    assert tell_resolution(POLICY, incas3) == ("INCAS3 stopte op 20 december 2016. Er is geen opvolger.",)
    assert "incas3" in everybody("N3", date(2016, 12, 19))
    assert "incas3" not in everybody("N3", date(2016, 12, 20))
    alone = next(
        item
        for row in table_on(POLICY, TODAY, themes=("sensor",))
        for item in row.named
        if item.label == "netwerken topsectoren"
    )
    assert alone.nobody
    assert told(alone) == ["INCAS3 stopte op 20 december 2016. Er is geen opvolger."]


def test_province_leaves_out_who_does_not_work_there() -> None:
    assert everybody("A2", province="friesland") == ["vno_ncw_mkb_noord", "friese_exportclub"]
    assert everybody("A2", province="drenthe") == ["vno_ncw_mkb_noord", "exportclub_noord"]
    assert everybody("A2") == ["vno_ncw_mkb_noord", "exportclub_noord", "friese_exportclub"]
    assert everybody("N2", date(2017, 1, 1), province="friesland") == ["nhl", "stenden", "friesland_college"]
    assert everybody("N2", date(2019, 1, 1), province="friesland") == ["nhl_stenden", "friesland_college"]


def test_sector_leaves_out_other_branch_organisations() -> None:
    assert [item.code for item in named("P4", "branche-organisaties", sector="bouw").organisations] == [
        "bouwend_nederland"
    ]
    assert named("P4", "branche-organisaties", sector="ict").nobody
    assert named("P4", "samenwerkende bedrijven").nobody


def test_sentences_about_what_became_of_organisations_are_short() -> None:
    texts = [sentence for item in POLICY.organisations for sentence in _all_told(item)]
    texts += [item.gist for entries in POLICY.successions.values() for item in entries]
    sentences = [part for text in texts for part in re.split(r"(?<=[.?!:]) ", text) if part]
    assert len(sentences) > 40
    assert [sentence for sentence in sentences if len(sentence.split()) > 20] == []


def _all_told(code: str) -> tuple[str, ...]:
    return tell_resolution(POLICY, resolve(POLICY, code, TODAY))


# --- what must be looked after ---------------------------------------------------------------------------------------


def unfilled(found: Standing) -> set[tuple[str, str]]:
    return {
        (item.party.code, value)
        for item in found.unfilled
        for value in (*item.reach.provinces, *item.reach.sectors, *item.reach.themes) or ("",)
    }


def test_parties_without_anybody_are_found_for_whom_it_matters() -> None:
    today = unfilled(standing(POLICY, TODAY))
    assert {pair for pair in today if pair[0] != "brancheorganisaties"} == {
        ("samenwerkende_bedrijven", ""),
        ("netwerken_topsectoren", "agri"),
        ("netwerken_topsectoren", "sensor"),
    }
    branches = {value for party, value in today if party == "brancheorganisaties"}
    assert {"ict", "groothandel"} <= branches
    assert not branches & {"industrie_metaal", "bouw", "vervoer", "anders"}
    assert ("netwerken_topsectoren", "sensor") not in unfilled(standing(POLICY, date(2016, 12, 19)))


def test_gap_in_one_province_is_told_for_that_province() -> None:
    club = Fulfilment(organisation="friese_exportclub")
    party = replace(POLICY.parties["exportclubs"], fulfilments=(club,))
    fewer = replace(POLICY, parties={**POLICY.parties, "exportclubs": party})
    found = [item for item in standing(fewer, TODAY).unfilled if item.party.code == "exportclubs"]
    assert [item.reach.provinces for item in found] == [("groningen", "drenthe")]


def test_gap_in_one_combination_is_told_for_that_combination() -> None:
    fulfilments = (
        Fulfilment(organisation="friese_exportclub"),
        Fulfilment(organisation="exportclub_noord", themes=("water",)),
    )
    party = replace(POLICY.parties["exportclubs"], fulfilments=fulfilments)
    fewer = replace(POLICY, parties={**POLICY.parties, "exportclubs": party})
    found = [item.reach for item in standing(fewer, TODAY).unfilled if item.party.code == "exportclubs"]
    assert {(reach.provinces, reach.themes) for reach in found} == {
        ((province,), (theme,))
        for province in ("groningen", "drenthe")
        for theme in ("agri", "health", "energie", "sensor")
    }


def test_party_of_which_the_last_role_has_ended_is_found() -> None:
    past = Fulfilment(organisation="nom", valid_until=TODAY)
    fewer = replace(POLICY, parties={"nom": replace(POLICY.parties["nom"], fulfilments=(past,))})
    assert unfilled(standing(fewer, TODAY)) == {("nom", "")}
    assert unfilled(standing(fewer, TODAY - timedelta(days=1))) == set()


def test_organisation_counts_as_checked_for_180_days() -> None:
    looked = TODAY - timedelta(days=CHECK_DAYS)
    nom = replace(POLICY.organisations["nom"], checked_on=looked)
    known = replace(POLICY, organisations={**POLICY.organisations, "nom": nom})

    def days(on: date, **checked: date) -> int | None:
        return {item.organisation.code: item.days for item in standing(known, on, checked=checked).unchecked}.get("nom")

    assert CHECK_DAYS == 180
    assert days(TODAY) is None
    assert days(TODAY + timedelta(days=1)) == 181
    # Who keeps the list of partners may have looked later.
    assert days(TODAY + timedelta(days=1), nom=TODAY) is None
    assert days(TODAY + timedelta(days=1), nom=looked - timedelta(days=9)) == 181


def test_never_checked_is_told_and_what_has_ended_needs_no_check() -> None:
    found = {item.organisation.code: item for item in standing(POLICY, TODAY).unchecked}
    assert (found["kvk"].checked_on, found["kvk"].days) == (None, None)
    assert not {"syntens", "incas3", "nhl"} & set(found)


def test_organisation_that_ended_and_is_still_named_is_found() -> None:
    found = standing(POLICY, TODAY).ended
    assert [(item.resolution.asked.code, [party.code for party in item.parties]) for item in found] == [
        ("incas3", ["netwerken_topsectoren", "netwerken"])
    ]
    assert standing(POLICY, date(2016, 12, 19)).ended == ()
