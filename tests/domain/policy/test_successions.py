"""Renames, splits, dated roles and rings of organisations: what resolves, and what is refused with its line."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import pytest

from intake.policy import Policy, Problem, organisations_for, players, resolve, successor_of
from intake.policy.catalogue_reading import CatalogueReader
from intake.policy.names import Names
from intake.policy.organisations import Became, Precision, Succession
from intake.policy.parties_reading import PartiesReader
from intake.policy.reading import PolicyFile
from intake.policy.standing import standing
from intake.policy.telling import day_in_words, tell_resolution
from intake.policy.then_and_now import table_on
from tests.domain.policy.samples import FOLDER, policy_2013

BASE, DAY = date(2020, 1, 1), timedelta(days=1)
ORGANISATIONS = """organisaties:
  kvk:
    {naam: KvK, in_zin: de KvK, soort: overheid, regel: Helpt., zekerheid: A, bron: wet}
  oud:
    {naam: Oud, in_zin: de Oude, soort: netwerk, regel: Helpt., geldig_tot: "2020-01-01", zekerheid: A, bron: krant}
  nieuw:
    {naam: Nieuw, soort: netwerk, regel: Helpt., geldig_van: "2020-01-01", zekerheid: B, bron: krant}
  zuid:
    {naam: Zuid, soort: netwerk, regel: Helpt., geldig_van: "2020-01-01", zekerheid: A, bron: krant}
"""
ROLES = """rollen:
  netwerken: {naam: Netwerken, labels: [netwerken], organisaties: [oud]}
"""
RENAMED = """opvolging:
  oud:
    - {naar: nieuw, soort: hernoemd, per: "2020-01-01", zekerheid: A, strekking: Nieuwe naam., bron: krant}
"""
SPLIT = """opvolging:
  oud:
    - {naar: nieuw, soort: splitsing, per: "2020-01-01", provincies: [groningen], zekerheid: A, strekking: D., bron: k}
    - {naar: zuid, soort: splitsing, per: "2020-01-01", provincies: [drenthe], zekerheid: A, strekking: D., bron: k}
"""


@cache
def names() -> Names:
    """Return the questions that filters may name."""
    found = Names()
    CatalogueReader(PolicyFile("catalogus.yaml", (FOLDER / "catalogus.yaml").read_text("utf-8"), []), found)
    return found


def read(successions: str, roles: str = ROLES, organisations: str = ORGANISATIONS) -> tuple[Policy, list[Problem]]:
    """Return the policy of 2013 with these parties, and what is wrong with them."""
    problems: list[Problem] = []
    parties = PartiesReader(PolicyFile("partijen.yaml", organisations + roles + successions, problems), names())
    invented = replace(
        policy_2013(),
        organisations=parties.organisations,
        parties=parties.parties,
        successions=parties.successions,
    )
    return invented, sorted(set(problems))


def policy_with(successions: str, roles: str = ROLES, organisations: str = ORGANISATIONS) -> Policy:
    """Return the policy with these parties, which must be right."""
    made, problems = read(successions, roles, organisations)
    assert problems == []
    return made


def codes(policy: Policy, code: str, on: date, **place: str) -> list[str]:
    return [item.code for item in resolve(policy, code, on, **place).organisations]


def test_renamed_organisation_has_its_new_name_from_that_day() -> None:
    policy = policy_with(RENAMED)
    assert codes(policy, "oud", BASE - DAY) == ["oud"]
    assert codes(policy, "oud", BASE) == ["nieuw"]
    assert tell_resolution(policy, resolve(policy, "oud", BASE)) == ("De Oude heet sinds 1 januari 2020 Nieuw.",)


def test_split_organisation_leads_to_the_part_of_the_company() -> None:
    policy = policy_with(SPLIT)
    assert codes(policy, "oud", BASE, province="groningen") == ["nieuw"]
    assert codes(policy, "oud", BASE, province="drenthe") == ["zuid"]
    assert codes(policy, "oud", BASE) == ["nieuw", "zuid"]
    assert codes(policy, "oud", BASE - DAY, province="drenthe") == ["oud"]
    lost = resolve(policy, "oud", BASE, province="friesland")
    assert (lost.organisations, lost.path) == ((), ())
    assert tell_resolution(policy, lost) == (
        "Op 1 januari 2020 bestond de Oude niet meer. Voor dit bedrijf is er geen opvolger.",
    )
    # A report cannot tell the parts apart.
    assert getattr(successor_of(policy, "oud", BASE), "code", "") == "oud"


def test_split_decides_who_fills_the_party_for_a_company() -> None:
    policy = policy_with(SPLIT)
    found = {
        province: [item.code for item in organisations_for(policy, "netwerken", BASE, province, None, ())]
        for province in ("groningen", "drenthe", "friesland", None)
    }
    assert found == {"groningen": ["nieuw"], "drenthe": ["zuid"], "friesland": [], None: []}
    assert [item.code for item in players(policy, "netwerken", BASE)] == ["nieuw", "zuid"]


def test_organisation_fills_a_party_only_on_the_days_of_its_role_and_for_whom_it_says() -> None:
    roles = """rollen:
  netwerken:
    naam: Netwerken
    labels: [netwerken]
    organisaties:
      - nieuw
      - {organisatie: kvk, van: "2022-03-01", tot: "2022-04", provincies: [drenthe], voorrang: 1}
"""
    policy = policy_with(RENAMED, roles)

    def who(on: date, province: str) -> list[str]:
        return [item.code for item in organisations_for(policy, "netwerken", on, province, None, ())]

    assert who(date(2022, 2, 28), "drenthe") == ["nieuw"]
    assert who(date(2022, 3, 1), "drenthe") == ["kvk", "nieuw"]
    assert who(date(2022, 3, 31), "drenthe") == ["kvk", "nieuw"]
    assert who(date(2022, 4, 1), "drenthe") == ["nieuw"]
    assert who(date(2022, 3, 1), "groningen") == ["nieuw"]


def test_organisation_that_ended_without_a_word_is_told_as_unknown() -> None:
    policy = policy_with("opvolging: {}\n")
    assert tell_resolution(policy, resolve(policy, "oud", BASE)) == (
        "Op 1 januari 2020 bestond de Oude niet meer. Een opvolger is niet bekend.",
    )
    assert tell_resolution(policy, resolve(policy, "nieuw", BASE - DAY)) == ("Nieuw bestond toen nog niet.",)


def test_successor_that_comes_later_leaves_a_gap() -> None:
    policy = policy_with(RENAMED.replace("2020-01-01", "2021-01-01"))
    assert codes(policy, "oud", date(2020, 12, 31)) == []
    assert tell_resolution(policy, resolve(policy, "oud", date(2020, 12, 31))) == (
        "Op 1 januari 2020 bestond de Oude niet meer. Er was toen nog geen opvolger.",
    )
    assert codes(policy, "oud", date(2021, 1, 1)) == ["nieuw"]


def test_day_is_told_no_more_precisely_than_it_is_known() -> None:
    policy = policy_with(RENAMED.replace('"2020-01-01", zekerheid', '"2020", zekerheid'))
    assert policy.successions["oud"][0].precision is Precision.YEAR
    assert tell_resolution(policy, resolve(policy, "oud", BASE)) == ("De Oude heet sinds 2020 Nieuw.",)
    assert day_in_words(date(2016, 12, 1), Precision.MONTH) == "december 2016"


def test_ring_of_successions_ends() -> None:
    whole = policy_with(RENAMED)
    entry = whole.successions["oud"][0]
    ended = replace(whole.organisations["nieuw"], valid_from=None, valid_until=BASE)
    ring = replace(
        whole,
        organisations={**whole.organisations, "nieuw": ended},
        successions={"oud": (entry,), "nieuw": (replace(entry, predecessor="nieuw", successor="oud"),)},
    )
    assert codes(ring, "oud", BASE) == []
    assert len(resolve(ring, "oud", BASE).path) == 2


def test_whatever_the_successions_each_organisation_found_is_of_that_day_and_there_once() -> None:
    rng = random.Random(5)
    whole = policy_with(RENAMED)
    for _ in range(300):
        days = [BASE + timedelta(days=rng.randrange(2000)) for _ in range(12)]
        organisations = {
            f"o{number}": replace(
                whole.organisations["nieuw"],
                code=f"o{number}",
                valid_from=rng.choice([None, BASE]),
                valid_until=rng.choice([None, day, day]),
            )
            for number, day in enumerate(days)
        }
        successions = {
            code: tuple(
                Succession(
                    predecessor=code,
                    successor=rng.choice([*organisations, None]),
                    kind=rng.choice(list(Became)),
                    on=rng.choice(days),
                    precision=Precision.DAY,
                    certainty="A",
                    gist="",
                    evidence="",
                )
                for _ in range(rng.randrange(3))
            )
            for code in organisations
        }
        made = replace(whole, organisations=organisations, successions=successions)
        on = rng.choice(days)
        for code in organisations:
            found = codes(made, code, on)
            assert len(found) == len(set(found))
            assert all(organisations[other].valid_on(on) for other in found)


FAULTS = [
    # What is put in the place of what, on which line, and what must be said about it.
    ("soort: hernoemd", "soort: hernoemt", 14, "soort: «hernoemt» bestaat niet, bedoelde u «hernoemd»?"),
    ("naar: nieuw, ", "", 14, "«naar» hoort bij elke soort, behalve bij «opgeheven»"),
    ("soort: hernoemd", "soort: opgeheven", 14, "«naar» hoort bij elke soort, behalve bij «opgeheven»"),
    ("naar: nieuw", "naar: niew", 14, "naar: «niew» bestaat niet, bedoelde u «nieuw»?"),
    ("  oud:\n    - ", "  out:\n    - ", 14, "opvolging out: «out» bestaat niet, bedoelde u «oud»?"),
    ('per: "2020-01-01"', 'per: "2019-12-31"', 14, "deze organisatie bestaat op 2019-12-31 zelf nog"),
    ('geldig_tot: "2020-01-01", ', "", 14, "deze organisatie bestaat op 2020-01-01 zelf nog; vul geldig_tot in"),
    (
        'geldig_van: "2020-01-01", zekerheid: B',
        'geldig_van: "2020-01-02", zekerheid: B',
        14,
        "opvolger «nieuw» bestaat",
    ),
    (
        'geldig_van: "2020-01-01", zekerheid: B',
        'geldig_tot: "2020", zekerheid: B',
        14,
        "opvolger «nieuw» bestaat op 20",
    ),
    ("soort: hernoemd", "soort: hernoemd, provincies: [drenthe]", 14, "alleen een splitsing heeft provincies"),
    ("soort: hernoemd", "soort: splitsing, provincies: [drenthe]", 14, "een splitsing heeft minstens twee opvolgers"),
    ("soort: hernoemd", "soort: splitsing", 14, "zeg bij een splitsing voor welke provincies"),
    (
        "zekerheid: A, strekking: Nieuwe naam., bron: krant",
        "zekerheid: B, strekking: N.",
        14,
        "zonder bron is de zeker",
    ),
    ("zekerheid: A, strekking", "zekerheid: D, strekking", 14, "zekerheid: «D» bestaat niet"),
    ('per: "2020-01-01"', 'per: "2020-13-01"', 14, "schrijf de dag als JJJJ-MM-DD"),
    ('per: "2020-01-01"', 'per: "1-1-2020"', 14, "schrijf de dag als JJJJ-MM-DD"),
    ("strekking: Nieuwe naam., ", "", 14, "opvolging oud: «strekking» ontbreekt"),
    ("    - {naar", "      {naar", 14, "opvolging oud: hier hoort een lijst"),
    ("organisaties: [oud]", "organisaties: [oudt]", 11, "organisaties: «oudt» bestaat niet, bedoelde u «oud»?"),
    ("organisaties: [oud]", "organisaties: [oud, oud]", 11, "«oud» staat er twee keer voor dezelfde dagen"),
    (
        "organisaties: [oud]",
        "organisaties: [{organisatie: oud, van: '2020', tot: '2020'}]",
        11,
        "van moet vóór tot liggen",
    ),
    ("organisaties: [oud]", "organisaties: [{organisatie: oud, voorrang: 0}]", 11, "voorrang begint bij 1"),
    ("organisaties: [oud]", "organisaties: [{organisatie: oud, tott: '2020'}]", 11, "«tott», bedoelde u «tot»?"),
    ("organisaties: [oud]", "organisaties: [{organisatie: oud, themas: [wate]}]", 11, "bedoelde u «water»?"),
    ("organisaties: [oud]", "organisaties: [{organisatie: oud, themas: []}]", 11, "themas is leeg"),
    ("soort: overheid", "soort: overhijd", 3, "soort: «overhijd» bestaat niet, bedoelde u «overheid»?"),
    ("naam: Zuid", "naam: Oud", 2, "«Oud» hoort bij meer dan één organisatie"),
    ("naam: Zuid", "naam: Zuid, ook_bekend_als: [Nieuw]", 2, "«Nieuw» hoort bij meer dan één organisatie"),
    ("bron: wet", "laatst_gecontroleerd: gisteren, bron: wet", 3, "schrijf de dag als JJJJ-MM-DD"),
    (
        'geldig_tot: "2020-01-01"',
        'geldig_van: "2021", geldig_tot: "2020-01-01"',
        5,
        "geldig_van moet vóór geldig_tot",
    ),
]


@pytest.mark.parametrize(("old", "new", "line", "message"), FAULTS, ids=[fault[3][:50] for fault in FAULTS])
def test_mistake_is_named_at_its_line(old: str, new: str, line: int, message: str) -> None:
    parts = [RENAMED, ROLES, ORGANISATIONS]
    assert sum(old in part for part in parts) == 1
    _, problems = read(*(part.replace(old, new, 1) for part in parts))
    assert [problem.line for problem in problems if message in problem.message] == [line], problems


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("provincies: [drenthe]", "provincies: [drenthe, groningen]", 15, "overlapt een andere op dezelfde dag"),
        ("provincies: [drenthe]", "sectoren: [bouw]", 15, "overlapt een andere op dezelfde dag"),
        ("naar: zuid, soort: splitsing", "naar: zuid, soort: fusie", 15, "meer opvolgers kan alleen bij een splitsing"),
    ],
)
def test_split_says_who_goes_where(old: str, new: str, line: int, message: str) -> None:
    assert old in SPLIT
    _, problems = read(SPLIT.replace(old, new, 1))
    assert [problem.line for problem in problems if message in problem.message] == [line], problems


def test_ring_of_successions_is_refused_at_both_ends() -> None:
    back = """  nieuw:
    - {naar: oud, soort: hernoemd, per: "2021-01-01", zekerheid: A, strekking: Terug., bron: krant}
"""
    _, problems = read(RENAMED + back)
    told = [(problem.line, problem.message) for problem in problems if "volgt zichzelf op" in problem.message]
    assert told == [
        (14, "opvolging: «oud» volgt zichzelf op via «nieuw»"),
        (16, "opvolging: «nieuw» volgt zichzelf op via «oud»"),
    ]


def test_role_that_ends_and_begins_again_is_no_mistake() -> None:
    roles = ROLES.replace("[oud]", "[{organisatie: oud, tot: '2019'}, {organisatie: oud, van: '2019'}]")
    policy = policy_with(RENAMED, roles)
    assert [item.code for item in players(policy, "netwerken", date(2019, 1, 1))] == ["oud"]


def test_table_leaves_out_the_part_of_a_split_that_works_for_another_sector() -> None:
    policy = policy_with(SPLIT)
    builders = replace(policy.organisations["nieuw"], sectors=("bouw",))
    made = replace(policy, organisations={**policy.organisations, "nieuw": builders})
    networks = replace(made.activities["N1"], named=("netwerken",))
    rows = table_on(replace(made, activities={"N1": networks}), BASE, sector="ict")
    assert [item.code for item in rows[0].organisations] == ["zuid"]


def test_organisation_of_which_one_part_lives_on_has_not_ended() -> None:
    policy = policy_with(SPLIT)
    gone = replace(policy.organisations["nieuw"], valid_until=BASE + DAY)
    made = replace(policy, organisations={**policy.organisations, "nieuw": gone})
    assert standing(made, BASE + DAY).ended == ()
    both = replace(policy.organisations["zuid"], valid_until=BASE + DAY)
    none = replace(made, organisations={**made.organisations, "zuid": both})
    assert [item.resolution.asked.code for item in standing(none, BASE + DAY).ended] == ["oud"]
